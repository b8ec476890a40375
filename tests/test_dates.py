"""Dates are found with the extent and the value that the annotation guidelines ask for."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import timex
from extractor.dates import find_dates, resolve_dates
from extractor.gold import parse_markup
from extractor.lexicon import Rule, languages, load_lexicon
from extractor.timex import Grain
from extractor.values import Entry, Mention, Timex

# The day on which the examples of the packs are told: a Wednesday.
EXAMPLES_TOLD_ON = "2025-10-15"
SECTIONS = ("date", "date_join")
CASES = {
    path.parent.name: tomllib.loads(path.read_text("utf-8"))
    for path in sorted(Path(__file__).parent.glob("cases/*/dates.toml"))
}


def read(
    text: str, lang: str, *, published: str | None = None, entries: tuple[Entry, ...] = ()
) -> list[Mention]:
    """The resolved dates of a text."""
    lexicon = load_lexicon(lang)
    return resolve_dates(
        find_dates(text, lexicon), text=text, lexicon=lexicon, published=published, entries=entries
    )


def told(mentions: list[Mention]) -> list[tuple[str, Timex]]:
    """Words and values, which a failing test prints legibly."""
    return [(m.text, m.value) for m in mentions if isinstance(m.value, Timex)]


def values(text: str, lang: str, *, published: str | None = None) -> list[str | None]:
    """The values alone."""
    return [value.value for _, value in told(read(text, lang, published=published))]


def rules() -> list[tuple[str, Rule]]:
    return [
        (lang, rule)
        for lang in languages()
        for section in SECTIONS
        for rule in load_lexicon(lang).rules(section)
    ]


@pytest.mark.parametrize(("lang", "rule"), rules(), ids=lambda v: v if isinstance(v, str) else v.name)
def test_every_rule_shows_an_example(lang: str, rule: Rule) -> None:
    assert rule.examples


@pytest.mark.parametrize(("lang", "marked"), [(lang, e) for lang, rule in rules() for e in rule.examples])
def test_examples_of_the_packs_hold(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    assert told(read(text, lang, published=EXAMPLES_TOLD_ON)) == told(gold)


@pytest.mark.parametrize(
    ("lang", "marked"), [(lang, c) for lang, file in CASES.items() for c in file["right"]]
)
def test_dates_are_found_and_resolved(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    found = read(text, lang, published=CASES[lang]["anchor"])
    assert told(found) == told(gold)
    assert [(m.start, m.end) for m in found] == [(m.start, m.end) for m in gold]


@pytest.mark.parametrize(
    ("lang", "text"), [(lang, c) for lang, file in CASES.items() for c in file["nothing"]]
)
def test_what_is_no_date_is_left_alone(lang: str, text: str) -> None:
    assert told(read(text, lang, published=CASES[lang]["anchor"])) == []


@pytest.mark.parametrize(
    ("lang", "marked"), [(lang, c) for lang, file in CASES.items() for c in file["no_anchor"]]
)
def test_without_an_anchor_an_open_date_has_no_value(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    assert told(read(text, lang)) == told(gold)


@pytest.mark.parametrize("lang", sorted(CASES))
def test_mentions_are_sorted_apart_and_true_to_the_text(lang: str) -> None:
    text = "\n".join(parse_markup(marked)[0] for marked in CASES[lang]["right"])
    found = read(text, lang, published=CASES[lang]["anchor"])
    assert all(text[m.start : m.end] == m.text for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_an_entry_is_the_anchor_of_what_stands_in_it() -> None:
    text = "10 nov.Elle a signé hier.\n\n3 mars 2021\nElle avait signé la veille.\n\nEt aujourd'hui ?"
    entries = (Entry(start=0, end=25, date="2023-11-10"), Entry(start=27, end=65, date="2021-03-03"))
    assert told(read(text, "fr", published="2025-10-15", entries=entries)) == [
        ("10 nov.", Timex(value="2023-11-10")),
        ("hier", Timex(value="2023-11-09")),
        ("3 mars 2021", Timex(value="2021-03-03")),
        ("veille", Timex(value="2021-03-02")),
        ("aujourd'hui", Timex(value="2025-10-15")),
    ]


def test_a_dateline_is_the_anchor_of_the_notice_that_follows() -> None:
    text = "A rival wrote to us.\n\nSAN JOSE, Calif.--Aug. 13, 2004--It said today that it sold a mill yesterday."
    assert values(text, "en", published="2004-08-16") == ["2004-08-13", "2004-08-13", "2004-08-12"]


def test_a_year_told_in_the_paragraph_holds_for_the_months_after_it() -> None:
    text = "In June 2019, it bought a mine. In September, it sold a mill.\n\nIn August it closed a plant."
    assert values(text, "en", published="2025-10-15") == ["2019-06", "2019-09", "2025-08"]


def written(day: int, month: int, year: int, lang: str) -> list[tuple[str, str]]:
    """A date in the forms of a language, each with its value."""
    lexicon = load_lexicon(lang)
    iso = f"{year:04}-{month:02}-{day:02}"
    names = [surface for surface, number in lexicon.table("month").items() if number == month]
    forms = [(iso, iso)]
    for name in names:
        forms += [(f"{day} {name} {year}", iso), (f"{name} {year}", iso[:7])]
    return forms


@settings(max_examples=60, deadline=None)
@given(moment=st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
@pytest.mark.parametrize("lang", sorted(CASES))
def test_a_date_written_out_reads_back(lang: str, moment: date) -> None:
    day, month, year = moment.day, moment.month, moment.year
    read_back = [(form, values(f"({form})", lang)) for form, _ in written(day, month, year, lang)]
    assert read_back == [(form, [value]) for form, value in written(day, month, year, lang)]


# A unit, and how each language tells that so many of them lie before or after the day of telling.
UNITS = {
    "fr": {"D": "jours", "M": "mois", "Y": "ans", "Q": "trimestres"},
    "en": {"D": "days", "M": "months", "Y": "years", "Q": "quarters"},
}
BEFORE = {
    "fr": ("il y a {}", "voici {}", "il y a près de {}", "{} plus tôt", "{} auparavant"),
    "en": ("{} ago", "{} earlier", "{} back"),
}
AFTER = {
    "fr": ("dans {}", "dans moins de {}", "{} plus tard"),
    "en": ("{} from now", "{} later", "{} hence", "will open in {}"),
}
AROUND = {
    "fr": ("pendant {}", "plus de {}", "sur {}"),
    "en": ("for {}", "more than {}", "the next {}", "the past {}"),
}


@settings(max_examples=80, deadline=None)
@given(count=st.integers(2, 90), unit=st.sampled_from("DMYQ"))
@pytest.mark.parametrize("lang", sorted(UNITS))
def test_a_distance_reads_in_every_direction(lang: str, count: int, unit: str) -> None:
    length = f"{count} {UNITS[lang][unit]}"
    parts = ((Decimal(count), Grain(unit)),)
    expected = [
        (form, timex.move(EXAMPLES_TOLD_ON, parts, sign, Grain(unit)))
        for sign, forms in ((-1, BEFORE), (1, AFTER))
        for form in forms[lang]
    ]
    expected += [(form, timex.duration(parts)) for form in AROUND[lang]]
    found = [(form, *values(form.format(length), lang, published=EXAMPLES_TOLD_ON)) for form, _ in expected]
    assert found == expected


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="0123456789 -/.,'’\n of in to and mars may 2025 début fin year an", max_size=80))
@pytest.mark.parametrize("lang", sorted(CASES))
def test_no_text_breaks_it(lang: str, text: str) -> None:
    found = read(text, lang, published="2025-10-15")
    assert all(0 <= m.start < m.end <= len(text) for m in found)
