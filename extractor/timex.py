"""TIMEX3 values: ISO 8601 strings and their kin, and the only calendar arithmetic there is.

| value | grain | | value | grain |
| --- | --- | --- | --- | --- |
| `2025-11-11` | day | | `2025-H1` | half-year |
| `2025-W46` | week | | `2025` | year |
| `2025-W46-WE` | weekend | | `199X` | decade |
| `2025-11` | month | | `2000/2099`, `2026-01-01/2026-03-31` | none: an interval, both ends included |
| `2025-Q3` | quarter | | `P7Y`, `P18M` | none: a duration |
| `2025-SU` | season (SP, SU, FA, WI) | | | |

Years run from 1 to 9999. What no calendar holds (30 February, year 10000) is None, never the nearest day that exists.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Grain(StrEnum):
    """The unit in which a date is told; the value is the unit's letter in packs and durations."""

    HOUR = "h"
    DAY = "D"
    WEEKEND = "WE"
    WEEK = "W"
    FORTNIGHT = "F"
    MONTH = "M"
    QUARTER = "Q"
    SEASON = "S"
    HALF = "H"
    YEAR = "Y"
    DECADE = "E"
    CENTURY = "C"


_SHAPES = (
    (Grain.DAY, re.compile(r"(\d{4})-(\d\d)-(\d\d)")),
    (Grain.MONTH, re.compile(r"(\d{4})-(\d\d)")),
    (Grain.YEAR, re.compile(r"(\d{4})")),
    (Grain.QUARTER, re.compile(r"(\d{4})-Q([1-4])")),
    (Grain.HALF, re.compile(r"(\d{4})-H([12])")),
    (Grain.WEEK, re.compile(r"(\d{4})-W(\d\d)")),
    (Grain.WEEKEND, re.compile(r"(\d{4})-W(\d\d)-WE")),
    (Grain.SEASON, re.compile(r"(\d{4})-(SP|SU|FA|WI)")),
    (Grain.DECADE, re.compile(r"(\d{3})X")),
)
# Months that a unit spans, and the months that seasons begin with: as statistics do, not as the sun does.
_MONTHS = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.HALF: 6,
    Grain.YEAR: 12,
    Grain.DECADE: 120,
    Grain.CENTURY: 1200,
}
_DAYS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.WEEKEND: 7, Grain.FORTNIGHT: 14}
_SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
# A duration in these units is told in a smaller one: three quarters are P9M.
_TOLD_IN = {
    Grain.FORTNIGHT: (2, Grain.WEEK),
    Grain.QUARTER: (3, Grain.MONTH), Grain.HALF: (6, Grain.MONTH),
    Grain.DECADE: (10, Grain.YEAR), Grain.CENTURY: (100, Grain.YEAR),
}  # fmt: skip


# An article asks for the few years and days around it again and again.
_recent = functools.lru_cache(maxsize=4_096)


@_recent
def grain(value: str) -> Grain | None:
    """The grain of a calendar value; None for an interval, a duration or what is no value."""
    return next((name for name, shape in _SHAPES if shape.fullmatch(value)), None)


def day(year: int, month: int, day_of_month: int) -> str | None:
    """A day's value; None where the calendar has no such day."""
    try:
        return date(year, month, day_of_month).isoformat()
    except ValueError:
        return None


def feast(rule: str, year: int) -> str | None:
    """A feast's day: "12/25" is a date, "11/4/4" the fourth Thursday of November, "E-2" two days before Easter."""
    if rule.startswith("E"):
        return at(_easter(year) + timedelta(int(rule[1:])), Grain.DAY)
    month, number, *count = (int(part) for part in rule.split("/"))
    if count:
        return nth(f"{year:04}-{month:02}", count[0], Grain.DAY, weekday=number)
    return day(year, month, number)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, after Gauss, Meeus and Jones."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, number = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, number + 1)


@_recent
def bounds(value: str) -> tuple[date, date] | None:
    """First and last day of a calendar value or interval; None for a duration and for what no calendar holds."""
    if "/" in value:
        first, _, last = value.partition("/")
        ends = bounds(first), bounds(last)
        return (ends[0][0], ends[1][1]) if ends[0] and ends[1] else None
    name = grain(value)
    if name is None:
        return None
    try:
        return _bounds(value, name)
    except (ValueError, OverflowError):
        return None


def _bounds(value: str, name: Grain) -> tuple[date, date]:
    year = int(value[:4]) if name is not Grain.DECADE else int(value[:3]) * 10
    rest = value[5:]
    match name:
        case Grain.DAY:
            first = date.fromisoformat(value)
            return first, first
        case Grain.WEEK:
            return date.fromisocalendar(year, int(rest[1:]), 1), date.fromisocalendar(year, int(rest[1:]), 7)
        case Grain.WEEKEND:
            return date.fromisocalendar(year, int(rest[1:3]), 6), date.fromisocalendar(
                year, int(rest[1:3]), 7
            )
        case Grain.SEASON:
            month, length = _SEASONS[rest], 3
        case Grain.MONTH:
            month, length = int(rest), 1
        case Grain.YEAR | Grain.DECADE:
            month, length = 1, _MONTHS[name]
        case _:
            length = _MONTHS[name]
            month = (int(rest[1:]) - 1) * length + 1
    return date(year, month, 1), _add_months(date(year, month, 1), length) - timedelta(1)


def _add_months(start: date, count: int) -> date:
    """The same day so many months on; the month's last day where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(start.day, (following - timedelta(1)).day))


def at(moment: date, name: Grain) -> str:
    """The value of the unit in which a day lies."""
    match name:
        case Grain.DAY | Grain.HOUR:
            return moment.isoformat()
        case Grain.WEEK | Grain.WEEKEND:
            year, week, _ = moment.isocalendar()
            return f"{year:04}-W{week:02}" + ("-WE" if name is Grain.WEEKEND else "")
        case Grain.MONTH:
            return f"{moment:%Y-%m}".zfill(7)
        case Grain.QUARTER | Grain.HALF:
            return f"{moment.year:04}-{name}{(moment.month - 1) // _MONTHS[name] + 1}"
        case Grain.SEASON:
            # A winter bears the year in which it begins.
            start = _add_months(moment.replace(day=1), -(moment.month % 3))
            season = next(name for name, month in _SEASONS.items() if month == start.month)
            return f"{start.year:04}-{season}"
        case Grain.YEAR:
            return f"{moment.year:04}"
        case Grain.DECADE:
            return f"{moment.year // 10:03}X"
        case _:  # a century; a fortnight has no value of its own
            first = moment.year // 100 * 100
            return f"{first:04}/{first + 99:04}"


def shift(value: str, count: int, name: Grain) -> str | None:
    """The unit of grain `name` that lies `count` units after the one in which the value begins."""
    span = bounds(value)
    if span is None:
        return None
    start = span[0]
    try:
        if name in _DAYS:
            return at(start + timedelta(count * _DAYS[name]), name)
        if name is Grain.SEASON:
            return at(_add_months(start, 3 * count), name)
        return at(_add_months(start, _MONTHS[name] * count), name)
    except (ValueError, OverflowError, KeyError):
        return None


def nth(container: str, count: int, name: Grain, *, weekday: int | None = None) -> str | None:
    """The `count`th unit or weekday (Monday is 1) within a value, from its end if negative; None where there is none.

    A week belongs to the month in which its Thursday lies, as ISO has it for years.
    """
    span = bounds(container)
    if span is None or count == 0:
        return None
    first, last = span
    if weekday is None and name not in _DAYS:
        found = shift(
            at(first, Grain.DAY) if count > 0 else at(last, Grain.DAY),
            count - (count > 0) + (count < 0),
            name,
        )
        inside = bounds(found) if found else None
        return found if inside and inside[0] >= first and inside[1] <= last else None
    if name is not Grain.DAY or weekday is not None:
        target = weekday or (4 if name is Grain.WEEK else 6)
        first += timedelta((target - first.isoweekday()) % 7)
        last -= timedelta((last.isoweekday() - target) % 7)
    step = timedelta(1 if name is Grain.DAY and weekday is None else 7)
    try:
        moment = first + step * (count - 1) if count > 0 else last + step * (count + 1)
    except OverflowError:
        return None
    if not first <= moment <= last:
        return None
    return at(moment, Grain.DAY if weekday is not None else name)


def middle(value: str) -> str | None:
    """The day in the middle of a value."""
    span = bounds(value)
    return None if span is None else at(span[0] + (span[1] - span[0] + timedelta(1)) / 2, Grain.DAY)


def half_month(container: str, count: int) -> str | None:
    """The first (1) or second (2, -1) half of a month."""
    span = bounds(container)
    if span is None or grain(container) is not Grain.MONTH or count not in (1, 2, -1):
        return None
    first, last = (span[0], span[0].replace(day=15)) if count == 1 else (span[0].replace(day=16), span[1])
    return f"{first.isoformat()}/{last.isoformat()}"


def interval(first: str, last: str) -> str | None:
    """From the beginning of one value to the end of another; None where the end lies before the beginning."""
    begin, end = bounds(first), bounds(last)
    if begin is None or end is None or end[1] < begin[0]:
        return None
    if first == last:
        return first
    if grain(first) is Grain.YEAR and grain(last) is Grain.YEAR:
        return f"{first}/{last}"
    return f"{begin[0].isoformat()}/{end[1].isoformat()}"


def duration(parts: Iterable[tuple[Decimal, Grain]]) -> str:
    """A length of time: ((7, YEAR),) is P7Y. Units of one kind are added, larger ones told first."""
    total: dict[Grain, Decimal] = {}
    for count, name in parts:
        factor, unit = _TOLD_IN.get(name, (1, name))
        total[unit] = total.get(unit, Decimal(0)) + count * factor
    calendar = "".join(
        f"{total[u].normalize():f}{u}"
        for u in (Grain.YEAR, Grain.MONTH, Grain.WEEK, Grain.WEEKEND, Grain.DAY)
        if u in total
    )
    return f"P{calendar}" + (f"T{total[Grain.HOUR].normalize():f}H" if Grain.HOUR in total else "")


def move(value: str, parts: Iterable[tuple[Decimal, Grain]], sign: int, name: Grain) -> str | None:
    """The unit of grain `name` at a distance from the day on which a value begins: "in 1 year 2 months"."""
    span = bounds(value)
    if span is None:
        return None
    months, days = Decimal(0), Decimal(0)
    for count, unit in parts:
        if unit in _MONTHS:
            months += count * _MONTHS[unit]
        else:
            days += count * _DAYS.get(unit, 0) + (count / 24 if unit is Grain.HOUR else 0)
    if months % 1:
        months, days = months // 1, days + months % 1 * 30
    try:
        moment = _add_months(span[0], sign * int(months)) + timedelta(sign * int(days))
        return at(moment, Grain.MONTH if name is Grain.YEAR and months % 12 else name)
    except (ValueError, OverflowError):
        return None


_NEXT_TO, _FAR_OFF = 10, 300  # days


def nearest(candidates: Sequence[str], anchor: str, *, tense: int = 0, reach: int = 0) -> str | None:
    """Of values in order, the latest that has begun by the anchor, or with `tense` 1 the earliest that has not ended.

    With tense 0 one to come is taken where it is nearer than the past one and no more than `reach` days away.
    """
    span = bounds(anchor)
    if span is None:
        return None
    spans = [(b, v) for v in candidates if (b := bounds(v))]
    past = next(((b, v) for b, v in reversed(spans) if b[0] <= span[1]), None)
    future = next(((b, v) for b, v in spans if b[1] >= span[0]), None)
    if past and future and tense and reach and grain(past[1]) is Grain.DAY:
        # Nobody tells of a day eleven months off by its number: whatever the tense, next to today is next to today.
        gaps = (span[0] - past[0][1]).days, (future[0][0] - span[1]).days
        if min(gaps) <= _NEXT_TO and max(gaps) > _FAR_OFF:
            tense = -1 if gaps[0] < gaps[1] else 1
    if tense == 0 and past and future:
        ahead = (future[0][0] - span[1]).days
        tense = 1 if ahead <= reach and ahead < (span[0] - past[0][1]).days else -1
    chosen = (future or past) if tense > 0 else (past or future)
    return chosen[1] if chosen else None


def weekday(value: str) -> int | None:
    """The weekday of a day, Monday being 1."""
    span = bounds(value)
    return span[0].isoweekday() if span else None


def within_days(value: str, other: str, limit: int) -> bool:
    """Whether two values begin at most so many days apart."""
    one, two = bounds(value), bounds(other)
    return one is not None and two is not None and abs((one[0] - two[0]).days) <= limit


def order(value: str) -> tuple[str, str]:
    """A sort key: by first day, wide before narrow; what has no place in time comes last."""
    span = bounds(value)
    if span is None:
        return "~", value
    # The end is inverted digit by digit, so that of two values with one beginning the longer comes first.
    return span[0].isoformat(), span[1].isoformat().translate(_INVERTED)


_INVERTED = str.maketrans("0123456789", "9876543210")


@functools.lru_cache(maxsize=1024)
def parse(surface: str, *, languages: Sequence[str], anchor: str | None = None) -> str | None:
    """The day, month or year that a whole string tells ("Wed, 12 Nov 2025 10:00:00 +0100"), read by dateparser.

    Made for dates of metadata; dates within a text are found and read by `dates`, a hundred times as fast. What leans
    on a today is refused where no `anchor` (an ISO day) is given.
    """
    from dateparser.date import DateDataParser  # loading it costs more than reading a short article

    base = datetime.fromisoformat(anchor) if anchor else None
    wanted = (
        ["absolute-time", "timestamp"] if base is None else ["absolute-time", "timestamp", "relative-time"]
    )
    settings = {
        "PARSERS": wanted,
        "RELATIVE_BASE": base or datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    }
    if base is None:
        settings["REQUIRE_PARTS"] = ["year"]
    data = DateDataParser(languages=list(languages), settings=settings).get_date_data(surface)
    if data.date_obj is None:
        return None
    return at(data.date_obj.date(), {"month": Grain.MONTH, "year": Grain.YEAR}.get(data.period, Grain.DAY))
