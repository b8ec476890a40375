"""DATE: "le mois suivant", "fin 2025", "du 3 au 7 mars" -> Timex.

Three steps. Rules find the atoms (date_atoms.py), joins make them one (date_joins.py). Both need the text alone.
`resolve_dates` then adds what the text leaves open, from the date told just before, the entry's, or the publication's
(date_values.py). Words and rules: lang/<code>/dates.toml; calendar arithmetic: timex.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from extractor import timex
from extractor.date_atoms import find_atoms
from extractor.date_joins import join_atoms
from extractor.date_values import Context, value_of
from extractor.expressions import (
    Calendar,
    Expression,
    FoundDate,
    Length,
    Offset,
    Part,
    Range,
    Relative,
    Snap,
    Vague,
)
from extractor.lexicon import Lexicon, normalise
from extractor.timex import Grain
from extractor.values import Entry, Mention, MentionType, Timex

__all__ = ["FoundDate", "find_dates", "resolve_dates"]


@functools.lru_cache(maxsize=64)  # a text is asked for again where it looks like a timeline
def find_dates(text: str, lexicon: Lexicon) -> tuple[FoundDate, ...]:
    """The date expressions of a text, sorted, without overlap; extents without determiner and preposition."""
    plain = normalise(text)
    return tuple(
        FoundDate(start=i.start + _lead(i.expression), end=i.end, rule=i.rule, expression=i.expression)
        for i in join_atoms(list(find_atoms(plain, lexicon)), plain, lexicon)
        if not i.weak
    )


def _lead(expression: Expression) -> int:
    return expression.lead if isinstance(expression, Snap) else 0


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
    dateline = published
    told_year: tuple[int, re.Pattern[str]] | None = None
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
        between = plain[previous : item.start]
        if told_year is not None and (told_year[1] if anchor else _PARAGRAPH_END).search(between):
            told_year = None
        tense = _tense(plain, item, lexicon)
        if told_year is not None and tense < 1:
            expression = _with_year(expression, told_year[0], anchor)
        if "\n" in between:
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
            told_year = calendar.year, _hold(plain, item, lexicon)
        elif value is not None and isinstance(expression, Relative):
            told_year = None  # "this year": the story is back at its anchor
        if value is not None and timex.bounds(value):
            told = (*told[-2:], value)
        previous = item.end
    return mentions


_PARAGRAPH_END = re.compile(r"\n")
_SENTENCE_END = re.compile(r"[.!?]['\"»”)]? +(?-i:[A-ZÀ-ÖØ-Þ])|\n")
_ASIDE_END = re.compile(r"\A ?[,)–—]|[.!?]['\"»”)]? +(?-i:[A-ZÀ-ÖØ-Þ])|\n")


def _hold(text: str, item: FoundDate, lexicon: Lexicon) -> re.Pattern[str]:
    """Where a year told ceases to hold: a month's or day's after its paragraph, a bare one after its sentence, or
    after its clause where that tells it in passing ("Ash, founded in 1998, went public in May")."""
    if item.calendar is None or not item.calendar.only_year:
        return _PARAGRAPH_END
    before = _CLAUSE_END.split(text[max(0, item.start - _CUE_BEFORE) : item.start])[-1]
    return _ASIDE_END if lexicon.compiled("{aside_year:}").search(before) else _SENTENCE_END


def _with_year(expression: Expression, year: int, anchor: str | None) -> Expression:
    """A month or day with no year takes the year told before, if that is past: "in June 2019 … and again in July"."""
    span = timex.bounds(anchor) if anchor else None
    if span and year >= span[0].year:
        return expression
    match expression:
        case Calendar(year=None, relation=None, within=None) if expression.month or expression.season:
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
_REPORTED_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.HALF)
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
    if isinstance(expression, Calendar) and expression.grain in _REPORTED_GRAINS:
        over = lexicon.compiled("{results_after:}").match(text, item.end)
        if over or lexicon.compiled("{results_before:}").search(before):
            return -1
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
