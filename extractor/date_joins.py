"""How atoms make a date: by the words between them, "end of" + "last year", "3" au "7 mars", "days" after "12 May".

Joins are the rules [[date_join]] of a pack; each names how it combines its two sides (`joins`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from extractor.date_atoms import Item
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
    grain_of,
)
from extractor.lexicon import Lexicon
from extractor.timex import Grain

# What is joined first binds tightest. Within a level joins are tried in the order of the file, from the right end of
# the text, so that "end of the third week of March" nests.
_LEVELS = (("within", "nth", "snap", "part"), ("offset", "span"), ("range",))
_LONGEST_GAP = 28


def join_atoms(atoms: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """The atoms of a text, joined where the words between them say so; what still waits for another is weak."""
    items = atoms
    for level in _LEVELS:
        items = _join(items, text, lexicon, level)
    return _share_years(items, text, lexicon)


def _join(items: list[Item], text: str, lexicon: Lexicon, level: tuple[str, ...]) -> list[Item]:
    joins = [rule for rule in lexicon.rules("date_join") if rule.options["joins"] in level]
    done: list[Item] = []  # from right to left
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
            item = Item(item.start, done.pop().end, f"{item.rule} {rule.name}", joined, False)
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


def _within(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
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


def _nth_of(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
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


def _snap(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
    """ "week" of "June 13", "mois" de "mars", "année" "2020"."""
    unit, base = left.expression, right.expression
    if left.weak and isinstance(unit, Relative) and isinstance(base, Calendar) and not _waits(base):
        grain = base.grain
        if grain is unit.grain or (
            unit.grain in (Grain.WEEK, Grain.WEEKEND, Grain.MONTH) and grain is Grain.DAY
        ):
            return Snap(unit.grain, base, right.start - left.start if grain is Grain.YEAR else 0)
    return None


def _part_of(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
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


def _offset_from(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
    """ "3 days" after "January 12th", "lendemain" du "3 mai"; "20 years from June 2027" are a length and a month."""
    length, base, sign = left.expression, right.expression, int(str(options.get("sign", 0)))
    if not isinstance(base, Calendar | Relative) or grain_of(base) is not Grain.DAY or right.weak:
        return None
    match length:
        case Length() if sign:
            return Offset(length, sign, base=base)
        case Relative(Grain.DAY, Relation(0, False)) if sign and left.weak:  # "the day after May 3"
            return Offset(Length(((Decimal(1), Grain.DAY),)), sign, base=base)
        case Relative(Grain.DAY, Relation(count, True)) if count and not sign:
            return Offset(Length(((Decimal(abs(count)), Grain.DAY),)), 1 if count > 0 else -1, base=base)
    return None


def _span_from(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
    """ "two weeks" starting "May 20"; the term of a contract, in months and years, is told beside its first day."""
    length, first = left.expression, right.expression
    if not isinstance(length, Length) or right.weak or grain_of(first) is not Grain.DAY:
        return None
    if any(unit not in (Grain.DAY, Grain.WEEK) for _, unit in length.parts):
        return None
    rest = Length((*length.parts, (Decimal(-1), Grain.DAY)))  # the first day counts
    return Range(first, Offset(rest, 1, base=first))


def _range(left: Item, right: Item, options: Mapping[str, object]) -> Expression | None:
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


_COMBINE: Mapping[str, Callable[[Item, Item, Mapping[str, object]], Expression | None]] = {
    "within": _within,
    "nth": _nth_of,
    "snap": _snap,
    "part": _part_of,
    "offset": _offset_from,
    "span": _span_from,
    "range": _range,
}


def _share_years(items: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """In a list the last tells for all: "septembre et octobre 2025", "les 5 et 12 mai"; days in a row are a range."""
    joins = [rule for rule in lexicon.rules("date_join") if rule.options["joins"] == "list"]
    done: list[Item] = []
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


def _share(item: Item, after: Item) -> Item:
    """An item with what the next one of its list tells for both; one item where they are two days in a row."""
    mine, other = item.expression, after.expression
    if not isinstance(mine, Calendar) or not isinstance(other, Calendar) or mine.relation or other.relation:
        return item
    if mine.day and not mine.month and other.day and other.month and mine.day < other.day:
        if other.day - mine.day == 1:
            return Item(item.start, after.end, f"{item.rule} list", Range(mine, other))
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
