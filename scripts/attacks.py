"""Texts that are as bad as can be for patterns: each is made of a piece that some rule nearly matches, over and over.

Time must be linear in the length of each; `scripts/attack` measures that, the tests run them all at one size.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.gold import parse_markup
from extractor.lexicon import Lexicon

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
}


def attacks(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Names and pieces: those of no language, then for each section of a pack its rules' examples, whole and cut."""
    yield from COMMON.items()
    for section in (
        "date",
        "date_join",
        "money",
        "power",
        "org",
        "frame",
        "pair",
        "stake",
        "report",
        "doubt",
    ):
        for rule in lexicon.rules(section):
            for example in rule.examples[:1]:
                plain, _ = parse_markup(example)
                yield f"{section}: {rule.name}", f"{plain} "
                yield f"{section}: {rule.name}, cut", f"{plain[: 2 * len(plain) // 3]} "
