"""Sides, types and dates of deals are judged by weights: what is told plainly stands, what stands near is found."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import pytest

from extractor import judging
from extractor.deals import assemble_deals, unframed, unjudged
from extractor.gold import parse_markup
from extractor.lexicon import languages, load_lexicon
from extractor.unframed import UNFRAMED
from extractor.values import Article, Deal, DealType, Org
from extractor.weights import BIAS, load_weights

ROOT = Path(__file__).parent.parent
LABELS = {
    "unframed": {"deal", "none"},
    "sides": {"payer", "payee", "party", "none"},
    "around": {"payer", "payee", "party", "none"},
    "types": {str(kind) for kind in DealType},
    "dates": {"date", "none"},
}


def told(marked: str, lang: str = "en", published: str | None = "2026-05-20") -> list[Deal]:
    text, mentions = parse_markup(marked)
    article = Article(id="a", text=text, lang=lang, published=published)
    return assemble_deals(article, (), mentions, load_lexicon(lang))


@pytest.mark.parametrize("name", LABELS)
def test_weights_are_of_labels_that_exist(name: str) -> None:
    weights = load_weights(name)
    assert weights.keys() <= LABELS[name]
    assert len(weights) > 1
    assert all(math.isfinite(value) for one in weights.values() for value in one.values())


@pytest.mark.parametrize("lang", languages())
def test_the_signs_that_are_drawn_are_those_that_have_weights(lang: str) -> None:
    body = tomllib.loads((ROOT / f"tests/cases/{lang}/deals.toml").read_text("utf-8"))
    seen: dict[str, set[str]] = {name: set() for name in LABELS}
    for marked in (*(case["text"] for case in body["right"]), *body["nothing"]):
        text, mentions = parse_markup(marked)
        article = Article(id="a", text=text, lang=lang, published=body["anchor"])
        _, left = unframed(article, (), mentions, load_lexicon(lang))
        seen["unframed"] |= set().union(*(one.signs for one in left))
        for one in unjudged(article, (), mentions, load_lexicon(lang)):
            seen["sides"] |= set().union(*one.sides.values())
            seen["around"] |= set().union(*one.around.values())
            seen["types"] |= one.type
            seen["dates"] |= set().union(*one.dates.values())
    for name, signs in seen.items():
        known = set().union(*load_weights(name).values())
        assert len(signs & known) > 0.5 * len(signs), name


@pytest.mark.parametrize(
    ("lang", "marked", "payer", "payee"),
    [
        ("en", "⟦ORG|Alvia⟧ will draw its lithium from ⟦ORG|Bertin⟧ for ten years.", "Alvia", "Bertin"),
        ("en", "⟦ORG|Alvia⟧ hires tugs from ⟦ORG|Bertin⟧ until ⟦DATE|2030|norm=2030⟧.", "Alvia", "Bertin"),
        ("fr", "⟦ORG|Alvia⟧ pioche ⟦POWER|40 MW|gw=0.04⟧ d'éolien chez ⟦ORG|Bertin⟧.", "Alvia", "Bertin"),
    ],
)
def test_a_deal_is_found_in_words_that_no_frame_reads(lang: str, marked: str, payer: str, payee: str) -> None:
    (deal,) = told(marked, lang)
    assert (deal.rule, deal.payer, deal.payee) == (UNFRAMED, (payer,), (payee,))


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("en", "⟦ORG|Alvia⟧ sues ⟦ORG|Bertin⟧ over a patent."),
        ("en", "⟦ORG|Alvia⟧ refused to hire tugs from ⟦ORG|Bertin⟧ until ⟦DATE|2030|norm=2030⟧."),
        ("en", "Tugs are hired until ⟦DATE|2030|norm=2030⟧, said ⟦ORG|Alvia⟧."),
        ("fr", "Le bénéfice d'⟦ORG|Alvia⟧ dépasse celui de ⟦ORG|Bertin⟧."),
        ("fr", "⟦ORG|Alvia⟧ a renoncé à piocher ⟦POWER|40 MW|gw=0.04⟧ d'éolien chez ⟦ORG|Bertin⟧."),
    ],
)
def test_what_no_frame_reads_is_no_deal_where_it_is_refused_or_one_name_stands_alone(
    lang: str, marked: str
) -> None:
    assert told(marked, lang) == []


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


@pytest.mark.parametrize(("buyer", "around"), [("", {"Cortal", "Dorval"}), (" to ⟦ORG|Bertin⟧", set())])
def test_those_named_around_are_judged_where_a_side_is_missing(buyer: str, around: set[str]) -> None:
    text, mentions = parse_markup(
        "⟦ORG|Elvor⟧ slept. ⟦ORG|Cortal⟧ sells pumps. It rained. Rain is wet. "
        f"⟦ORG|Alvia⟧ sold its pumps{buyer} for ⟦MONEY|$20m|value=20000000;currency=USD⟧. "
        "⟦ORG|Dorval⟧ rejoiced. ⟦ORG|Fenix⟧ wept."
    )
    (one,) = unjudged(Article(id="a", text=text, lang="en"), (), mentions, load_lexicon("en"))
    assert one.around.keys() == around
    assert not around & one.sides.keys()


def test_a_type_too_rare_to_be_learnt_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = {**load_weights("types")}
    rare.pop("revenue_share", None)
    likely = {kind: {**weights, BIAS: 50.0} for kind, weights in rare.items()}
    monkeypatch.setattr(
        judging, "load_weights", lambda name: likely if name == "types" else load_weights(name)
    )
    (deal,) = told("⟦ORG|Alvia⟧ will pay ⟦ORG|Bertin⟧ 20% of its revenue.")
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


@pytest.mark.parametrize("published", ["2026-05", "2026", "2026-02-31", "soon", None])
def test_any_publication_date_will_do(published: str | None) -> None:
    assert [deal.date for deal in told(f"⟦ORG|Alvia⟧ bought ⟦ORG|Bertin⟧ on {DAY}.", published=published)]
