"""Candidates for ORG: the spans of a text that may be a name.

A run of capitalised words or a part of one, a name of the gazetteer, a span of the tagger (of any label), what a rule
`[[org]]` of the pack finds. What found it is the first evidence on each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import Formatter

from extractor.gazetteer import Gazetteer, Known, fold
from extractor.lexicon import Found, Lexicon, surface_key
from extractor.reading import BLANKS, Reading, Span, Token

# Longer runs are titles in capitals: only their short parts are names.
_LONG_RUN = 6
_PART = 4
# "Channel 4", "Radio 24": longer numbers are years and amounts.
_CHANNEL = 2
# Shorter words in small letters are no names.
_SMALL = 4
# Classes of the words that join the parts of a name: "of", "and", "for the".
_LINKS = ("of", "of_the", "the", "and", "at", "for", "the_many")
# Groups of a rule that hold a name, not a word of a table.
_NAMED = ("leader", "place")


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


class Candidates:
    """The candidates of a text by their extents, and what they were made of.

    `run_of`: the run of capitalised words in which a token stands. `tagged`: the tagger's spans, trimmed to tokens,
    with their kinds.
    """

    def __init__(
        self, reading: Reading, *, tagged: Iterable[tuple[int, int, str]], gazetteer: Gazetteer
    ) -> None:
        self.reading = reading
        self.found: dict[Span, Candidate] = {}
        self.run_of: dict[int, Span] = {}
        self._small_pairs = self._pairs()
        self._always_own = self._owners()
        self._add_runs()
        self.name_words = gazetteer.words
        self.hits = gazetteer.find(reading.text, borders=reading.borders)
        self.hit_starts = [hit.start for hit in self.hits]
        self.tagged = self._add_tagged(tagged)
        self._add_known()
        self._add_rules()
        self._add_heads()
        self._add_joined()
        self._add_small()

    def _add(self, start: int, end: int, *evidence: str) -> Candidate | None:
        if start >= end or not self.reading.free(start, end):
            return None
        found = self.found.get((start, end))
        if found is None:
            found = Candidate(start, end, name_key(self.reading.text[start:end], self.reading.words.legal))
            self.found[start, end] = found
        found.evidence.update(evidence)
        return found

    def _add_runs(self) -> None:
        """Runs of capitalised words with only blanks between them, whole and in parts."""
        run: list[int] = []
        for index, token in enumerate(self.reading.tokens):
            if run and not self.reading.goes_on(run[-1], index):
                self._add_run(run)
                run = []
            if self._joins(index) and (run or token.capital) and self.reading.free(token.start, token.end):
                run.append(index)
        self._add_run(run)

    def _joins(self, index: int) -> bool:
        """Whether a token belongs in a run: a capitalised word, or "&", "'s" and a legal form's mark inside one."""
        token = self.reading.tokens[index]
        if token.capital:
            return True
        nearby = self.reading.tokens[index + 1] if index + 1 < len(self.reading.tokens) else None
        if nearby is None or not nearby.capital:
            return token.text == "." and index > 0 and self.reading.is_legal(index - 1)
        if token.text == ",":
            return nearby.text.lower() in self.reading.words.legal
        return token.text in ("&", "'s") or (token.text == "." and self.reading.is_legal(index - 1))

    def _add_run(self, run: Sequence[int]) -> None:
        if not run:
            return
        while run and self.reading.tokens[run[-1]].text in ("&", "'s", ","):
            run = run[:-1]
        whole = (self.reading.tokens[run[0]].start, self.reading.tokens[run[-1]].end)
        for index in run:
            self.run_of[index] = whole
        longest = len(run) if len(run) <= _LONG_RUN else _PART
        for i in range(len(run)):
            if not self.reading.tokens[run[i]].capital:
                continue
            for j in range(i, min(len(run), i + longest)):
                last = self.reading.tokens[run[j]]
                if last.capital or last.text == ".":
                    self._add(self.reading.tokens[run[i]].start, last.end)
        self._add(*whole)
        # "404 Media", "21st Century Fox": a number may open a name.
        if (
            run[0] > 0
            and self.reading.tokens[run[0] - 1].text[0].isdigit()
            and self.reading.goes_on(run[0] - 1, run[0])
        ):
            self._add(self.reading.tokens[run[0] - 1].start, whole[1], "opens:number")
        follows = run[-1] + 1
        if follows == len(self.reading.tokens) or not self.reading.goes_on(run[-1], follows):
            return
        after = self.reading.tokens[follows]
        if after.text.isdigit() and len(after.text) <= _CHANNEL:
            self._add(whole[0], after.end, "closes:number")
        elif (
            after.text == "'s"
            and after.start == whole[1]
            and self.reading.tokens[run[-1]].text in self._always_own
        ):
            self._add(whole[0], after.end, "closes:possessive")
        elif (
            after.text.lower() in self.reading.words.adjective
            or after.text.lower() in self.reading.words.nation
        ):
            self._add(whole[0], after.end, "closes:adjective")
        elif self._small_pairs[self.reading.text[self.reading.tokens[run[-1]].start : after.end]] > 1:
            self._add(whole[0], after.end, "closes:small")

    def _owners(self) -> set[str]:
        """Words that stand more than once in the text, and never without their "'s": "Harrod's"."""
        tokens = self.reading.tokens
        told = Counter(token.text for token in tokens)
        owned = Counter(
            one.text for one, two in pairwise(tokens) if two.text == "'s" and two.start == one.end
        )
        return {word for word, times in owned.items() if 1 < times == told[word]}

    def _pairs(self) -> Counter[str]:
        """How often each capitalised word stands before the same small one that no table knows."""
        known = (self.reading.words.before, self.reading.words.after, self.reading.words.skip)
        return Counter(
            self.reading.text[one.start : two.end]
            for one, two in pairwise(self.reading.tokens)
            if one.capital and two.text.isalpha() and two.text.islower()
            if BLANKS.fullmatch(self.reading.text[one.end : two.start])
            if not any(two.text in table for table in known)
        )

    def _add_tagged(self, tagged: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """The tagger's spans that say something of a name, trimmed to tokens."""
        kept = []
        for start, end, label in tagged:
            kind = self.reading.words.label.get(surface_key(label))
            if kind is None:
                continue
            low, high = bisect_left(self.reading.starts, start), bisect_right(self.reading.ends, end)
            while low < high and not self.reading.tokens[low].text[0].isalnum():
                low += 1
            while high - low > 1 and self.reading.is_broken(low, high - 1):
                high -= 1
            while (
                low < high
                and not self.reading.tokens[high - 1].text[-1].isalnum()
                and not self.reading.is_legal(high - 2)
            ):
                high -= 1
            while high - low > 1 and (
                self.reading.tokens[high - 1].text == "'s" or self._links(self.reading.tokens[high - 1])
            ):
                high -= 1
            if low >= high:
                continue
            first = self.reading.tokens[low]
            if first.text.endswith("'") and high - low > 1 and first.text.islower():
                first = self.reading.tokens[low + 1]
            span = (first.start, self.reading.tokens[high - 1].end)
            kept.append((*span, kind))
            self._add(*span, f"tagger:{kind}")
        return kept

    def _links(self, token: Token) -> bool:
        """Whether a word only joins the parts of a name: none ends with "of" or "and"."""
        return token.text.islower() and self.reading.words.before.get(token.text) in _LINKS

    def _add_known(self) -> None:
        for hit in self.hits:
            found = self._add(hit.start, hit.end, "gazetteer:context" if hit.known.ambiguous else "gazetteer")
            if found:
                found.known = hit.known

    def _add_rules(self) -> None:
        """What the pack's own rules find: institutions that no list need hold."""

        def read(found: Found) -> Candidate | None:
            candidate = self._add(*found.span, "rule")
            if candidate is not None:
                candidate.evidence.add(f"rule:{found.rule.name}")
                candidate.kind = str(found.rule.options["kind"])
                candidate.norm = _rule_norm(found, self.reading.lexicon)
            return candidate

        for _ in self.reading.lexicon.scan("org", self.reading.text, read):
            pass

    def _add_heads(self) -> None:
        """Institutions that open with a word of [org_head] and go on in small letters, one candidate a stop."""
        words, tokens = self.reading.words, self.reading.tokens
        for index, token in enumerate(tokens):
            kind = words.head.get(token.text.lower())
            # "the group of Acme": in small letters a word for a company describes it.
            if kind is None or (kind == "company" and not token.capital):
                continue
            told = () if token.capital else ("head:opens small",)
            for step in range(index + 1, min(index + 9, len(tokens))):
                if not self.reading.goes_on(step - 1, step):
                    break
                word = tokens[step].text.lower()
                linked = words.before.get(tokens[step - 1].text.lower()) in _LINKS
                if word in words.adjective or word in words.nation or tokens[step].capital:
                    self._add(token.start, tokens[step].end, "head", *told)
                elif words.before.get(word) in _LINKS:
                    continue
                elif word.isalpha() and linked:
                    self._add(token.start, tokens[step].end, "head", "head:small", *told)
                elif word.isalpha() and "head:loose" not in told and not self._speaks(word):
                    # "agence des eaux souterraines de …": a word that no table knows behind a small one.
                    told = (*told, "head:loose")
                    self._add(token.start, tokens[step].end, "head", "head:small", *told)
                else:
                    break

    def _add_joined(self) -> None:
        """Two runs joined by "of": "Bank of Acme"."""
        by_start = {span[0]: span for span in set(self.run_of.values())}
        for index, token in enumerate(self.reading.tokens):
            run = self.run_of.get(index)
            if run is None or run[1] != token.end:
                continue
            step = index + 1
            while step < min(index + 4, len(self.reading.tokens)) and self.reading.goes_on(step - 1, step):
                follows = by_start.get(self.reading.tokens[step].start)
                if follows is not None:
                    if step > index + 1:
                        self._add(run[0], follows[1], "joined", *self._joint(run, follows))
                    break
                if self.reading.words.before.get(self.reading.tokens[step].text.lower()) not in (
                    "of",
                    "of_the",
                    "the",
                ):
                    break
                step += 1

    def _speaks(self, word: str) -> bool:
        """Whether a word in small letters is one of those that stand around names."""
        words = self.reading.words
        return word in words.before or word in words.after or word in words.skip

    def _joint(self, run: Span, follows: Span) -> Iterator[str]:
        """What the two runs of a joined name say: "Bank of Acme", "Acme of London"."""
        words = self.reading.words
        first, second = (fold(self.reading.text[a:b]) for a, b in (run, follows))
        opening, closing = first.split()[0], first.split()[-1]
        if closing in words.head or closing in words.legal or opening in words.head:
            yield "joined:head"
        if second in words.place or second in words.nation:
            yield "joined:place"
        yield "joined:one" if opening == closing else "joined:several"

    def _add_small(self) -> None:
        """Names that the text writes in small letters too ("acme" beside "Acme"), if that is no common word."""
        names = {
            candidate.name
            for candidate in self.found.values()
            if " " not in candidate.name and "opens sentence" not in self.reading.opening(candidate.start)
        }
        for index, token in enumerate(self.reading.tokens):
            name = fold(token.text)
            if (
                not token.text.islower()
                or name not in names
                or name in self.reading.words.common
                or len(name) < _SMALL
            ):
                continue
            self._add(token.start, token.end, "small")
            follows = self.reading.tokens[index + 1] if index + 1 < len(self.reading.tokens) else None
            if follows is not None and follows.capital and self.reading.goes_on(index, index + 1):
                self._add(token.start, follows.end, "small")


def _rule_norm(found: Found, lexicon: Lexicon) -> str | None:
    """The norm that a rule tells: its `norm` filled from what it caught; None where a value is missing.

    What stands in a table has its value there, a name its English form (`[exonym]`) or itself.
    """
    template = found.rule.options.get("norm")
    if not isinstance(template, str):
        return None
    nation = lexicon.value("nation", found["nation"])
    national = found.rule.options.get(f"{str(nation).lower()}_norm")
    chosen = national if isinstance(national, str) else template
    values: dict[str, str] = {}
    for _, field_, _, _ in Formatter().parse(chosen):
        if field_ is not None:
            caught = found[field_]
            own = lexicon.value("exonym", caught) or caught if field_ in _NAMED else None
            value = own or lexicon.value(field_, caught)
            if value is None:
                return None
            values[field_] = str(value)
    return chosen.format(**values)


def name_key(surface: str, legal: frozenset[str]) -> str:
    """What two mentions of one name share: no legal form at the end, no case, no accents."""
    words = fold(surface).replace(",", " ").split()
    while len(words) > 1 and words[-1] in legal:
        words.pop()
    return " ".join(words)
