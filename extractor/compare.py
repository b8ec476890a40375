"""Compare two extractions of one article, item by item.

The comparison cannot tell which of the two is the gold: what is `optional` on either side counts neither way, so that
two labellings of a text are compared by the same rule, and swapping the sides swaps precision and recall.

| row | right where |
| --- | --- |
| `ENTRY.span`, `ENTRY.date` | start within NEAR characters, and the end too; start, and the date equal |
| `<type>.strict` | a mention of the type with the same extent |
| `<type>.overlap` | a mention of the type that shares a character, paired one to one |
| `<type>.value` | the same, with the same value (for ORG one name in common among all that the article gives it) |
| `ORG.norm` | the same, with the same norm |
| `MONEY.qualifier`, `POWER.qualifier` | the same, with the same qualifier |
| `DEAL.found` | a deal that shares a party and one more thing, or its sentence and its amount |
| `DEAL.strict` | the same, with equal parties, amount, power and date |
| `DEAL.<slot>`, `DEAL.slots` | fillers of the slot, of all slots; a missed or spurious deal brings all of its fillers |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from extractor.names import Names, article_names, keys_of, name_key
from extractor.values import (
    Deal,
    Entry,
    Extraction,
    GoldError,
    Mention,
    MentionType,
    MentionValue,
    Money,
    Org,
    Power,
    Timex,
)

Item = TypeVar("Item", Entry, Mention, Deal)
Pairs = list[tuple[int, int]]

SCOPE = ("entries", "mentions", "deals")
NEAR = (
    8  # characters by which an entry's border may differ: a bullet, a bracket, an article before the marker
)
# What a shared slot says for two deals being one: the amount most, the status next to nothing.
_WEIGHTS = {
    "parties": 2.0, "amount": 3.0, "power_gw": 2.0, "payer": 1.0, "payee": 1.0, "date": 1.0,
    "type": 0.5, "stake_percent": 1.0, "term_years": 0.5, "status": 0.1,
}  # fmt: skip
CORE = ("parties", "amount", "power_gw", "date")
_TELLING = frozenset(("amount", "power_gw", "stake_percent", "date"))
_ORG_SLOTS = ("parties", "payer", "payee")
SLOTS = tuple(_WEIGHTS)
ROWS = (
    "ENTRY.span", "ENTRY.date",
    "ORG.strict", "ORG.overlap", "ORG.value", "ORG.norm", "DATE.strict", "DATE.overlap", "DATE.value",
    *(f"{kind}.{measure}" for kind in ("MONEY", "POWER") for measure in ("strict", "overlap", "value", "qualifier")),
    "DEAL.found", "DEAL.strict", "DEAL.slots", *(f"DEAL.{slot}" for slot in SLOTS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts add up; ratios are read last. A ratio over nothing is None, printed as a dash."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float | None:
        """Share of what was predicted that is right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


class Outcome(StrEnum):
    """What became of an item; a mention may have the wrong value or else the wrong span, a deal wrong slots."""

    RIGHT = "right"
    SPAN = "span"
    VALUE = "value"
    MISSED = "missed"
    SPURIOUS = "spurious"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One item of either side, or a pair. `slots`: what differs of a deal, and of a mention "norm" or "qualifier"."""

    article: str
    type: str
    outcome: Outcome
    gold: Entry | Mention | Deal | None
    predicted: Entry | Mention | Deal | None
    slots: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """Where it stands in the text."""
        item = self.gold or self.predicted
        return item.evidence_start if isinstance(item, Deal) else item.start if item else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An article's two extractions, item by item. `predicted` is None where there was none: all is missed."""

    gold: Extraction
    predicted: Extraction | None
    counts: Mapping[str, Counts]
    verdicts: tuple[Verdict, ...]


def compare(predicted: Extraction | None, gold: Extraction, *, scope: Sequence[str] = SCOPE) -> Comparison:
    """Compare the two extractions of one article. GoldError where they are of different texts."""
    found = predicted or Extraction(article=gold.article)
    if found.article.text != gold.article.text:
        raise GoldError(
            f"{gold.article.id}: the prediction is of another text, found sha256 {found.article.sha256[:12]}, "
            f"expected {gold.article.sha256[:12]}"
        )
    tally, verdicts = _Tally(), list[Verdict]()
    names = article_names(gold), article_names(found)
    if "entries" in scope:
        verdicts += _compare_entries(gold, found, tally)
    if "mentions" in scope:
        for kind in MentionType:
            verdicts += _compare_mentions(kind, gold, found, names, tally)
    if "deals" in scope:
        verdicts += _compare_deals(gold, found, names, tally)
    verdicts.sort(key=lambda v: (v.start, v.type))
    return Comparison(gold=gold, predicted=predicted, counts=tally.counts(), verdicts=tuple(verdicts))


def required(extraction: Extraction) -> Extraction:
    """The same labels with none of them optional."""
    return replace(
        extraction,
        mentions=tuple(replace(m, optional=False) for m in extraction.mentions),
        deals=tuple(replace(d, optional=False, optional_slots=()) for d in extraction.deals),
    )


class _Tally:
    """Hits and sizes by row while an article is counted."""

    def __init__(self) -> None:
        self._tp: Counter[str] = Counter()
        self._gold: Counter[str] = Counter()
        self._predicted: Counter[str] = Counter()

    def add(self, row: str, *, tp: int = 0, gold: int = 0, predicted: int = 0) -> None:
        self._tp[row] += tp
        self._gold[row] += gold
        self._predicted[row] += predicted

    def counts(self) -> dict[str, Counts]:
        return {
            row: Counts(self._tp[row], self._predicted[row] - self._tp[row], self._gold[row] - self._tp[row])
            for row in ROWS
        }


# ── entries ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _compare_entries(gold: Extraction, found: Extraction, tally: _Tally) -> Iterator[Verdict]:
    id_, wanted, given = gold.article.id, sorted(gold.entries), sorted(found.entries)
    near = sorted(
        (abs(g.start - p.start), abs(g.end - p.end), min(i, j), max(i, j), i, j)
        for i, g in enumerate(wanted)
        for j, p in enumerate(given)
        if abs(g.start - p.start) <= NEAR
    )
    pairs, left, right = Pairs(), set(range(len(wanted))), set(range(len(given)))
    for *_, i, j in near:
        if i in left and j in right:
            pairs.append((i, j))
            left.remove(i)
            right.remove(j)
    for row in ("ENTRY.span", "ENTRY.date"):
        tally.add(row, gold=len(wanted), predicted=len(given))
    for i, j in pairs:
        span, date = abs(wanted[i].end - given[j].end) <= NEAR, wanted[i].date == given[j].date
        tally.add("ENTRY.span", tp=span)
        tally.add("ENTRY.date", tp=date)
        outcome = Outcome.RIGHT if span and date else Outcome.SPAN if date else Outcome.VALUE
        yield Verdict(article=id_, type="ENTRY", outcome=outcome, gold=wanted[i], predicted=given[j])
    yield from _alone(id_, "ENTRY", [wanted[i] for i in sorted(left)], [given[j] for j in sorted(right)])


def _alone(article: str, kind: str, missed: Iterable[Item], spurious: Iterable[Item]) -> Iterator[Verdict]:
    for item in missed:
        yield Verdict(article=article, type=kind, outcome=Outcome.MISSED, gold=item, predicted=None)
    for item in spurious:
        yield Verdict(article=article, type=kind, outcome=Outcome.SPURIOUS, gold=None, predicted=item)


# ── mentions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _close(a: Decimal | float | None, b: Decimal | float | None) -> bool:
    """Equal up to rounding; None equals nothing."""
    if a is None or b is None:
        return False
    a, b = float(a), float(b)
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def _bound(a: Decimal | None, b: Decimal | None) -> bool:
    return (a is None and b is None) or _close(a, b)


def _same_value(gold: Mention, found: Mention, names: tuple[Names, Names]) -> bool:
    match gold.value, found.value:
        case Org() as g, Org() as p:
            return not keys_of(g.norm, names[0]).isdisjoint(keys_of(p.norm, names[1]))
        case Timex() as g, Timex() as p:
            return g.value == p.value
        case Power() as g, Power() as p:
            if g.gw is not None or p.gw is not None:
                return _close(g.gw, p.gw)
            return _bound(g.low, p.low) and _bound(g.high, p.high)
        case Money() as g, Money() as p:
            if (g.currency or "").upper() != (p.currency or "").upper():
                return False
            if g.value is not None or p.value is not None:
                return _close(g.value, p.value)
            tens = g.qualifier == p.qualifier == "tens_of"
            return _bound(g.low, p.low) and (tens or _bound(g.high, p.high))
    return False


def _aspects(gold: MentionValue, found: MentionValue) -> Iterator[tuple[str, bool]]:
    """What of a value has a row of its own, and whether the two agree on it."""
    match gold, found:
        case Org(), Org():
            yield "norm", name_key(gold.norm) == name_key(found.norm)
        case ((Money() | Power()), (Money() | Power())):
            yield "qualifier", gold.qualifier == found.qualifier


def _overlaps(left: Sequence[Mention], right: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Yield the indices of mentions that share a character; both lists are sorted by start."""
    reach = np.maximum.accumulate([m.end for m in right]).tolist() if right else []
    first = 0
    for i, a in enumerate(left):
        while first < len(right) and reach[first] <= a.start:
            first += 1
        for j in range(first, len(right)):
            if right[j].start >= a.end:
                break
            if right[j].end > a.start:
                yield i, j


def _assign(weights: Mapping[tuple[int, int], float], *, flip: Callable[[], bool] | None = None) -> Pairs:
    """The one-to-one pairs of greatest total weight, sorted.

    Equal totals are settled by the order of rows and columns; `flip` says whether to solve with the two changed over.
    """
    rows, columns = {i for i, _ in weights}, {j for _, j in weights}
    if len(rows) == len(columns) == len(weights):
        return sorted(weights)
    matrix = np.zeros((max(rows) + 1, max(columns) + 1))
    for pair, weight in weights.items():
        matrix[pair] = weight
    if flip is not None and flip():
        across, down = linear_sum_assignment(matrix.T, maximize=True)
    else:
        down, across = linear_sum_assignment(matrix, maximize=True)
    return sorted(pair for pair in zip(down.tolist(), across.tolist(), strict=True) if pair in weights)


def _mention_order(mention: Mention) -> tuple[int, int, str]:
    return mention.start, mention.end, f"{mention.value} {mention.optional}"


def _compare_mentions(
    kind: MentionType, gold: Extraction, found: Extraction, names: tuple[Names, Names], tally: _Tally
) -> Iterator[Verdict]:
    wanted = sorted((m for m in gold.mentions if m.type == kind), key=_mention_order)
    given = sorted((m for m in found.mentions if m.type == kind), key=_mention_order)
    weights, same = dict[tuple[int, int], float](), set[tuple[int, int]]()
    for i, j in _overlaps(wanted, given):
        g, p = wanted[i], given[j]
        shared = min(g.end, p.end) - max(g.start, p.start)
        if _same_value(g, p, names):
            same.add((i, j))
        exact = (g.start, g.end) == (p.start, p.end)
        weights[i, j] = shared / (max(g.end, p.end) - min(g.start, p.start)) + exact + 0.5 * ((i, j) in same)
    pairs = _assign(weights, flip=lambda: [*map(_mention_order, wanted)] > [*map(_mention_order, given)])
    id_, total = gold.article.id, 0
    for i, j in pairs:
        g, p = wanted[i], given[j]
        if g.optional or p.optional:
            yield Verdict(article=id_, type=kind, outcome=Outcome.OPTIONAL, gold=g, predicted=p)
            continue
        total += 1
        exact, value = (g.start, g.end) == (p.start, p.end), (i, j) in same
        tally.add(f"{kind}.strict", tp=exact)
        tally.add(f"{kind}.overlap", tp=1)
        tally.add(f"{kind}.value", tp=value)
        slots: tuple[str, ...] = ()
        for aspect, equal in _aspects(g.value, p.value):
            tally.add(f"{kind}.{aspect}", tp=equal)
            slots += () if equal else (aspect,)
        outcome = Outcome.VALUE if slots or not value else Outcome.RIGHT if exact else Outcome.SPAN
        yield Verdict(article=id_, type=kind, outcome=outcome, gold=g, predicted=p, slots=slots)
    missed = _uncounted(wanted, {i for i, _ in pairs}, found)
    spurious = _uncounted(given, {j for _, j in pairs}, gold)
    yield from _alone(id_, kind, missed, spurious)
    for measure in ("strict", "overlap", "value", "norm", "qualifier"):
        tally.add(f"{kind}.{measure}", gold=total + len(missed), predicted=total + len(spurious))


def _uncounted(mentions: Sequence[Mention], paired: set[int], other: Extraction) -> list[Mention]:
    """The unpaired mentions that count: not optional, and not where the other side has something optional."""
    optional = [m for m in other.mentions if m.optional]
    return [
        m
        for i, m in enumerate(mentions)
        if i not in paired
        and not m.optional
        and not any(o.start < m.end and m.start < o.end for o in optional)
    ]


# ── deals ────────────────────────────────────────────────────────────────────────────────────────────────────────


Filler = frozenset[str] | tuple[float, str] | float | str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A deal's filled slots, with names resolved to keys."""

    deal: Deal
    fillers: Mapping[str, tuple[Filler, ...]]
    keys: frozenset[str]

    def shown(self, hidden: frozenset[str]) -> dict[str, tuple[Filler, ...]]:
        return {slot: values for slot, values in self.fillers.items() if slot not in hidden}


def _sheet(deal: Deal, names: Names) -> _Sheet:
    fillers: dict[str, tuple[Filler, ...]] = {}
    for slot in _ORG_SLOTS:
        values = tuple(keys_of(name, names) for name in dict.fromkeys(getattr(deal, slot)) if name)
        if values:
            fillers[slot] = values
    amount = deal.amount if deal.amount is not None else deal.amount_low
    if amount is not None:
        fillers["amount"] = ((float(amount), (deal.currency or "").upper()),)
    for slot in ("power_gw", "stake_percent", "term_years"):
        number = getattr(deal, slot)
        if number is not None:
            fillers[slot] = (float(number),)
    for slot in ("date", "type", "status"):
        word = getattr(deal, slot)
        if word:
            fillers[slot] = (str(word),)
    parties = (key for keys in fillers.get("parties", ()) if isinstance(keys, frozenset) for key in keys)
    return _Sheet(deal, fillers, frozenset(parties))


def _equal(a: Filler, b: Filler) -> bool:
    match a, b:
        case frozenset(), frozenset():
            return not a.isdisjoint(b)
        case (float() as x, str() as unit), (float() as y, str() as other):
            return unit == other and _close(x, y)
        case float(), float():
            return _close(a, b)
    return a == b


def _shared(gold: _Sheet, found: _Sheet) -> dict[str, int]:
    """How many fillers the two deals share, by slot; slots that are optional on either side are left out."""
    out: dict[str, int] = {}
    for slot, values in gold.fillers.items():
        if slot in gold.deal.optional_slots or slot in found.deal.optional_slots:
            continue
        others = found.fillers.get(slot, ())
        if len(values) == len(others) == 1:
            if _equal(values[0], others[0]):
                out[slot] = 1
            continue
        equal = {(i, j): 1.0 for i, a in enumerate(values) for j, b in enumerate(others) if _equal(a, b)}
        if equal:
            out[slot] = len(_assign(equal))
    return out


def _affinity(gold: _Sheet, found: _Sheet) -> float:
    """How much speaks for two deals being one; 0 where they have no party and nothing else in common.

    That a party is optional takes it out of the count, not out of what tells which deal is meant.
    """
    g, p = gold.deal, found.deal
    near = min(g.evidence_end, p.evidence_end) > max(g.evidence_start, p.evidence_start)
    partners = not gold.keys.isdisjoint(found.keys)
    if not near and not partners:
        return 0.0
    shared = _shared(gold, found)
    second = near or shared.get("parties", 0) > 1 or not _TELLING.isdisjoint(shared)
    if not ((partners and second) or (near and "amount" in shared)):
        return 0.0
    return sum(_WEIGHTS[slot] * number for slot, number in shared.items()) + near


def _deal_order(deal: Deal) -> tuple[int, int, str]:
    slots = (*SLOTS, "amount_low", "currency", "optional", "optional_slots")
    return deal.evidence_start, deal.evidence_end, repr([getattr(deal, slot) for slot in slots])


def _compare_deals(
    gold: Extraction, found: Extraction, names: tuple[Names, Names], tally: _Tally
) -> Iterator[Verdict]:
    deals = sorted(gold.deals, key=_deal_order), sorted(found.deals, key=_deal_order)
    wanted, given = ([_sheet(deal, own) for deal in side] for side, own in zip(deals, names, strict=True))
    affinities = {(i, j): _affinity(g, p) for i, g in enumerate(wanted) for j, p in enumerate(given)}
    pairs = _assign(
        {pair: affinity for pair, affinity in affinities.items() if affinity},
        flip=lambda: [*map(_deal_order, deals[0])] > [*map(_deal_order, deals[1])],
    )
    id_ = gold.article.id
    for i, j in pairs:
        g, p = wanted[i], given[j]
        if g.deal.optional or p.deal.optional:
            yield Verdict(article=id_, type="DEAL", outcome=Outcome.OPTIONAL, gold=g.deal, predicted=p.deal)
            continue
        hidden = frozenset((*g.deal.optional_slots, *p.deal.optional_slots))
        expected, got, shared = g.shown(hidden), p.shown(hidden), _shared(g, p)
        _count_fillers(tally, expected, got, shared)
        wrong = tuple(
            s for s in SLOTS if not len(expected.get(s, ())) == len(got.get(s, ())) == shared.get(s, 0)
        )
        strict = not any(slot in CORE for slot in wrong)
        tally.add("DEAL.found", tp=1, gold=1, predicted=1)
        tally.add("DEAL.strict", tp=strict, gold=1, predicted=1)
        outcome = Outcome.VALUE if wrong else Outcome.RIGHT
        yield Verdict(article=id_, type="DEAL", outcome=outcome, gold=g.deal, predicted=p.deal, slots=wrong)
    missed = _unpaired(wanted, {i for i, _ in pairs})
    spurious = _unpaired(given, {j for _, j in pairs})
    for sheet in missed:
        _count_fillers(tally, sheet.shown(frozenset(sheet.deal.optional_slots)), {}, {})
    for sheet in spurious:
        _count_fillers(tally, {}, sheet.shown(frozenset(sheet.deal.optional_slots)), {})
    for row in ("DEAL.found", "DEAL.strict"):
        tally.add(row, gold=len(missed), predicted=len(spurious))
    yield from _alone(id_, "DEAL", [s.deal for s in missed], [s.deal for s in spurious])


def _unpaired(sheets: Sequence[_Sheet], paired: set[int]) -> list[_Sheet]:
    return [sheet for i, sheet in enumerate(sheets) if i not in paired and not sheet.deal.optional]


def _count_fillers(
    tally: _Tally,
    expected: Mapping[str, tuple[Filler, ...]],
    got: Mapping[str, tuple[Filler, ...]],
    shared: Mapping[str, int],
) -> None:
    for slot in SLOTS:
        for row in (f"DEAL.{slot}", "DEAL.slots"):
            tally.add(
                row,
                tp=shared.get(slot, 0),
                gold=len(expected.get(slot, ())),
                predicted=len(got.get(slot, ())),
            )
