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
from collections import Counter, defaultdict
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

# Weights set on gold/events/dev.jsonl, in half points; two groups are one event from _THRESHOLD up. F1 there is .97 at
# 2.75, .95 at 2.25 and .93 at 3.25.
_THRESHOLD = 2.75
# Parties: two or more in common, and others on both sides; one that is all that both name, or all that one of them
# names; one, and others on both sides. Who pays in one is paid in the other.
_TWO_SHARED, _TWO_OF_MORE, _ONLY_ONE, _ONE_OF_MORE, _OTHERS_DIFFER = 2.5, 1.0, 1.5, 0.5, -2.5
_TURNED_ROUND = -0.5
_SAME_TYPE, _KINDRED_TYPE, _OTHER_TYPE = 1.0, 0.5, -1.0
# Amounts: equal but for rounding; one within what the other leaves open; so at some rate of exchange; at odds.
_SAME_AMOUNT, _NEAR_AMOUNT, _CONVERTED, _OTHER_AMOUNT = 2.5, 0.5, 1.0, -1.5
_ROUNDING = Decimal("0.02")
_SAME_DETAIL, _OTHER_DETAIL = 1.5, -1.5  # power, share, term
# Dates, stated or of publication: days within which tellings of one event lie, and after which they speak against it.
_SAME_DAYS, _OTHER_DAYS = 10, 120
_SAME_DATE, _TOLD_LATER, _TOLD_BEFORE = 1.0, -0.5, -2.0
_OTHER_DATE, _OTHER_YEAR = -3.0, -1.0

# Types that different papers give to one event.
_KINDRED = (
    {DealType.INVESTMENT, DealType.STAKE, DealType.ACQUISITION},
    {DealType.CLOUD, DealType.CHIPS, DealType.INFRASTRUCTURE},
    {DealType.INFRASTRUCTURE, DealType.ENERGY},
    {DealType.INVESTMENT, DealType.DEBT},
    {DealType.INFRASTRUCTURE, DealType.INVESTMENT, DealType.JOINT_VENTURE},
)
# Lowest and highest amount that another telling may give, as parts of the one told.
_ABOUT = Decimal("0.92"), Decimal("1.08")
_SPREAD: Mapping[Qualifier | None, tuple[Decimal, Decimal]] = {
    Qualifier.UP_TO: (Decimal("0.4"), Decimal("1.1")),
    Qualifier.UNDER: (Decimal("0.5"), Decimal("1.1")),
    Qualifier.OVER: (Decimal("0.9"), Decimal(2)),
    Qualifier.AT_LEAST: (Decimal("0.9"), Decimal(2)),
    Qualifier.TENS_OF: (Decimal(1), Decimal(10)),
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
    if min(len({m for m, _ in shared}), len({t for _, t in shared})) > 1:
        points = _TWO_OF_MORE if all(rest) else _TWO_SHARED
    elif all(rest):
        points = _OTHERS_DIFFER
    else:
        points = _ONE_OF_MORE if any(rest) else _ONLY_ONE
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
        return 0.0
    (low, high), (other_low, other_high) = _span(a, x), _span(b, y)
    if a.currency == b.currency:
        if abs(x - y) <= _ROUNDING * max(x, y):
            return _SAME_AMOUNT
        return _NEAR_AMOUNT if low <= other_high and other_low <= high else _OTHER_AMOUNT
    rates = _rates()
    if a.currency not in rates or b.currency not in rates:
        return 0.0
    (cheap, dear), (other_cheap, other_dear) = rates[a.currency], rates[b.currency]
    if low * cheap > other_high * other_dear or other_low * other_cheap > high * dear:
        return _OTHER_AMOUNT
    # A bound and a rate of exchange leave so much open that little is said.
    return _NEAR_AMOUNT if {a.amount_qualifier, b.amount_qualifier} & _SPREAD.keys() else _CONVERTED


def _span(deal: Deal, amount: Decimal) -> tuple[Decimal, Decimal]:
    """Lowest and highest amount that another telling may give."""
    below, above = _SPREAD.get(deal.amount_qualifier, _ABOUT)
    return amount * below, max(amount * above, deal.amount_high or amount)


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
        return 0.0
    stated = a.deal.date is not None, b.deal.date is not None
    if gap <= _SAME_DAYS:
        return _SAME_DATE
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
    one, other = _bounds(a), _bounds(b)
    if one is None or other is None:
        return None
    return max(0, (max(one[0], other[0]) - min(one[1], other[1])).days)


# Dates recur in a ledger, and every pair of deals asks for two.
_bounds = functools.lru_cache(maxsize=65_536)(bounds)


def spokesman(group: Sequence[Told], slots: Sequence[str]) -> Told:
    """The telling whose values of these slots most others give too; of equals the one told last.

    Slots that belong together are asked for at once: an amount goes with its own currency.
    """
    votes = {slot: Counter(getattr(row.deal, slot) for row in group) for slot in slots}

    def rank(row: Told) -> tuple[int, str, str]:
        values = ((slot, getattr(row.deal, slot)) for slot in slots)
        said = sum(votes[slot][value] for slot, value in values if value is not None and value != ())
        return said, row.published or "", row.key

    return max(group, key=rank)
