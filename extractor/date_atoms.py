"""The atoms of dates, as the rules [[date]] of a pack find them: a day, a month, "last year", "two weeks", "end".

Each rule names its reader (`reads`), which turns what the rule caught into an expression, or into none.
"""

from __future__ import annotations

import bisect
import functools
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

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
    Vague,
)
from extractor.lexicon import Found, Lexicon
from extractor.numbers import read_number
from extractor.timex import Grain
from extractor.values import Mod

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """An expression on its way to a FoundDate; a weak one is none unless it is joined to another ("13", "end")."""

    start: int
    end: int
    rule: str
    expression: Expression
    weak: bool = False


# Words are cut where the text glues them ("aoûtLe"), and capitals stay together ("FY", "MARCH").
_TOKEN = re.compile(
    r"\d+|[IVX]{2,}[a-zèᵉ]{1,3}(?![^\W_])|[A-ZÀ-ÖØ-Þ]{2,}(?![a-zß-öø-ÿ])|[^\W\d_][^\W\d_A-ZÀ-ÖØ-Þ]*"
)
# Rules may need a word of these tables; none stands further behind their beginning than this many characters.
_NEEDED = ("unit", "month", "weekday", "season")
_NEEDED_WITHIN = 60


@functools.cache
def _needed_by_word(lexicon: Lexicon) -> Mapping[str, set[str]]:
    """The tables of `_NEEDED` in which a word is the first of a surface."""
    tables: dict[str, set[str]] = {}
    for table in _NEEDED:
        for surface in lexicon.table(table):
            if match := _TOKEN.search(surface):
                tables.setdefault(match[0], set()).add(table)
    return tables


def find_atoms(text: str, lexicon: Lexicon) -> Iterator[Item]:
    """What the rules find at the beginnings of words and figures, leftmost and longest."""
    tables = _needed_by_word(lexicon)
    places: dict[str, list[int]] = {table: [] for table in _NEEDED}
    tokens = []
    for token in _TOKEN.finditer(text):
        tokens.append(token.start())
        for table in tables.get(token[0].casefold(), ()):
            places[table].append(token.start())

    def follows(table: object, start: int) -> bool:
        at = places[str(table)]
        n = bisect.bisect_left(at, start)
        return n < len(at) and at[n] <= start + _NEEDED_WITHIN

    position, index = 0, lexicon.index("date")
    for start in tokens:
        if start < position or not (rules := index.at(text, start)):
            continue
        matches = [
            Found(rule, match)
            for rule in rules
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
                    yield Item(*found.span, found.rule.name, expression, weak)
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
        measures: list[tuple[str | None, str, str | None]] = [(found["count"], unit, found["plus"])]
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
        or (found["and"] and found["between"] is None and found["between2"] is None and last - first != 1)
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
