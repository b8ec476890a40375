"""The laws of scoring, what pairs with what, and what a score shows."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.compare import ROWS, Counts, Outcome, compare
from extractor.score import calibration, changes, differences, figures, score
from extractor.score_report import (
    error_lines,
    errors,
    group,
    measure,
    score_tables,
    to_csv,
    to_html,
    to_json,
)
from extractor.values import (
    Article,
    Deal,
    DealType,
    Entry,
    Extraction,
    GoldError,
    Mention,
    MentionType,
    MentionValue,
    Money,
    Org,
    Power,
    Qualifier,
    Status,
    Timex,
)

TEXT = (
    "Alba paie deux milliards à Brio pour un gigawatt, le mardi 4 mars ; Cora en prendra dix pour cent. " * 3
)
# Few values, so that ties and near misses come up all the time.
NAMES = st.sampled_from(["Alba", "Alba Inc.", "Brio", "Cora", "the Cora Group"])
DATES = st.sampled_from([None, "2025-03-04", "2025-03"])
NUMBERS = st.sampled_from([None, Decimal(2), Decimal(2_000_000_000)])
QUALIFIERS = st.sampled_from([Qualifier.EXACT, Qualifier.ABOUT, Qualifier.TENS_OF])
VALUES: dict[MentionType, st.SearchStrategy[MentionValue]] = {
    MentionType.ORG: st.builds(Org, norm=NAMES),
    MentionType.DATE: st.builds(Timex, value=DATES),
    MentionType.MONEY: st.builds(
        Money,
        value=NUMBERS,
        currency=st.sampled_from([None, "EUR"]),
        low=NUMBERS,
        high=NUMBERS,
        qualifier=QUALIFIERS,
    ),
    MentionType.POWER: st.builds(Power, gw=NUMBERS, low=NUMBERS, high=NUMBERS, qualifier=QUALIFIERS),
}
SPANS = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    kind, (start, end) = draw(st.sampled_from(list(MentionType))), draw(SPANS)
    return Mention(
        type=kind,
        start=start,
        end=end,
        text=TEXT[start:end],
        value=draw(VALUES[kind]),
        optional=draw(st.booleans()),
    )


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    parties = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    start, end = draw(SPANS)
    return Deal(
        parties=tuple(parties),
        payer=tuple(parties[:1]),
        payee=tuple(parties[1:]),
        type=draw(st.sampled_from([None, DealType.CLOUD, DealType.STAKE])),
        status=draw(st.sampled_from([None, Status.PLANNED])),
        date=draw(DATES),
        amount=draw(NUMBERS),
        power_gw=draw(NUMBERS),
        currency="EUR",
        evidence=TEXT[start:end],
        evidence_start=start,
        evidence_end=end,
        optional=draw(st.booleans()),
        optional_slots=draw(st.sampled_from([(), ("date",), ("parties", "payer")])),
    )


def extractions(id_: str = "a") -> st.SearchStrategy[Extraction]:
    entries = st.lists(SPANS, max_size=3).map(
        lambda spans: tuple(Entry(start=a, end=b, date="2025-03-04") for a, b in sorted(spans))
    )
    return st.builds(
        Extraction,
        article=st.just(Article(id=id_, text=TEXT)),
        entries=entries,
        mentions=st.lists(mentions(), max_size=6).map(tuple),
        deals=st.lists(deals(), max_size=4).map(tuple),
    )


def org(start: int, norm: str, **kwargs: Any) -> Mention:
    end = start + 4
    return Mention(
        type=MentionType.ORG, start=start, end=end, text=TEXT[start:end], value=Org(norm=norm), **kwargs
    )


def deal(*parties: str, start: int = 0, **kwargs: Any) -> Deal:
    return Deal(
        parties=parties, evidence=TEXT[start : start + 30], evidence_start=start, evidence_end=start + 30,
        **({"type": None} | kwargs),
    )  # fmt: skip


def extraction(*items: Entry | Mention | Deal, id_: str = "a") -> Extraction:
    return Extraction(
        article=Article(id=id_, text=TEXT),
        entries=tuple(i for i in items if isinstance(i, Entry)),
        mentions=tuple(i for i in items if isinstance(i, Mention)),
        deals=tuple(i for i in items if isinstance(i, Deal)),
    )


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(extractions())
def test_a_labelling_against_itself_has_no_error(gold: Extraction) -> None:
    counts = compare(gold, gold).counts
    assert {row: (c.fp, c.fn) for row, c in counts.items()} == dict.fromkeys(ROWS, (0, 0))


@given(extractions(), extractions())
def test_changing_sides_changes_precision_for_recall(one: Extraction, other: Extraction) -> None:
    there, back = compare(one, other).counts, compare(other, one).counts
    assert there == {row: Counts(c.tp, c.fn, c.fp) for row, c in back.items()}


@given(extractions(), extractions(), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(gold: Extraction, found: Extraction, rng: random.Random) -> None:
    def shuffled(x: Extraction) -> Extraction:
        entries, mentions, deals = (
            tuple(rng.sample(items, len(items))) for items in (x.entries, x.mentions, x.deals)
        )
        return replace(x, entries=entries, mentions=mentions, deals=deals)

    assert compare(shuffled(found), shuffled(gold)).counts == compare(found, gold).counts


@settings(max_examples=20)
@given(st.lists(st.tuples(extractions(), extractions()), min_size=1, max_size=4))
def test_the_order_of_articles_changes_nothing(pairs: list[tuple[Extraction, Extraction]]) -> None:
    def numbered(side: int) -> list[Extraction]:
        return [replace(p[side], article=Article(id=f"a{n}", text=TEXT)) for n, p in enumerate(pairs)]

    gold, found = numbered(0), numbered(1)
    assert figures(score(found, gold)) == figures(score(found[::-1], gold[::-1]))


@settings(max_examples=30)
@given(extractions(), extractions(), extractions("b"))
def test_a_perfect_article_lowers_no_figure(gold: Extraction, found: Extraction, perfect: Extraction) -> None:
    before, after = figures(score([found], [gold])), figures(score([found, perfect], [gold, perfect]))
    for row in ROWS:
        for ratio in ("precision", "recall", "f1"):
            was, now = getattr(before[row].counts, ratio), getattr(after[row].counts, ratio)
            assert was is None or now >= was, (row, ratio)


# ── what pairs with what ─────────────────────────────────────────────────────────────────────────────────────────


def test_names_of_one_organisation_are_equal() -> None:
    counts = compare(extraction(org(0, "The Alba Group")), extraction(org(0, "Alba Inc."))).counts
    assert counts["ORG.value"] == Counts(1, 0, 0)


def test_a_name_that_the_text_gives_stands_for_the_norm() -> None:
    gold = extraction(org(0, "Alba Energie"), deal("Alba Energie"))
    assert compare(extraction(deal("Alba")), gold).counts["DEAL.parties"] == Counts(1, 0, 0)


def test_an_equal_surface_is_no_equal_norm() -> None:
    counts = compare(extraction(org(0, "Brio")), extraction(org(0, "Alba"))).counts
    assert (counts["ORG.value"], counts["ORG.norm"]) == (Counts(1, 0, 0), Counts(0, 1, 1))


def test_overlap_is_not_strict() -> None:
    gold, found = org(0, "Alba"), replace(org(0, "Alba"), end=9, text=TEXT[:9])
    counts = compare(extraction(found), extraction(gold)).counts
    assert (counts["ORG.strict"], counts["ORG.overlap"]) == (Counts(0, 1, 1), Counts(1, 0, 0))


def test_an_equal_extent_wins_over_a_longer_overlap() -> None:
    longer = replace(org(0, "Alba"), end=30, text=TEXT[:30])
    verdicts = compare(extraction(longer, org(0, "Brio")), extraction(org(0, "Alba"))).verdicts
    assert [(v.outcome, v.predicted) for v in verdicts] == [
        (Outcome.VALUE, org(0, "Brio")), (Outcome.SPURIOUS, longer),
    ]  # fmt: skip


@pytest.mark.parametrize("side", ["gold", "predicted"])
def test_optional_counts_neither_way_on_either_side(side: str) -> None:
    labelled = extraction(org(0, "Alba", optional=True), deal("Alba", optional=True))
    for other in (extraction(), extraction(org(0, "Brio"), deal("Alba"))):
        pair = (other, labelled) if side == "gold" else (labelled, other)
        assert set(compare(*pair).counts.values()) == {Counts()}


def test_an_optional_slot_is_not_looked_at() -> None:
    gold = extraction(deal("Alba", "Brio", date="2025-03-04", optional_slots=("date",)))
    counts = compare(extraction(deal("Alba", "Brio", date="2025-03-05")), gold).counts
    assert (counts["DEAL.date"], counts["DEAL.strict"]) == (Counts(), Counts(1, 0, 0))


def test_optional_parties_still_tell_which_deal_is_meant() -> None:
    gold = extraction(deal("Alba", "Brio", optional_slots=("parties",)))
    assert compare(extraction(deal("Alba")), gold).counts["DEAL.found"] == Counts(1, 0, 0)


def test_deals_pair_by_what_they_share() -> None:
    gold = extraction(deal("Alba", amount=Decimal(2)), deal("Alba", amount=Decimal(5)))
    found = extraction(deal("Alba", amount=Decimal(5)), deal("Cora", amount=Decimal(7), start=60))
    counts = compare(found, gold).counts
    assert (counts["DEAL.found"], counts["DEAL.amount"]) == (Counts(1, 1, 1), Counts(1, 1, 1))


def test_a_wrong_slot_spoils_strict_alone() -> None:
    gold, found = extraction(deal("Alba", amount=Decimal(2))), extraction(deal("Alba", amount=Decimal(3)))
    counts = compare(found, gold).counts
    assert (counts["DEAL.found"], counts["DEAL.strict"]) == (Counts(1, 0, 0), Counts(0, 1, 1))


def test_entries_pair_by_their_start() -> None:
    gold = extraction(Entry(start=0, end=90, date="2025-03-04"))
    counts = compare(extraction(Entry(start=2, end=50, date="2025-03-04")), gold).counts
    assert (counts["ENTRY.span"], counts["ENTRY.date"]) == (Counts(0, 1, 1), Counts(1, 0, 0))


def test_what_a_gold_does_not_label_is_not_scored() -> None:
    found = extraction(org(0, "Alba"), deal("Alba"))
    counts = score([found], [extraction(org(0, "Alba"))], scopes={"a": ("mentions",)})[0].counts
    assert (counts["ORG.value"], counts["DEAL.found"]) == (Counts(1, 0, 0), Counts())


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_prediction_of_an_unknown_article_is_an_error() -> None:
    with pytest.raises(GoldError, match="'b'"):
        score([extraction(id_="b")], [extraction()])


def test_a_prediction_of_another_text_is_an_error() -> None:
    with pytest.raises(GoldError, match="another text"):
        score([Extraction(article=Article(id="a", text="x"))], [extraction()])


def test_a_missing_prediction_counts_as_missed_and_is_said() -> None:
    comparisons = score([], [extraction(org(0, "Alba"))])
    groups = group(comparisons, {"a": {}})
    assert comparisons[0].counts["ORG.value"] == Counts(0, 0, 1)
    assert "1 without a prediction, counted as missed: a" in score_tables(groups, measure(groups))[0].title


def test_nothing_over_nothing_is_a_dash() -> None:
    groups = group(score([extraction()], [extraction(org(0, "Alba"))]), {"a": {}})
    rows = {row[0]: row[1:4] for row in score_tables(groups, measure(groups))[0].rows}
    assert rows["ORG.value"] == ("–", "0.000", "0.000")


def few(articles: int, right: int) -> tuple[list[Extraction], list[Extraction]]:
    gold = [
        extraction(org(0, "Alba"), deal("Alba", amount=Decimal(2)), id_=f"a{n:03}") for n in range(articles)
    ]
    found = [x if n < right else replace(x, mentions=(), deals=()) for n, x in enumerate(gold)]
    return found, gold


def test_intervals_hold_the_figure_and_narrow_with_more_articles() -> None:
    widths = []
    for articles in (10, 100):
        figure = figures(score(*few(articles, articles // 2)))["ORG.value"]
        low, high = figure.intervals[1] or (0, 0)
        assert low < (figure.counts.recall or 0) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_one_article_has_no_interval() -> None:
    assert figures(score(*few(1, 1)))["ORG.value"].intervals == (None, None, None)


def test_two_runs_differ_by_what_was_won_and_lost() -> None:
    better, gold = few(20, 18)
    worse, _ = few(20, 9)
    ours, theirs = score(better, gold), score(worse, gold)
    difference = differences(ours, theirs)["ORG.value"]
    won, lost = changes(ours, theirs)
    assert difference.delta and difference.interval and 0 < difference.interval[0] < difference.delta
    assert ({v.article for v in won}, lost) == ({f"a{n:03}" for n in range(9, 18)}, [])


def test_a_run_against_itself_differs_by_nothing() -> None:
    run = score(*few(10, 5))
    assert {d.interval for d in differences(run, run).values()} <= {(0.0, 0.0), None}
    assert changes(run, run) == ([], [])


def test_confidence_is_set_against_precision() -> None:
    sure, unsure = deal("Cora", start=60, confidence=0.95), deal("Brio", start=60, confidence=0.2)
    found = extraction(deal("Alba", confidence=0.95), sure, unsure)
    bands = calibration(score([found], [extraction(deal("Alba"))]))
    assert [(b.low, b.predicted, b.found, b.strict) for b in bands] == [(0.2, 1, 0, 0), (0.9, 2, 1, 1)]


def test_errors_are_grouped_by_the_rule_that_made_them_worst_first() -> None:
    short, listed = org(60, "Brio", rule="short form"), org(90, "Brio", rule="list")
    found = extraction(org(1, "Cora", rule="short form"), short, listed)
    causes = errors(score([found], [extraction(org(0, "Alba"), org(27, "Brio"))]))
    lines = list(error_lines(causes))
    assert [(cause, len(items)) for cause, items in causes] == [
        ("ORG by short form", 2), ("ORG by list", 1), ("ORG missed", 1),
    ]  # fmt: skip
    assert lines[0] == "ORG by short form: 1 value, 1 spurious"
    assert "⟦Alba⟧ paie deux milliards" in lines[2]


def test_machine_forms_hold_counts_and_null_for_nothing() -> None:
    groups = group(score([extraction()], [extraction(org(0, "Alba"))]), {"a": {"lang": "fr"}})
    figure = json.loads(to_json(groups, measure(groups)))["figures"]["lang"]["fr"]["ORG.value"]
    assert (figure["precision"], figure["recall"], figure["fn"]) == (None, 0.0, 1)
    assert "lang,fr,ORG.value,,,,0.0,,,0.0,,,0,0,1" in to_csv(measure(groups)).splitlines()


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    text = "<script>alert(1)</script> & Co"
    found = Mention(type=MentionType.ORG, start=0, end=25, text=text[:25], value=Org(norm='"><b>'))
    article = Article(id="a", text=text, title="<i>")
    comparisons = score([Extraction(article=article, mentions=(found,))], [Extraction(article=article)])
    groups = group(comparisons, {"a": {}})
    page = to_html(score_tables(groups, measure(groups)), comparisons)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not any(bad in page for bad in ("<script", "<i>", "><b>", "http:", "https:", "src="))
