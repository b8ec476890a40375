from __future__ import annotations

import sqlite3
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from extractor.ledger import Ledger
from extractor.merge import Told, merge
from extractor.values import Article, Deal, DealType, Extraction, ExtractorError, Status


def deal(**slots: object) -> Deal:
    values: dict[str, Any] = {
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
    return Deal(**values)


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


@pytest.mark.parametrize("slot", ["parties", "date"])
def test_another_order_of_names_and_a_coarser_date_are_no_disagreement(tmp_path: Path, slot: str) -> None:
    turned = article("turned", deal(parties=("Brill", "Acme"), date="2025-03"))
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([article("one", deal(date="2025-03-04")), turned])
        ledger.merge()
        assert ledger.query(f"SELECT value FROM conflicts WHERE slot = '{slot}'")[1] == []


def test_two_days_are_a_disagreement(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([article("one", deal(date="2025-03-04")), article("other", deal(date="2025-03-05"))])
        ledger.merge()
        rows = ledger.query("SELECT value FROM conflicts WHERE slot = 'date'")[1]
    assert rows == [("2025-03-04",), ("2025-03-05",)]


def test_an_amount_goes_with_its_own_currency(tmp_path: Path) -> None:
    dollars = article("dollars", deal(amount=Decimal(6_400_000_000), currency="USD"), published="2025-03-09")
    euros = article("euros", deal(amount=Decimal(5_500_000_000), currency="EUR"))
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([dollars, euros, article("more", deal(amount=None, amount_low=None, currency="EUR"))])
        ledger.merge()
        rows = ledger.query("SELECT sources, amount, currency FROM events")[1]
    assert rows == [(3, 5_500_000_000, "EUR")]


def test_what_most_say_stands_and_the_fuller_telling_of_equals(tmp_path: Path) -> None:
    bare = article("bare", deal(payer=(), payee=(), amount=None, currency=None), published="2025-03-20")
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([ONE, bare])
        ledger.merge()
        rows = ledger.query("SELECT sources, payer, payee, amount FROM events")[1]
    assert rows == [(2, "Acme", "Brill", 38_000_000_000)]


def test_gigawatts_add_up_without_the_dust_of_floats(tmp_path: Path) -> None:
    deals = (
        deal(power_gw=Decimal("1.1")),
        deal(payee=("Dune",), parties=("Acme", "Dune"), power_gw=Decimal("0.2")),
    )
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([article("one", *deals)])
        ledger.merge()
        assert ledger.query("SELECT * FROM gigawatts_by_customer")[1] == [("Acme", 1.3, 2)]


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


@pytest.mark.parametrize(
    ("sql", "mend"),
    [
        ("SELECT * FROM nope", "lists the first two"),
        ("SELEC 1", "check the query"),
        ("DROP TABLE deals", "only reads"),
    ],
)
def test_a_query_that_fails_says_what_to_do(tmp_path: Path, sql: str, mend: str) -> None:
    with Ledger(tmp_path / "l.db") as ledger, pytest.raises(ExtractorError, match=mend):
        ledger.query(sql)


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


def test_a_full_disk_is_told_and_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    events(tmp_path / "l.db", ONE)
    with Ledger(tmp_path / "l.db") as ledger:
        (pages,) = ledger.query("PRAGMA page_count")[1][0]
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ExtractorError, match=r"l\.db: .*full.*make room"):
            ledger.add([article(f"long {n} " * 2000) for n in range(5)])
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger.query("SELECT id FROM articles")[1] == [("one",)]
        assert ledger.query("SELECT sources FROM events")[1] == [(1,)]


def test_a_damaged_ledger_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    events(path, ONE, OTHER)
    data = bytearray(path.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    path.write_bytes(data)
    with pytest.raises(ExtractorError, match=r"l\.db: .*restore it from a copy"):
        Ledger(path)
    assert path.read_bytes() == data


def test_a_ledger_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExtractorError, match=r"l\.db: unable to open"):
        Ledger(tmp_path / "nowhere" / "l.db")


def test_a_run_that_fails_while_merging_keeps_the_events_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = events(tmp_path / "l.db", ONE, OTHER)
    with Ledger(tmp_path / "l.db") as ledger:
        monkeypatch.setattr(Ledger, "_add_event", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ledger.merge()
        rows = ledger.query("SELECT event, sources FROM events ORDER BY event")[1]
    assert rows == [row[:2] for row in before]


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
