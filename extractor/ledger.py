"""The ledger: articles, mentions and deals in one SQLite file, and the events that several articles tell.

Schema and views: ledger.sql. What an article says is never overwritten by another: an event's slots are what most of
its sources say, and every claim is kept beside. The events depend on the articles alone, not on their order.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import cast

from extractor.merge import Told, merge, spokesman
from extractor.output import Done
from extractor.records import Json, Record, number, read_deal, to_record
from extractor.timex import order
from extractor.values import Article, Extraction, ExtractorError

SCHEMA_VERSION = 1
# The file says what it is: "extr" as SQLite's application_id.
_APPLICATION = 0x65787472
_EVENT_SLOTS = (
    "date", "type", "amount", "amount_low", "amount_high", "currency", "amount_qualifier", "power_gw",
    "power_qualifier", "stake_percent", "term_years", "status",
)  # fmt: skip
# What an event takes from one of its tellings, since it makes sense together.
_TOGETHER = (
    ("parties", "payer", "payee"),
    ("amount", "amount_low", "amount_high", "currency", "amount_qualifier"),
    ("power_gw", "power_qualifier"),
    *((slot,) for slot in ("date", "type", "stake_percent", "term_years", "status")),
)
_ROLES = {"parties": "party", "payer": "payer", "payee": "payee"}


class Ledger:
    """An open ledger; a context manager that closes it. Every method is one transaction: all of it or nothing."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the ledger at `path`, or make it. ExtractorError where the file is none, damaged, newer or in use."""
        self.path = path
        if not create and not path.exists():
            raise ExtractorError(f"{path}: there is no ledger: make it with extractor run … --ledger {path}")
        with _told(path):
            self._db = sqlite3.connect(path, timeout=5, isolation_level=None)
            try:
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.execute("PRAGMA synchronous = FULL")
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        self._db.row_factory = sqlite3.Row

    def _prepare(self) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (schema,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables == 0:
            script = (Path(__file__).parent / "ledger.sql").read_text("utf-8")
            self._db.executescript(
                f"BEGIN IMMEDIATE; {script}\nPRAGMA application_id = {_APPLICATION};"
                f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif application != _APPLICATION:
            raise ExtractorError(f"{self.path}: is a database, but no ledger: name another file")
        elif schema > SCHEMA_VERSION:
            raise ExtractorError(
                f"{self.path}: was written by a newer extractor (schema {schema}, this one reads {SCHEMA_VERSION}): "
                "upgrade the extractor"
            )
        (state,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise ExtractorError(
                f"{self.path}: is damaged ({' '.join(state.split())}): restore it from a copy"
            )

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    def has(self, article: Article) -> bool:
        """Whether this text is in the ledger, read by this version of the extractor."""
        query = "SELECT 1 FROM articles WHERE sha256 = ? AND extractor_version = ?"
        with _told(self.path):
            return self._db.execute(query, (article.sha256, version("extractor"))).fetchone() is not None

    def add(self, extractions: Iterable[Extraction]) -> None:
        """Put articles in; one that is there already is replaced, with all that was read from it."""
        with _told(self.path), _transaction(self._db):
            for extraction in extractions:
                self._add(extraction)

    def _add(self, extraction: Extraction) -> None:
        article, record = extraction.article, to_record(extraction)
        self._db.execute("DELETE FROM articles WHERE sha256 = ?", (article.sha256,))
        _insert(self._db, "articles", {
            "sha256": article.sha256, "extractor_version": version("extractor"),
            **{key: record[key] for key in ("id", "lang", "title", "url", "site", "published", "published_from")},
            # SQLite holds UTF-8: a lone surrogate cannot be kept.
            "text": article.text.encode("utf-8", "replace").decode(),
        })  # fmt: skip
        columns = (
            "type",
            "start",
            "end",
            "text",
            "norm",
            "mod",
            "value",
            "low",
            "high",
            "currency",
            "qualifier",
            "rule",
        )
        for position, mention in enumerate(cast("list[Record]", record["mentions"])):
            value = mention.get("value", mention.get("gw"))
            row = {key: mention.get(key) for key in columns} | {"value": value}
            _insert(self._db, "mentions", {"article": article.sha256, "position": position, **row})
        for position, deal in enumerate(cast("list[Record]", record["deals"])):
            key = f"{article.sha256[:16]}-{position}"
            slots = {
                k: deal[k]
                for k in (*_EVENT_SLOTS, "source", "evidence", "evidence_start", "evidence_end", "confidence")
            }
            _insert(self._db, "deals", {
                "key": key, "article": article.sha256, "position": position, "record": json.dumps(deal), **slots,
            })  # fmt: skip
            for slot, role in _ROLES.items():
                for name in dict.fromkeys(cast("list[str]", deal[slot])):
                    _insert(self._db, "sides", {"deal": key, "role": role, "organisation": name})

    def merge(self) -> None:
        """Put the deals of all articles together into events, from scratch: the same articles give the same events."""
        with _told(self.path), _transaction(self._db):
            self._db.execute("DELETE FROM events")
            for group in merge(self._told()):
                self._add_event(group)

    def _told(self) -> Iterator[Told]:
        query = "SELECT d.key, d.record, a.sha256, a.published FROM deals d JOIN articles a ON a.sha256 = d.article"
        for key, record, article, published in self._db.execute(query):
            yield Told(key, article, read_deal(json.loads(record)), published)

    def _add_event(self, group: Sequence[Told]) -> None:
        event = hashlib.sha256("\n".join(row.key for row in group).encode()).hexdigest()[:16]
        slots: dict[str, object] = {}
        for together in _TOGETHER:
            deal = spokesman(group, together).deal
            slots |= {slot: getattr(deal, slot) for slot in together}
        told = sorted((row.published for row in group if row.published), key=order)
        row = {
            "event": event, "sources": len(group), "first_told": told[0] if told else None,
            "last_told": told[-1] if told else None, "confidence": max((r.deal.confidence or 0.0) for r in group),
            **{slot: _plain(value) for slot, value in slots.items()},
        }  # fmt: skip
        _insert(self._db, "events", row)
        for slot, role in _ROLES.items():
            for name in dict.fromkeys(cast("tuple[str, ...]", slots[slot] or ())):
                _insert(self._db, "event_sides", {"event": event, "role": role, "organisation": name})
        for one in group:
            for slot in slots:
                value = getattr(one.deal, slot)
                if value is not None and value != ():
                    said = {"event": event, "slot": slot, "value": _text(value), "deal": one.key}
                    _insert(self._db, "claims", said)
        self._db.executemany("UPDATE deals SET event = ? WHERE key = ?", [(event, row.key) for row in group])

    def query(self, sql: str) -> tuple[list[str], list[tuple[Json, ...]]]:
        """Column names and rows of a query that reads; ExtractorError where it would write or is no SQL."""
        with _told(self.path):
            self._db.execute("PRAGMA query_only = ON")
            try:
                cursor = self._db.execute(sql)
                names = [column[0] for column in cursor.description or ()]
                return names, [tuple(row) for row in cursor.fetchall()]
            finally:
                self._db.execute("PRAGMA query_only = OFF")


class LedgerWriter:
    """A run's output into a ledger: articles as they come, events at the end."""

    def __init__(self, path: Path) -> None:
        self.done = Done()
        self.ledger = Ledger(path)

    def write(self, extractions: Sequence[Extraction], done: Done) -> None:
        """One transaction a batch."""
        self.ledger.add(extractions)

    def close(self) -> None:
        """Merge the events."""
        with self.ledger:
            self.ledger.merge()

    def abort(self) -> None:
        """What is in stays in, for the next run to skip; the events are those of the last run that ended."""
        with self.ledger:
            pass


# What a person can do about what SQLite says.
_MENDS = {
    "locked": "wait for the other run to end",
    "full": "make room on the disk; the ledger is as it was",
    "no such": "ledger.sql names tables, views and columns; SELECT name FROM sqlite_schema lists the first two",
    "syntax": "check the query",
    "readonly": "a query only reads, and a run needs a file that it may write",
}


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as one line that names the ledger and the mend."""
    try:
        yield
    except sqlite3.OperationalError as error:
        mend = next(
            (mend for words, mend in _MENDS.items() if words in str(error)), "check the disk and the folder"
        )
        raise ExtractorError(f"{path}: {error}: {mend}") from error
    except sqlite3.DatabaseError as error:
        raise ExtractorError(f"{path}: {error}: name a ledger, or restore it from a copy") from error


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _insert(db: sqlite3.Connection, table: str, row: Mapping[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def _plain(value: object) -> object:
    """A slot's value as SQLite holds it."""
    if isinstance(value, tuple):
        return "; ".join(value)
    return number(value) if isinstance(value, Decimal) else value


def _text(value: object) -> str:
    """A slot's value as a claim: in what order names are told is no disagreement."""
    return str(_plain(tuple(sorted(value)) if isinstance(value, tuple) else value))
