"""A text cut into tokens, sentences and lines, and the words of the pack that say something of a name."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from extractor.gazetteer import fold
from extractor.lexicon import Lexicon, normalise, surface_key
from extractor.segments import paragraphs, sentences

Span = tuple[int, int]

_W = r"[^\W_]"
# Initials, words (with "AT&T", "Crypto.com", "T-Mobile", "Canal+" in one), an elided word, "'s", a mark.
_TOKEN = re.compile(
    rf"{_W}++(?![&.+'-])|"  # most words: with nothing behind them that could go on
    rf"(?:[A-Z]\.){{2,6}}|"
    rf"{_W}+(?:&{_W}+|\.[a-z]{{2,3}}(?!{_W})|-(?:[a-z]{{1,3}}-){{0,2}}(?=[A-Z0-9À-ÖØ-Þ]){_W}+){{0,6}}"
    rf"(?:\+(?!\w)|'(?!s\b)(?={_W}))?|'s\b|[^\w\s]"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()]{1,2000}")
BLANKS = re.compile(r"[ \u00a0\u202f]{0,2}$")
ARTICLES = ("the", "a", "the_many")
_AROUND = ("org_before", "org_after", "org_skip", "org_adjective")
# What may stand before the first word of a sentence.
_MARKS = " -–—•*·>#\"“«'("


# Not frozen: it takes three times as long to make one that is.
@dataclass(slots=True)
class Token:
    """A word or a mark of the text."""

    start: int
    end: int
    text: str
    capital: bool
    """Whether the word could open a name: a capital in it, or in "3M" behind a digit."""


@dataclass(frozen=True, slots=True)
class Words:
    """The pack's words that evidence reads, looked up many times a text."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    skip: frozenset[str]
    head: Mapping[str, str]
    tail: Mapping[str, str]
    kinds: frozenset[str]
    """Words of `head`, folded as in the key of a name."""
    adjective: frozenset[str]
    nation: frozenset[str]
    legal: frozenset[str]
    label: Mapping[str, str]
    common: frozenset[str]
    given: frozenset[str]
    place: frozenset[str]
    product: frozenset[str]
    no_name: frozenset[str]


def read_words(lexicon: Lexicon) -> Words:
    """The tables of a pack that evidence reads."""

    def strings(table: str) -> dict[str, str]:
        return {surface: str(value) for surface, value in lexicon.table(table).items()}

    def listed(table: str, key: str) -> frozenset[str]:
        return frozenset(fold(word.replace("_", " ")) for word in str(lexicon.table(table)[key]).split())

    verbs = {
        surface_key(word.replace("_", " ")): kind
        for kind, words in lexicon.table("org_verb").items()
        for word in str(words).split()
    }
    return Words(
        before=strings("org_before"),
        after=strings("org_after") | verbs,
        skip=frozenset(lexicon.table("org_skip")),
        head=strings("org_head"),
        tail=strings("org_tail"),
        kinds=frozenset(map(fold, lexicon.table("org_head"))),
        adjective=frozenset(lexicon.table("org_adjective")),
        nation=frozenset(lexicon.table("nation")),
        legal=frozenset(lexicon.table("legal_form")),
        label=strings("tagger_label"),
        # The words that stand around names are no names themselves.
        common=listed("words", "common") | {fold(word) for table in _AROUND for word in lexicon.table(table)},
        given=listed("org_words", "given"),
        place=listed("org_words", "place"),
        product=listed("org_words", "product"),
        no_name=listed("org_words", "no_name"),
    )


class Reading:
    """A text cut into tokens, sentences and lines.

    `taken`: extents, of dates and amounts, that no name may touch; `sums`: those of them that are amounts.
    """

    def __init__(
        self, text: str, lexicon: Lexicon, words: Words, *, taken: Sequence[Span], sums: Sequence[Span] = ()
    ) -> None:
        self.text = normalise(text)
        self.lexicon = lexicon
        self.words = words
        self.edges = sorted({edge for span in taken for edge in span})
        self.borders = frozenset(self.edges)
        self.sum_starts, self.sum_ends = (frozenset(span[end] for span in sums) for end in (0, 1))
        # What stands in an address on the web is no mention.
        self._taken = sorted([*taken, *(match.span() for match in _ADDRESS.finditer(self.text))])
        self._taken_starts = [start for start, _ in self._taken]
        self._taken_ends = list(accumulate((end for _, end in self._taken), max))
        self.tokens = list(self._tokens())
        self.starts = [token.start for token in self.tokens]
        self.ends = [token.end for token in self.tokens]
        found = sentences(text, lexicon)
        self.sentence_starts = [start for start, _ in found]
        self.sentence_ends = [end for _, end in found]
        self.small = {token.text for token in self.tokens if token.text.islower()}
        lines = paragraphs(text)
        self._line_starts = [start for start, _ in lines]
        self.line_ends = {end for _, end in lines}
        self.titles = self._title_lines(lines)

    def _tokens(self) -> Iterator[Token]:
        """Tokens, cut at the borders of what is taken."""
        edges = [*self.edges, len(self.text) + 1]
        following = 0  # the first edge behind where the word starts
        for match in _TOKEN.finditer(self.text):
            start, end = match.span()
            while edges[following] <= start:
                following += 1
            while edges[following] < end:
                yield self._token(start, edges[following])
                start = edges[following]
                following += 1
            yield self._token(start, end)

    def _token(self, start: int, end: int) -> Token:
        word = self.text[start:end]
        return Token(start, end, word, word != word.lower() and word[0].isalnum())

    def free(self, start: int, end: int) -> bool:
        """Whether a span touches nothing that is taken."""
        index = bisect_left(self._taken_starts, end) - 1
        return index < 0 or self._taken_ends[index] <= start

    def is_legal(self, index: int) -> bool:
        token = self.tokens[index]
        return (
            token.capital
            and f"{token.text.lower()}." in self.words.legal
            and self.text[token.end : token.end + 1] == "."
        )

    def goes_on(self, before: int, index: int) -> bool:
        one, two = self.tokens[before], self.tokens[index]
        gap = self.text[one.end : two.start]
        glued = not gap and one.end in self.borders
        return (
            before + 1 == index
            and bool(BLANKS.match(gap))
            and not glued
            and not self.opens_sentence(two.start)
        )

    def is_broken(self, first: int, last: int) -> bool:
        """Whether a paragraph ends between two tokens: a tagger reads past it."""
        starts = (self.tokens[first].start, self.tokens[last].start)
        return len({bisect_right(self._line_starts, start) for start in starts}) > 1

    def opening(self, start: int) -> Iterator[str]:
        """Whether a span opens its sentence, and its line."""
        sentence = bisect_right(self.sentence_starts, start) - 1
        if sentence >= 0 and not self.text[self.sentence_starts[sentence] : start].strip(_MARKS):
            yield "opens sentence"
            line = bisect_right(self._line_starts, start) - 1
            if not self.text[self._line_starts[line] : start].strip(_MARKS):
                yield "opens line"

    def opens_sentence(self, start: int) -> bool:
        index = bisect_left(self.sentence_starts, start)
        return index < len(self.sentence_starts) and self.sentence_starts[index] == start

    def _title_lines(self, found: Sequence[Span]) -> set[int]:
        """Starts of the words in lines where nearly all longer words have a capital: there it tells nothing."""
        starts: set[int] = set()
        for start, end in found:
            inside = self.tokens[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
            long = [token for token in inside if len(token.text) > 3 and token.text[0].isalpha()]
            if len(long) >= 4 and sum(token.capital for token in long) > 0.7 * len(long):
                starts.update(token.start for token in inside)
        return starts
