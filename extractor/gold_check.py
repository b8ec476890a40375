"""What a gold record may hold: its extents, slots and values checked against the article's text."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from extractor.records import DEAL_SLOTS, Json, Record, from_record, read_value
from extractor.values import GoldError, MentionType

KINDS = ("list", "digest", "prose", "press", "newsletter", "history", "interview", "nodeal")
SCOPE = ("entries", "mentions", "deals")
MENTION_SLOTS = {
    MentionType.ORG: ("norm", "optional"),
    MentionType.DATE: ("norm", "mod", "optional"),
    MentionType.MONEY: ("value", "low", "high", "currency", "qualifier", "optional"),
    MentionType.POWER: ("gw", "low", "high", "qualifier", "optional"),
}
# What the extractor's own output adds to a mention and to a deal: allowed, for two outputs to be compared.
_MENTION_EXTRAS = ("type", "start", "end", "text", "rule", "known", "kind", "country", "evidence")
_DEAL_EXTRAS = ("entry", "confidence", "provenance", "rule", "optional", "optional_slots")
_POINT = r"\d{4}(?:-\d\d(?:-\d\d)?|-Q[1-4]|-H[12]|-W\d\d|-(?:SP|SU|FA|WI))?"
_DATE = re.compile(rf"{_POINT}(?:/{_POINT})?|\d{{3}}X")
_TIMEX = re.compile(rf"{_DATE.pattern}|PT?(?:\d+(?:\.\d+)?[A-Z])+")
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_record(record: Mapping[str, Json], text: str, *, place: str) -> None:
    """Raise GoldError at the first fault of a gold record against its text."""
    for where, found, expected in _faults(record, text):
        raise GoldError(f"{place}: {where}: found {found}, expected {expected}")


Fault = tuple[str, str, str]


def _faults(record: Mapping[str, Json], text: str) -> Iterator[Fault]:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if record.get("sha256") != digest:
        yield (
            "sha256",
            f"{digest} for the text",
            f"{record.get('sha256')}: the text has changed since it was labelled",
        )
    if record.get("kind") not in (None, *KINDS):
        yield "kind", repr(record["kind"]), f"one of {', '.join(KINDS)}"
    scope = record.get("scope") or []
    if not isinstance(scope, list) or not set(cast("list[str]", scope)) <= set(SCOPE):
        yield "scope", repr(scope), f"some of {', '.join(SCOPE)}"
    for key, check in (("entries", _entry_faults), ("mentions", _mention_faults), ("deals", _deal_faults)):
        rows = record.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield key, type(rows).__name__, "a list of objects"
            continue
        for n, row in enumerate(cast("list[Record]", rows)):
            for slot, found, expected in check(row, text):
                yield f"{key}[{n}].{slot}", found, expected
    yield from _overlap_faults(cast("list[Record]", record.get("mentions", [])))


def _extent_faults(row: Record, text: str, start: str, end: str) -> Iterator[Fault]:
    a, b = row.get(start), row.get(end)
    if not isinstance(a, int) or not isinstance(b, int) or not 0 <= a < b <= len(text):
        yield start, f"{a!r} to {b!r}", f"an extent within the text's {len(text)} characters"


def _entry_faults(row: Record, text: str) -> Iterator[Fault]:
    yield from _unknown_keys(row, ("start", "end", "date"))
    yield from _extent_faults(row, text, "start", "end")
    if not isinstance(row.get("date"), str) or not _DATE.fullmatch(cast(str, row["date"])):
        yield "date", repr(row.get("date")), "a date such as 2025-11-11 or 2025-Q3"


def _mention_faults(row: Record, text: str) -> Iterator[Fault]:
    if row.get("type") not in [kind.value for kind in MentionType]:
        yield "type", repr(row.get("type")), f"one of {', '.join(MentionType)}"
        return
    yield from _unknown_keys(row, (*_MENTION_EXTRAS, *MENTION_SLOTS[MentionType(cast(str, row["type"]))]))
    extent = list(_extent_faults(row, text, "start", "end"))
    yield from extent
    if not extent and text[cast(int, row["start"]) : cast(int, row["end"])] != row.get("text"):
        yield "text", repr(text[cast(int, row["start"]) : cast(int, row["end"])]), repr(row.get("text"))
    norm = row.get("norm")
    if row["type"] == MentionType.DATE and norm and not _TIMEX.fullmatch(str(norm)):
        yield "norm", repr(norm), "a TIMEX3 value such as 2025-11-11, 2025-Q3, 2026/2028, P7Y"
    yield from _value_faults(row, (("currency", _CURRENCY, "an ISO 4217 code"),))
    try:
        read_value(row, str(row.get("text")))
    except (ValueError, ArithmeticError, TypeError) as error:
        yield "value", str(error), "a value of its slot"


def _deal_faults(row: Record, text: str) -> Iterator[Fault]:
    yield from _unknown_keys(row, (*DEAL_SLOTS, *_DEAL_EXTRAS))
    yield from _value_faults(
        row,
        (
            ("date", _DATE, "a date such as 2025-11-11 or 2025-Q3"),
            ("currency", _CURRENCY, "an ISO 4217 code"),
        ),
    )
    parties = row.get("parties")
    if not isinstance(parties, list) or not parties:
        yield "parties", repr(parties), "at least one name"
        return
    for slot in ("payer", "payee"):
        names = row.get(slot) or []
        if not isinstance(names, list) or not set(names) <= set(parties):
            yield slot, repr(names), f"some of the parties, {parties!r}"
    for slot in cast("list[str]", row.get("optional_slots") or []):
        if slot not in DEAL_SLOTS:
            yield "optional_slots", repr(slot), f"one of {', '.join(DEAL_SLOTS)}"
    extent = list(_extent_faults(row, text, "evidence_start", "evidence_end"))
    yield from extent
    if not extent and text[cast(int, row["evidence_start"]) : cast(int, row["evidence_end"])] != row.get(
        "evidence"
    ):
        yield "evidence", repr(row.get("evidence")), "the text from evidence_start to evidence_end"
    try:
        from_record({"id": "", "deals": [row]}, "")
    except GoldError as error:
        yield "slots", str(error), "a value of its slot"


def _unknown_keys(row: Record, known: Sequence[str]) -> Iterator[Fault]:
    for key in row:
        if key not in known:
            yield key, "an unknown slot", f"one of {', '.join(known)}"


def _value_faults(row: Record, forms: Iterable[tuple[str, re.Pattern[str], str]]) -> Iterator[Fault]:
    for slot, form, meaning in forms:
        value = row.get(slot)
        if value not in (None, "") and not (isinstance(value, str) and form.fullmatch(value)):
            yield slot, repr(value), meaning


def _overlap_faults(rows: Sequence[Record]) -> Iterator[Fault]:
    by_type: dict[Json, list[tuple[int, int, int]]] = {}
    for n, row in enumerate(rows):
        by_type.setdefault(row["type"], []).append((cast(int, row["start"]), cast(int, row["end"]), n))
    for kind, extents in by_type.items():
        extents.sort()
        for (_, end, n), (start, _, m) in itertools.pairwise(extents):
            if start < end:
                yield (
                    f"mentions[{m}]",
                    f"a {kind} that overlaps mentions[{n}] at {start}",
                    "no overlap within a type",
                )
