"""Sides, types and dates of deals are judged by weights: what is told plainly stands, what stands near is found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from extractor.deals import assemble_deals, unjudged
from extractor.gold import parse_markup
from extractor.lexicon import languages, load_lexicon, surface_key
from extractor.values import Article, Deal, DealType, Org

ROOT = Path(__file__).parent.parent
WEIGHTS = tomllib.loads((ROOT / "extractor/lang/shared/judged.toml").read_text("utf-8"))
LABELS = {
    "side_weight": {"payer", "payee", "party", "none"},
    "type_weight": {str(kind) for kind in DealType},
    "date_weight": {"date", "none"},
}


def told(marked: str, lang: str = "en", published: str | None = "2026-05-20") -> list[Deal]:
    text, mentions = parse_markup(marked)
    article = Article(id="a", text=text, lang=lang, published=published)
    return assemble_deals(article, (), mentions, load_lexicon(lang))


@pytest.mark.parametrize("table", LABELS)
def test_weights_are_of_labels_that_exist(table: str) -> None:
    labels = {name.partition(" | ")[0] for name in WEIGHTS[table]}
    assert labels <= LABELS[table]
    assert len(labels) > 1


@pytest.mark.parametrize("lang", languages())
def test_signs_are_written_as_a_table_keeps_them(lang: str) -> None:
    """A sign with a capital would never be found among the weights."""
    body = tomllib.loads((ROOT / f"tests/cases/{lang}/deals.toml").read_text("utf-8"))
    seen: set[str] = set()
    for case in body["right"]:
        text, mentions = parse_markup(case["text"])
        article = Article(id="a", text=text, lang=lang, published=body["anchor"])
        for one in unjudged(article, (), mentions, load_lexicon(lang)):
            seen |= one.type.union(*one.sides.values(), *one.dates.values())
    assert {sign for sign in seen if sign != surface_key(sign)} == set()
    known = {name.partition(" | ")[2] for table in WEIGHTS.values() for name in table}
    assert len(seen & known) > 0.5 * len(seen)


DATED = "⟦ORG|Alvia⟧ bought ⟦ORG|Bertin⟧ for ⟦MONEY|$20m|value=20000000;currency=USD⟧."
DAY = "⟦DATE|Monday|norm=2026-05-18⟧"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (f"{DATED} The deal was signed on {DAY}.", "2026-05-18"),
        (f"{DATED} It was founded in ⟦DATE|1987|norm=1987⟧.", None),
        (DATED, None),
    ],
)
def test_the_date_may_be_told_in_the_sentence_behind(text: str, date: str | None) -> None:
    assert [deal.date for deal in told(text)] == [date]


def test_where_no_direction_is_told_none_is_made_up_by_halves() -> None:
    (deal,) = told("⟦ORG|Alvia⟧ and ⟦ORG|Bertin⟧ signed a partnership agreement.")
    assert (deal.payer, deal.payee) == ((), ())
    assert set(deal.parties) == {"Alvia", "Bertin"}


def test_a_type_too_rare_to_be_learnt_stands() -> None:
    (deal,) = told("⟦ORG|Alvia⟧ will pay ⟦ORG|Bertin⟧ 20% of its revenue.")
    assert not any(name.startswith("revenue_share") for name in WEIGHTS["type_weight"])
    assert deal.type is DealType.REVENUE_SHARE


def test_every_side_has_the_mentions_that_name_it() -> None:
    text, mentions = parse_markup(
        "⟦ORG|Alvia⟧ sold ⟦ORG|Bertin⟧ to ⟦ORG|Cortal⟧ for ⟦MONEY|$20m|value=20000000;currency=USD⟧."
    )
    article = Article(id="a", text=text, lang="en")
    (deal,) = assemble_deals(article, (), mentions, load_lexicon("en"))
    for slot in ("payer", "payee", "parties"):
        values = [mentions[i].value for i in deal.provenance[slot]]
        assert {value.norm for value in values if isinstance(value, Org)} == set(getattr(deal, slot))
