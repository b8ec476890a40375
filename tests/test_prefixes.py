from __future__ import annotations

import re

import pytest

from extractor.lexicon import languages, load_lexicon, normalise
from extractor.prefixes import Group, Index, beginnings

BORDER = r"(?<![^\W_])"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("buy", {"buy"}),
        ("bought", {"boug"}),
        ("s(?:old|ell)s?", {"sold", "sell"}),
        ("a?b", {"ab", "b"}),
        (r"\d{1,2} mai", {"0 ma", "00 m"}),
        ("[ÀB]x", {"àx", "bx"}),
        (r"[^\W_]+ bank", {""}),
        (r"the [^\W_]+", {"the "}),
        (r"(?<!x)(?=y)z", {"z"}),
        (r"(?P<a>x)(?P=a)", {"x"}),
    ],
)
def test_what_matches_begin_with(pattern: str, expected: set[str]) -> None:
    assert beginnings(pattern) == expected


def test_a_place_has_the_patterns_that_may_match_there() -> None:
    index = Index([(f"{BORDER}sold", 0), (f"{BORDER}s(?:old|ells)", 1), ("→", 2)], [BORDER], Group())
    assert index.places("Sold, sells; →") == [(0, (0, 1)), (6, (1,)), (13, (2,))]


@pytest.mark.parametrize("lang", languages())
def test_no_example_of_a_pack_is_lost(lang: str) -> None:
    lexicon = load_lexicon(lang)
    sections = ("date", "frame", "stake", "report", "doubt", "org")
    text = normalise(
        " ".join(e for section in sections for rule in lexicon.rules(section) for e in rule.examples)
    )
    for section in sections:
        for start in (match.start() for match in re.finditer(r"\w+|\S", text)):
            tried = {rule.name for rule in lexicon.index(section).at(text, start)}
            assert not [
                r.name for r in lexicon.rules(section) if r.name not in tried and r.regex.match(text, start)
            ]
