"""The merge gold: deals of many articles under the event that each tells, and how well merging finds it again.

Scored are pairs of deals in one event. A file is JSONL, a deal a line: `event`, `article`, `published`, and the deal's
slots by their names; what is not told is left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import cast

import numpy as np

from extractor.compare import Counts
from extractor.merge import Told, likeness, merge
from extractor.records import DEAL_SLOTS, Record, read_deal
from extractor.report import deal_amount
from extractor.score import RATIOS, SAMPLES, SEED, Figure, Floats, Interval
from extractor.score_report import ratio
from extractor.values import GoldError

_KEYS = {"event", "article", "published", *DEAL_SLOTS}
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGold:
    """Told deals, and the event of each by the deal's key."""

    told: tuple[Told, ...]
    event: Mapping[str, str]


def load_events(path: Path) -> EventGold:
    """The merge gold in a file; GoldError names the line with a fault, OSError where there is no file."""
    told: list[Told] = []
    event: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        place = f"{path}:{number}"
        try:
            row: Record = json.loads(line)
            if unknown := sorted(set(row) - _KEYS):
                raise GoldError(f"{place}: found the key {unknown[0]!r}, expected some of {sorted(_KEYS)}")
            key = f"{number:04}-{row['event']}"
            event[key] = str(row["event"])
            told.append(
                Told(key, str(row["article"]), read_deal(row), cast("str | None", row.get("published")))
            )
        except KeyError as error:
            raise GoldError(f"{place}: the key {error} is missing") from error
        except (ValueError, TypeError, ArithmeticError) as error:
            raise GoldError(f"{place}: {error}") from error
    return EventGold(told=tuple(told), event=event)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScore:
    """Figure over pairs, and the pairs that were put together wrongly and left apart wrongly."""

    figure: Figure
    joined: tuple[Pair, ...]
    parted: tuple[Pair, ...]


def score_events(gold: EventGold) -> EventScore:
    """Merge the told deals and compare the pairs; intervals of 95 % by a seeded bootstrap over the gold's events."""
    members: dict[str, list[str]] = defaultdict(list)
    for key, event in gold.event.items():
        members[event].append(key)
    wanted = _pairs(members.values())
    found = _pairs([row.key for row in group] for group in merge(gold.told))
    joined, parted = sorted(found - wanted), sorted(wanted - found)
    return EventScore(
        figure=Figure(
            counts=Counts(len(wanted & found), len(joined), len(parted)),
            intervals=_intervals(gold, wanted, found),
        ),
        joined=tuple(joined),
        parted=tuple(parted),
    )


def _pairs(groups: Iterable[Sequence[str]]) -> set[Pair]:
    return {(min(pair), max(pair)) for group in groups for pair in combinations(group, 2)}


def _intervals(
    gold: EventGold, wanted: set[Pair], found: set[Pair]
) -> tuple[Interval | None, Interval | None, Interval | None]:
    """Each event is drawn with its pairs; a wrong pair of two events counts half with either."""
    rows = {event: n for n, event in enumerate(sorted(set(gold.event.values())))}
    table = np.zeros((len(rows), 3))
    for pair in wanted | found:
        column = 2 if pair not in found else 0 if pair in wanted else 1
        for key in pair:
            table[rows[gold.event[key]], column] += 0.5
    drawn = np.random.default_rng(SEED).multinomial(
        len(rows), np.full(len(rows), 1 / len(rows)), size=SAMPLES
    )
    tp, fp, fn = (drawn @ table).T
    with np.errstate(invalid="ignore"):
        precision, recall, f1 = (
            _middle(ratio) for ratio in (tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn))
        )
    return precision, recall, f1


def _middle(samples: Floats) -> Interval | None:
    kept = samples[~np.isnan(samples)]
    if not kept.size:
        return None
    low, high = np.quantile(kept, (0.025, 0.975)).tolist()
    return low, high


def report_lines(gold: EventGold, score: EventScore, *, errors: bool) -> Iterator[str]:
    """What was scored and the figures; with `errors` each wrong pair, both deals of it."""
    counts = score.figure.counts
    articles, events = {told.article for told in gold.told}, set(gold.event.values())
    yield f"{len(gold.told)} deals of {len(articles)} articles, {len(events)} events"
    values = counts.precision, counts.recall, counts.f1
    for name, value, spread in zip(RATIOS, values, score.figure.intervals, strict=True):
        yield f"{name:9}  {ratio(value, spread)}"
    yield f"pairs      {counts.tp} right, {counts.fp} joined wrongly, {counts.fn} parted wrongly"
    by_key = {told.key: told for told in gold.told}
    for fault, pairs in (("joined", score.joined), ("parted", score.parted)) if errors else ():
        for a, b in pairs:
            yield f"{fault} wrongly: {likeness(by_key[a], by_key[b]):.2f}"
            yield from (f"    {_line(by_key[key])}" for key in (a, b))


def _line(told: Told) -> str:
    deal = told.deal
    sides = (
        f"{', '.join(deal.payer)} > {', '.join(deal.payee)}"
        if deal.payer or deal.payee
        else ", ".join(deal.parties)
    )
    slots = (told.key, deal.date or f"(told {told.published})", sides, deal.type, deal_amount(deal))
    power = f"{deal.power_gw.normalize():f} GW" if deal.power_gw is not None else ""
    share = f"{deal.stake_percent.normalize():f} %" if deal.stake_percent is not None else ""
    return "  ".join(str(slot) for slot in (*slots, power, share) if slot)
