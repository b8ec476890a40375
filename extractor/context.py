"""What all steps of reading deals share: an article cut into sentences, its mentions, and whom it is about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from extractor.clauses import DECIMAL, FILL, MASK, POINT, Sentence
from extractor.lexicon import Lexicon, normalise
from extractor.segments import BULLET, paragraphs, sentences
from extractor.values import Article, Entry, Mention, MentionType, Money, Org, Power, Timex

# No fewer entries make a chronology.
_CHRONICLE = 3
# How much more often than the next one: 1.5 and 2 give the same deals on the development texts.
_DOMINANT = 1.5


class Reader:
    """What all steps share: the article, its mentions and the words of its language."""

    def __init__(
        self, article: Article, entries: Sequence[Entry], mentions: Sequence[Mention], lexicon: Lexicon
    ) -> None:
        self.article, self.entries, self.mentions, self.lexicon = article, entries, mentions, lexicon
        chars = list(normalise(article.text))
        for m in mentions:
            chars[m.start : m.end] = MASK[m.type] + FILL * (m.end - m.start - 1)
        self.masked = DECIMAL.sub(POINT, "".join(chars))
        self.topical = {r.name for r in lexicon.rules("frame") if r.options.get("topic")}
        self.completing = {r.name for r in lexicon.rules("frame") if r.options.get("completes")}
        self._order = sorted(range(len(mentions)), key=lambda i: (mentions[i].start, mentions[i].end))
        self._starts = [mentions[i].start for i in self._order]
        self.sentences = list(self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        text = self.article.text
        starts = [start for start, _ in paragraphs(text)]
        opened = [entry.start for entry in self.entries]
        for index, (start, end) in enumerate(sentences(text, self.lexicon)):
            one = Sentence(self, index, start, end)
            one.paragraph = bisect_right(starts, start)
            one.bullet = bool(BULLET.match(text, start))
            # The marker of an entry may stand behind the bullet that opens the sentence.
            last = bisect_left(opened, end) - 1
            one.entry = last if last >= 0 and start < self.entries[last].end else None
            yield one

    def within(self, start: int, end: int) -> list[int]:
        """The mentions that lie in a stretch, in text order."""
        places = self._order[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return [i for i in places if self.mentions[i].end <= end]

    @cached_property
    def dominant(self) -> int | None:
        """The organisation that the article is about: told more often than any other."""
        if self.chronicled is not None:
            return self.chronicled
        counts: dict[str, list[int]] = {}
        for i in self._order:
            if self.mentions[i].type is MentionType.ORG:
                counts.setdefault(self.norm(i), []).append(i)
        if not counts:
            return None
        # Whom the text names first counts once more.
        first = next(iter(counts))
        weights = {name: len(places) + (name == first) for name, places in counts.items()}
        ranked = sorted(counts, key=lambda name: weights[name], reverse=True)
        if len(counts[ranked[0]]) < 2 or weights[ranked[0]] < 3:
            return None
        clear = len(ranked) == 1 or weights[ranked[0]] >= _DOMINANT * weights[ranked[1]]
        return counts[ranked[0]][0] if clear else None

    @cached_property
    def chronicled(self) -> int | None:
        """Whose chronology the text is: the only organisation that the headline over dated entries names."""
        if len(self.entries) < _CHRONICLE or not self.sentences or self.sentences[0].entry is not None:
            return None
        headline = self.sentences[0]
        named = [] if headline.masked.endswith((".", "!")) else headline.of_type(MentionType.ORG)
        counts = Counter(self.norm(i) for i in self._order if self.mentions[i].type is MentionType.ORG)
        if not named or counts.most_common(1)[0][1] > counts[self.norm(named[0])]:
            return None
        return named[0] if len(set(self.norms(named))) == 1 else None

    @cached_property
    def topic(self) -> int | None:
        """The organisation of which the headline or the first sentence speaks, where the text speaks of it most."""
        dominant = self.dominant
        # A list tells of many events.
        if self.chronicled is not None:
            return self.chronicled
        if dominant is None or sum(s.bullet for s in self.sentences) > 2:
            return None
        head = {self.norm(i) for s in self.sentences[:2] for i in s.of_type(MentionType.ORG)}
        return dominant if self.norm(dominant) in head else None

    def of_side(self, side: str) -> frozenset[str]:
        """Norms of those whose name tells what they are: "state" (no word for a company stands for one), "lender", or
        "watcher", who allows or judges deals and has no part in them."""
        return self._sides.get(side, frozenset())

    @cached_property
    def _sides(self) -> dict[str, frozenset[str]]:
        pattern, told = self.lexicon.compiled("{<}{name_side}{>}"), dict[str, set[str]]()
        for norm in {self.norm(i) for i in self._order if self.mentions[i].type is MentionType.ORG}:
            for m in pattern.finditer(norm):
                told.setdefault(str(self.lexicon.value("name_side", m["name_side"])), set()).add(norm)
        return {side: frozenset(norms) for side, norms in told.items()}

    @cached_property
    def wares(self) -> dict[str, set[str]]:
        """What organisations deal in by how they are described: "Alvia, producteur d'énergie"."""
        behind = self.lexicon.compiled(
            "^ , (?:{definite:}(?:{_}|(?<=')))?{org_noun:}{_}[^,.;:\ue000]{0,40}?{<}{delivery}{>}"
        )
        before = self.lexicon.compiled(
            "{<}{org_noun:}{_}(?:[^\\W\\d_]{1,14}(?:{_}|')){0,3}{delivery}{_}(?:[^\\W\\d_]{1,14}{_})?$"
        )
        out: dict[str, set[str]] = {}
        for i in self._order:
            m = self.mentions[i]
            if m.type is MentionType.ORG:
                told = behind.match(self.masked[m.end : m.end + 90])
                told = told or before.search(self.masked[max(0, m.start - 70) : m.start])
                kinds = {str(self.lexicon.value("delivery", told["delivery"]))} if told else set()
                out.setdefault(self.norm(i), set()).update(kinds)
        return out

    def norm(self, index: int) -> str:
        value = self.mentions[index].value
        return value.norm if isinstance(value, Org) else ""

    def money(self, index: int) -> Money:
        value = self.mentions[index].value
        if not isinstance(value, Money):
            raise TypeError(f"mention {index} is no amount of money")
        return value

    def power(self, index: int) -> Power:
        value = self.mentions[index].value
        if not isinstance(value, Power):
            raise TypeError(f"mention {index} is no amount of power")
        return value

    def timex(self, index: int) -> str | None:
        value = self.mentions[index].value
        return value.value if isinstance(value, Timex) else None

    def norms(self, indices: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(self.norm(i) for i in indices))
