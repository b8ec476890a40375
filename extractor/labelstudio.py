"""Gold to Label Studio's tasks and back, with the labelling config that both are made for.

A label is a region of the text: ENTRY, a mention's type, or DEAL over the evidence. Its slots are results of the same
region: a choice where the values are a closed set, else a line of text; a slot that holds a list has a line an item.
Label Studio counts offsets in Unicode code points, as we do (its front end turns what the browser counts into these).

Hand labels become a task's annotation; what the extractor found becomes a prediction, which Label Studio shows for a
person to correct and to submit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import cast

from lxml import etree

from extractor.gold import Gold, gold_record, read_text
from extractor.gold_check import MENTION_SLOTS, SCOPE, check_record
from extractor.records import DEAL_SLOTS, Json, Record, from_record, number
from extractor.values import DealType, GoldError, Mod, Qualifier, Status

_LABELS, _TEXT = "label", "text"
_EVIDENCE = ("evidence", "evidence_start", "evidence_end")
_DEAL_SLOTS = tuple(slot for slot in DEAL_SLOTS if slot not in _EVIDENCE)
_SLOTS: dict[str, tuple[str, ...]] = {
    "ENTRY": ("date",),
    **{kind.value: slots for kind, slots in MENTION_SLOTS.items()},
    "DEAL": (*_DEAL_SLOTS, "optional", "optional_slots"),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "mod": tuple(Mod),
    "qualifier": tuple(Qualifier),
    "amount_qualifier": tuple(Qualifier),
    "power_qualifier": tuple(Qualifier),
    "type": tuple(DealType),
    "status": tuple(Status),
    "optional": ("optional",),
    "optional_slots": _DEAL_SLOTS,
}
_LISTS = ("parties", "payer", "payee", "optional_slots")
_NUMBERS = ("value", "low", "high", "gw", "amount", "amount_low", "amount_high", "power_gw", "stake_percent",
            "term_years")  # fmt: skip
_ABOUT = ("id", "lang", "title", "published", "kind", "invented", "scope", "sha256")
# Dark enough for black text on their tints, and told apart by people who see red and green alike.
_COLOURS = {"ENTRY": "#888888", "ORG": "#0072b2", "DATE": "#cc79a7", "MONEY": "#009e73", "POWER": "#d55e00",
            "DEAL": "#e6b800"}  # fmt: skip


def labelling_config() -> str:
    """The XML to paste into a project's labelling setup: the text, the labels, and the slots of the chosen region."""
    view = etree.Element("View")
    etree.SubElement(view, "Header", value="$id", size="5")
    labels = etree.SubElement(view, "Labels", name=_LABELS, toName=_TEXT)
    for n, (label, colour) in enumerate(_COLOURS.items(), 1):
        etree.SubElement(labels, "Label", value=label, background=colour, hotkey=str(n))
    etree.SubElement(view, "Text", name=_TEXT, value="$text", valueType="text", granularity="symbol")
    for slot in dict.fromkeys(slot for slots in _SLOTS.values() for slot in slots):
        owners = ",".join(label for label, slots in _SLOTS.items() if slot in slots)
        box = etree.SubElement(
            view, "View", visibleWhen="region-selected", whenTagName=_LABELS, whenLabelValue=owners
        )
        if slot != "optional":
            etree.SubElement(box, "Header", value=slot, size="6")
        control = {"name": slot, "toName": _TEXT, "perRegion": "true", "whenLabelValue": owners}
        if slot in _CHOICES:
            choice = "multiple" if slot in (*_LISTS, "optional") else "single"
            choices = etree.SubElement(box, "Choices", **control, choice=choice, showInline="true")
            for value in _CHOICES[slot]:
                etree.SubElement(choices, "Choice", value=value)
        else:
            single = {} if slot in _LISTS else {"maxSubmissions": "1"}
            etree.SubElement(box, "TextArea", **control, **single, editable="true", rows="1")
    etree.indent(view)
    return str(etree.tostring(view, encoding="unicode")) + "\n"


def to_task(gold: Gold, *, predicted: bool = False) -> Record:
    """The task of an article; with `predicted` its labels are a prediction, else an annotation."""
    record = gold_record(gold)
    text = gold.extraction.article.text
    result: list[Json] = list(_results(record, text))
    labels: Record = {"model_version": "extractor", "result": result} if predicted else {"result": result}
    return {
        "data": {**{key: record[key] for key in _ABOUT if record.get(key) is not None}, "text": text},
        "predictions" if predicted else "annotations": [labels],
    }


def _results(record: Record, text: str) -> Iterator[Record]:
    for key in SCOPE:
        for n, row in enumerate(cast("list[Record]", record.get(key, []))):
            label = {"entries": "ENTRY", "deals": "DEAL"}.get(key) or cast(str, row["type"])
            prefix = "evidence_" if key == "deals" else ""
            extent = {"start": row[f"{prefix}start"], "end": row[f"{prefix}end"]}
            base: Record = {"id": f"{label}-{n}", "to_name": _TEXT}
            yield {
                **base,
                "from_name": _LABELS,
                "type": "labels",
                "value": {
                    **extent,
                    "text": text[cast(int, extent["start"]) : cast(int, extent["end"])],
                    "labels": [label],
                },
            }
            for slot in _SLOTS[label]:
                if slot in row:
                    kind, inner = ("choices", "choices") if slot in _CHOICES else ("textarea", "text")
                    shown = list[Json](_shown(slot, row[slot]))
                    yield {**base, "from_name": slot, "type": kind, "value": {**extent, inner: shown}}


def _shown(slot: str, value: Json) -> list[str]:
    """A slot's value as the lines or choices that stand for it."""
    if slot == "optional":
        return ["optional"]
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def write_tasks(tasks: Iterable[Record], output: Path) -> Path:
    """Write tasks as JSON, and the labelling config beside them as .xml, whose path is returned."""
    config = output.with_suffix(".xml")
    output.write_text(json.dumps(list(tasks), ensure_ascii=False, indent=1) + "\n", "utf-8", newline="")
    config.write_text(labelling_config(), "utf-8", newline="")
    return config


def read_tasks(path: Path) -> tuple[list[Gold], list[str]]:
    """The gold of the tasks that Label Studio exported as JSON, and the names of those that nobody has labelled.

    GoldError names file, task, and the fault: an offset outside the text, a region whose text is another, a slot with
    a value it cannot have, two annotations of one task.
    """
    try:
        tasks = json.loads(read_text(path))
    except ValueError as error:
        raise GoldError(f"{path}: found no JSON: {error}") from error
    if not isinstance(tasks, list):
        raise GoldError(
            f"{path}: found a {type(tasks).__name__}, expected the list of tasks of an export as JSON"
        )
    gold: list[Gold] = []
    unlabelled: list[str] = []
    for n, task in enumerate(tasks, 1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str) or "id" not in data:
            raise GoldError(
                f"{path}, task {n}: found no data with id and text: export as JSON, not as JSON-MIN"
            )
        place = f"{path}, task {n} ({data['id']})"
        # A skipped task keeps a cancelled annotation.
        done = [a for a in task.get("annotations") or [] if not a.get("was_cancelled")]
        if len(done) > 1:
            raise GoldError(f"{place}: found {len(done)} annotations, expected one: delete the others")
        if done:
            gold.append(_gold(data, done[0].get("result") or [], place))
        else:
            unlabelled.append(str(data["id"]))
    return gold, unlabelled


def _gold(data: Record, results: list[Record], place: str) -> Gold:
    text = cast(str, data["text"])
    record: Record = {key: data.get(key) for key in ("id", "lang", "title", "published")}
    record |= {key: [] for key in SCOPE}
    for label, row in _rows(results, text, place):
        key = {"ENTRY": "entries", "DEAL": "deals"}.get(label, "mentions")
        cast("list[Record]", record[key]).append(row)
    for key in SCOPE:
        start = "evidence_start" if key == "deals" else "start"
        cast("list[Record]", record[key]).sort(key=lambda row: cast(int, row[start]))
    gold = Gold(
        extraction=from_record(record, text, place=place),
        kind=cast("str | None", data.get("kind")),
        invented=bool(data.get("invented")),
        scope=tuple(cast("list[str]", data.get("scope") or SCOPE)),
    )
    checked = gold_record(gold)
    check_record(checked | {"sha256": data.get("sha256", checked["sha256"])}, text, place=place)
    return gold


def _rows(results: list[Record], text: str, place: str) -> Iterator[tuple[str, Record]]:
    """Each region's label, and its row of a record: extent, and slots as their controls hold them."""
    regions: dict[str, dict[str, Mapping[str, Json]]] = {}
    for result in results:
        if result.get("type") not in ("labels", "choices", "textarea"):
            raise GoldError(
                f"{place}: found a result of type {result.get('type')!r}: use the config of the export"
            )
        parts = regions.setdefault(str(result.get("id")), {})
        parts[str(result.get("from_name"))] = cast("Mapping[str, Json]", result.get("value") or {})
    for parts in regions.values():
        region = parts.pop(_LABELS, None)
        if region is None:
            continue  # slots whose region was deleted
        label, where = _region(region, text, place)
        start, end = cast(int, region["start"]), cast(int, region["end"])
        row: Record = {"evidence_start": start, "evidence_end": end, "evidence": text[start:end]}
        if label != "DEAL":
            row = {"start": start, "end": end}
        if label not in ("DEAL", "ENTRY"):
            row |= {"type": label, "text": text[start:end]}
        for slot, value in parts.items():
            # A slot of another label is what is left when a person changed the region's label.
            if slot in _SLOTS[label]:
                row[slot] = _value(slot, value, f"{place}: {where}")
        yield label, row


def _region(region: Mapping[str, Json], text: str, place: str) -> tuple[str, str]:
    """A region's label, and how to name it to a person; GoldError where label or extent cannot be right."""
    labels, start, end = region.get("labels"), region.get("start"), region.get("end")
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in _SLOTS:
        raise GoldError(f"{place}: found the labels {labels!r}, expected one of {', '.join(_SLOTS)}")
    label = labels[0]
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise GoldError(
            f"{place}: {label}: found the extent {start!r} to {end!r}, expected one within the text"
        )
    where = f"{label} {text[start:end][:60]!r} at {start}"
    shown = region.get("text")
    if isinstance(shown, str) and _squeezed(shown) != _squeezed(text[start:end]):
        raise GoldError(
            f"{place}: {where}: found it labelled as {shown[:60]!r}: the offsets are of another text"
        )
    return label, where


def _squeezed(text: str) -> str:
    # A region drawn in the browser tells blanks in its own way, and a line end as a backslash and an n.
    return re.sub(r"\\n|\s", "", text)


def _value(slot: str, value: Mapping[str, Json], place: str) -> Json:
    kept = value.get("choices" if slot in _CHOICES else "text")
    items = [str(item).strip() for item in (kept if isinstance(kept, list) else [kept]) if item is not None]
    items = [item for item in items if item]
    if slot in _LISTS:
        return list[Json](items)
    if len(items) > 1:
        raise GoldError(f"{place}: {slot}: found {len(items)} values, expected one")
    if not items:
        return None
    if slot == "optional":
        return True
    if slot not in _NUMBERS:
        return items[0]
    try:
        return number(Decimal(items[0]))
    except ArithmeticError:
        raise GoldError(f"{place}: {slot}: found {items[0]!r}, expected a number") from None
