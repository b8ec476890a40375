"""Deals of several articles that tell the same event: which belong together, and what they agree on.

Pairs are weighed by what they share and what they contradict; the heaviest are joined first. Two deals of one article
are two events by themselves, since the assembler has already merged what one article tells twice. The result depends on
the deals alone, not on the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from extractor.timex import bounds
from extractor.values import Deal, DealType, Qualifier

# A party that takes part in more deals than this would make every pair of them a candidate: such deals are compared
# only with those of the same other party or amount.
_COMMON_PARTY = 200
# Weights set on pairs of the merge gold: a pair is one event from here up.
_THRESHOLD = 3.0
_NEAR_DAYS, _FAR_DAYS = 10, 120
_SAME_AMOUNT, _CLOSE_AMOUNT = Decimal("0.02"), Decimal("0.25")
# Types that different papers give to one event.
_KINDRED = (
    {DealType.INVESTMENT, DealType.STAKE, DealType.ACQUISITION},
    {DealType.CLOUD, DealType.CHIPS, DealType.INFRASTRUCTURE},
    {DealType.INFRASTRUCTURE, DealType.ENERGY},
    {DealType.INVESTMENT, DealType.DEBT},
    {DealType.INFRASTRUCTURE, DealType.INVESTMENT, DealType.JOINT_VENTURE},
)


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
    weighed = sorted(
        ((weight, a.key, b.key) for a, b in _candidates(rows) if (weight := likeness(a, b)) >= _THRESHOLD),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    group_of = {row.key: [row] for row in rows}
    for _, a, b in weighed:
        one, other = group_of[a], group_of[b]
        if one is other or {row.article for row in one} & {row.article for row in other}:
            continue
        one.extend(other)
        for row in other:
            group_of[row.key] = one
    groups = {id(group): group for group in group_of.values()}
    return sorted((tuple(sorted(g, key=lambda r: r.key)) for g in groups.values()), key=lambda g: g[0].key)


def _candidates(rows: Sequence[Told]) -> list[tuple[Told, Told]]:
    by_party: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        for party in row.deal.parties:
            by_party[party].append(row)
    blocks: dict[Hashable, list[Told]] = defaultdict(list)
    for party, members in by_party.items():
        for row in members:
            if len(members) <= _COMMON_PARTY:
                blocks[party].append(row)
            else:
                for other in [*({*row.deal.parties} - {party}), row.deal.amount]:
                    blocks[frozenset({party, other})].append(row)
    pairs = {
        (a.key, b.key): (a, b)
        for block in blocks.values()
        for a, b in combinations(block, 2)
        if a.article != b.article
    }
    return [pairs[key] for key in sorted(pairs)]


def likeness(a: Told, b: Told) -> float:
    """How much speaks for one event, in points; below zero where something speaks against it."""
    x, y = a.deal, b.deal
    shared = set(x.parties) & set(y.parties)
    if not shared:
        return 0.0
    points = 2.0 if len(shared) > 1 else 1.5 if len(x.parties) == len(y.parties) == 1 else 0.5
    if set(x.parties) - shared and set(y.parties) - shared:
        points -= 2.0  # each names a counterparty that the other does not
    if set(x.payer) & set(y.payee) or set(x.payee) & set(y.payer):
        points -= 1.5
    points += _type_points(x.type, y.type) + _amount_points(x, y) + _date_points(a, b)
    for slot in ("power_gw", "stake_percent", "term_years"):
        mine, theirs = getattr(x, slot), getattr(y, slot)
        if mine is not None and theirs is not None:
            points += 1.0 if mine == theirs else -0.5
    return points


def _type_points(a: DealType | None, b: DealType | None) -> float:
    if a == b:
        return 1.0
    if DealType.PARTNERSHIP in (a, b) or any({a, b} <= kin for kin in _KINDRED):
        return 0.3
    return -1.5


def _amount_points(a: Deal, b: Deal) -> float:
    x, y = _amount(a), _amount(b)
    if x is None or y is None:
        return 0.3
    if a.currency != b.currency:
        return 0.0
    gap = abs(x - y) / max(x, y, Decimal(1))
    if gap <= _SAME_AMOUNT:
        return 2.0
    loose = {
        Qualifier.UP_TO,
        Qualifier.ABOUT,
        Qualifier.OVER,
        Qualifier.AT_LEAST,
        Qualifier.RANGE,
        Qualifier.TENS_OF,
    }
    if gap <= _CLOSE_AMOUNT or {a.amount_qualifier, b.amount_qualifier} & loose:
        return 0.3
    return -1.5


def _amount(deal: Deal) -> Decimal | None:
    return deal.amount if deal.amount is not None else deal.amount_low


def _date_points(a: Told, b: Told) -> float:
    x, y = a.deal.date or a.published, b.deal.date or b.published
    if x is None or y is None:
        return 0.3
    gap = days_apart(x, y)
    if gap is None:
        return 0.0
    stated = a.deal.date is not None and b.deal.date is not None
    if gap <= _NEAR_DAYS:
        return 1.0 if stated else 0.7
    if gap <= _FAR_DAYS:
        return 0.0
    # A publication date may be years after the event that an article recalls.
    return -2.0 if stated else -0.3


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
