"""The merge gold, its scorer, and the bar that merging has to hold."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractor.cli import app
from extractor.compare import Counts
from extractor.events import load_events, score_events
from extractor.merge import Told, merge
from extractor.values import GoldError

EVENTS = Path(__file__).parent.parent / "gold" / "events"
LINE: dict[str, object] = {
    "event": "sale",
    "article": "a",
    "published": "2025-03-04",
    "parties": ["Acme", "Brill"],
    "payer": ["Acme"],
    "payee": ["Brill"],
    "type": "acquisition",
    "amount": 1000000,
    "currency": "USD",
}


def gold_file(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps({**LINE, **row}) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize("split", ["dev", "test"])
def test_merging_holds_its_bar(split: str) -> None:
    assert (score_events(load_events(EVENTS / f"{split}.jsonl")).figure.counts.f1 or 0) >= 0.90


def test_dev_and_test_share_no_event_and_no_article() -> None:
    dev, test = (load_events(EVENTS / f"{split}.jsonl") for split in ("dev", "test"))
    assert set(dev.event.values()).isdisjoint(test.event.values())
    assert {t.article for t in dev.told}.isdisjoint(t.article for t in test.told)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_an_article_has_one_date_and_parties_hold_the_sides(split: str) -> None:
    gold = load_events(EVENTS / f"{split}.jsonl")
    assert len({(t.article, t.published) for t in gold.told}) == len({t.article for t in gold.told})
    assert [t for t in gold.told if not {*t.deal.payer, *t.deal.payee} <= {*t.deal.parties}] == []


def groups(told: list[Told]) -> set[tuple[str, ...]]:
    return {tuple(row.key for row in group) for group in merge(told)}


def test_the_order_of_the_gold_changes_no_event() -> None:
    told = list(load_events(EVENTS / "dev.jsonl").told)
    shuffled = random.Random(7).sample(told, len(told))
    assert groups(shuffled) == groups(told)


def test_a_party_in_most_deals_changes_no_event_of_others() -> None:
    told = list(load_events(EVENTS / "dev.jsonl").told)
    crowd = [
        Told(
            f"crowd-{n:04}",
            f"crowd-{n}",
            replace(
                told[0].deal, parties=("Metropole", f"Firm {n}"), payer=("Metropole",), payee=(f"Firm {n}",)
            ),
            "2001-01-01",
        )
        for n in range(400)
    ]
    assert groups(told) <= groups(told + crowd)


def test_pairs_are_counted(tmp_path: Path) -> None:
    path = gold_file(
        tmp_path / "g.jsonl",
        {"article": "a"},
        {"article": "b"},
        {"article": "c", "event": "another sale, told alike"},
        {"article": "d", "parties": ["Cobalt"], "payer": ["Cobalt"], "payee": []},
    )
    score = score_events(load_events(path))
    assert score.figure.counts == Counts(tp=1, fp=2, fn=2)
    assert all(low <= high for low, high in filter(None, score.figure.intervals))


def test_nothing_to_join_is_no_ratio(tmp_path: Path) -> None:
    score = score_events(load_events(gold_file(tmp_path / "g.jsonl", {})))
    assert (score.figure.counts.f1, score.figure.intervals) == (None, (None, None, None))


@pytest.mark.parametrize(
    "row",
    [{"typ": "cloud"}, {"type": "barter"}, {"amount": "much"}],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, row: dict[str, object]) -> None:
    with pytest.raises(GoldError, match=r"g\.jsonl:2"):
        load_events(gold_file(tmp_path / "g.jsonl", {}, row))


def test_a_line_without_event_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_text('{"article": "a"}\n', "utf-8")
    with pytest.raises(GoldError, match="'event' is missing"):
        load_events(tmp_path / "g.jsonl")


def test_the_command_prints_figures_and_wrong_pairs(tmp_path: Path) -> None:
    path = gold_file(tmp_path / "g.jsonl", {}, {"article": "b"}, {"article": "c", "event": "other"})
    result = CliRunner().invoke(app, ["ledger", "score", "--gold", str(path), "--errors"])
    assert result.exit_code == 0
    assert "1 right, 2 joined wrongly, 0 parted wrongly" in result.stdout
    assert "0003-other" in result.stdout


def test_a_gold_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["ledger", "score", "--gold", str(tmp_path / "none.jsonl")])
    assert (result.exit_code, "none.jsonl" in result.stderr) == (1, True)
