"""Paragraphs of an article and the date that each opens with: its marker, if it has one.

Words: lang/<code>/entries.toml. Bullets, dashes and brackets belong to no language.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from extractor import timex
from extractor.dates import FoundDate, resolve_dates
from extractor.lexicon import Lexicon, load_lexicon, normalise
from extractor.segments import paragraphs
from extractor.timex import Grain
from extractor.values import Timex

# A date marks its paragraph if it begins within this many characters: bullet, label and determiner stand before it.
_LEAD = 70
# No title is longer, and no heading within a list.
HEADING = 130


class Sign(StrEnum):
    """What follows the date that a paragraph opens with."""

    ALONE = "alone"  # nothing: the text stands below
    MARK = "mark"  # a colon, a dash, a closing bracket, glued text: what prose has not
    SPACE = "space"  # a capital letter or a number
    COMMA = "comma"
    PROSE = "prose"  # a word in lower case


@dataclass(frozen=True, slots=True)
class When:
    """What the text states of a date; `value` holds what is no day, month or year (a half-year, a range)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    value: str | None = None

    @property
    def iso(self) -> str:
        """The ISO date, empty where nobody tells the year."""
        if self.value or self.year is None:
            return self.value or ""
        return f"{self.year:04}" + "".join(f"-{n:02}" for n in (self.month, self.day) if n is not None)

    @property
    def order(self) -> int:
        """Day of the year, roughly: for telling the direction of a list."""
        ends = timex.bounds(self.value) if self.value else None
        month, day = (ends[0].month, ends[0].day) if ends else (self.month or 1, self.day or 1)
        return (month - 1) * 31 + day

    @property
    def grain(self) -> int:
        """3 for a day, 2 for a part of a year, 1 for a year and more."""
        if self.value:
            return 1 if timex.grain(self.value) in (None, Grain.YEAR, Grain.DECADE) else 2
        return 3 if self.day is not None else 2 if self.month is not None else 1


@dataclass(frozen=True, slots=True)
class Marker:
    """A date at the start of a paragraph. `numeric`: "03/05/2024" with the day first, and with the month first."""

    start: int
    end: int
    when: When
    numeric: tuple[When | None, When | None] | None
    sign: Sign
    led: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, the depth of its bullet (None without one), and the marker that it opens with."""

    start: int
    end: int
    indent: int
    bulleted: bool
    row: bool  # of a table: its last bar is no more of it than its first
    marker: Marker | None
    heading: When | None  # the year or month that a short line names


_BULLET = (
    r"(?P<indent>[ \t>]*+)"
    r"(?P<bullet>(?:(?:[-–—•*+‣▪●◦·►▶✓→]{1,3}|\(?\d{1,3}[.)])[ \t]+|\|[ \t]*"
    r"|(?P<heading>#{1,6}[ \t]*|={2,5}[ \t]*)){0,2})"
    r"(?P<symbol>[^\w\s\[\](){}<>\"'«»“”*`~\\|#=$€£%&@,.;:!?/+-]{0,6}\s{0,2})"
    r"(?P<label>\([^()\n]{1,40}\)\s{1,2})?"
)
_CLOSING = re.compile(r"(?P<one>[\])>*_`»”]{0,4})(?:\s?\([^()\n]{1,40}\))?(?P<two>[\])*_`]{0,4})")
_NOTHING = re.compile(r"\s*[:.,]?[\s*_`=#|]{0,8}$")
_MARK = re.compile(r"\s{0,2}[:：]|\s{0,2}[–—|•·→»►]|\s-{1,3}\s|-{1,2}(?=\s|[^\W\d_])|\s>\s|\t|\.\s")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?:(?P=sep)(?:\d{4}|\d{2}))?")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Cues:
    """A language's patterns: before and behind a marker, above a list and below it, before a publication date."""

    bullet: re.Pattern[str]
    before: re.Pattern[str]
    day: re.Pattern[str]
    numbers: re.Pattern[str]
    clock: re.Pattern[str]
    title: re.Pattern[str]
    end: re.Pattern[str]
    lead: re.Pattern[str]
    published: re.Pattern[str]


@functools.cache
def cues_of(lang: str) -> Cues:
    """The patterns of a language, from the tables of its pack."""
    lexicon = load_lexicon(lang)

    def words(table: str) -> str:
        return f"(?:{lexicon.expand('{' + table + ':}')})"

    opening, clock = r"[\[(<*_`«]{0,4}", words("clock")
    time = rf"\d{{1,2}}\s?(?:(?:[:.]|{clock})\s?\d{{2}}(?::\d\d)?|{clock}(?!\w))(?:\s?{clock}(?!\w)){{0,2}}"
    return Cues(
        bullet=re.compile(_BULLET),
        before=re.compile(
            rf"{_BULLET}(?P<open>{opening})(?:(?P<lead>{words('marker_lead')})\s{{1,2}})?(?P<open2>{opening})",
            re.IGNORECASE,
        ),
        day=re.compile(
            rf"{_BULLET}(?P<open>{opening}(?:(?P<lead>{words('marker_lead')})\s)?(?:(?P<weekday>{words('weekday')})\.?,?\s)?"
            r"(?P<day>\d{1,2})[^\W\d_]{0,2}(?![^\W_]|[%€$£]|[.,/:]\d))",
            re.IGNORECASE,
        ),
        numbers=re.compile(
            rf"{_BULLET}(?P<open>{opening}(?:{words('weekday')}\.?,?\s)?)(?P<a>\d\d)[/.](?P<b>\d\d)(?![\w%/]|[.,]\d)",
            re.IGNORECASE,
        ),
        clock=re.compile(rf"(?:\s?[,–-]?\s{{0,2}}(?:{clock}\s{{1,2}})?{time})?", re.IGNORECASE),
        title=re.compile(rf"[#*_=\s]{{0,8}}{words('list_title')}(?!\w)", re.IGNORECASE),
        end=re.compile(rf"[#*_=>\s(]{{0,8}}{words('list_end')}(?!\w)", re.IGNORECASE),
        lead=re.compile(rf"(?<!\w){words('marker_lead')}\s{{1,2}}$", re.IGNORECASE),
        published=re.compile(rf"(?<!\w){words('published_cue')}\s{{0,2}}$", re.IGNORECASE),
    )


def read_blocks(text: str, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> list[Block]:
    """The paragraphs of a text, each with the date that it opens with, if it does."""
    plain, cues = normalise(text), cues_of(lexicon.lang)
    blocks: list[Block] = []
    month: When | None = None
    position = 0
    for start, end in paragraphs(text):
        while position < len(found_dates) and found_dates[position].start < start:
            position += 1
        last = position
        while last < len(found_dates) and found_dates[last].start < end:
            last += 1
        dates, position = found_dates[position:last], last
        line = 1 + max(plain.rfind("\n", 0, start), plain.rfind("\r", 0, start))
        bullet = cues.bullet.match(plain, line, end)
        heading = _heading_date(plain, start, end, dates)
        month = heading if heading and heading.month else month
        marker = _read_marker(plain, line, end, dates, cues, lexicon)
        if marker is None and month is not None:
            marker = _read_day(plain, line, end, month, cues, lexicon)
        if marker is None:
            marker = _read_numbers(plain, line, end, cues)
        blocks.append(
            Block(
                start=start,
                end=end,
                indent=len(bullet["indent"].expandtabs(4)) if bullet else 0,
                bulleted=bool(bullet and bullet["bullet"] and not bullet["heading"]),
                row=plain[start] == "|",
                marker=marker,
                heading=heading,
            )
        )
    return blocks


def _read_marker(
    plain: str, line: int, end: int, dates: Sequence[FoundDate], cues: Cues, lexicon: Lexicon
) -> Marker | None:
    """The date that the paragraph opens with, behind bullet, label and determiner; None where it opens otherwise."""
    if not dates or dates[0].start - line > _LEAD:
        return None
    first, begin = dates[0], dates[0].start
    if _is_weekday(first) and len(dates) > 1 and not plain[first.end : dates[1].start].strip(" ,."):
        first = dates[1]
    before = cues.before.fullmatch(plain, line, begin)
    when = _read_when(plain, first, lexicon)
    if before is None or when is None:
        return None
    sign = _read_sign(plain, first.end, end, bool(before["open"]) and not before["lead"], cues)
    if sign is None:
        return None
    return Marker(
        start=before.start("open"),
        end=first.end,
        when=when,
        numeric=_both_orders(_NUMERIC.fullmatch(plain, first.start, first.end), when.year),
        sign=sign,
        led=before["lead"] is not None,
    )


def _read_day(plain: str, line: int, end: int, month: When, cues: Cues, lexicon: Lexicon) -> Marker | None:
    """A bare day below the heading of its month: "Le 3, …", "Lundi 3 : …"."""
    match = cues.day.match(plain, line, end)
    if match is None or timex.day(month.year or 2000, month.month or 1, int(match["day"])) is None:
        return None
    sign = _read_sign(plain, match.end(), end, False, cues)
    if sign is None or sign is Sign.ALONE or not (match["lead"] or match["weekday"] or sign is Sign.MARK):
        return None
    weekday = lexicon.value("weekday", match["weekday"])
    return Marker(
        start=match.start("open"),
        end=match.end(),
        when=replace(month, day=int(match["day"]), weekday=weekday if isinstance(weekday, int) else None),
        numeric=None,
        # Below its month a day marks an entry even where a sentence goes on from it.
        sign=Sign.MARK,
        led=False,
    )


def _read_numbers(plain: str, line: int, end: int, cues: Cues) -> Marker | None:
    """Two numbers of two digits and a mark: "07/15 – …", which may be a date at the start of a line only."""
    match = cues.numbers.match(plain, line, end)
    if match is None or _read_sign(plain, match.end(), end, bool(match["open"]), cues) is not Sign.MARK:
        return None
    both = _both_orders(match, None)
    when = next((reading for reading in both or () if reading), None)
    if when is None:
        return None
    return Marker(
        start=match.start("open"), end=match.end(), when=when, numeric=both, sign=Sign.MARK, led=False
    )


def _is_weekday(found: FoundDate) -> bool:
    when = found.calendar
    return when is not None and when.weekday is not None and when.day is None and when.month is None


def _read_when(plain: str, found: FoundDate, lexicon: Lexicon) -> When | None:
    """What the date states; None for what no entry can be filed under ("mercredi", "five years")."""
    when = found.calendar
    if when is not None and (when.relation or when.within or (when.day and not when.month)):
        return None
    if when is not None and (
        when.month or (when.year and not (when.quarter or when.half or when.week or when.season))
    ):
        if when.day and when.month and timex.day(when.year or 2000, when.month, when.day) is None:
            return None
        return When(year=when.year, month=when.month, day=when.day, weekday=when.weekday)
    value = _value(plain, found, lexicon)
    if value is None or timex.bounds(value) is None or not value[:4].isdecimal():
        return None
    return When(year=int(value[:4]), value=value)


def _both_orders(numbers: re.Match[str] | None, year: int | None) -> tuple[When | None, When | None] | None:
    """A date in numbers read with the day first, and with the month first."""
    if numbers is None:
        return None
    a, b = int(numbers["a"]), int(numbers["b"])
    first, second = (
        When(year=year, month=month, day=day) if timex.day(year or 2000, month, day) else None
        for day, month in ((a, b), (b, a))
    )
    return first, second


def _value(plain: str, found: FoundDate, lexicon: Lexicon) -> str | None:
    """The value of a date that leans on nothing else in the text."""
    for mention in resolve_dates([found], text=plain, lexicon=lexicon, published=None, entries=()):
        if isinstance(mention.value, Timex):
            return mention.value.value
    return None


def _read_sign(plain: str, after: int, end: int, opened: bool, cues: Cues) -> Sign | None:
    clock = cues.clock.match(plain, after, end)
    position = clock.end() if clock else after
    closing = _CLOSING.match(plain, position, end)
    closed = False
    if closing:
        position, closed = closing.end(), bool(closing["one"] or closing["two"]) and opened
    rest = plain[position : min(end, position + 40)]
    if position + 40 > end and _NOTHING.match(rest):
        return Sign.ALONE
    if closed or _MARK.match(rest):
        return Sign.MARK
    following = rest.lstrip(" \t\n")
    if rest[0] == ",":
        return Sign.COMMA
    if following[:1].isalnum() or following[:1] in tuple("\"“«‘'[(*_"):
        glued = following == rest
        if following[0].islower() or (glued and following[0].isdigit()):
            return None if glued else Sign.PROSE
        return Sign.MARK if glued else Sign.SPACE
    return None


def _heading_date(plain: str, start: int, end: int, dates: Sequence[FoundDate]) -> When | None:
    """The year or month that a line names and little else ("Mars 2021", "Année 2024"), where it names no day."""
    if end - start > HEADING or len(dates) != 1 or plain[end - 1] in ".;!?,":
        return None
    if len(WORD.findall(plain[start : dates[0].start] + " " + plain[dates[0].end : end])) > 1:
        return None
    when = dates[0].calendar
    if (
        when is None
        or when.day is not None
        or when.weekday is not None
        or (when.year is None and when.month is None)
    ):
        return None
    return When(year=when.year, month=when.month)


def is_title(text: str, block: Block, *, longest: int = HEADING) -> bool:
    """Whether a paragraph looks like a title, a byline or a line of the page: short, and no sentence."""
    body = text[block.start : block.end].rstrip("*_ ")
    return bool(
        not block.bulleted
        and len(body) <= longest
        and body[-1:] not in tuple('.!?:;,…"”»')
        and not _LINK.search(body)
        and WORD.search(body)
    )
