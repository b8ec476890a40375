"""Numbers read as their language writes them, in digits and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.lexicon import languages, load_lexicon
from extractor.numbers import read_number

RIGHT = {
    "fr": {
        "1 200,5": "1200.5", "1\u202f139,00": "1139", "1.837,32": "1837.32", "94.000": "94000", "4.5": "4.5",
        "10,000": "10000",
        "1,185": "1.185", "0,125": "0.125", "1'200.50": "1200.50", "2.130.000": "2130000", "six": "6", "dix-sept": "17",
        "soixante et onze": "71", "soixante-douze": "72", "quatre-vingt-dix-sept": "97", "nonante-neuf": "99",
        "vingt et un": "21", "cent mille": "100000", "deux cent mille cinq cents": "200500", "mille milliards": "1e12",
        "mille neuf cent quatre-vingt-quatorze": "1994", "quinze cents": "1500", "un milliard et demi": "1.5e9",
        "un demi-million": "500000", "trois quarts de milliard": "750e6", "quatre virgule cinq milliards": "4.5e9",
        "deux millions cinq cent mille": "2500000", "une vingtaine": "20", "2 millions et un quart": "2.25e6",
    },
    "en": {
        "1,200.5": "1200.5", "2,50,000": "250000", "1.285": "1.285", "10.000": "10000", "1.234.567,89": "1234567.89",
        ".75": "0.75",
        "twenty-two million": "22e6", "a billion and a half": "1.5e9", "one and a half billion": "1.5e9",
        "half a billion": "5e8", "a quarter of a billion": "25e7", "three quarters of a million": "750000",
        "two million five hundred thousand": "2500000", "forty-five hundred": "4500", "5 lakh": "500000",
        "one hundred and twenty-three thousand four hundred and fifty-six": "123456", "three point two five": "3.25",
        "a hundred million": "1e8", "1 million 500 thousand": "1.5e6", "a": "1",
    },
}  # fmt: skip
WRONG = {
    "fr": [
        "",
        "-5",
        "5.",
        "1.2.3",
        "cinq six",
        "vingt vingt",
        "deux et onze",
        "milliards de milliards",
        "mercredi",
        "5 5",
    ],
    "en": [
        "",
        "-5",
        "5.",
        "1.2.3",
        "five and six",
        "million million",
        "Wednesday",
        "twenty twelve",
        "five million six billion",
    ],
}


@pytest.mark.parametrize(
    ("lang", "surface", "value"), [(lang, s, v) for lang, d in RIGHT.items() for s, v in d.items()]
)
def test_a_number_reads(lang: str, surface: str, value: str) -> None:
    assert read_number(surface, load_lexicon(lang)) == Decimal(value)


@pytest.mark.parametrize(("lang", "surface"), [(lang, s) for lang, rows in WRONG.items() for s in rows])
def test_what_is_no_single_number_reads_as_none(lang: str, surface: str) -> None:
    assert read_number(surface, load_lexicon(lang)) is None


ONES = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
    " dix-huit dix-neuf",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen",
}
TENS = {
    "fr": "vingt trente quarante cinquante soixante",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}


def below_hundred(n: int, lang: str) -> str:
    """A number below a hundred, spelled out."""
    ones, tens = ONES[lang].split(), TENS[lang].split()
    if n < 20:
        return ones[n]
    if lang == "fr" and n >= 80:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{ones[n - 80]}"
    if lang == "fr" and n >= 70:
        return "soixante et onze" if n == 71 else f"soixante-{ones[n - 60]}"
    word, rest = tens[n // 10 - 2], n % 10
    if not rest:
        return word
    return f"{word} et un" if lang == "fr" and rest == 1 else f"{word}-{ones[rest]}"


def below_thousand(n: int, lang: str) -> str:
    """A number below a thousand, spelled out."""
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return below_hundred(n, lang)
    hundred = {"fr": "cent", "en": "hundred"}[lang]
    head = hundred if lang == "fr" and hundreds == 1 else f"{below_hundred(hundreds, lang)} {hundred}"
    joint = {"fr": " ", "en": " and "}[lang]
    return head + (joint + below_hundred(rest, lang) if rest else "")


def spelled(n: int, lang: str) -> str:
    """A number below a million, spelled out."""
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return below_thousand(n, lang)
    word = {"fr": "mille", "en": "thousand"}[lang]
    head = word if lang == "fr" and thousands == 1 else f"{below_thousand(thousands, lang)} {word}"
    return head + (f" {below_thousand(rest, lang)}" if rest else "")


@given(n=st.integers(1, 999_999))
@settings(max_examples=300, deadline=None)
@pytest.mark.parametrize("lang", sorted(ONES))
def test_any_number_spelled_out_reads_back(lang: str, n: int) -> None:
    lexicon = load_lexicon(lang)
    assert read_number(spelled(n, lang), lexicon) == n
    found = lexicon.compiled("{<}{number}{>}").match(spelled(n, lang))
    assert found is not None and found[0] == spelled(n, lang)


@given(text=st.text(alphabet="0123456789 .,'-aàdeuxcntmilorhsv", max_size=80))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("lang", languages())
def test_no_text_breaks_the_reader(lang: str, text: str) -> None:
    value = read_number(text, load_lexicon(lang))
    assert value is None or value >= 0
