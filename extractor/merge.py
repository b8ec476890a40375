"""Deals of several articles that tell the same event: which belong together, and what they agree on.

Pairs are weighed by what they share and what they contradict. Groups grow from the likest pair on, as long as the
deals of two groups are alike on average: one telling with few slots does not chain two events together. Two deals of
one article are two events, since the assembler has already merged what one article tells twice. The result depends on
the deals alone, not on the order in which they came.
"""

from __future__ import annotations

import functools
import heapq
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice
from pathlib import Path

from extractor.names import name_key
from extractor.timex import Grain, bounds, grain, order
from extractor.values import Deal, DealType, Qualifier, Status

# A party with more deals than this would make too many pairs: its deals are compared with those of the same other
# party, amount or type alone, and each only with this many that follow it in time.
_COMMON_PARTY = 200
_RATES = Path(__file__).parent / "lang" / "shared" / "rates.toml"

# Weights set on gold/events/dev.jsonl, in points; two groups are one event from _THRESHOLD up.
_THRESHOLD = 3.0
# Parties: two in common; the only one that either names; the only one that one of them names; one that stands among
# others in both. Of two deals that share none, nothing is known.
_TWO_SHARED, _ONLY_ONE, _ONE_OF_MORE, _OTHERS_DIFFER = 2.0, 1.5, 0.5, -1.5
_TURNED_ROUND = -1.5  # who pays in one is paid in the other
_SAME_TYPE, _KINDRED_TYPE, _OTHER_TYPE = 1.0, 0.3, -1.5
# Amounts: equal but for rounding; near, or one of them a bound; converted; one or both missing; at odds.
_SAME_AMOUNT, _NEAR_AMOUNT, _CONVERTED, _NO_AMOUNT, _OTHER_AMOUNT = 2.0, 0.5, 1.0, 0.3, -1.5
_ROUNDING, _NEAR = Decimal("0.02"), Decimal("0.25")
_SAME_DETAIL, _OTHER_DETAIL = 1.0, -0.5  # power, share, term
# Dates: days within which tellings of one event lie, and after which a date speaks for another event.
_SAME_DAYS, _OTHER_DAYS = 10, 120
_SAME_DATE, _SAME_PUBLISHED, _NO_DATE = 1.0, 0.7, 0.3
_OTHER_DATE, _OTHER_YEAR, _TOLD_LATER, _TOLD_BEFORE = -3.0, -1.0, -0.5, -2.0

# Types that different papers give to one event.
_KINDRED = (
    {DealType.INVESTMENT, DealType.STAKE, DealType.ACQUISITION},
    {DealType.CLOUD, DealType.CHIPS, DealType.INFRASTRUCTURE},
    {DealType.INFRASTRUCTURE, DealType.ENERGY},
    {DealType.INVESTMENT, DealType.DEBT},
    {DealType.INFRASTRUCTURE, DealType.INVESTMENT, DealType.JOINT_VENTURE},
)
_LOOSE = {
    Qualifier.UP_TO,
    Qualifier.ABOUT,
    Qualifier.OVER,
    Qualifier.AT_LEAST,
    Qualifier.RANGE,
    Qualifier.TENS_OF,
}
_COARSE = {Grain.YEAR, Grain.DECADE}


@dataclass(frozen=True, slots=True)
class Told:
    """A deal as one article tells it; `key` orders deals and names them, `published` dates those with no date."""

    key: str
    article: str
    deal: Deal
    published: str | None = None


def merge(told: Iterable[Told]) -> list[tuple[Told, ...]]:
    """The deals in groups that tell one event each; groups and members are sorted by key."""
    rows = sorted(told, key=lambda row: row.key)
    groups = {n: [row] for n, row in enumerate(rows)}
    # Between two groups: the sum of the weights of their pairs and how many were weighed.
    links: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
    for a, b in _candidates(rows):
        links[a][b] = links[b][a] = (likeness(rows[a], rows[b]), 1)
    queue = [_entry(a, b, link) for a in links for b, link in links[a].items() if a < b]
    heapq.heapify(queue)
    while queue and -queue[0][0] >= _THRESHOLD:
        entry = heapq.heappop(queue)
        _, a, b = entry
        link = links[a].get(b)
        if link is None or _entry(a, b, link) != entry:
            continue  # one of them has been joined to another since
        del links[a][b], links[b][a]
        if {row.article for row in groups[a]} & {row.article for row in groups[b]}:
            continue
        kept, gone = (a, b) if len(links[a]) >= len(links[b]) else (b, a)
        groups[kept] += groups.pop(gone)
        for other, (weight, count) in links.pop(gone).items():
            del links[other][gone]
            old_weight, old_count = links[kept].get(other, (0.0, 0))
            joined = old_weight + weight, old_count + count
            links[kept][other] = links[other][kept] = joined
            heapq.heappush(queue, _entry(kept, other, joined))
    return sorted((tuple(sorted(g, key=lambda r: r.key)) for g in groups.values()), key=lambda g: g[0].key)


def _entry(a: int, b: int, link: tuple[float, int]) -> tuple[float, int, int]:
    # Rounded, as a sum of floats depends on its order.
    return -round(link[0] / link[1], 6), min(a, b), max(a, b)


def _candidates(rows: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """Indices of the pairs that are worth weighing, each once and in order."""
    by_party: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        for party in _parties(row.deal):
            by_party[party].append(n)
    pairs: set[tuple[int, int]] = set()
    for party, members in by_party.items():
        if len(members) <= _COMMON_PARTY:
            pairs.update(combinations(members, 2))
            continue
        blocks: dict[object, list[int]] = defaultdict(list)
        for n in members:
            deal = rows[n].deal
            for other in {*_parties(deal)} - {party}:
                blocks[other].append(n)
            blocks[_amount(deal) or deal.type].append(n)
        for block in blocks.values():
            block.sort(key=lambda n: (_day(rows[n]), n))
            for i, n in enumerate(block):
                pairs.update((min(n, m), max(n, m)) for m in islice(block, i + 1, i + 1 + _COMMON_PARTY))
    yield from sorted((a, b) for a, b in pairs if rows[a].article != rows[b].article)


def _parties(deal: Deal) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(name_key, deal.parties)))


def _day(told: Told) -> tuple[object, ...]:
    value = told.deal.date or told.published
    return order(value) if value else ()


def likeness(a: Told, b: Told) -> float:
    """How much speaks for one event, in points; below zero where something speaks against it."""
    x, y = a.deal, b.deal
    return (
        _party_points(x, y)
        + _type_points(x.type, y.type)
        + _amount_points(x, y)
        + _date_points(a, b)
        + sum(
            _SAME_DETAIL if mine == theirs else _OTHER_DETAIL
            for mine, theirs in (
                (x.power_gw, y.power_gw),
                (x.stake_percent, y.stake_percent),
                (x.term_years, y.term_years),
            )
            if mine is not None and theirs is not None
        )
    )


def _party_points(x: Deal, y: Deal) -> float:
    mine, theirs = _parties(x), _parties(y)
    shared = {(m, t) for m in mine for t in theirs if _one_name(m, t)}
    rest = {m for m, _ in shared} < {*mine}, {t for _, t in shared} < {*theirs}
    if not shared:
        return _OTHERS_DIFFER
    if min(len({m for m, _ in shared}), len({t for _, t in shared})) > 1:
        points = _TWO_SHARED
    elif not any(rest):
        points = _ONLY_ONE
    else:
        points = _OTHERS_DIFFER if all(rest) else _ONE_OF_MORE
    if _meet(x.payer, y.payee) or _meet(x.payee, y.payer):
        points += _TURNED_ROUND
    return points


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(_one_name(name_key(a), name_key(b)) for a in some for b in others)


def _one_name(a: str, b: str) -> bool:
    """Whether one name is the other or is part of it: "Azure" may be told as "Microsoft Azure"."""
    return a == b or f" {a} " in f" {b} " or f" {b} " in f" {a} "


def _type_points(a: DealType | None, b: DealType | None) -> float:
    if a == b:
        return _SAME_TYPE
    if DealType.PARTNERSHIP in (a, b) or None in (a, b) or any({a, b} <= kin for kin in _KINDRED):
        return _KINDRED_TYPE
    return _OTHER_TYPE


def _amount_points(a: Deal, b: Deal) -> float:
    x, y = _amount(a), _amount(b)
    if x is None or y is None:
        return _NO_AMOUNT
    if a.currency != b.currency:
        return _converted_points(x, a.currency, y, b.currency)
    gap = abs(x - y) / max(x, y, Decimal(1))
    if gap <= _ROUNDING:
        return _SAME_AMOUNT
    if gap <= _NEAR or {a.amount_qualifier, b.amount_qualifier} & _LOOSE:
        return _NEAR_AMOUNT
    return _OTHER_AMOUNT


def _converted_points(x: Decimal, of_x: str | None, y: Decimal, of_y: str | None) -> float:
    rates = _rates()
    if of_x not in rates or of_y not in rates:
        return 0.0
    (low, high), (other_low, other_high) = rates[of_x], rates[of_y]
    return _CONVERTED if x * low <= y * other_high and y * other_low <= x * high else _OTHER_AMOUNT


@functools.cache
def _rates() -> Mapping[str | None, tuple[Decimal, Decimal]]:
    table = tomllib.loads(_RATES.read_text("utf-8"), parse_float=Decimal)["usd"]
    return {code: (Decimal(low), Decimal(high)) for code, (low, high) in table.items()}


def _amount(deal: Deal) -> Decimal | None:
    return deal.amount if deal.amount is not None else deal.amount_low


def _date_points(a: Told, b: Told) -> float:
    x, y = a.deal.date or a.published, b.deal.date or b.published
    gap = days_apart(x, y) if x and y else None
    if x is None or y is None or gap is None:
        return _NO_DATE
    stated = a.deal.date is not None, b.deal.date is not None
    if gap <= _SAME_DAYS:
        return _SAME_DATE if all(stated) else _SAME_PUBLISHED
    if not any(stated):
        return 0.0 if gap <= _OTHER_DAYS else _TOLD_LATER
    if all(stated):
        if gap <= _OTHER_DAYS:
            return 0.0
        # A year told in passing is often that of the first news or of the closing.
        return _OTHER_YEAR if gap <= 366 and {grain(x), grain(y)} & _COARSE else _OTHER_DATE
    # One has a publication date alone: that may be years after the event that an article recalls, but not before it.
    (told, dated) = (b, x) if stated[0] else (a, y)
    if order(told.published or "") < order(dated):
        return 0.0 if gap <= _OTHER_DAYS and told.deal.status is not Status.ANNOUNCED else _TOLD_BEFORE
    return 0.0 if gap <= _OTHER_DAYS else _TOLD_LATER


def days_apart(a: str, b: str) -> int | None:
    """Days between two TIMEX3 dates, 0 where they overlap; None where one is no date."""
    one, other = bounds(a), bounds(b)
    if one is None or other is None:
        return None
    return max(0, (max(one[0], other[0]) - min(one[1], other[1])).days)


def agreed(group: Sequence[Told], slot: str) -> tuple[object, Mapping[object, tuple[str, ...]]]:
    """The value most articles give a slot (ties: the one told last), and each value with the articles that give it."""
    values: dict[object, list[Told]] = defaultdict(list)
    for row in group:
        value = getattr(row.deal, slot)
        if value is not None and value != ():
            values[value].append(row)
    if not values:
        return None, {}
    best = max(values, key=lambda v: (len(values[v]), max(r.published or "" for r in values[v]), str(v)))
    return best, {value: tuple(row.key for row in rows) for value, rows in values.items()}
