"""The TIMEX3 value of an expression, given what it leans on: an anchor, dates told before, the tense."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from extractor import timex
from extractor.expressions import (
    Calendar,
    Expression,
    Length,
    Nth,
    Offset,
    Part,
    Range,
    Relation,
    Relative,
    Snap,
)
from extractor.timex import Grain
from extractor.values import Mod


@dataclass(frozen=True, slots=True)
class Context:
    """What an open expression leans on: the day of telling, the dates told before, and the tense (-1, 0, 1).

    `until`: in an entry of a timeline the story may run forward, but no further than to the day of publication.
    """

    anchor: str | None
    told: tuple[str, ...] = ()
    tense: int = 0
    until: str | None = None


def value_of(expression: Expression, context: Context) -> str | None:
    """The TIMEX3 value; None where the text and the context do not settle it."""
    match expression:
        case Calendar():
            return _calendar_value(expression, context)
        case Relative(grain, relation):
            base = _leaning(relation.told, grain, context, back=context.tense < 0)
            return timex.shift(base, relation.count, grain) if base else None
        case Length(parts):
            return timex.duration(parts)
        case Offset():
            return _offset_value(expression, context)
        case Nth():
            return _nth_value(expression, context)
        case Part(None, base) if base is not None:
            whole = value_of(base, context)
            return timex.interval(context.anchor, whole) if whole and context.anchor else whole
        case Part(_, base) if base is not None:
            return value_of(base, context)
        case Snap(grain=grain, base=base):
            value = value_of(base, context)
            return timex.shift(value, 0, grain) if value else None
        case Range(first, last):
            return _range_value(first, last, context)
        case _:
            return None


def _leaning(told: bool, grain: Grain, context: Context, *, back: bool = False) -> str | None:
    """The date that a relation counts from: what was told before, unless it is coarser than the unit counted.

    `back`: what is told is past, so that it does not lean on a day to come: "must pay by Friday. The day before, its
    chief had left".
    """
    now = timex.bounds(context.anchor) if back and context.anchor else None
    for value in reversed(context.told if told else ()):
        own, span = timex.grain(value), timex.bounds(value)
        if now and span and span[0] > now[1]:
            continue
        if own is None or _SIZES.index(own) <= _SIZES.index(grain):
            return value
    return context.anchor


_SIZES = list(Grain)


def _calendar_value(calendar: Calendar, context: Context) -> str | None:
    if calendar.within is not None:
        container = value_of(calendar.within, context)
        span = timex.bounds(container) if container else None
        if container is None or span is None:
            return None
        if calendar.month is None and calendar.day is None and calendar.weekday:
            return timex.nth(container, 1, Grain.DAY, weekday=calendar.weekday)
        month = calendar.month or (span[0].month if calendar.day else None)
        calendar = replace(calendar, year=span[0].year, month=month, within=None)
    if calendar.settled:
        return _build(calendar, calendar.year or 0)
    span = timex.bounds(context.anchor) if context.anchor else None
    if span is None:
        return None
    if calendar.relation is not None:
        return _related(calendar, calendar.relation, context)
    candidates = _candidates(calendar, span[0].year, span[0].month, context.anchor or "")
    if context.tense == 0 and calendar.grain in (Grain.QUARTER, Grain.HALF):
        candidates = [value for value in candidates if int(value[:4]) <= span[1].year]
    tense = context.tense
    if tense > 0 and calendar.grain is Grain.QUARTER and _just_over(candidates, context.anchor):
        tense = -1  # "expects third-quarter sales of" is told in October before the results are
    reach = 0 if calendar.weekday and calendar.day is None else _REACH.get(calendar.grain, 0)
    if context.until and calendar.grain is Grain.MONTH and context.tense == 0:
        reach = _REACH[Grain.HALF]
        candidates = [value for value in candidates if timex.order(value) <= timex.order(context.until)]
    value = timex.nearest(candidates, context.anchor or "", tense=tense, reach=reach)
    if (
        value
        and context.tense == 0
        and calendar.weekday
        and not calendar.month
        and _lapsed(value, context.anchor)
    ):
        return timex.nearest(candidates, context.anchor or "", tense=1)  # "Thursday the 15th"
    return value


# What is told without a year and without a tense, but so closely as "the first Tuesday of October", is a day to come
# where the last one is so many days past.
_LAPSED = 60


def _lapsed(value: str, anchor: str | None) -> bool:
    span, now = timex.bounds(value), timex.bounds(anchor) if anchor else None
    return span is not None and now is not None and (now[0] - span[1]).days > _LAPSED


# Companies tell of a quarter within so many days after its end.
_RESULTS = 60


def _just_over(candidates: list[str], anchor: str | None) -> bool:
    """Whether one of the values has just ended."""
    span = timex.bounds(anchor) if anchor else None
    ends = [b[1] for value in candidates if (b := timex.bounds(value))]
    return span is not None and any(0 < (span[0] - end).days <= _RESULTS for end in ends)


def _build(calendar: Calendar, year: int) -> str | None:
    """The value of a calendar expression in a given year; None where that year has no such day or week."""
    if calendar.century is not None:
        return f"{calendar.century - 1:02}00/{calendar.century - 1:02}99"
    if calendar.decade is not None:
        return f"{calendar.decade:03}X"
    if calendar.feast:
        return timex.feast(calendar.feast, year)
    value = f"{year:04}"
    if calendar.month and calendar.day:
        return timex.day(year, calendar.month, calendar.day)
    if calendar.month:
        value += f"-{calendar.month:02}"
    elif calendar.quarter:
        value += f"-Q{calendar.quarter}"
    elif calendar.half:
        value += f"-H{calendar.half}"
    elif calendar.week:
        value += f"-W{calendar.week:02}"
    elif calendar.season:
        value += f"-{calendar.season}"
    return value if timex.bounds(value) else None


# News tells the past: where no tense is told, a date to come is meant only if it is nearer than the past one and within
# so many days.
_REACH = {Grain.DAY: 60, Grain.QUARTER: 120, Grain.HALF: 183}
# A year with 29 February is at most eight years away.
_YEARS_AROUND = 8


def _candidates(calendar: Calendar, year: int, month: int, anchor: str) -> list[str]:
    """The values that an open calendar expression may have around its anchor, in order."""
    if calendar.month is None and calendar.weekday and calendar.day is None:
        days = (timex.shift(anchor, n, Grain.DAY) for n in range(-7, 8))
        return [d for d in days if d and timex.weekday(d) == calendar.weekday]
    if calendar.month is None and calendar.day:
        months = (divmod(year * 12 + month - 1 + n, 12) for n in range(-24, 25))
        values = [timex.day(y, m + 1, calendar.day) for y, m in months]
    else:
        values = [_build(calendar, y) for y in range(max(1, year - _YEARS_AROUND), year + _YEARS_AROUND + 1)]
    found = [v for v in values if v]
    if calendar.weekday and calendar.day:
        # The weekday picks the year; where none near the anchor has it, the text is mistaken in it.
        found = [
            v for v in found if timex.weekday(v) == calendar.weekday and abs(int(v[:4]) - year) <= 1
        ] or found
    return found


def _related(calendar: Calendar, relation: Relation, context: Context) -> str | None:
    """ "last March", "vendredi prochain", "cet été"."""
    # "The following March" and "the previous Friday" count from the date told before.
    anchor = _leaning(relation.told, calendar.grain, context, back=True) or ""
    span = timex.bounds(anchor)
    if span is None:
        return None
    if calendar.weekday and calendar.day is None:
        # "Last Sunday" is the latest before, and so is "the previous Sunday" told after another day; "next" is that of
        # the week after.
        if relation == Relation(-1) or (relation.told and relation.count and anchor != context.anchor):
            beside = timex.shift(anchor, relation.count, Grain.DAY) or ""
            return timex.nearest(_candidates(calendar, 0, 0, beside), beside, tense=relation.count)
        week = timex.shift(anchor, relation.count, Grain.WEEK)
        return timex.nth(week, 1, Grain.DAY, weekday=calendar.weekday) if week else None
    current = timex.shift(anchor, 0, calendar.grain)
    candidates = _candidates(calendar, span[0].year, span[0].month, anchor)
    if current is None:
        return None
    if relation.count == 0:
        same = timex.shift(anchor, 0, Grain.SEASON)
        return (
            same
            if calendar.season and same in candidates
            else timex.nearest([v for v in candidates if v[:4] == f"{span[0].year:04}"], anchor)
        )
    key = timex.order(current)
    if relation.count < 0:
        return next((v for v in reversed(candidates) if timex.order(v) < key), None)
    return next((v for v in candidates if timex.order(v) > key), None)


def _offset_value(offset: Offset, context: Context) -> str | None:
    parts = offset.length.parts
    if offset.loose and context.tense < 0:
        return timex.duration(parts)
    finest = min((grain for _, grain in parts), key=_SIZES.index)
    if finest in (Grain.DECADE, Grain.CENTURY):
        finest = Grain.YEAR  # "a decade ago" is a year ten years back, no decade
    if (
        finest is Grain.FORTNIGHT
        or parts == ((Decimal(1), Grain.WEEK),)
        or (finest is Grain.WEEK and offset.told)
    ):
        finest = Grain.DAY  # "a week ago" is a day, "three weeks ago" a week
    if offset.base is not None:
        base = value_of(
            offset.base, replace(context, tense=context.tense or 1) if offset.sign > 0 else context
        )
        finest = Grain.DAY
    else:
        base = _leaning(offset.told, finest, context, back=context.tense < 0)
        own = timex.grain(base) if base else None
        if offset.told and finest is Grain.YEAR and own in (Grain.QUARTER, Grain.HALF):
            finest = own  # "more than a year before", said of a quarter, compares quarters
    moved = timex.move(base, parts, offset.sign, finest) if base else None
    return timex.duration(parts) if moved is None and offset.loose else moved


def _nth_value(nth: Nth, context: Context) -> str | None:
    container = value_of(nth.container, context) if nth.container else None
    if container and context.tense == 0 and _lapsed(container, context.anchor):
        container = value_of(nth.container, replace(context, tense=1)) if nth.container else None
    if nth.container is None and nth.size:
        return timex.duration([(Decimal(nth.size), nth.grain)])
    if nth.container is None and context.anchor and nth.weekday:
        container = timex.shift(context.anchor, 0, Grain.MONTH)
    if container is None:
        return None
    if nth.grain is Grain.FORTNIGHT:
        return timex.half_month(container, nth.ordinal)
    if nth.size is None:
        return timex.nth(container, nth.ordinal, nth.grain, weekday=nth.weekday)
    ends = (
        ((nth.ordinal - 1) * nth.size + 1, nth.ordinal * nth.size)
        if nth.ordinal > 0
        else (nth.ordinal * nth.size, (nth.ordinal + 1) * nth.size - 1)
    )
    first, last = (timex.nth(container, n, nth.grain) for n in ends)
    return timex.interval(first, last) if first and last else None


def _range_value(first: Expression, last: Expression, context: Context) -> str | None:
    """The end that tells more is resolved first, and the other one next to it."""
    both_to_come = (
        context.tense > 0 and _openness(first) and _openness(last)
    )  # it may have begun, but not ended
    if both_to_come or _openness(first) > _openness(last):
        end = value_of(last, context)
        if isinstance(first, Calendar) and first.day and not first.month:
            first = replace(first, weekday=None)
        begin = value_of(first, replace(context, anchor=end, told=(end,), tense=-1)) if end else None
    else:
        begin = value_of(first, context)
        end = (
            value_of(last, replace(context, anchor=begin, told=(begin,), tense=1))
            if begin and _openness(last)
            else value_of(last, context)
        )
    if begin is None or end is None:
        return None
    if isinstance(first, Part) and first.mod is Mod.MID:
        begin = timex.middle(begin) or begin
    if isinstance(last, Part) and last.mod is Mod.MID:
        end = timex.middle(end) or end
    return timex.interval(begin, end)


def _openness(expression: Expression) -> int:
    """How many fields an expression leaves to the other end of its range."""
    match expression:
        case Part(_, base) | Offset(base=base) if base is not None:
            return _openness(base)
        case Calendar(relation=None, within=None) if not expression.settled:
            return (
                1
                + (expression.month is None and expression.day is not None)
                + (expression.weekday is not None and not expression.month)
            )
        case _:
            return 0
