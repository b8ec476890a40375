"""Floors: the F1 figures below which a change may not fall, kept beside a digest of the gold they were measured on."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from extractor.gold import Gold, gold_record
from extractor.score import Figure
from extractor.values import GoldError

Floors = Mapping[str, Mapping[str, float]]
Figures = Mapping[str, Mapping[str, Figure]]


def digest(gold: Iterable[Gold]) -> str:
    """What identifies a gold set: its labels and the texts they stand on."""
    records = [gold_record(item) for item in sorted(gold, key=lambda item: item.id)]
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()


def load_floors(path: Path) -> tuple[str, Floors]:
    """The digest of the gold and the floors by group and row; GoldError where the file has a fault."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return cast(str, data["gold"]), cast(Floors, data["f1"])
    except FileNotFoundError:
        raise GoldError(f"{path}: there are no floors yet: set them with --raise-floors") from None
    except (ValueError, KeyError, TypeError) as error:
        raise GoldError(
            f"{path}: found no floors in it ({error!r}), expected the keys gold and f1"
        ) from error


def check(path: Path, gold: Iterable[Gold], measured: Figures) -> list[str]:
    """A line for each figure that lies under its floor, and one where the floors are another gold's."""
    known, floors = load_floors(path)
    out = (
        []
        if known == digest(gold)
        else [f"{path}: the gold has changed since its floors were set: raise them anew"]
    )
    for name, rows in floors.items():
        for row, floor in rows.items():
            figure = measured.get(name, {}).get(row)
            f1 = figure.counts.f1 if figure else None
            if f1 is None or f1 < floor:
                found = "nothing" if f1 is None else f"{f1:.4f}"
                out.append(f"{row} of {name}: found {found}, expected at least {floor:.3f}")
    return out


def write_floors(path: Path, gold: Iterable[Gold], measured: Figures, *, lower: bool) -> None:
    """Raise the floors to the figures, cut to three decimals; one that lies higher stays, unless `lower` is asked."""
    old = load_floors(path)[1] if path.exists() and not lower else {}
    new: dict[str, dict[str, float]] = {name: dict(rows) for name, rows in old.items()}
    for name, rows in measured.items():
        for row, figure in rows.items():
            if figure.counts.f1 is not None:
                floor = math.floor(figure.counts.f1 * 1000) / 1000
                new.setdefault(name, {})[row] = max(floor, old.get(name, {}).get(row, 0.0))
    path.write_text(json.dumps({"gold": digest(gold), "f1": new}, indent=1) + "\n", "utf-8")
