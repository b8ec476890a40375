"""What the words of a date say, before anything is resolved: the kinds of expression that make up `FoundDate`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from extractor.timex import Grain
from extractor.values import Mod


@dataclass(frozen=True, slots=True)
class Relation:
    """How far a unit lies from its anchor: 1 is the next one. `told`: the anchor is the date told just before."""

    count: int
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A unit that the calendar names, with the fields that the text states.

    `weekday`: Monday is 1. `season`: SP, SU, FA, WI. `feast`: as `timex.feast` reads it. `decade` 199 is the nineties;
    `century` 21 is the present one. `relation`: "last March", "ce lundi". `within` tells what the fields leave open:
    "March" within "last year".
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    quarter: int | None = None
    half: int | None = None
    week: int | None = None
    season: str | None = None
    decade: int | None = None
    century: int | None = None
    feast: str | None = None
    relation: Relation | None = None
    within: Expression | None = None

    @property
    def settled(self) -> bool:
        """Whether the fields alone make a value."""
        if self.relation or self.within:
            return False
        dated = self.year is not None and not (self.day and self.month is None)
        return dated or self.decade is not None or self.century is not None

    @property
    def only_year(self) -> bool:
        """Whether it is a bare year."""
        return self == Calendar(year=self.year) and self.year is not None

    @property
    def grain(self) -> Grain:
        """The grain of its value."""
        if self.day or self.weekday or self.feast:
            return Grain.DAY
        named = {
            Grain.WEEK: self.week,
            Grain.MONTH: self.month,
            Grain.QUARTER: self.quarter,
            Grain.SEASON: self.season,
        }
        named |= {Grain.HALF: self.half, Grain.DECADE: self.decade, Grain.CENTURY: self.century}
        return next((grain for grain, field in named.items() if field is not None), Grain.YEAR)


@dataclass(frozen=True, slots=True)
class Relative:
    """A unit by its distance from the anchor: "last week", "demain", "le mois suivant"."""

    grain: Grain
    relation: Relation


@dataclass(frozen=True, slots=True)
class Length:
    """A duration: "sept ans", "the next 18 months"."""

    parts: tuple[tuple[Decimal, Grain], ...]


@dataclass(frozen=True, slots=True)
class Offset:
    """A date at a distance from another or, with no base, from the anchor: "il y a deux ans", "3 days after 12 May".

    `loose`: the words are those of a duration too ("in five years"), and the tense decides; so many characters of them
    ("in ") are then outside.
    """

    length: Length
    sign: int
    base: Expression | None = None
    told: bool = False
    loose: int = 0


@dataclass(frozen=True, slots=True)
class Nth:
    """The nth unit or weekday within a container (-1: the last), or the first or last `size` units."""

    ordinal: int
    grain: Grain
    weekday: int | None = None
    size: int | None = None
    container: Expression | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning, middle or end of a period, or (None) its rest; without a base a word that waits for one."""

    mod: Mod | None
    base: Expression | None = None


@dataclass(frozen=True, slots=True)
class Snap:
    """The unit in which a date lies: "week of June 13". `lead`: so many characters of it are outside ("year 2020")."""

    grain: Grain
    base: Expression
    lead: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """From one date to another, both included."""

    first: Expression
    last: Expression


@dataclass(frozen=True, slots=True)
class Vague:
    """A stretch of time with no value: "années à venir", "several months"."""


Expression = Calendar | Relative | Length | Offset | Nth | Part | Snap | Range | Vague


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date expression and where it stands; its value may depend on dates told elsewhere."""

    start: int
    end: int
    rule: str
    expression: Expression

    @property
    def calendar(self) -> Calendar | None:
        """The stated fields where it is a plain calendar date ("11 nov.", "2025-11-11", "2003"); else None."""
        plain = self.expression
        return plain if isinstance(plain, Calendar) and not plain.relation and not plain.within else None


def grain_of(expression: Expression) -> Grain | None:
    """The grain that its value will have; None for durations, ranges and fragments."""
    match expression:
        case Calendar() | Relative() | Snap():
            return expression.grain
        case Nth():
            return Grain.DAY if expression.weekday else expression.grain
        case Part(_, base) if base is not None:
            return grain_of(base)
        case _:
            return None
