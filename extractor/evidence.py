"""What speaks for and against each capitalised name of a text: candidates for ORG, and the evidence on each.

A candidate is a span that may be a name: a run of capitalised words or a part of one, a name of the gazetteer, a span
of the tagger (of any label), what a rule `[[org]]` of the pack finds. Its evidence is a set of short words
("gazetteer", "tagger:person", "before:org_noun"), drawn from the span itself, from what stands around it, and, marked
"document:", from the other places where the same name stands. `orgs` weighs them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from extractor.gazetteer import Gazetteer, Known, fold
from extractor.lexicon import Found, Lexicon, normalise, surface_key
from extractor.segments import paragraphs, sentences

Span = tuple[int, int]

_W = r"[^\W_]"
# Initials, words (with "AT&T", "Crypto.com", "T-Mobile", "Canal+" in one), an elided word, "'s", a mark.
_TOKEN = re.compile(
    rf"(?:[A-Z]\.){{2,6}}|"
    rf"{_W}+(?:&{_W}+|\.[a-z]{{2,3}}(?!{_W})|-(?:[a-z]{{1,3}}-){{0,2}}(?=[A-Z0-9À-ÖØ-Þ]){_W}+){{0,6}}"
    rf"(?:\+(?!\w)|'(?!s\b)(?={_W}))?|'s\b|[^\w\s]"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()]{1,2000}")
_BLANKS = re.compile(r"[ \u00a0\u202f]{0,2}$")
# Longer runs are titles in capitals: only their short parts are names.
_LONG_RUN = 6
_PART = 4
_CONTEXT = 4
# "Channel 4", "Radio 24": longer numbers are years and amounts.
_CHANNEL = 2
_SKIPS = 3
# Shorter words in small letters are no names.
_SMALL = 4
# Classes of the words that join the parts of a name: "of", "and", "for the".
_LINKS = ("of", "of_the", "the", "and", "at", "for", "the_many")
_ARTICLES = ("the", "a", "the_many")
_AROUND = ("org_before", "org_after", "org_skip", "org_adjective")
# What may stand before the first word of a sentence.
_MARKS = " -–—•*·>#\"“«'("


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of the text."""

    start: int
    end: int
    text: str
    capital: bool
    """Whether the word could open a name: a capital in it, or in "3M" behind a digit."""


@dataclass(slots=True)
class Candidate:
    """A span that may name an organisation; `name` is the same for all its mentions (`name_key`).

    `norm` and `kind` as a rule of the pack tells them.
    """

    start: int
    end: int
    name: str = ""
    evidence: set[str] = field(default_factory=set)
    known: Known | None = None
    norm: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The pack's words that evidence reads, looked up many times a text."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    skip: frozenset[str]
    head: Mapping[str, str]
    tail: Mapping[str, str]
    adjective: frozenset[str]
    nation: frozenset[str]
    legal: frozenset[str]
    label: Mapping[str, str]
    common: frozenset[str]
    given: frozenset[str]
    place: frozenset[str]
    no_name: frozenset[str]


def read_words(lexicon: Lexicon) -> Words:
    """The tables of a pack that evidence reads."""

    def strings(table: str) -> dict[str, str]:
        return {surface: str(value) for surface, value in lexicon.table(table).items()}

    def listed(table: str, key: str) -> frozenset[str]:
        return frozenset(fold(word.replace("_", " ")) for word in str(lexicon.table(table)[key]).split())

    return Words(
        before=strings("org_before"),
        after=strings("org_after"),
        skip=frozenset(lexicon.table("org_skip")),
        head=strings("org_head"),
        tail=strings("org_tail"),
        adjective=frozenset(lexicon.table("org_adjective")),
        nation=frozenset(lexicon.table("nation")),
        legal=frozenset(lexicon.table("legal_form")),
        label=strings("tagger_label"),
        # The words that stand around names are no names themselves.
        common=listed("words", "common") | {fold(word) for table in _AROUND for word in lexicon.table(table)},
        given=listed("org_words", "given"),
        place=listed("org_words", "place"),
        no_name=listed("org_words", "no_name"),
    )


class Reading:
    """A text cut into tokens and runs of capitalised words, and its candidates."""

    def __init__(
        self,
        text: str,
        lexicon: Lexicon,
        words: Words,
        *,
        tagged: Iterable[tuple[int, int, str]],
        taken: Sequence[Span],
        gazetteer: Gazetteer,
    ) -> None:
        self.text = normalise(text)
        self.words = words
        self._lang = lexicon.lang
        self._edges = sorted({edge for span in taken for edge in span})
        self.borders = frozenset(self._edges)
        # What stands in an address on the web is no mention.
        self.taken = sorted([*taken, *(match.span() for match in _ADDRESS.finditer(self.text))])
        self._taken_starts = [start for start, _ in self.taken]
        self._taken_ends = list(accumulate((end for _, end in self.taken), max))
        self.tokens = list(self._tokens())
        self._starts = [token.start for token in self.tokens]
        self._ends = [token.end for token in self.tokens]
        found = sentences(text, lexicon)
        self._sentence_starts = [start for start, _ in found]
        self._sentence_ends = [end for _, end in found]
        self._small = {token.text for token in self.tokens if token.text.islower()}
        lines = paragraphs(text)
        self._line_starts = [start for start, _ in lines]
        self._line_ends = {end for _, end in lines}
        self._titles = self._title_lines(lines)
        self.candidates: dict[Span, Candidate] = {}
        self._run_of: dict[int, Span] = {}
        self._small_pairs = self._pairs()
        self._add_runs()
        self._name_words = gazetteer.words
        self._hits = gazetteer.find(text, borders=self.borders)
        self._hit_starts = [hit.start for hit in self._hits]
        self._tagged = self._add_tagged(tagged)
        self._add_known()
        self._add_rules(lexicon)
        self._add_heads()
        self._add_joined()
        self._add_small()
        self._judge()

    # Tokens and candidates

    def _tokens(self) -> Iterator[Token]:
        """Tokens, cut at the borders of what is taken."""
        for match in _TOKEN.finditer(self.text):
            start, end = match.span()
            low, high = bisect_right(self._edges, start), bisect_left(self._edges, end)
            for stop in [*self._edges[low:high], end]:
                word = self.text[start:stop]
                yield Token(start, stop, word, word[0].isalnum() and word != word.lower())
                start = stop

    def free(self, start: int, end: int) -> bool:
        """Whether a span touches nothing that is taken."""
        index = bisect_left(self._taken_starts, end) - 1
        return index < 0 or self._taken_ends[index] <= start

    def _add(self, start: int, end: int, *evidence: str) -> Candidate | None:
        if start >= end or not self.free(start, end):
            return None
        found = self.candidates.get((start, end))
        if found is None:
            found = Candidate(start, end, name_key(self.text[start:end], self.words.legal))
            self.candidates[start, end] = found
        found.evidence.update(evidence)
        return found

    def _add_runs(self) -> None:
        """Runs of capitalised words with only blanks between them, whole and in parts."""
        run: list[int] = []
        for index, token in enumerate(self.tokens):
            if run and not self._goes_on(run[-1], index):
                self._add_run(run)
                run = []
            if self._joins(index) and (run or token.capital) and self.free(token.start, token.end):
                run.append(index)
        self._add_run(run)

    def _joins(self, index: int) -> bool:
        """Whether a token belongs in a run: a capitalised word, or "&", "'s" and a legal form's mark inside one."""
        token = self.tokens[index]
        if token.capital:
            return True
        nearby = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if nearby is None or not nearby.capital:
            return token.text == "." and index > 0 and self._is_legal(index - 1)
        if token.text == ",":
            return nearby.text.lower() in self.words.legal
        return token.text in ("&", "'s") or (token.text == "." and self._is_legal(index - 1))

    def _is_legal(self, index: int) -> bool:
        token = self.tokens[index]
        return (
            token.capital
            and f"{token.text.lower()}." in self.words.legal
            and self.text[token.end : token.end + 1] == "."
        )

    def _goes_on(self, before: int, index: int) -> bool:
        one, two = self.tokens[before], self.tokens[index]
        gap = self.text[one.end : two.start]
        glued = not gap and one.end in self.borders
        return (
            before + 1 == index
            and bool(_BLANKS.match(gap))
            and not glued
            and not self._opens_sentence(two.start)
        )

    def _add_run(self, run: Sequence[int]) -> None:
        if not run:
            return
        while run and self.tokens[run[-1]].text in ("&", "'s", ","):
            run = run[:-1]
        whole = (self.tokens[run[0]].start, self.tokens[run[-1]].end)
        for index in run:
            self._run_of[index] = whole
        longest = len(run) if len(run) <= _LONG_RUN else _PART
        for i in range(len(run)):
            if not self.tokens[run[i]].capital:
                continue
            for j in range(i, min(len(run), i + longest)):
                last = self.tokens[run[j]]
                if last.capital or last.text == ".":
                    self._add(self.tokens[run[i]].start, last.end)
        self._add(*whole)
        # "404 Media": a number may open a name.
        if run[0] > 0 and self.tokens[run[0] - 1].text.isdigit() and self._goes_on(run[0] - 1, run[0]):
            self._add(self.tokens[run[0] - 1].start, whole[1], "opens:number")
        follows = run[-1] + 1
        if follows == len(self.tokens) or not self._goes_on(run[-1], follows):
            return
        after = self.tokens[follows]
        if after.text.isdigit() and len(after.text) <= _CHANNEL:
            self._add(whole[0], after.end, "closes:number")
        elif after.text == "'s" and after.start == whole[1] and self._always_owns(self.text[slice(*whole)]):
            self._add(whole[0], after.end, "closes:possessive")
        elif after.text.lower() in self.words.adjective or after.text.lower() in self.words.nation:
            self._add(whole[0], after.end, "closes:adjective")
        elif self._small_pairs[self.text[self.tokens[run[-1]].start : after.end]] > 1:
            self._add(whole[0], after.end, "closes:small")

    def _always_owns(self, name: str) -> bool:
        """Whether a name stands again in the text, and never without its "'s": "Harrod's"."""
        return 1 < self.text.count(name) == self.text.count(f"{name}'s")

    def _pairs(self) -> Counter[str]:
        """How often each capitalised word stands before the same small one that no table knows."""
        known = (self.words.before, self.words.after, self.words.skip)
        return Counter(
            self.text[one.start : two.end]
            for one, two in pairwise(self.tokens)
            if one.capital and two.text.isalpha() and two.text.islower()
            if _BLANKS.fullmatch(self.text[one.end : two.start])
            if not any(two.text in table for table in known)
        )

    def _add_tagged(self, tagged: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """The tagger's spans that say something of a name, trimmed to tokens."""
        kept = []
        for start, end, label in tagged:
            kind = self.words.label.get(surface_key(label))
            if kind is None:
                continue
            low, high = bisect_left(self._starts, start), bisect_right(self._ends, end)
            while low < high and not self.tokens[low].text[0].isalnum():
                low += 1
            while (
                low < high and not self.tokens[high - 1].text[-1].isalnum() and not self._is_legal(high - 2)
            ):
                high -= 1
            while high - low > 1 and self.tokens[high - 1].text == "'s":
                high -= 1
            if low >= high:
                continue
            first = self.tokens[low]
            if first.text.endswith("'") and high - low > 1 and first.text.islower():
                first = self.tokens[low + 1]
            span = (first.start, self.tokens[high - 1].end)
            kept.append((*span, kind))
            self._add(*span, f"tagger:{kind}")
        return kept

    def _add_known(self) -> None:
        for hit in self._hits:
            found = self._add(hit.start, hit.end, "gazetteer:context" if hit.known.ambiguous else "gazetteer")
            if found:
                found.known = hit.known

    def _add_rules(self, lexicon: Lexicon) -> None:
        """What the pack's own rules find: institutions that no list need hold."""

        def read(found: Found) -> Candidate | None:
            candidate = self._add(*found.span, "rule")
            if candidate is not None:
                candidate.evidence.add(f"rule:{found.rule.name}")
                candidate.kind = str(found.rule.options["kind"])
                candidate.norm = rule_norm(found, lexicon)
            return candidate

        for _ in lexicon.scan("org", self.text, read):
            pass

    def _add_heads(self) -> None:
        """Institutions that open with a word of [org_head] and go on in small letters, one candidate a stop."""
        words, tokens = self.words, self.tokens
        for index, token in enumerate(tokens):
            if token.text.lower() not in words.head:
                continue
            small = () if token.capital else ("head:opens small",)
            for step in range(index + 1, min(index + 9, len(tokens))):
                if not self._goes_on(step - 1, step):
                    break
                word = tokens[step].text.lower()
                if word in words.adjective or word in words.nation or tokens[step].capital:
                    self._add(token.start, tokens[step].end, "head", *small)
                elif words.before.get(word) in _LINKS:
                    continue
                elif word.isalpha() and words.before.get(tokens[step - 1].text.lower()) in _LINKS:
                    self._add(token.start, tokens[step].end, "head", "head:small", *small)
                else:
                    break

    def _add_joined(self) -> None:
        """Two runs joined by "of": "Bank of Acme"."""
        by_start = {span[0]: span for span in set(self._run_of.values())}
        for index, token in enumerate(self.tokens):
            run = self._run_of.get(index)
            if run is None or run[1] != token.end:
                continue
            step = index + 1
            while step < min(index + 4, len(self.tokens)) and self._goes_on(step - 1, step):
                follows = by_start.get(self.tokens[step].start)
                if follows is not None:
                    if step > index + 1:
                        self._add(run[0], follows[1], "joined")
                    break
                if self.words.before.get(self.tokens[step].text.lower()) not in ("of", "of_the", "the"):
                    break
                step += 1

    def _add_small(self) -> None:
        """Names that the text writes in small letters too ("acme" beside "Acme"), if that is no common word."""
        names = {
            candidate.name
            for candidate in self.candidates.values()
            if " " not in candidate.name and "opens sentence" not in self._opening(candidate.start)
        }
        for index, token in enumerate(self.tokens):
            name = fold(token.text)
            if (
                not token.text.islower()
                or name not in names
                or name in self.words.common
                or len(name) < _SMALL
            ):
                continue
            self._add(token.start, token.end, "small")
            follows = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            if follows is not None and follows.capital and self._goes_on(index, index + 1):
                self._add(token.start, follows.end, "small")

    # Evidence

    def _opening(self, start: int) -> Iterator[str]:
        """Whether a span opens its sentence, and its line."""
        sentence = bisect_right(self._sentence_starts, start) - 1
        if sentence >= 0 and not self.text[self._sentence_starts[sentence] : start].strip(_MARKS):
            yield "opens sentence"
            line = bisect_right(self._line_starts, start) - 1
            if not self.text[self._line_starts[line] : start].strip(_MARKS):
                yield "opens line"

    def _judge(self) -> None:
        """Fill every candidate's evidence: its own, then that of the same name elsewhere."""
        for candidate in self.candidates.values():
            candidate.evidence.update(
                self._shape(candidate), self._context(candidate), self._overlaps(candidate)
            )
        self._in_lists()
        self._longer_names()
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates.values():
            groups[candidate.name].append(candidate)
        for group in groups.values():
            union = {f"document:{word}" for candidate in group for word in candidate.evidence}
            union.add(f"language:{self._lang}")
            if len(group) > 1:
                union.add("document:again")
            if len(group) > 3:
                union.add("document:often")
            for candidate in group:
                candidate.evidence |= union

    def _shape(self, candidate: Candidate) -> Iterator[str]:
        """What the words of the name look like."""
        words, surface = self.words, self.text[candidate.start : candidate.end]
        low, high = bisect_left(self._starts, candidate.start), bisect_right(self._ends, candidate.end)
        tokens = [t for t in self.tokens[low:high] if t.text[0].isalnum()]
        if not tokens:
            return
        names = [t.text.rstrip("'") for t in tokens]
        folded = [fold(name) for name in names]
        yield f"words:{min(len(names), 5)}"
        first, last = names[0], names[-1]
        if not first[0].isupper() and not first[0].isdigit():
            yield "small" if not any(c.isupper() for c in first) else "camel"
        if len(names) == 1:
            if first.isupper() and first.isalpha():
                yield f"capitals:{'short' if len(first) < 3 else 'middle' if len(first) < 6 else 'long'}"
            elif any(c.isupper() for c in first[1:].replace("-", "")):
                yield "camel"
            if "." in first[:-1] and not first.isupper():
                yield "domain"
        elif all(name.isupper() for name in names):
            yield "capitals:all"
        if any(c.isdigit() for c in surface):
            yield "digit"
        if "&" in surface:
            yield "ampersand"
        if "'s" in surface:
            yield "holds:possessive"
        if any(word in words.legal or f"{word}." in words.legal for word in (n.lower() for n in names[1:])):
            yield "legal"
        if last.lower() in words.tail and len(names) > 1:
            yield f"tail:{words.tail[last.lower()]}"
        if first.lower() in words.head:
            yield "opens:head" if len(names) > 1 else "only:head"
            yield f"head:{words.head[first.lower()]}"
        elif any(name.lower() in words.head for name in names[1:-1]):
            yield "holds:head"
        if words.before.get(first.lower()) in _ARTICLES or words.before.get(tokens[0].text.lower()) in (
            "the",
            "of",
        ):
            yield "opens:article"
        if all(f in words.common or n.lower() in self._small for f, n in zip(folded, names, strict=True)):
            yield "common:all"
        else:
            if folded[0] in words.common:
                yield "common:first"
            if len(names) > 1 and folded[-1] in words.common:
                yield "common:last"
        if len(names) > 1:
            if folded[-1] in self._name_words:
                yield "word of names:last"
            if any(f in self._name_words for f in folded[:-1]):
                yield "word of names"
        if folded[0] in words.no_name or folded[-1] in words.no_name:
            yield "calendar" if len(names) == 1 else "opens:calendar"
        if folded[0] in words.given:
            yield "given" if len(names) > 1 else "given:alone"
        if " ".join(folded) in words.place:
            yield "place"
        elif folded[-1] in words.place:
            yield "place:last"
        elif folded[0] in words.place:
            yield "place:first"
        if all(n.lower() in words.nation for n in names):
            yield "nation"
        elif first.lower() in words.nation:
            yield "nation:first"

    def _context(self, candidate: Candidate) -> Iterator[str]:
        """What stands before and after the name, within its sentence."""
        words, start, end = self.words, candidate.start, candidate.end
        sentence = bisect_right(self._sentence_starts, start) - 1
        opening = self._sentence_starts[sentence] if sentence >= 0 else 0
        closing = self._sentence_ends[sentence] if sentence >= 0 else len(self.text)
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        first_token = bisect_left(self._starts, opening)
        run = self._run_of.get(low)
        if run is not None:
            if run == (start, end):
                yield "run:whole"
            elif run[0] < start:
                yield "run:cut before"
                article = words.before.get(self.tokens[low - 1].text.lower()) in _ARTICLES
                if article and self.tokens[low - 1].start == run[0]:
                    yield (
                        "run:cut article"
                        if "opens sentence" in self._opening(run[0])
                        else "run:cut capital article"
                    )
            if run[1] > end:
                yield "run:cut after"
        yield from self._opening(start)
        if start in self._titles:
            yield "in title"
        if bisect_left(self._edges, opening) < bisect_left(self._edges, closing):
            yield "sentence:taken"
        if self.text[opening:closing].strip(" -–—•*·>#") == self.text[start:end]:
            yield "alone"
        # Before: the longest phrase that the pack classes, then the classes of the words further off.
        before = self._phrase_before(low, first_token, start)
        if before is not None:
            size, kind = before
            yield f"before:{kind}"
            for step in range(low - size - 1, max(first_token, low - size - 4) - 1, -1):
                token = self.tokens[step]
                if not token.text[0].isalnum():
                    break
                near = words.before.get(token.text.lower())
                if near in ("org_noun", "person", "product", "event", "place", "source"):
                    yield f"near:{near}"
                    break
        elif low > first_token:
            token = self.tokens[low - 1]
            if token.text.lower() in words.nation:
                yield "before:nation"
            elif token.text.islower():
                yield f"before word in:{token.text[-2:].lower()}"
            yield (
                "before:capital"
                if token.capital
                else "before:other"
                if token.text[0].isalnum()
                else "before:mark"
            )
            if token.end in self.borders:
                yield "before:taken"
            for step in range(low - 2, max(first_token, low - 4) - 1, -1):
                near = words.before.get(self.tokens[step].text.lower())
                if near in ("org_noun", "person", "product", "event", "place", "source"):
                    yield f"near:{near}"
                    break
        if self.text[start - 1 : start] == "(" and self.text[end : end + 1] == ")":
            yield "in brackets"
            if end + 1 in self._line_ends or self.text[end + 1 : end + 2] in ("\n", ""):
                yield "credit"
        yield from self._after(high, end, closing)

    def _phrase_before(self, low: int, first_token: int, start: int) -> tuple[int, str] | None:
        for size in range(min(_CONTEXT, low - first_token), 0, -1):
            key = surface_key(self.text[self.tokens[low - size].start : start])
            kind = self.words.before.get(key)
            if kind is not None:
                return size, kind
        return None

    def _after(self, high: int, end: int, closing: int) -> Iterator[str]:
        words, tokens = self.words, self.tokens
        if high < len(tokens) and tokens[high].start < closing:
            token = tokens[high]
            if token.text[0].isdigit() and not token.capital and token.end not in self.borders:
                yield "after:number"
            if token.text.islower() and surface_key(token.text) not in words.after:
                yield f"after word in:{token.text[-2:].lower()}"
            if token.start in self.borders or (
                high + 1 < len(tokens)
                and tokens[high + 1].start in self.borders
                and not token.text[0].isalnum()
            ):
                yield "after:taken"
        else:
            yield "ends sentence"
            return
        place, skipped = high, 0
        while place < len(tokens) and tokens[place].start < closing:
            for size in range(_CONTEXT, 0, -1):
                if place + size <= len(tokens) and tokens[place + size - 1].end <= closing:
                    from_ = end if place == high else tokens[place].start
                    kind = words.after.get(surface_key(self.text[from_ : tokens[place + size - 1].end]))
                    # A word that may be passed over is a verb of its own only where nothing follows it.
                    if kind is not None:
                        yield f"after:{kind}"
                        if kind not in ("is", "will") or skipped:
                            return
                        break
            if skipped == _SKIPS or tokens[place].text.lower() not in words.skip:
                return
            skipped += 1
            place += 1

    def _overlaps(self, candidate: Candidate) -> Iterator[str]:
        """How the span lies to what the tagger and the gazetteer marked."""
        start, end = candidate.start, candidate.end
        touched = False
        for low, high, kind in self._near(self._tagged, start, end):
            touched = True
            if (low, high) == (start, end):
                continue
            if low <= start and high >= end:
                yield f"inside:{kind}"
            elif start <= low and end >= high:
                yield f"holds:{kind}"
            else:
                yield f"across:{kind}"
        if not touched:
            yield "untagged"
        for index in range(max(0, bisect_left(self._hit_starts, start) - 1), len(self._hits)):
            hit = self._hits[index]
            if hit.start >= end:
                break
            if hit.end > start and (hit.start, hit.end) != (start, end):
                sure = "context" if hit.known.ambiguous else "known"
                yield f"{'inside' if hit.start <= start and hit.end >= end else 'holds'}:{sure}"

    @staticmethod
    def _near(spans: Sequence[tuple[int, int, str]], start: int, end: int) -> Iterator[tuple[int, int, str]]:
        # Tagged spans do not overlap each other: at most one reaches in from the left.
        for index in range(max(0, bisect_left(spans, (start, start, "")) - 1), len(spans)):
            low, high, _ = spans[index]
            if low >= end:
                break
            if high > start:
                yield spans[index]

    def _in_lists(self) -> None:
        """A name joined to another by "and" or a comma is of its neighbour's kind."""
        by_end: dict[int, list[Candidate]] = defaultdict(list)
        by_start: dict[int, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates.values():
            if "run:cut before" not in candidate.evidence and "run:cut after" not in candidate.evidence:
                by_end[candidate.end].append(candidate)
                by_start[candidate.start].append(candidate)
        signs = {
            "gazetteer": "org", "tagger:org": "org", "legal": "org", "tail:company": "org", "rule": "org",
            "tagger:person": "person", "given": "person", "place": "place", "tagger:place": "place",
        }  # fmt: skip
        said: list[tuple[Candidate, set[str]]] = []
        for candidate in self.candidates.values():
            low, high = bisect_left(self._starts, candidate.start), bisect_left(self._starts, candidate.end)
            neighbours: list[Candidate] = []
            if low >= 2 and self._conjoins(low - 1):
                neighbours += by_end.get(self.tokens[low - 2].end, [])
            if high + 1 < len(self.tokens) and self._conjoins(high):
                neighbours += by_start.get(self.tokens[high + 1].start, [])
            said.append(
                (candidate, {f"list:{signs[w]}" for n in neighbours for w in n.evidence if w in signs})
            )
        for candidate, listed in said:
            candidate.evidence |= listed

    def _conjoins(self, index: int) -> bool:
        return self.words.before.get(self.tokens[index].text.lower()) in ("and", "comma")

    def _longer_names(self) -> None:
        """Short forms ("Acme" beside "Acme Robotics Inc.") and initials in brackets behind the words they stand for."""
        signs = ("gazetteer", "legal", "tail:company", "tail:fund", "tagger:org")
        told: dict[str, set[str]] = defaultdict(
            set
        )  # by a long name's first word, what it tells of the short one
        for candidate in self.candidates.values():
            surface = self.text[candidate.start : candidate.end]
            if " " in surface and "run:cut before" not in candidate.evidence:
                first = told[surface.split()[0]]
                first.update(f"short of:{sign.split(':')[0]}" for sign in signs if sign in candidate.evidence)
                if candidate.evidence & {"given", "tagger:person"}:
                    first.add("short of:person")
        for candidate in self.candidates.values():
            surface = self.text[candidate.start : candidate.end]
            candidate.evidence |= told.get(surface, set())
            if surface.isupper() and 2 <= len(surface) <= 8 and "before:bracket" in candidate.evidence:
                for long in self._spelled_out(candidate, surface):
                    candidate.evidence.add("initials")
                    long.evidence.add("has initials")

    def _spelled_out(self, candidate: Candidate, letters: str) -> Iterator[Candidate]:
        bracket = bisect_left(self._starts, candidate.start) - 1
        end = self.tokens[bracket - 1].end if bracket > 0 else 0
        for size in range(1, 12):
            if bracket - size < 0:
                return
            span = (self.tokens[bracket - size].start, end)
            long = self.candidates.get(span)
            if long is not None and is_initials(letters, self.text[span[0] : end]):
                yield long

    def _opens_sentence(self, start: int) -> bool:
        index = bisect_left(self._sentence_starts, start)
        return index < len(self._sentence_starts) and self._sentence_starts[index] == start

    def _title_lines(self, found: Sequence[Span]) -> set[int]:
        """Starts of the words in lines where nearly all longer words have a capital: there it tells nothing."""
        starts: set[int] = set()
        for start, end in found:
            inside = self.tokens[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
            long = [token for token in inside if len(token.text) > 3 and token.text[0].isalpha()]
            if len(long) >= 4 and sum(token.capital for token in long) > 0.7 * len(long):
                starts.update(token.start for token in inside)
        return starts


def rule_norm(found: Found, lexicon: Lexicon) -> str | None:
    """The norm that a rule tells: its `norm` filled from the tables it caught; None where a value is missing."""
    template = found.rule.options.get("norm")
    if not isinstance(template, str):
        return None
    values: dict[str, str] = {}
    for group in ("nation", "portfolio"):
        value = lexicon.value(group, found[group])
        if value is not None:
            values[group] = str(value)
    if found["leader"] is not None:
        values["leader"] = str(found["leader"])
    national = found.rule.options.get(f"{values.get('nation', '').lower()}_norm")
    try:
        return (national if isinstance(national, str) else template).format(**values)
    except KeyError:
        return None


def is_initials(letters: str, phrase: str) -> bool:
    """Whether letters are the initials of a phrase, small words of which may be passed over."""
    words = [w for w in re.split(r"[\s'-]+", fold(phrase)) if w]
    wanted, left = fold(letters), 0
    for word in words:
        if left < len(wanted) and word[0] == wanted[left]:
            left += 1
    return left == len(wanted) and len(words) >= len(wanted) and len(letters) > 1


def name_key(surface: str, legal: frozenset[str]) -> str:
    """What two mentions of one name share: no legal form at the end, no case, no accents."""
    words = fold(surface).replace(",", " ").split()
    while len(words) > 1 and words[-1] in legal:
        words.pop()
    return " ".join(words)
