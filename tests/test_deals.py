"""Deals are assembled from the mentions of a text: who pays whom, how much, when, and what is no deal at all."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from extractor.deals import assemble_deals, explain
from extractor.gold import parse_markup
from extractor.lexicon import Rule, languages, load_lexicon
from extractor.unframed import UNFRAMED
from extractor.values import Article, Deal, DealType, Entry, Mention, MentionType, Status

CASES = {
    path.parent.name: tomllib.loads(path.read_text("utf-8"))
    for path in sorted(Path(__file__).parent.glob("cases/*/deals.toml"))
}
SECTIONS = ("frame", "pair", "stake", "report", "doubt")
MASKS = {"ORG": "\ue000", "MONEY": "\ue001", "DATE": "\ue002", "POWER": "\ue003"}


def told(
    marked: str, lang: str, *, published: str | None = None, entries: tuple[Entry, ...] = ()
) -> list[Deal]:
    """The deals of a marked text."""
    text, mentions = parse_markup(marked)
    article = Article(id="a", text=text, lang=lang, published=published)
    return assemble_deals(article, entries, mentions, load_lexicon(lang))


def line(deal: Deal) -> str:
    """A deal in the words of the case files, which a failing test prints legibly."""
    rest = [name for name in deal.parties if name not in (*deal.payer, *deal.payee)]
    slots = ("amount", "date", "power_gw", "stake_percent", "term_years")
    return (
        f"{deal.type} {deal.status}: {' + '.join(deal.payer)} > {' + '.join(deal.payee)}"
        + (f" with {' + '.join(rest)}" if rest else "")
        + "".join(f"; {slot}={value}" for slot in slots if (value := getattr(deal, slot)) is not None)
    )


def right() -> list[tuple[str, str, list[str]]]:
    return [(lang, case["text"], case["deals"]) for lang, body in CASES.items() for case in body["right"]]


@pytest.mark.parametrize(("lang", "marked", "deals"), right(), ids=lambda value: str(value)[:70])
def test_deals_are_told(lang: str, marked: str, deals: list[str]) -> None:
    assert [line(d) for d in told(marked, lang, published=CASES[lang]["anchor"])] == deals


@pytest.mark.parametrize(
    ("lang", "marked"),
    [(lang, s) for lang, body in CASES.items() for s in body["nothing"]],
    ids=lambda v: str(v)[:70],
)
def test_what_is_no_deal(lang: str, marked: str) -> None:
    assert [line(d) for d in told(marked, lang, published=CASES[lang]["anchor"])] == []


def examples() -> list[tuple[str, Rule, str]]:
    return [
        (f"{lang}/{section}", rule, example)
        for lang in languages()
        for section in SECTIONS
        for rule in load_lexicon(lang).rules(section)
        for example in rule.examples
    ]


@pytest.mark.parametrize(
    ("place", "rule", "example"), examples(), ids=lambda v: str(getattr(v, "name", v))[:60]
)
def test_each_rule_matches_its_example(place: str, rule: Rule, example: str) -> None:
    masked = re.sub(r"⟦(\w+)\|([^⟧]+)⟧", lambda m: MASKS[m[1]] + "\ue004" * (len(m[2]) - 1), example)
    assert rule.regex.search(masked.replace("’", "'"))


@pytest.mark.parametrize("lang", languages())
def test_frames_name_parts_and_types_that_exist(lang: str) -> None:
    parts = {"payer", "payee", "seller", "target", "party", "giver", "taker"}
    types = {*DealType, "supply", "contract"}
    for rule in load_lexicon(lang).rules("frame"):
        roles = rule.options["roles"]
        assert isinstance(roles, list)
        assert {str(role).split()[1] for role in roles} <= parts, rule.name
        assert rule.options["type"] in types, rule.name


STORY = (
    "⟦ORG|Alvia⟧ buys ⟦ORG|Bertin⟧ for ⟦MONEY|$40 million|value=40000000;currency=USD⟧\n\n"
    "On ⟦DATE|May 3|norm=2026-05-03⟧ ⟦ORG|Alvia⟧ announced the acquisition of ⟦ORG|Bertin⟧, a maker of pumps.\n\n"
    "⟦ORG|Alvia⟧ sells valves in forty countries."
)


def test_one_event_told_twice_is_one_deal() -> None:
    (deal,) = told(STORY, "en", published="2026-05-04")
    assert line(deal) == "acquisition announced: Alvia > Bertin; amount=40000000; date=2026-05-03"


def test_the_publication_date_is_no_date_of_a_deal() -> None:
    (deal,) = told("⟦ORG|Alvia⟧ buys ⟦ORG|Bertin⟧.", "en", published="2026-05-04")
    assert deal.date is None


def test_a_deal_has_the_date_of_its_entry() -> None:
    marked = "May 3: ⟦ORG|Alvia⟧ buys ⟦ORG|Bertin⟧."
    text, _ = parse_markup(marked)
    (deal,) = told(marked, "en", entries=(Entry(start=0, end=len(text), date="2026-05-03"),))
    assert (deal.date, deal.entry) == ("2026-05-03", 0)


def test_an_entry_with_no_verb_goes_on_as_those_beside_it() -> None:
    lines = [
        f"{year}: ⟦ORG|Alvia⟧ buys ⟦ORG|{name}⟧ for ⟦MONEY|$4m|value=4000000;currency=USD⟧."
        for year, name in ((2011, "Bertin"), (2012, "Cortal"), (2013, "Dorlan"))
    ]
    marked = "\n\n".join([*lines, "2014: ⟦ORG|Elmet⟧, ⟦MONEY|$9m|value=9000000;currency=USD⟧."])
    text, _ = parse_markup(marked)
    starts = [text.index(str(year)) for year in (2011, 2012, 2013, 2014)]
    ends = [*(start - 2 for start in starts[1:]), len(text)]
    entries = tuple(Entry(start=s, end=e, date=text[s : s + 4]) for s, e in zip(starts, ends, strict=True))
    last = told(marked, "en", entries=entries)[-1]
    assert line(last) == "acquisition announced: Alvia > Elmet; amount=9000000; date=2014"


def test_what_goes_into_whom_a_chronology_is_about_goes_to_it() -> None:
    lines = [
        "⟦ORG|Bertin⟧: ten years in dates",
        "2011: ⟦ORG|Alvia⟧ invests ⟦MONEY|$4m|value=4000000;currency=USD⟧.",
        "2012: ⟦ORG|Cortal⟧ takes a 12% stake.",
        "2013: first profit.",
    ]
    marked = "\n\n".join(lines)
    text, _ = parse_markup(marked)
    entries = tuple(
        Entry(start=(start := text.index(line)), end=start + len(line), date=line[:4])
        for line in text.split("\n\n")[1:]
    )
    assert [line(deal) for deal in told(marked, "en", entries=entries)] == [
        "investment announced: Alvia > Bertin; amount=4000000; date=2011",
        "stake announced: Cortal > Bertin; date=2012; stake_percent=12",
    ]


def test_two_stages_are_two_deals() -> None:
    deals = told(
        "⟦ORG|Alvia⟧ invested ⟦MONEY|$4 billion|value=4e9;currency=USD⟧ in ⟦ORG|Bertin⟧ in ⟦DATE|2023|norm=2023⟧ and"
        " another ⟦MONEY|$4 billion|value=4e9;currency=USD⟧ in ⟦DATE|2024|norm=2024⟧.",
        "en",
    )
    assert [(d.amount, d.date) for d in deals] == [(Decimal("4e9"), "2023"), (Decimal("4e9"), "2024")]


def test_a_reference_leads_to_the_organisation_told_before() -> None:
    (deal,) = told(
        "⟦ORG|Alvia⟧ makes pumps. The company raised ⟦MONEY|$12 million|value=12000000;currency=USD⟧"
        " from ⟦ORG|Bertin⟧.",
        "en",
    )
    assert (deal.payer, deal.payee) == (("Bertin",), ("Alvia",))


def test_the_newspaper_that_reports_is_a_source_and_no_party() -> None:
    (deal,) = told("⟦ORG|Alvia⟧ will buy ⟦ORG|Bertin⟧, according to the ⟦ORG|Daily Post⟧.", "en")
    assert (deal.parties, deal.status, deal.source) == (("Alvia", "Bertin"), Status.REPORTED, "Daily Post")


def test_a_credit_in_brackets_is_no_party() -> None:
    (deal,) = told("- ⟦ORG|Alvia⟧ buys ⟦ORG|Bertin⟧ (⟦ORG|Daily Post⟧)", "en")
    assert (deal.parties, deal.status) == (("Alvia", "Bertin"), Status.ANNOUNCED)


def test_a_name_told_twice_is_one_party() -> None:
    (deal,) = told("⟦ORG|Alvia Manufacturing|norm=Alvia⟧ (⟦ORG|AMC|norm=Alvia⟧) acquires ⟦ORG|Bertin⟧.", "en")
    assert deal.parties == ("Alvia", "Bertin")


def test_explain_tells_what_became_of_each_frame() -> None:
    marked = "⟦ORG|Alvia⟧ bought ⟦ORG|Bertin⟧. ⟦ORG|Alvia⟧ did not buy ⟦ORG|Cortal⟧. ⟦ORG|Alvia⟧ signed a contract."
    text, mentions = parse_markup(marked)
    tried = explain(Article(id="a", text=text, lang="en"), (), mentions, load_lexicon("en"))
    assert [t.fate for t in tried] == ["told", "denied, failed or supposed", "incomplete: asks for signed"]


def test_explain_tells_of_deals_that_no_frame_reads() -> None:
    text, mentions = parse_markup("⟦ORG|Alvia⟧ will draw its lithium from ⟦ORG|Bertin⟧ for ten years.")
    (tried,) = explain(Article(id="a", text=text, lang="en"), (), mentions, load_lexicon("en"))
    assert (tried.rule, tried.fate, text[tried.start : tried.end]) == (UNFRAMED, "told", text)


@pytest.mark.parametrize("lang", languages())
def test_every_slot_has_its_mentions(lang: str) -> None:
    story = "\n\n".join(case["text"] for case in CASES[lang]["right"])
    text, mentions = parse_markup(story)
    kinds = {
        "amount": MentionType.MONEY,
        "power_gw": MentionType.POWER,
        "date": MentionType.DATE,
        "term_years": MentionType.DATE,
    }
    for deal in told(story, lang, published=CASES[lang]["anchor"]):
        assert text[deal.evidence_start : deal.evidence_end] == deal.evidence
        assert deal.confidence is not None and 0 < deal.confidence < 1
        assert {"parties"} <= set(deal.provenance)
        for slot, indices in deal.provenance.items():
            assert all(mentions[i].type is kinds.get(slot, MentionType.ORG) for i in indices)


def test_the_order_of_the_mentions_does_not_matter() -> None:
    text, mentions = parse_markup(STORY)
    article = Article(id="a", text=text, lang="en")
    orders: list[list[Mention]] = [mentions, mentions[::-1]]
    first, second = ([line(d) for d in assemble_deals(article, (), m, load_lexicon("en"))] for m in orders)
    assert first == second
