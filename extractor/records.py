"""An article's record: the JSON form of an Extraction, the same for gold and output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

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
    Mod,
    Money,
    Org,
    Power,
    PublishedFrom,
    Qualifier,
    Status,
    Timex,
)

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Record = dict[str, Json]

DEAL_SLOTS = (
    "date", "parties", "payer", "payee", "type", "amount", "amount_low", "amount_high", "currency", "amount_qualifier",
    "power_gw", "power_qualifier", "stake_percent", "term_years", "status", "source",
    "evidence", "evidence_start", "evidence_end",
)  # fmt: skip
_LISTS = ("parties", "payer", "payee")
_NUMBERS = ("amount", "amount_low", "amount_high", "power_gw", "stake_percent", "term_years")


def to_record(extraction: Extraction) -> Record:
    """The record of an extraction; lists are sorted by start, numbers are exact where JSON can hold them."""
    article = extraction.article
    return {
        "id": article.id,
        "lang": article.lang,
        "title": article.title,
        "url": article.url,
        "site": article.site,
        "published": article.published,
        "published_from": article.published_from,
        "sha256": article.sha256,
        "text": article.text,
        "entries": [{"start": e.start, "end": e.end, "date": e.date} for e in extraction.entries],
        "mentions": [_mention_record(m) for m in extraction.mentions],
        "deals": [_deal_record(d) for d in extraction.deals],
        "notes": list(extraction.notes),
    }


def number(value: Decimal | None) -> int | float | None:
    """A number as JSON writes it: whole ones as int."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _mention_record(mention: Mention) -> Record:
    out: Record = {
        "type": mention.type.value,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
    }
    match mention.value:
        case Org() as org:
            out |= {
                "norm": org.norm,
                "known": org.known,
                "kind": org.kind,
                "country": org.country,
                "evidence": list(org.evidence),
            }
        case Timex() as timex:
            out |= {"norm": timex.value, "mod": timex.mod}
        case Money() as money:
            out |= {
                "value": number(money.value),
                "low": number(money.low),
                "high": number(money.high),
                "currency": money.currency,
                "qualifier": money.qualifier.value,
            }
        case Power() as power:
            out |= {
                "gw": number(power.gw),
                "low": number(power.low),
                "high": number(power.high),
                "qualifier": power.qualifier.value,
            }
    if mention.rule is not None:
        out["rule"] = mention.rule
    if mention.optional:
        out["optional"] = True
    return out


def _deal_record(deal: Deal) -> Record:
    out: Record = {}
    for slot in DEAL_SLOTS:
        value = getattr(deal, slot)
        if slot in _LISTS:
            value = list(value)
        elif slot in _NUMBERS:
            value = number(value)
        out[slot] = value
    out |= {
        "entry": deal.entry,
        "confidence": deal.confidence,
        "provenance": {slot: list(indices) for slot, indices in sorted(deal.provenance.items())},
        "rule": deal.rule,
    }
    if deal.optional:
        out["optional"] = True
    if deal.optional_slots:
        out["optional_slots"] = list(deal.optional_slots)
    return out


def from_record(record: Mapping[str, Json], text: str | None = None, *, place: str = "record") -> Extraction:
    """The extraction that a record holds; `text` where the record leaves it out.

    GoldError names `place` and the key that is missing or holds what it may not hold.
    """
    try:
        body = text if text is not None else cast(str, record["text"])
        article = Article(
            id=cast(str, record["id"]),
            text=body,
            lang=cast("str | None", record.get("lang")),
            title=cast("str | None", record.get("title")),
            url=cast("str | None", record.get("url")),
            site=cast("str | None", record.get("site")),
            published=cast("str | None", record.get("published")),
            published_from=PublishedFrom(cast(str, record["published_from"]))
            if record.get("published_from")
            else None,
        )
        return Extraction(
            article=article,
            entries=tuple(
                Entry(start=cast(int, e["start"]), end=cast(int, e["end"]), date=cast(str, e["date"]))
                for e in _rows(record, "entries")
            ),
            mentions=tuple(_mention(m, body) for m in _rows(record, "mentions")),
            deals=tuple(read_deal(d) for d in _rows(record, "deals")),
            notes=tuple(cast("list[str]", record.get("notes") or [])),
        )
    except KeyError as error:
        raise GoldError(f"{place}: the key {error} is missing") from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise GoldError(f"{place}: {error}") from error


def read_run(path: Path) -> Iterator[Extraction]:
    """The extractions of a run's JSONL, one a line; GoldError names the file and the line."""
    with path.open(encoding="utf-8") as lines:
        for i, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except ValueError as error:
                raise GoldError(f"{path}:{i}: is no JSON: {error}") from error
            yield from_record(record, place=f"{path}:{i}")


def _rows(record: Mapping[str, Json], key: str) -> list[Record]:
    rows = record.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{key!r} is not a list of objects")
    return cast("list[Record]", rows)


def _decimal(value: Json) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))


def _mention(row: Record, text: str) -> Mention:
    start, end = cast(int, row["start"]), cast(int, row["end"])
    return Mention(
        type=MentionType(cast(str, row["type"])),
        start=start,
        end=end,
        text=cast("str | None", row.get("text")) or text[start:end],
        value=read_value(row, text[start:end]),
        rule=cast("str | None", row.get("rule")),
        optional=bool(row.get("optional")),
    )


def read_value(row: Mapping[str, Json], surface: str) -> MentionValue:
    """The typed value of a mention's record; the name as it stands where an ORG states no norm."""
    qualifier = Qualifier(cast(str, row.get("qualifier") or "exact"))
    low, high = _decimal(row.get("low")), _decimal(row.get("high"))
    match MentionType(cast(str, row["type"])):
        case MentionType.ORG:
            return Org(
                norm=cast("str | None", row.get("norm")) or surface,
                known=bool(row.get("known")),
                kind=cast("str | None", row.get("kind")),
                country=cast("str | None", row.get("country")),
                evidence=tuple(cast("list[str]", row.get("evidence") or [])),
            )
        case MentionType.DATE:
            mod = cast("str | None", row.get("mod"))
            return Timex(value=cast("str | None", row.get("norm")) or None, mod=Mod(mod) if mod else None)
        case MentionType.MONEY:
            currency = cast("str | None", row.get("currency")) or None
            return Money(
                value=_decimal(row.get("value")), currency=currency, low=low, high=high, qualifier=qualifier
            )
        case MentionType.POWER:
            return Power(gw=_decimal(row.get("gw")), low=low, high=high, qualifier=qualifier)


def read_deal(row: Record) -> Deal:
    """The deal that a record holds."""
    values: dict[str, Any] = {}
    for slot in DEAL_SLOTS:
        value = row.get(slot)
        if slot in _LISTS:
            values[slot] = tuple([value] if isinstance(value, str) else cast("list[str]", value or []))
        elif slot in _NUMBERS:
            values[slot] = _decimal(value)
        else:
            values[slot] = value
    values["type"] = DealType(cast(str, row["type"])) if row.get("type") else None
    values["status"] = Status(cast(str, row["status"])) if row.get("status") else None
    for slot in ("amount_qualifier", "power_qualifier"):
        values[slot] = Qualifier(cast(str, row[slot])) if row.get(slot) else None
    provenance = cast("dict[str, list[int]]", row.get("provenance") or {})
    return Deal(
        **values,
        entry=cast("int | None", row.get("entry")),
        confidence=cast("float | None", row.get("confidence")),
        provenance={slot: tuple(indices) for slot, indices in provenance.items()},
        rule=cast("str | None", row.get("rule")),
        optional=bool(row.get("optional")),
        optional_slots=tuple(cast("list[str]", row.get("optional_slots") or [])),
    )
