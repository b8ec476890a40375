"""Gold: hand labels of articles, as JSON beside the corpus and as marked text that a person can edit.

Marked text is the article with its labels in brackets that do not occur in news:

    ---
    id: example
    lang: en
    published: 2025-11-12
    kind: list
    ---
    ⟪ENTRY|2025-11-11⟫⟦DATE|Nov. 11|norm=2025-11-11⟧: ⟦ORG|Nvidia Corp.|norm=Nvidia⟧ pays about
    ⟦MONEY|$2bn|value=2e9;currency=USD;qualifier=about⟧ for ⟦POWER|300 MW|gw=0.3⟧.⟪/ENTRY⟫
    ⟪DEALS⟫
    [[deal]]            # TOML; slots that the text does not fill are left out
    date = "2025-11-11"
    parties = ["Nvidia"]
    payer = ["Nvidia"]
    type = "infrastructure"
    amount = 2_000_000_000
    currency = "USD"
    amount_qualifier = "about"
    power_gw = 0.3
    power_qualifier = "exact"
    status = "announced"
    evidence = "Nvidia Corp. pays about $2bn for 300 MW."

`norm` of an ORG may be left out where it is the text itself. `optional` (no value) marks a mention optional. The
evidence is found in the text; where it stands there more than once, `evidence_start` says which is meant.
"""

from __future__ import annotations

import re
import tomllib

from extractor.records import Json, Record, from_record, read_value
from extractor.values import Extraction, GoldError, Mention, MentionType

DEALS = "⟪DEALS⟫"
_MARK = re.compile(
    r"⟦(?P<type>[A-Z]+)\|(?P<text>[^⟦⟧|]+)(?:\|(?P<slots>[^⟦⟧]*))?⟧|⟪ENTRY\|(?P<date>[\d-]*)⟫|(?P<close>⟪/ENTRY⟫)"
)
_SLOTS = {
    MentionType.ORG: {"norm", "optional"},
    MentionType.DATE: {"norm", "mod", "optional"},
    MentionType.MONEY: {"value", "low", "high", "currency", "qualifier", "optional"},
    MentionType.POWER: {"gw", "low", "high", "qualifier", "optional"},
}


def parse_markup(marked: str) -> tuple[str, list[Mention]]:
    """The text of a marked passage, and the mentions marked in it."""
    text, mentions, _ = _parse(marked, place="marked text")
    return text, mentions


def _parse(marked: str, *, place: str) -> tuple[str, list[Mention], list[Record]]:
    parts: list[str] = []
    mentions: list[Mention] = []
    entries: list[Record] = []
    position = length = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[position : match.start()])
        length += len(parts[-1])
        position = match.end()
        if match["date"] is not None:
            entries.append({"start": length, "date": match["date"]})
        elif match["close"]:
            if not entries or "end" in entries[-1]:
                raise GoldError(f"{place}: ⟪/ENTRY⟫ at {match.start()} closes no entry")
            entries[-1]["end"] = length
        else:
            mentions.append(_marked_mention(match, length, place))
            parts.append(match["text"])
            length += len(match["text"])
    parts.append(marked[position:])
    text = "".join(parts)
    if stray := re.search("[⟦⟧⟪⟫]", text):
        raise GoldError(
            f"{place}: {stray[0]} with no partner in {text[max(0, stray.start() - 30) : stray.end() + 30]!r}"
        )
    if entries and "end" not in entries[-1]:
        raise GoldError(f"{place}: the entry of {entries[-1]['date']} is not closed")
    return text, mentions, entries


def _marked_mention(match: re.Match[str], start: int, place: str) -> Mention:
    try:
        kind = MentionType(match["type"])
    except ValueError:
        raise GoldError(f"{place}: {match[0]!r}: no mention type {match['type']!r}") from None
    slots: Record = {"type": kind.value}
    for pair in filter(None, (match["slots"] or "").split(";")):
        key, _, value = pair.partition("=")
        if key not in _SLOTS[kind]:
            raise GoldError(
                f"{place}: {match[0]!r}: {kind} has no slot {key!r}, it has {', '.join(sorted(_SLOTS[kind]))}"
            )
        slots[key] = True if key == "optional" else value
    try:
        value_ = read_value(slots, match["text"])
    except (ValueError, ArithmeticError) as error:
        raise GoldError(f"{place}: {match[0]!r}: {error}") from error
    return Mention(
        type=kind,
        start=start,
        end=start + len(match["text"]),
        text=match["text"],
        value=value_,
        optional=bool(slots.get("optional")),
    )


def parse_marked_article(marked: str, *, place: str) -> tuple[Extraction, dict[str, str]]:
    """The labels of a whole marked article, and its front matter. GoldError names `place` and the fault."""
    head = re.match(r"---\n(.*?)\n---\n", marked, re.DOTALL)
    if head is None:
        raise GoldError(f"{place}: no front matter (--- key: value ---)")
    front = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in head[1].splitlines())}
    body, _, tail = marked[head.end() :].partition(DEALS)
    text, mentions, entries = _parse(body.strip("\n"), place=place)
    try:
        rows = tomllib.loads(tail).get("deal", [])
    except tomllib.TOMLDecodeError as error:
        raise GoldError(f"{place}: the deals are no TOML: {error}") from error
    for row in rows:
        _place_evidence(row, text, place)
    record: Record = {
        "id": front.get("id"),
        "lang": front.get("lang"),
        "published": front.get("published") or None,
    }
    record |= {"entries": list[Json](entries), "deals": rows}
    extraction = from_record(record, text, place=place)
    return Extraction(
        article=extraction.article,
        entries=extraction.entries,
        mentions=tuple(mentions),
        deals=extraction.deals,
    ), front


def _place_evidence(row: Record, text: str, place: str) -> None:
    evidence = row.get("evidence")
    if not isinstance(evidence, str) or text.count(evidence) == 0:
        raise GoldError(f"{place}: the evidence is not in the text: {evidence!r}")
    start = row.get("evidence_start")
    if start is None:
        if text.count(evidence) > 1:
            raise GoldError(
                f"{place}: the evidence stands in the text twice, say evidence_start: {evidence!r}"
            )
        start = text.index(evidence)
    if not isinstance(start, int) or not text.startswith(evidence, start):
        raise GoldError(f"{place}: the evidence does not start at {start!r}: {evidence!r}")
    row["evidence_start"], row["evidence_end"] = start, start + len(evidence)
