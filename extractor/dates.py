"""DATE: "le mois suivant", "fin 2025", "du 3 au 7 mars" -> Timex.

Finding and resolving are two steps: `find_dates` reads what the text states; `resolve_dates` adds what it leaves open
once the article's entries and its publication date are known. Words and rules: lang/<code>/dates.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.lexicon import Found, Lexicon, normalise
from extractor.values import Entry, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A day, month, year or other unit named by the calendar, with the fields that the text states.

    `weekday`: Monday is 1. `season`: SP, SU, FA, WI. `decade` 199 is the nineties, `century` 21 the present one.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date expression and where it stands; resolving it may need a date told elsewhere.

    `calendar`: what the text states of a plain calendar date; None for relative dates, periods, ranges and parts.
    """

    start: int
    end: int
    rule: str
    expression: Calendar

    @property
    def calendar(self) -> Calendar | None:
        """The stated fields where the expression is a plain day, month or year ("11 nov.", "2025-11-11", "2003")."""
        return self.expression if isinstance(self.expression, Calendar) else None


def find_dates(text: str, lexicon: Lexicon) -> list[FoundDate]:
    """The date expressions of a text, sorted, without overlap."""
    out = []
    for found, expression in lexicon.scan("date", normalise(text), lambda f: _read(f, lexicon)):
        start, end = found.span
        out.append(FoundDate(start=start, end=end, rule=found.rule.name, expression=expression))
    return out


def resolve_dates(
    found: Sequence[FoundDate], *, text: str, lexicon: Lexicon, published: str | None, entries: Sequence[Entry]
) -> list[Mention]:
    """The mentions of the dates found, with the values that the article settles."""
    return []


def _read(found: Found, lexicon: Lexicon) -> Calendar | None:
    fields: dict[str, int] = {}
    for name in ("year", "month", "day", "weekday"):
        surface = found[name]
        if surface is not None:
            value = surface if surface.isdigit() else lexicon.value(name, surface)
            fields[name] = int(str(value))
    return Calendar(**fields) if fields else None
