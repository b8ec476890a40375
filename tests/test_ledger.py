from __future__ import annotations

import sqlite3
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from extractor.ledger import Ledger
from extractor.merge import Told, merge
from extractor.values import Article, Deal, DealType, Extraction, ExtractorError, Status


def deal(**slots: object) -> Deal:
    values: dict[str, object] = {
        "parties": ("Acme", "Brill"),
        "payer": ("Acme",),
        "payee": ("Brill",),
        "type": DealType.CLOUD,
        "date": "2025-03-03",
        "amount": Decimal(38_000_000_000),
        "currency": "USD",
        "status": Status.ANNOUNCED,
        "evidence": "Acme pays Brill.",
        "evidence_start": 0,
        "evidence_end": 16,
        **slots,
    }
    return Deal(**values)  # type: ignore[arg-type]


def article(name: str, *deals: Deal, published: str = "2025-03-04") -> Extraction:
    text = f"Acme pays Brill. As {name} tells it."
    return Extraction(article=Article(id=name, text=text, lang="en", published=published), deals=deals)


def told(**slots: object) -> Told:
    name = str(slots.pop("article", "a"))
    return Told(key=name, article=name, deal=deal(**slots), published="2025-03-04")


def events(path: Path, *extractions: Extraction) -> list[tuple[object, ...]]:
    with Ledger(path) as ledger:
        ledger.add(extractions)
        ledger.merge()
        return ledger.query(
            "SELECT event, sources, payer, payee, amount, first_told, last_told FROM events ORDER BY event"
        )[1]


ONE = article("one", deal())
OTHER = article("other", deal(date="2025-03", status=Status.REPORTED), published="2025-04-01")
THIRD = article("third", deal(parties=("Cobalt", "Brill"), payer=("Cobalt",), amount=None))


def test_two_articles_on_one_event_are_one_record(tmp_path: Path) -> None:
    rows = events(tmp_path / "l.db", ONE, OTHER)
    assert [row[1:] for row in rows] == [(2, "Acme", "Brill", 38_000_000_000, "2025-03-04", "2025-04-01")]


def test_the_order_of_articles_changes_nothing(tmp_path: Path) -> None:
    results = {
        tuple(events(tmp_path / f"{i}.db", *order))
        for i, order in enumerate(permutations([ONE, OTHER, THIRD]))
    }
    assert len(results) == 1


def test_adding_an_article_again_changes_nothing(tmp_path: Path) -> None:
    assert events(tmp_path / "l.db", ONE, OTHER) == events(tmp_path / "l.db", ONE)


def test_an_article_that_is_in_is_known(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([ONE])
        assert ledger.has(ONE.article)
        assert not ledger.has(OTHER.article)


def test_a_disagreement_is_kept(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([ONE, OTHER])
        ledger.merge()
        rows = ledger.query("SELECT value, article FROM conflicts WHERE slot = 'status'")[1]
    assert sorted(rows) == [("announced", "one"), ("reported", "other")]


def test_money_that_comes_back_is_a_loop(tmp_path: Path) -> None:
    back = article(
        "back", deal(payer=("Brill",), payee=("Acme",), type=DealType.INVESTMENT, amount=Decimal(5))
    )
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([ONE, back])
        ledger.merge()
        assert ledger.query("SELECT loop FROM loops")[1] == [("Acme > Brill > Acme",)]


def test_a_query_cannot_write(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger, pytest.raises(ExtractorError):
        ledger.query("DELETE FROM articles")


def test_a_failed_batch_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    broken = article("broken", deal(evidence=None))
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([ONE])
        with pytest.raises(ExtractorError):
            ledger.add([OTHER, broken])
        assert ledger.query("SELECT id FROM articles")[1] == [("one",)]


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    events(tmp_path / "l.db", ONE)
    with sqlite3.connect(tmp_path / "l.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ExtractorError, match="newer"):
        Ledger(tmp_path / "l.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_bytes(b"no database at all, but long enough to be read as one" * 30)
    with pytest.raises(ExtractorError, match=r"l\.db"):
        Ledger(tmp_path / "l.db")


def test_another_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "l.db") as db:
        db.execute("CREATE TABLE mine (a)")
    with pytest.raises(ExtractorError, match="no ledger"):
        Ledger(tmp_path / "l.db")


def test_a_locked_ledger_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events(tmp_path / "l.db", ONE)
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **options: connect(path, **{**options, "timeout": 0.01})
    )
    other = connect(tmp_path / "l.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Ledger(tmp_path / "l.db") as ledger, pytest.raises(ExtractorError, match="locked"):
        ledger.add([OTHER])
    other.close()


@pytest.mark.parametrize(
    "other",
    [
        {"date": "2025-03"},
        {"amount": None},
        {"amount": Decimal(38_200_000_000)},
        {"type": DealType.PARTNERSHIP},
        {"date": None},
        {"payer": (), "payee": ()},
    ],
)
def test_one_event_told_differently_is_one(other: dict[str, object]) -> None:
    assert len(merge([told(article="a"), told(article="b", **other)])) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"amount": Decimal(4_000_000_000), "date": "2024-09-01"},
        {"parties": ("Acme", "Cobalt"), "payee": ("Cobalt",)},
        {"type": DealType.DEBT, "amount": Decimal(1), "date": "2023"},
        {"payer": ("Brill",), "payee": ("Acme",), "type": DealType.INVESTMENT, "amount": Decimal(7)},
    ],
)
def test_two_events_stay_two(other: dict[str, object]) -> None:
    assert len(merge([told(article="a"), told(article="b", **other)])) == 2


def test_deals_of_one_article_are_never_joined() -> None:
    one = told(article="a")
    assert len(merge([one, Told(key="a-1", article="a", deal=one.deal, published=one.published)])) == 2
