"""Texts that are as bad as can be for patterns: each is made of a piece that some rule nearly matches, over and over.

Time must be linear in the length of each; `scripts/attack` measures that, the tests read them all at one size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from extractor.gold import parse_markup
from extractor.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Attack:
    """A piece over and over, what stands once before it and once behind it."""

    name: str
    piece: str
    head: str = ""
    tail: str = ""

    def text(self, size: int) -> str:
        """The attack in so many characters, but for those of its ends."""
        return self.head + (self.piece * (size // len(self.piece) + 1))[:size] + self.tail


# What belongs to no language: digits, marks, capitals, layout.
COMMON = {
    "digits": "1",
    "groups of digits": "1 000 ",
    "digits and points": "1.2.3.",
    "digits and commas": "1,000,",
    "digits and apostrophes": "1'000",
    "signs": "$",
    "sign and number": "$1 ",
    "sign, number and unit": "$1.5bn ",
    "ranges": "1-2-",
    "percent": "10 % ",
    "slashes": "01/02/",
    "iso dates": "2024-01-01 ",
    "iso date lines": "2024-01-01: A\n",
    "capital letters": "A",
    "initials": "A.",
    "capital words": "Abcde ",
    "long capital words": "Abcdefghij-",
    "words with an ampersand": "A&",
    "legal forms": "Inc. ",
    "small letters": "a",
    "small words": "abcde ",
    "apostrophes": "d'",
    "hyphens": "a-",
    "full stops": ".",
    "full stops and blanks": ". ",
    "sentences": "Abc def. ",
    "commas": "a, ",
    "opening brackets": "(",
    "brackets": "[(<*",
    "quotes": "\"'",
    "bullets": "- a\n",
    "bullets alone": "- ",
    "numbered lines": "1. a\n",
    "table rows": "| a | 1 |\n",
    "line breaks": "\n",
    "blanks": " ",
    "no-break blanks": "\u00a0",
    "tabs": "\t",
    "blanks and line breaks": " \n",
    "zero widths": "a\u200b",
    "right to left": "\u202eabc\u202c ",
    "combining marks": "e\u0301",
    "many marks on one letter": "\u0301",
    "emoji": "😀",
    "surrogates": "\ud83d",
    "controls": "\x00\x1b[31m",
    "masks": "\ue000\ue004 ",
    "headings": "# A\n",
    "links": "https://a.b/c ",
    "arrows": "A → B ",
    "glued": "22 aoûtLe ",
    "years and dashes": "2025-",
    "numbers and dashes": "5-",
    "numbers and points": "1.",
    "long numbers": "9" * 50 + " ",
    "open brackets, sign and number": "($5 ",
}

# A run without end that begins like an amount, a date or a name, and may end like one.
ENDED = (
    Attack("an amount in digits", "9", "$"),
    Attack("a number of digits and its unit", "9", "", " $"),
    Attack("blanks between number and unit", " ", "5", "$"),
    Attack("ranges of a currency", "5-", "", "$"),
    Attack("points before a sign", "1.", "", "$"),
    Attack("blanks within a date", " ", "2025-01-", "01"),
    Attack("a name of capitals", "A", "Alvia ", " Inc."),
)


# Words of a pack that numbers, amounts and dates are made of, each a run of itself.
_TABLES = (
    *("cardinal", "ordinal", "fraction", "half", "scale", "currency", "qualifier", "unit"),
    *("month", "weekday", "season", "part"),
)


def attacks(lexicon: Lexicon) -> Iterator[Attack]:
    """Those of no language, then words of a pack, then its rules' first examples, whole and cut."""
    yield from (Attack(name, piece) for name, piece in COMMON.items())
    yield from ENDED
    for name in _TABLES:
        words = sorted(lexicon.table(name), key=len)
        for word in dict.fromkeys((*words[:1], *words[-1:])):
            yield Attack(f"word: {name} {word}", f"{word} ")
            yield Attack(f"word: 5 and {name} {word}", f"5 {word} ")
    for section in ("date", "date_join", "money", "power", "org", "frame", "stake", "report", "doubt"):
        for rule in lexicon.rules(section):
            for example in rule.examples[:1]:
                plain, _ = parse_markup(example)
                yield Attack(f"{section}: {rule.name}", f"{plain} ")
                yield Attack(f"{section}: {rule.name}, cut", f"{plain[: 2 * len(plain) // 3]} ")
