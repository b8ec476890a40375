"""DATE: "le mois suivant", "fin 2025", "du 3 au 7 mars" -> Timex.

Three steps. Rules ([[date]]) find the atoms: a day, a month, "last year", "two weeks", "end". Joins ([[date_join]])
tell by the words between two atoms how they make one: "end of" + "last year", "3" au "7 mars", "days" after "12 May".
Both need the text alone. `resolve_dates` then adds what the text leaves open, from the date told just before, the
entry's, or the publication's (date_values.py). Words and rules: lang/<code>/dates.toml; calendar arithmetic: timex.py.
"""

from __future__ import annotations

import bisect
import functools
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from extractor import timex
from extractor.date_values import Context, value_of
from extractor.expressions import (
    Calendar,
    Expression,
    FoundDate,
    Length,
    Nth,
    Offset,
    Part,
    Range,
    Relation,
    Relative,
    Snap,
    Vague,
    grain_of,
)
from extractor.lexicon import Found, Lexicon, normalise
from extractor.numbers import read_number
from extractor.timex import Grain
from extractor.values import Entry, Mention, MentionType, Mod, Timex

__all__ = ["FoundDate", "find_dates", "resolve_dates"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Item:
    """An expression on its way to a FoundDate; a weak one is none unless it is joined to another ("13", "end")."""

    start: int
    end: int
    rule: str
    expression: Expression
    weak: bool = False


# ---------------------------------------------------------------------------------------------------------- finding


def find_dates(text: str, lexicon: Lexicon) -> list[FoundDate]:
    """The date expressions of a text, sorted, without overlap; extents without determiner and preposition."""
    plain = normalise(text)
    items = list(_atoms(plain, lexicon))
    for level in _LEVELS:
        items = _join(items, plain, lexicon, level)
    return [
        FoundDate(start=i.start + _lead(i.expression), end=i.end, rule=i.rule, expression=i.expression)
        for i in _share_years(items, plain, lexicon)
        if not i.weak
    ]


def _lead(expression: Expression) -> int:
    return expression.lead if isinstance(expression, Snap) else 0


# Words are cut where the text glues them ("aoûtLe"), and capitals stay together ("FY", "MARCH").
_TOKEN = re.compile(
    r"\d+|[IVX]{2,}[a-zèᵉ]{1,3}(?![^\W_])|[A-ZÀ-ÖØ-Þ]{2,}(?![a-zß-öø-ÿ])|[^\W\d_][^\W\d_A-ZÀ-ÖØ-Þ]*"
)
# Rules may need a word of these tables; none stands further behind their beginning than this many characters.
_NEEDED = ("unit", "month", "weekday", "season")
_NEEDED_WITHIN = 60


@functools.cache
def _first_words(lexicon: Lexicon, table: str) -> frozenset[str]:
    """First words of the surfaces of a table."""
    return frozenset(match[0] for surface in lexicon.table(table) if (match := _TOKEN.search(surface)))


def _atoms(text: str, lexicon: Lexicon) -> Iterator[_Item]:
    """What the rules find at the beginnings of words and figures, leftmost and longest."""
    tokens = [(match.start(), match[0].casefold()) for match in _TOKEN.finditer(text)]
    words = {table: _first_words(lexicon, table) for table in _NEEDED}
    places = {table: [start for start, word in tokens if word in words[table]] for table in _NEEDED}

    def follows(table: object, start: int) -> bool:
        at = places[str(table)]
        n = bisect.bisect_left(at, start)
        return n < len(at) and at[n] <= start + _NEEDED_WITHIN

    position = 0
    for start, _ in tokens:
        if start < position:
            continue
        matches = [
            Found(rule, match)
            for rule in lexicon.rules_at("date", text, start)
            if ("needs" not in rule.options or follows(rule.options["needs"], start))
            and (match := rule.regex.match(text, start))
        ]
        matches.sort(key=_preference)
        for found in matches:
            read = _READERS[str(found.rule.options.get("reads", "calendar"))]
            expression = read(found, lexicon)
            if expression is not None:
                position = max(found.match.end(), start + 1)
                if not isinstance(expression, _Nothing):
                    weak = found.rule.options.get("weak") is True
                    yield _Item(*found.span, found.rule.name, expression, weak)
                break


def _preference(found: Found) -> tuple[int, int]:
    """The longest first; of two equally long what is no date, then what needs no join."""
    options = found.rule.options
    return -found.match.end(), 0 if options.get("reads") == "nothing" else 1 + (options.get("weak") is True)


def _caught(found: Found, name: str) -> str | None:
    """The group of a name, or of its second or third place in the template."""
    return found[name] or found[f"{name}2"] or found[f"{name}3"]


class _Nothing:
    """What looks like a date and is none: "24/7", "Black Friday"."""


def _read_nothing(found: Found, lexicon: Lexicon) -> _Nothing:
    return _Nothing()


_FIELDS = ("year", "month", "day", "weekday", "quarter", "half", "week", "decade", "century")
_WORDS = {"day": "ordinal", "quarter": "ordinal", "week": "ordinal", "century": "ordinal"}
_LIMITS = {"month": 12, "day": 31, "weekday": 7, "quarter": 4, "half": 2, "week": 53, "century": 21}


def _read_calendar(found: Found, lexicon: Lexicon) -> Calendar | None:
    """The fields that a rule caught; None where one is out of bounds."""
    fields: dict[str, Any] = {}  # of several types, which `replace` cannot be told
    for name in _FIELDS:
        surface = _caught(found, name)
        if surface is None:
            continue
        value = _read_year(surface, lexicon) if name == "year" else _read_field(name, surface, lexicon)
        if value is None or not 0 < value <= _LIMITS.get(name, 9999):
            logger.debug("no %s: %r in %r", name, surface, found.match[0])
            return None
        # "The '90s", "les années 90" are of the century in which people say so.
        fields[name] = value + 190 if name == "decade" and value < 10 else value
    for name in ("season", "feast"):
        word = lexicon.value(name, _caught(found, name))
        fields[name] = None if word is None else str(word)
    calendar = replace(Calendar(relation=_read_relation(found, lexicon)), **fields)
    if (
        calendar.month
        and calendar.day
        and timex.day(calendar.year or 2000, calendar.month, calendar.day) is None
    ):
        logger.debug("no such day: %r", found.match[0])
        return None
    return calendar


def _read_field(name: str, surface: str, lexicon: Lexicon) -> int | None:
    digits = re.match(r"\d+", surface)
    if digits:
        return int(digits[0])
    word = lexicon.value(_WORDS.get(name, name), surface)
    number = read_number(surface, lexicon) if word is None else Decimal(str(word))
    return None if number is None or number % 1 else int(number)


# Years of two digits: "31-Oct-74" is 1974, "FY26" 2026.
_PIVOT = 50


def _read_year(surface: str, lexicon: Lexicon) -> int | None:
    """A year of four or two digits, or in words ("two thousand and eighteen", "nineteen seventy-two")."""
    digits = surface.lstrip("'")
    if digits.isdigit():
        year = int(digits)
        return year if len(digits) == 4 else year + (2000 if year < _PIVOT else 1900)
    number = read_number(surface, lexicon)
    if number is None:
        head, _, tail = surface.replace("-", " ").partition(" ")
        # "nineteen seventy-two", and "nineteen oh two" by its last word
        century = read_number(head, lexicon)
        rest = read_number(tail, lexicon)
        if rest is None and tail.count(" ") == 1:
            rest = read_number(tail.rpartition(" ")[2], lexicon)
        number = century * 100 + rest if century and rest else None
    return int(number) if number is not None else None


def _relation(value: object) -> Relation | None:
    """A relation as packs write it: "-1", or "@1" where it leans on the date told just before."""
    return None if value is None else Relation(int(str(value).lstrip("@")), str(value).startswith("@"))


def _read_relation(found: Found, lexicon: Lexicon) -> Relation | None:
    """The relation that a rule caught, before or behind its noun, or that it states itself."""
    surface = _caught(found, "relation")
    tables = (lexicon.value(table, surface) for table in ("relation", "relation_after"))
    return _relation(next((v for v in tables if v is not None), found.rule.options.get("relation")))


def _read_relative(found: Found, lexicon: Lexicon) -> Relative | None:
    unit = lexicon.value("unit", _caught(found, "unit"))
    relation = _read_relation(found, lexicon)
    return Relative(Grain(str(unit)), relation) if relation else None


def _read_deictic(found: Found, lexicon: Lexicon) -> Relative:
    """A word with its distance and unit: "yesterday" is "-1D"."""
    value = str(lexicon.value("deictic", found["deictic"]))
    unit = value.lstrip("@-0123456789")
    return Relative(Grain(unit), _relation(value.removesuffix(unit)) or Relation(0))


# A word may stand between count and unit ("two full years", "une dizaine d'années").
_COUNT = r"(?![.,])(?P<count>{number:}|{one:})(?: -? |{_}[^\W\d_]{1,12}(?:{_}|'))"
_MEASURE = rf"(?:{_COUNT})?{{unit:unit}}{{>}}(?:{{_}}(?P<plus>{{and_part:}}))?"


def _read_length(found: Found, lexicon: Lexicon) -> Length | None:
    """Counts and units; the rule may catch them apart ("next three" "years") or leave them to be read here."""
    unit = _caught(found, "unit")
    if unit is not None:
        measures: list[tuple[str | None, str, str | None]] = [(found["count"], unit, None)]
    else:
        surface = found["length"] or found.match[0]
        measures = [(m["count"], m["unit"], m["plus"]) for m in lexicon.compiled(_MEASURE).finditer(surface)]
    parts: list[tuple[Decimal, Grain]] = []
    for count, unit, plus in measures:
        number = (
            Decimal(str(lexicon.value("one", count) or 1))
            if count is None or lexicon.value("one", count)
            else read_number(count, lexicon)
        )
        if number is None or not 0 < number < 10_000:
            return None
        extra = Decimal(str(lexicon.value("and_part", plus) or 0))
        parts.append((number + extra, Grain(str(lexicon.value("unit", unit)))))
    return Length(tuple(parts)) if parts else None


def _read_offset(found: Found, lexicon: Lexicon) -> Offset | None:
    options = found.rule.options
    sign = int(str(options["sign"]))
    if found["weekday"]:  # "lundi en huit", "two Fridays ago"
        count = read_number(found["count"], lexicon) if found["count"] else None
        days = Decimal(str(options.get("days", 0))) if count is None else 7 * (count - 1)
        base = replace(
            _read_calendar(found, lexicon) or Calendar(), relation=Relation(-1) if sign < 0 else None
        )
        return Offset(Length(((days, Grain.DAY),)), sign, base=base)
    length = _read_length(found, lexicon)
    if length is None:
        return None
    loose = found.match.start("length") - found.span[0] if options.get("loose") else 0
    return Offset(length, sign, told=options.get("told") is True, loose=loose)


def _read_nth(found: Found, lexicon: Lexicon) -> Nth | None:
    ordinal = _read_field("day", _caught(found, "ordinal") or "", lexicon)
    count = _caught(found, "count")
    size = read_number(count, lexicon) if count else None
    if ordinal is None or (count and size is None):
        return None
    weekday = lexicon.value("weekday", found["weekday"])
    unit = Grain(str(lexicon.value("unit", found["unit"]) or found.rule.options.get("unit") or "D"))
    return Nth(ordinal, unit, int(str(weekday)) if weekday else None, int(size) if size else None)


def _read_part(found: Found, lexicon: Lexicon) -> Part | None:
    """A word for a part; with a rule of its own unit it is complete ("year-end")."""
    name = str(found.rule.options.get("mod") or lexicon.value("part", found["part"]))
    mod = None if name == "REST" else Mod(name)
    unit = lexicon.value("unit", _caught(found, "unit"))
    return Part(mod, Relative(Grain(str(unit)), Relation(0)) if unit else None)


def _read_years(found: Found, lexicon: Lexicon) -> Range | None:
    """Two years in one figure: "2026-2028", "2025-26"."""
    first, last = int(found["year"] or 0), int(found["year2"] or found["year3"] or 0)
    if last < 100:
        last += first - first % 100
    return (
        Range(Calendar(year=first), Calendar(year=last))
        if first < last <= first + (200 if found["year2"] else 15)
        else None
    )


def _read_days(found: Found, lexicon: Lexicon) -> Range | None:
    """Two days of one month in one figure: "Oct. 3-5, 2025"; "March 3 and 17" is none, but "March 3 and 4" is."""
    month = _read_calendar(found, lexicon)
    first, last = (_read_field("day", found[name] or "", lexicon) for name in ("first", "last"))
    if (
        month is None
        or first is None
        or last is None
        or not first < last <= 31
        or (found["and"] and not found["between"] and last - first != 1)
    ):
        return None
    return Range(replace(month, day=first), replace(month, day=last))


def _read_vague(found: Found, lexicon: Lexicon) -> Vague:
    return Vague()


_READERS: Mapping[str, Callable[[Found, Lexicon], Expression | _Nothing | None]] = {
    "calendar": _read_calendar,
    "relative": _read_relative,
    "deictic": _read_deictic,
    "length": _read_length,
    "offset": _read_offset,
    "nth": _read_nth,
    "part": _read_part,
    "years": _read_years,
    "days": _read_days,
    "vague": _read_vague,
    "nothing": _read_nothing,
}


# ---------------------------------------------------------------------------------------------------------- joining

# What is joined first binds tightest. Within a level joins are tried in the order of the file, from the right end of
# the text, so that "end of the third week of March" nests.
_LEVELS = (("within", "nth", "snap", "part"), ("offset", "span"), ("range",))
_LONGEST_GAP = 28


def _join(items: list[_Item], text: str, lexicon: Lexicon, level: tuple[str, ...]) -> list[_Item]:
    joins = [rule for rule in lexicon.rules("date_join") if rule.options["joins"] in level]
    done: list[_Item] = []  # from right to left
    for item in reversed(items):
        while done and done[-1].start - item.end <= _LONGEST_GAP:
            gap = text[item.end : done[-1].start]
            joined = None
            for rule in joins:
                match = rule.regex.fullmatch(gap)
                before = rule.options.get("before")
                if match and (before is None or _stands_before(str(before), text, item.start, lexicon)):
                    combine = _COMBINE[str(rule.options["joins"])]
                    joined = combine(item, done[-1], rule.options)
                    if joined is not None:
                        break
            if joined is None:
                break
            item = _Item(item.start, done.pop().end, f"{item.rule} {rule.name}", joined, False)
            if _waits(joined):
                item = replace(item, weak=True)
        done.append(item)
    return done[::-1]


def _stands_before(template: str, text: str, position: int, lexicon: Lexicon) -> bool:
    """Whether the words of a template stand right before a place."""
    return (
        lexicon.compiled(template + r"\Z").search(text[max(0, position - _LONGEST_GAP) : position])
        is not None
    )


def _waits(expression: Expression) -> bool:
    """Whether it is still a fragment: days with no month ("4" au "23"), a part of nothing."""
    match expression:
        case Range(first, last):
            return _waits(first) and _waits(last)
        case Calendar():
            return expression == Calendar(day=expression.day)
        case _:
            return False


def _plain(expression: Expression) -> Expression:
    """The year of "the year 2020", the month of "the month of March"."""
    is_same = isinstance(expression, Snap) and grain_of(expression.base) is expression.grain
    return expression.base if isinstance(expression, Snap) and is_same else expression


def _within(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "juin" de "l'année prochaine", "20" of "next month", "Tuesday" of "last week"; the other way with `reverse`."""
    inner, outer = (right, left) if options.get("reverse") else (left, right)
    one, container = inner.expression, _plain(outer.expression)
    if isinstance(one, Range):
        last = _within(replace(inner, expression=one.last), outer, {})
        return Range(one.first, last) if last else None
    if not isinstance(one, Calendar) or one.relation or one.within or one.settled:
        return None
    wanted = {Grain.YEAR}
    if one.month is None:
        wanted = {Grain.MONTH} if one.day else {Grain.WEEK} if one.weekday else wanted
    match container:
        case Relative(grain) if grain in wanted:
            return replace(one, within=container)
        case Calendar() if container.grain in wanted and not container.within and not container.relation:
            if container.weekday or options.get("relative_only"):
                return None
            return replace(one, year=container.year, month=one.month or container.month)
    return None


def _nth_of(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "third Tuesday" of "September 2014", "dernière semaine" de "2019", "first nine months" of "2025"."""
    container = _plain(right.expression)
    if not isinstance(container, Calendar | Relative) or grain_of(container) in (None, Grain.DAY):
        return None
    match left.expression:
        case Nth(container=None) as nth:
            return replace(nth, container=container)
        case Relative(grain, Relation(-1, False)) if grain is not Grain.YEAR:
            return Nth(-1, grain, container=container)
        case Calendar(weekday=int() as weekday, day=None, relation=Relation(-1, False)):
            return Nth(-1, Grain.DAY, weekday=weekday, container=container)
        case Calendar(day=int() as day) as first if left.weak and first == Calendar(day=day):
            return Nth(day, Grain.DAY, container=container) if container.grain is Grain.MONTH else None
    return None


def _snap(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "week" of "June 13", "mois" de "mars", "année" "2020"."""
    unit, base = left.expression, right.expression
    if left.weak and isinstance(unit, Relative) and isinstance(base, Calendar) and not _waits(base):
        grain = base.grain
        if grain is unit.grain or (unit.grain in (Grain.WEEK, Grain.MONTH) and grain is Grain.DAY):
            return Snap(unit.grain, base, right.start - left.start if grain is Grain.YEAR else 0)
    return None


def _part_of(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "end" of "last year", "mi-" "novembre"; the other way in "2026" 's "end"."""
    part, base = (right, left) if options.get("reverse") else (left, right)
    whole = base.expression
    if not isinstance(part.expression, Part) or part.expression.base is not None:
        return None
    if isinstance(whole, Range):
        return (
            Range(Part(part.expression.mod, whole.first), whole.last) if not options.get("reverse") else None
        )
    if not isinstance(whole, Calendar | Relative | Nth | Snap) or grain_of(whole) in (
        None,
        Grain.DAY,
        Grain.HOUR,
    ):
        return None
    return Part(part.expression.mod, whole)


def _offset_from(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "3 days" after "January 12th"; "20 years from June 2027" are a length and a month."""
    length, base = left.expression, right.expression
    if (
        isinstance(length, Length)
        and isinstance(base, Calendar | Relative)
        and grain_of(base) is Grain.DAY
        and not right.weak
    ):
        return Offset(length, int(str(options["sign"])), base=base)
    return None


def _span_from(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "two weeks" starting "May 20"; the term of a contract, in months and years, is told beside its first day."""
    length, first = left.expression, right.expression
    if not isinstance(length, Length) or right.weak or grain_of(first) is not Grain.DAY:
        return None
    if any(unit not in (Grain.DAY, Grain.WEEK) for _, unit in length.parts):
        return None
    rest = Length((*length.parts, (Decimal(-1), Grain.DAY)))  # the first day counts
    return Range(first, Offset(rest, 1, base=first))


def _range(left: _Item, right: _Item, options: Mapping[str, object]) -> Expression | None:
    """ "13" to "15 July", "mai 2015" et "2018"."""
    first, last = left.expression, right.expression
    ends = (Calendar, Relative, Nth, Part)
    if not isinstance(first, ends) or not isinstance(last, ends) or None in (grain_of(first), grain_of(last)):
        return None
    if any(item.weak and isinstance(item.expression, Relative | Part) for item in (left, right)):
        return None
    bare_first, bare_last = _waits(first), _waits(last)
    if bare_first != bare_last:
        whole = last if bare_first else first
        if not isinstance(whole, Calendar) or not whole.day or not (whole.month or whole.within):
            return None
    if isinstance(first, Calendar) and isinstance(last, Calendar):
        in_order = (first.day or 0) < (last.day or 0)
        if bare_last and not in_order:
            return None
        # A dash joins only what is told alike: "July 13 - July 15", not "July 15 2020 - Wed. 07/15".
        alike = first.grain is last.grain and (first.year is None or last.year is not None or bare_last)
        return Range(first, last) if alike or not options.get("close") else None
    return None if options.get("close") else Range(first, last)


_COMBINE: Mapping[str, Callable[[_Item, _Item, Mapping[str, object]], Expression | None]] = {
    "within": _within,
    "nth": _nth_of,
    "snap": _snap,
    "part": _part_of,
    "offset": _offset_from,
    "span": _span_from,
    "range": _range,
}


def _share_years(items: list[_Item], text: str, lexicon: Lexicon) -> list[_Item]:
    """In a list the last tells for all: "septembre et octobre 2025", "les 5 et 12 mai"; days in a row are a range."""
    joins = [rule for rule in lexicon.rules("date_join") if rule.options["joins"] == "list"]
    done: list[_Item] = []
    for item in reversed(items):
        after = done[-1] if done else None
        shared = item
        if after and after.start - item.end <= _LONGEST_GAP:
            gap = text[item.end : after.start]
            if any(rule.regex.fullmatch(gap) for rule in joins):
                shared = _share(item, after)
                if shared.end == after.end:
                    done.pop()
        done.append(shared)
    return done[::-1]


def _share(item: _Item, after: _Item) -> _Item:
    """An item with what the next one of its list tells for both; one item where they are two days in a row."""
    mine, other = item.expression, after.expression
    if not isinstance(mine, Calendar) or not isinstance(other, Calendar) or mine.relation or other.relation:
        return item
    if mine.day and not mine.month and other.day and other.month and mine.day < other.day:
        if other.day - mine.day == 1:
            return _Item(item.start, after.end, f"{item.rule} list", Range(mine, other))
        return replace(item, expression=replace(mine, month=other.month, year=other.year), weak=False)
    alike = mine.grain is other.grain and mine.grain in (Grain.DAY, Grain.MONTH, Grain.QUARTER, Grain.HALF)
    differs = (mine.month, mine.day, mine.quarter, mine.half) != (
        other.month,
        other.day,
        other.quarter,
        other.half,
    )
    if mine.year is None and other.year and alike and differs and (mine.month or mine.quarter or mine.half):
        return replace(item, expression=replace(mine, year=other.year), weak=False)
    return item


# -------------------------------------------------------------------------------------------------------- resolving


def resolve_dates(
    found: Sequence[FoundDate],
    *,
    text: str,
    lexicon: Lexicon,
    published: str | None,
    entries: Sequence[Entry],
) -> list[Mention]:
    """The mentions of the dates found, with the values that the article settles; None where it does not.

    An open date leans on the date told just before if it refers back ("the following year"), else on the entry's, else
    on the publication date or the dateline. A year left out is that of the day or month told before in the same
    paragraph, where one is told with its year.
    """
    plain = normalise(text)
    mentions: list[Mention] = []
    dateline, told_year = published, None
    told: tuple[str, ...] = ()
    entry: Entry | None = None
    position = previous = 0
    said: dict[Expression, str] = {}
    for item in found:
        while position < len(entries) and entries[position].end <= item.start:
            position += 1
        inside = (
            entries[position] if position < len(entries) and entries[position].start <= item.start else None
        )
        if inside is not entry:
            entry, told, told_year = inside, (inside.date,) if inside else (), None
        expression = item.expression
        anchor = entry.date if entry else dateline
        if told_year is not None and _breaks(
            plain[previous : item.start], told_year[1] and anchor is not None
        ):
            told_year = None
        tense = _tense(plain, item, lexicon)
        if told_year is not None and tense < 1:
            expression = _with_year(expression, told_year[0], anchor)
        if "\n" in plain[previous : item.start]:
            said, told = {}, told[-1:]
        value = said.get(expression) or value_of(
            expression, Context(anchor, told, tense, published if entry else None)
        )
        if (
            value
            and isinstance(expression, Calendar)
            and not expression.settled
            and expression.grain is not Grain.DAY
        ):
            said[expression] = value  # "Q2" said twice in a paragraph is one and the same
        mod = expression.mod if isinstance(expression, Part) else None
        is_length = isinstance(expression, Offset) and value is not None and value.startswith("P")
        start = item.start + (expression.loose if isinstance(expression, Offset) and is_length else 0)
        mentions.append(
            Mention(
                type=MentionType.DATE,
                start=start,
                end=item.end,
                text=text[start : item.end],
                value=Timex(value=value, mod=mod if value else None),
                rule=item.rule,
            )
        )
        calendar = item.calendar
        if (
            calendar
            and calendar.settled
            and calendar.day
            and entry is None
            and _is_dateline(plain, item, value, published, lexicon)
        ):
            dateline = value
        if calendar and calendar.year:
            told_year = calendar.year, calendar.only_year
        elif value is not None and isinstance(expression, Relative):
            told_year = None  # "this year": the story is back at its anchor
        if value is not None and timex.bounds(value):
            told = (*told[-2:], value)
        previous = item.end
    return mentions


_SENTENCE_BREAK = re.compile(r"[.!?]['\"»”)]? +(?-i:[A-ZÀ-ÖØ-Þ])")


def _breaks(between: str, only_year: bool) -> bool:
    """Whether the year told before holds no longer: a month's holds for a paragraph, a bare one for a sentence."""
    return "\n" in between or (only_year and _SENTENCE_BREAK.search(between) is not None)


def _with_year(expression: Expression, year: int, anchor: str | None) -> Expression:
    """A month or day with no year takes the year told before, if that is past: "in June 2019 … and again in July"."""
    span = timex.bounds(anchor) if anchor else None
    if span and year >= span[0].year:
        return expression
    match expression:
        case Calendar(month=int(), year=None, relation=None, within=None):
            return replace(expression, year=year)
        case Part(mod, Calendar() as base):
            return Part(mod, _with_year(base, year, anchor))
        case Range(first, last):
            return Range(_with_year(first, year, anchor), _with_year(last, year, anchor))
    return expression


def _is_dateline(
    text: str, item: FoundDate, value: str | None, published: str | None, lexicon: Lexicon
) -> bool:
    """Whether a day opens a press notice: "PARIS, Aug. 13, 2004 --"; what follows is told on that day."""
    after = lexicon.compiled(r"{dateline_end}").match(text, item.end)
    if after is None or value is None:
        return False
    # A notice is quoted within weeks; an older date before a dash is a date of the story.
    return published is None or timex.within_days(value, published, 31)


# Clauses are short: cues stand within this many characters before or after a date (peers' cases: 60 to 200 alike).
_CUE_BEFORE, _CUE_AFTER = 120, 70
_OPENING = 12
_CLAUSE_END = re.compile(r"[.!?;] |\n")
_WORD_BEFORE = re.compile(r"\w{4,30} $")
_CLAUSE_AFTER = re.compile(r"[.!?;,] |\n")


def _tense(text: str, item: FoundDate, lexicon: Lexicon) -> int:
    """1 where the words around an open date tell of the future, -1 of the past, 0 where they do not say.

    The nearest cue decides. Words that may tell a duration ("champion in eight days") need one for the future, unless
    they open their clause ("In eight days, ...").
    """
    expression = item.expression
    if (isinstance(expression, Calendar) and expression.settled) or isinstance(expression, Length | Vague):
        return 0
    before = _CLAUSE_END.split(text[max(0, item.start - _CUE_BEFORE) : item.start])[-1]
    cues = lexicon.compiled(r"(?P<past>{past_cue:})|(?P<future>{future_cue:})")
    match = max(cues.finditer(before), key=re.Match.start, default=None)
    # A date that opens its sentence belongs to the verb behind the comma, be it "by June, it had sold".
    opens = len(before) < _OPENING and (match is None or match.end() == len(before))
    if match is None or opens:
        clause = _CLAUSE_END if opens else _CLAUSE_AFTER
        match = cues.search(clause.split(text[item.end : item.end + _CUE_AFTER])[0]) or match
    if match is None:
        opening_word = _WORD_BEFORE.search(before)
        return -1 if isinstance(expression, Offset) and expression.loose and opening_word else 0
    return 1 if match["future"] else -1
