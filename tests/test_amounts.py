"""Amounts of money and power are found with the extent, value and qualifier that the annotation guidelines ask for."""

from __future__ import annotations

import itertools
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.amounts import find_amounts
from extractor.gold import parse_markup
from extractor.lexicon import languages, load_lexicon
from extractor.values import Mention, MentionValue, Money

CASES = {
    p.parent.name: tomllib.loads(p.read_text("utf-8"))
    for p in sorted(Path(__file__).parent.glob("cases/*/amounts.toml"))
}


def cases(kind: str) -> list[tuple[str, str]]:
    return [(lang, text) for lang, data in CASES.items() for text in data[kind]]


def told(mentions: list[Mention]) -> list[tuple[int, str, MentionValue]]:
    return [(m.start, m.text, m.value) for m in mentions]


def find(text: str, lang: str) -> list[tuple[int, str, MentionValue]]:
    return told(find_amounts(text, load_lexicon(lang)))


@pytest.mark.parametrize(("lang", "marked"), cases("right"))
def test_amounts_are_found(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    assert find(text, lang) == told(gold)


@pytest.mark.parametrize(("lang", "text"), cases("nothing"))
def test_what_is_no_amount_is_left(lang: str, text: str) -> None:
    assert find(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        (lang, example)
        for lang in languages()
        for section in ("money", "power")
        for rule in load_lexicon(lang).rules(section)
        for example in rule.examples
    ],
)
def test_examples_of_the_rules_hold(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    assert find(text, lang) == told(gold)


@pytest.mark.parametrize("lang", languages())
def test_every_rule_has_an_example(lang: str) -> None:
    assert [r.name for s in ("money", "power") for r in load_lexicon(lang).rules(s) if not r.examples] == []


SCALES = {
    "fr": {"": 1, " millions": 10**6, " milliards": 10**9, " M": 10**6, " Md": 10**9, " Mds": 10**9},
    "en": {"": 1, " million": 10**6, " billion": 10**9, "bn": 10**9, "m": 10**6, " trillion": 10**12},
}
# How a language writes a number, a magnitude and a currency together.
FORMS = {
    "fr": [
        ("{n}{s} €", "EUR"),
        ("{n}{s}€", "EUR"),
        ("{n}{s}$", "USD"),
        ("{n}{s} USD", "USD"),
        ("${n}{s}", "USD"),
        ("EUR {n}{s}", "EUR"),
    ],
    "en": [
        ("${n}{s}", "USD"),
        ("€{n}{s}", "EUR"),
        ("US${n}{s}", "USD"),
        ("{n}{s} euros", "EUR"),
        ("EUR {n}{s}", "EUR"),
        ("{n}{s} CHF", "CHF"),
    ],
}
MARKS = {
    "fr": [(" ", ","), ("\u202f", ","), ("\xa0", ","), (".", ",")],
    "en": [(",", "."), (" ", "."), ("'", ".")],
}


@given(data=st.data(), whole=st.integers(1, 10**9 - 1), cents=st.sampled_from(["", "5", "25", "07"]))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("lang", sorted(FORMS))
def test_any_amount_written_out_reads_back(lang: str, data: st.DataObject, whole: int, cents: str) -> None:
    thousands, decimal = data.draw(st.sampled_from(MARKS[lang]))
    scale = data.draw(st.sampled_from(sorted(SCALES[lang])))
    form, currency = data.draw(st.sampled_from(FORMS[lang]))
    number = f"{whole:,}".replace(",", thousands) + (decimal + cents if cents else "")
    text = "Le prix : " + form.format(n=number, s=scale) + "."
    value = Decimal(f"{whole}.{cents or 0}") * SCALES[lang][scale]
    expected = [] if value >= Decimal(10) ** 18 else [(value, currency)]
    found = [m.value for m in find_amounts(text, load_lexicon(lang))]
    assert [(v.value, v.currency) for v in found if isinstance(v, Money)] == expected


@pytest.mark.parametrize("lang", languages())
def test_a_number_too_large_is_left_out(lang: str) -> None:
    assert find("$" + "9" * 17 + " million", lang) == []


@given(st.text(alphabet="0123456789 .,$€£%-/()\n'’abdemnsMGWk", max_size=60))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("lang", languages())
def test_any_text_keeps_its_offsets(lang: str, text: str) -> None:
    mentions = find_amounts(text, load_lexicon(lang))
    assert all(text[m.start : m.end] == m.text != "" for m in mentions)
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))
