"""A dated timeline in an article: `11 nov.Nvidia a investi …` -> Entry(date "2025-11-11").

Four questions, in this order. Which paragraphs open with a date (`_read_blocks`)? Which of these make up a list, seen
over the whole article (`_select`)? Of which year are they (`_settle_years`)? Where does each entry end (`_extents`)?
Words: lang/<code>/entries.toml. Bullets, dashes and brackets belong to no language.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from statistics import median

from extractor import timex
from extractor.dates import FoundDate, find_dates, resolve_dates
from extractor.lexicon import Lexicon, load_lexicon, normalise
from extractor.segments import paragraphs
from extractor.timex import Grain
from extractor.values import Article, Entry, PublishedFrom, Timex

# A date marks its paragraph if it begins within this many characters: bullet, label and determiner stand before it.
_LEAD = 70
# No title is longer, and no heading within a list.
_TITLE, _HEADING = 250, 130
# A list may tell some days ahead of the publication; a chronicle of the past year begins later than that.
_AHEAD = timedelta(days=14)
# A list that steps back by less than this many days is untidy; by more, the year has turned.
_TURN = 45
# Days of a year in which each month has 31 of them (`_When.order`).
_YEAR = 372
# Share of the paragraphs of a stretch that open with a date, where prose might have such openings too.
_DENSE = 0.6


class _Sign(StrEnum):
    """What follows the date that a paragraph opens with."""

    ALONE = "alone"  # nothing: the text stands below
    MARK = "mark"  # a colon, a dash, a closing bracket, glued text: what prose has not
    SPACE = "space"  # a capital letter or a number
    COMMA = "comma"
    PROSE = "prose"  # a word in lower case


@dataclass(frozen=True, slots=True)
class _When:
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
class _Marker:
    """A date at the start of a paragraph. `numeric`: "03/05/2024" with the day first, and with the month first."""

    start: int
    end: int
    when: _When
    numeric: tuple[_When | None, _When | None] | None
    sign: _Sign
    led: bool


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, the depth of its bullet (None without one), and the marker that it opens with."""

    start: int
    end: int
    indent: int
    bulleted: bool
    row: bool  # of a table: its last bar is no more of it than its first
    marker: _Marker | None
    heading: _When | None  # the year or month that a short line names


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
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class _Cues:
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
def _cues(lang: str) -> _Cues:
    lexicon = load_lexicon(lang)

    def words(table: str) -> str:
        return f"(?:{lexicon.expand('{' + table + ':}')})"

    opening, clock = r"[\[(<*_`«]{0,4}", words("clock")
    time = rf"\d{{1,2}}\s?(?:(?:[:.]|{clock})\s?\d{{2}}(?::\d\d)?|{clock}(?!\w))(?:\s?{clock}(?!\w)){{0,2}}"
    return _Cues(
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


def split_entries(article: Article, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> list[Entry]:
    """The dated entries of an article's timeline, in text order and disjoint; none where it is told in prose.

    A year that is not stated is inferred from the order of the entries, headings, the publication date and the title;
    where none of these tells it, the date is empty.
    """
    blocks = _read_blocks(article.text, found_dates, lexicon)
    chosen, headings = _select(article.text, blocks, _cues(lexicon.lang))
    if not chosen:
        return []
    whens = _settle_years(article, blocks, chosen, headings)
    extents = _extents(article.text, blocks, chosen, headings, _cues(lexicon.lang))
    entries = [
        Entry(start=extent[0], end=extent[1], date=when.iso)
        for extent, when in zip(extents, whens, strict=True)
        if extent is not None
    ]
    # What is left must be a list of news: dates above numbers are the head of a table.
    return entries if len(entries) > 1 and 2 * len(entries) > len(chosen) else []


def entries_note(article: Article, entries: Sequence[Entry], lexicon: Lexicon) -> list[str]:
    """Notes for a person: a layout like a timeline that gave no entry, or entries whose year nobody tells."""
    if undated := sum(not entry.date for entry in entries):
        return [f"nothing tells the year of {undated} entries of the timeline: give the publication date"]
    if entries:
        return []
    starts = paragraphs(article.text)
    if sum(any(c.isdecimal() for c in article.text[start : start + 30]) for start, _ in starts) < 3:
        return []
    blocks = _read_blocks(article.text, find_dates(article.text, lexicon), lexicon)
    dated = [block for block in blocks if block.marker and block.marker.when.grain == 3]
    if len(dated) < 3:
        return []
    first = article.text[dated[0].start : dated[0].start + 30].split("\n", 1)[0].strip()
    return [f"{len(dated)} paragraphs open with a date ({first!r} …), but they were not read as a timeline"]


def infer_published(article: Article, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> Article:
    """The article with its publication date read from the text, where nobody gave it.

    A dateline or "published on …" in the first or last lines; else the newest entry of a list whose article has the
    year in its title.
    """
    if article.published is not None:
        return article
    blocks = _read_blocks(article.text, found_dates, lexicon)
    chosen, headings = _select(article.text, blocks, _cues(lexicon.lang))
    day = _dateline(article.text, blocks, chosen, found_dates, _cues(lexicon.lang))
    if day is None and chosen and len(years := _title_years(article, blocks, chosen[0])) == 1:
        whens = _settle_years(article, blocks, chosen, headings)
        if max((when.year or 0 for when in whens), default=0) == years[0]:
            day = max((when.iso for when in whens if when.grain == 3 and when.year == years[0]), default=None)
    if day is None:
        return article
    return replace(article, published=day, published_from=PublishedFrom.TEXT)


# --- paragraphs and their markers ---


def _read_blocks(text: str, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> list[_Block]:
    plain, cues = normalise(text), _cues(lexicon.lang)
    blocks: list[_Block] = []
    month: _When | None = None
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
            _Block(
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
    plain: str, line: int, end: int, dates: Sequence[FoundDate], cues: _Cues, lexicon: Lexicon
) -> _Marker | None:
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
    return _Marker(
        start=before.start("open"),
        end=first.end,
        when=when,
        numeric=_both_orders(_NUMERIC.fullmatch(plain, first.start, first.end), when.year),
        sign=sign,
        led=before["lead"] is not None,
    )


def _read_day(plain: str, line: int, end: int, month: _When, cues: _Cues, lexicon: Lexicon) -> _Marker | None:
    """A bare day below the heading of its month: "Le 3, …", "Lundi 3 : …"."""
    match = cues.day.match(plain, line, end)
    if match is None or timex.day(month.year or 2000, month.month or 1, int(match["day"])) is None:
        return None
    sign = _read_sign(plain, match.end(), end, False, cues)
    if sign is None or sign is _Sign.ALONE or not (match["lead"] or match["weekday"] or sign is _Sign.MARK):
        return None
    weekday = lexicon.value("weekday", match["weekday"])
    return _Marker(
        start=match.start("open"),
        end=match.end(),
        when=replace(month, day=int(match["day"]), weekday=weekday if isinstance(weekday, int) else None),
        numeric=None,
        # Below its month a day marks an entry even where a sentence goes on from it.
        sign=_Sign.MARK,
        led=False,
    )


def _read_numbers(plain: str, line: int, end: int, cues: _Cues) -> _Marker | None:
    """Two numbers of two digits and a mark: "07/15 – …", which may be a date at the start of a line only."""
    match = cues.numbers.match(plain, line, end)
    if match is None or _read_sign(plain, match.end(), end, bool(match["open"]), cues) is not _Sign.MARK:
        return None
    both = _both_orders(match, None)
    when = next((reading for reading in both or () if reading), None)
    if when is None:
        return None
    return _Marker(
        start=match.start("open"), end=match.end(), when=when, numeric=both, sign=_Sign.MARK, led=False
    )


def _is_weekday(found: FoundDate) -> bool:
    when = found.calendar
    return when is not None and when.weekday is not None and when.day is None and when.month is None


def _read_when(plain: str, found: FoundDate, lexicon: Lexicon) -> _When | None:
    """What the date states; None for what no entry can be filed under ("mercredi", "five years")."""
    when = found.calendar
    if when is not None and (when.relation or when.within or (when.day and not when.month)):
        return None
    if when is not None and (
        when.month or (when.year and not (when.quarter or when.half or when.week or when.season))
    ):
        if when.day and when.month and timex.day(when.year or 2000, when.month, when.day) is None:
            return None
        return _When(year=when.year, month=when.month, day=when.day, weekday=when.weekday)
    value = _value(plain, found, lexicon)
    if value is None or timex.bounds(value) is None or not value[:4].isdecimal():
        return None
    return _When(year=int(value[:4]), value=value)


def _both_orders(numbers: re.Match[str] | None, year: int | None) -> tuple[_When | None, _When | None] | None:
    """A date in numbers read with the day first, and with the month first."""
    if numbers is None:
        return None
    a, b = int(numbers["a"]), int(numbers["b"])
    first, second = (
        _When(year=year, month=month, day=day) if timex.day(year or 2000, month, day) else None
        for day, month in ((a, b), (b, a))
    )
    return first, second


def _value(plain: str, found: FoundDate, lexicon: Lexicon) -> str | None:
    """The value of a date that leans on nothing else in the text."""
    for mention in resolve_dates([found], text=plain, lexicon=lexicon, published=None, entries=()):
        if isinstance(mention.value, Timex):
            return mention.value.value
    return None


def _read_sign(plain: str, after: int, end: int, opened: bool, cues: _Cues) -> _Sign | None:
    clock = cues.clock.match(plain, after, end)
    position = clock.end() if clock else after
    closing = _CLOSING.match(plain, position, end)
    closed = False
    if closing:
        position, closed = closing.end(), bool(closing["one"] or closing["two"]) and opened
    rest = plain[position : min(end, position + 40)]
    if position + 40 > end and _NOTHING.match(rest):
        return _Sign.ALONE
    if closed or _MARK.match(rest):
        return _Sign.MARK
    following = rest.lstrip(" \t\n")
    if rest[0] == ",":
        return _Sign.COMMA
    if following[:1].isalnum() or following[:1] in tuple("\"“«‘'[(*_"):
        glued = following == rest
        if following[0].islower() or (glued and following[0].isdigit()):
            return None if glued else _Sign.PROSE
        return _Sign.MARK if glued else _Sign.SPACE
    return None


def _heading_date(plain: str, start: int, end: int, dates: Sequence[FoundDate]) -> _When | None:
    """The year or month that a line names and little else ("Mars 2021", "Année 2024"), where it names no day."""
    if end - start > _HEADING or len(dates) != 1 or plain[end - 1] in ".;!?,":
        return None
    if len(_WORD.findall(plain[start : dates[0].start] + " " + plain[dates[0].end : end])) > 1:
        return None
    when = dates[0].calendar
    if (
        when is None
        or when.day is not None
        or when.weekday is not None
        or (when.year is None and when.month is None)
    ):
        return None
    return _When(year=when.year, month=when.month)


# --- which of them make up a list ---


def _select(text: str, blocks: Sequence[_Block], cues: _Cues) -> tuple[list[int], dict[int, _When]]:
    """Indices of the blocks that open an entry, and the headings among the blocks that tell years or months."""
    marked = {i: block.marker for i, block in enumerate(blocks) if block.marker and not _is_nested(blocks, i)}
    chosen: set[int] = set()
    groups: dict[tuple[bool, _Sign, bool], list[int]] = defaultdict(list)
    for i, marker in marked.items():
        strong = marker.sign in (_Sign.ALONE, _Sign.MARK)
        groups[blocks[i].bulleted, marker.sign, marker.led and not strong].append(i)
    for (bulleted, sign, led), members in groups.items():
        if _is_list(text, blocks, members, bulleted, sign, led, cues):
            chosen.update(members)
    if not chosen:
        return [], {}
    # What stands between the entries of a list, and opens as none of prose does, is one of them.
    first, last = min(chosen), max(chosen)
    ranks = {blocks[i].bulleted for i in chosen}
    for i, marker in marked.items():
        unlike_prose = not marker.led and marker.sign != _Sign.PROSE
        if first < i < last and blocks[i].bulleted in ranks and unlike_prose:
            chosen.add(i)
    return _part_headings(blocks, _before_links(text, blocks, sorted(chosen), cues))


def _before_links(text: str, blocks: Sequence[_Block], chosen: list[int], cues: _Cues) -> list[int]:
    """Leave out what stands below a title like "Related articles": dated links are no part of the list above."""
    for i in range(chosen[0], chosen[-1]):
        closing = cues.end.match(text, blocks[i].start, blocks[i].end)
        if closing and blocks[i].end - closing.end() < 3:
            above = bisect_left(chosen, i)
            if above > 1 and 2 * above >= len(chosen):
                return chosen[:above]
    return chosen


def _is_nested(blocks: Sequence[_Block], i: int) -> bool:
    """Whether a bullet stands under a bullet that is dated as closely: then it is a part of that entry."""
    block = blocks[i]
    for above in reversed(blocks[max(0, i - 40) : i]):
        if not above.bulleted:
            return False
        if above.indent < block.indent:
            return bool(above.marker and block.marker and above.marker.when.grain >= block.marker.when.grain)
    return False


def _is_list(
    text: str,
    blocks: Sequence[_Block],
    members: list[int],
    bulleted: bool,
    sign: _Sign,
    led: bool,
    cues: _Cues,
) -> bool:
    """Whether paragraphs that open in one way are the entries of a list, or prose that happens to."""
    count = len(members)
    if count < 2:
        return False
    span = [block for block in blocks[members[0] : members[-1] + 1] if block.bulleted == bulleted]
    dense = count / len(span) >= _DENSE
    if sign in (_Sign.ALONE, _Sign.MARK):
        return True
    if sign is _Sign.SPACE and not led:
        return count > 2 or dense
    if bulleted:
        return count > 2 and dense
    rest = set(range(members[0], len(blocks))).difference(members)
    headings = sum(_is_title(text, blocks[i]) and i + 1 in rest for i in members)
    if headings == count:
        return True
    announced = any(
        block.end - block.start <= _HEADING and cues.title.match(text, block.start, block.end)
        for block in blocks[max(0, members[0] - 3) : members[0]]
    )
    return count > 2 and dense and (announced or (sign is _Sign.COMMA and not led))


def _part_headings(blocks: Sequence[_Block], chosen: list[int]) -> tuple[list[int], dict[int, _When]]:
    """Part the entries from the headings over them: a year or month that stands alone over closer dates."""
    headings: dict[int, _When] = {}
    taken = set(chosen)
    for i, block in enumerate(blocks[: chosen[-1]]):
        when, below = block.heading, blocks[chosen[bisect_right(chosen, i)]].marker
        if when is None or below is None or block.bulleted or below.when.grain <= when.grain:
            continue
        if i not in taken or (block.marker and block.marker.sign is _Sign.ALONE):
            headings[i] = when
    entries = [i for i in chosen if i not in headings]
    return (entries, headings) if len(entries) > 1 else ([], {})


# --- of which year they are ---


def _settle_years(
    article: Article, blocks: Sequence[_Block], chosen: Sequence[int], headings: dict[int, _When]
) -> list[_When]:
    markers = [marker for i in chosen if (marker := blocks[i].marker)]
    whens = _in_one_order(markers)
    headed = [(i, when.year) for i, when in sorted(headings.items()) if when.year]
    stated: list[int | None] = []
    for i, when in zip(chosen, whens, strict=True):
        above = bisect_left(headed, (i, 0)) - 1
        stated.append(when.year or (headed[above][1] if above >= 0 else None))
    turns = _turns(whens)
    years = _from_stated(stated, turns)
    if any(year is None for year in years):
        newest = max(range(len(whens)), key=lambda i: (turns[i], whens[i].order))
        base = _newest_year(article, blocks, chosen[0], whens, turns, newest)
        years = [None if base is None else base - turns[newest] + turn for turn in turns]
    return [when if when.value else replace(when, year=year) for when, year in zip(whens, years, strict=True)]


def _in_one_order(markers: Sequence[_Marker]) -> list[_When]:
    """Read dates in numbers in one order throughout: one that all allow, in which the list is in order, as usual."""
    pairs = [(marker.when, *(marker.numeric or (marker.when, marker.when))) for marker in markers]

    def faults(order: int) -> tuple[int, int, int]:
        read = [pair[order] for pair in pairs]
        days = [(when.year or 0, when.order) for when in read if when]
        ups, downs = sum(a < b for a, b in pairwise(days)), sum(a > b for a, b in pairwise(days))
        return read.count(None), min(ups, downs), -sum(pair[order] == pair[0] for pair in pairs)

    order = min((1, 2), key=faults)
    return [pair[order] or pair[0] for pair in pairs]


def _turns(whens: Sequence[_When]) -> list[int]:
    """For each entry the years between it and the first one, by the order of the list: 0, 0, -1, … going down."""
    orders = [when.order for when in whens]
    steps = [b - a for a, b in pairwise(orders)]
    rises, falls = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    # An untidy list goes both ways all the time: it tells one year.
    if min(rises, falls) > max(1, len(steps) // 4):
        return [0] * len(whens)

    def going(direction: int) -> list[int]:
        turned = [direction if step * direction < -_TURN else 0 for step in steps]
        return list(accumulate(turned, initial=0))

    def cost(turns: list[int]) -> float:
        # Two entries, of December and January, lie a fortnight apart rather than eleven months: a turn of the year
        # costs a little less than the year that it saves.
        days = [_YEAR * turn + order for turn, order in zip(turns, orders, strict=True)]
        return 0.9 * abs(turns[-1]) + (max(days) - min(days)) / _YEAR

    return min(going(1), going(-1), key=cost)


def _from_stated(stated: Sequence[int | None], turns: Sequence[int]) -> list[int | None]:
    """Years by the nearest stated one before, else behind, and the turns in between."""
    years = list(stated)
    for order in (range(len(years)), reversed(range(len(years)))):
        anchor: int | None = None
        for i in order:
            if stated[i] is not None:
                anchor = i
            elif years[i] is None and anchor is not None:
                years[i] = (stated[anchor] or 0) + turns[i] - turns[anchor]
    return years


def _newest_year(
    article: Article,
    blocks: Sequence[_Block],
    first: int,
    whens: Sequence[_When],
    turns: Sequence[int],
    newest: int,
) -> int | None:
    """The year of the newest entry: the last in which it is not ahead of the publication, unless a title says more."""
    titles = _title_years(article, blocks, first)
    limit = date.fromisoformat(article.published) + _AHEAD if article.published else None
    when = whens[newest]

    def fits(year: int) -> bool:
        day = timex.day(year, when.month or 1, when.day or 1)
        return day is not None and (limit is None or date.fromisoformat(day) <= limit)

    if titles and fits(max(titles)) and (limit is None or not any(turns)):
        return max(titles)
    if limit is None:
        return None
    candidates = [year for year in range(limit.year, limit.year - 9, -1) if fits(year)]
    return max(
        candidates, key=lambda year: (_weekdays_right(whens, turns, year - turns[newest]), year), default=None
    )


def _weekdays_right(whens: Sequence[_When], turns: Sequence[int], base: int) -> int:
    """How many of the weekdays that the entries state hold if the first of them is of the year `base`."""
    return sum(
        date.fromisoformat(day).isoweekday() == when.weekday
        for when, turn in zip(whens, turns, strict=True)
        if when.weekday and when.month and when.day and (day := timex.day(base + turn, when.month, when.day))
    )


def _title_years(article: Article, blocks: Sequence[_Block], first: int) -> list[int]:
    """Years in the article's title, else in the last line over the list that looks like one."""
    if article.title and (years := _plain_years(article.title)):
        return years
    for block in blocks[:first]:
        if _is_title(article.text, block, longest=_TITLE) and (
            years := _plain_years(article.text[block.start : block.end])
        ):
            return years
    return []


def _plain_years(title: str) -> list[int]:
    return [int(year) for year in re.findall(r"(?<![\w.,$€£])(?:19|20)\d\d(?![\w%]|[.,]\d)", title)]


# --- where they end ---


def _is_title(text: str, block: _Block, *, longest: int = _HEADING) -> bool:
    """Whether a paragraph looks like a title, a byline or a line of the page: short, and no sentence."""
    body = text[block.start : block.end].rstrip("*_ ")
    return bool(
        not block.bulleted
        and len(body) <= longest
        and body[-1:] not in tuple('.!?:;,…"”»')
        and not _LINK.search(body)
        and _WORD.search(body)
    )


def _extents(
    text: str, blocks: Sequence[_Block], chosen: Sequence[int], headings: dict[int, _When], cues: _Cues
) -> list[tuple[int, int] | None]:
    """Start and end of each entry; None for one that has no text of its own."""
    bodies = [
        _own_blocks(blocks, i, j, headings) for i, j in zip(chosen, [*chosen[1:], len(blocks)], strict=True)
    ]
    _cut(text, blocks, chosen, bodies, cues)
    bodies[-1] = _last_body(blocks, chosen[-1], bodies)
    extents: list[tuple[int, int] | None] = []
    for i, body in zip(chosen, bodies, strict=True):
        marker = blocks[i].marker
        end = blocks[body[-1] if body else i].end
        if blocks[i].row:
            end = blocks[i].start + len(text[blocks[i].start : end].rstrip(" |"))
        extents.append((marker.start, end) if marker and _WORD.search(text, marker.end, end) else None)
    return extents


def _own_blocks(blocks: Sequence[_Block], i: int, following: int, headings: dict[int, _When]) -> list[int]:
    """The blocks below a marker that may be its entry's: up to a heading, or a bullet of its rank without a date."""
    own: list[int] = []
    marker, head = blocks[i].marker, blocks[i]
    for j in range(i + 1, following):
        block = blocks[j]
        if j in headings:
            break
        if (
            head.bulleted
            and block.bulleted
            and block.indent <= head.indent
            and marker
            and marker.sign != _Sign.ALONE
        ):
            break
        own.append(j)
    return own


def _end_of(text: str, blocks: Sequence[_Block], head: int, body: Sequence[int], cues: _Cues) -> int | None:
    """The block at which the entry's body seems to give way to the rest of the page: a title or a closing word."""
    marker = blocks[head].marker
    below_date = marker is not None and marker.sign is _Sign.ALONE
    for j in body:
        block = blocks[j]
        title = _is_title(text, block)
        if title and below_date:
            continue  # the entry's own title stands below a date that stands alone
        below_date = False
        short = not block.bulleted and block.end - block.start <= _HEADING
        if title or (short and cues.end.match(text, block.start, block.end)):
            return j
    return None


def _cut(
    text: str, blocks: Sequence[_Block], heads: Sequence[int], bodies: list[list[int]], cues: _Cues
) -> None:
    """End each body at the first title or closing word, unless the entries have such lines as a rule."""
    ends = [_end_of(text, blocks, i, body, cues) for i, body in zip(heads, bodies, strict=True)]
    ended = sum(end is not None for end in ends)
    for k, (body, end) in enumerate(zip(bodies, ends, strict=True)):
        if end is not None and 2 * (ended - 1) <= len(ends) - 1:
            bodies[k] = [j for j in body if j < end]


def _last_body(blocks: Sequence[_Block], head: int, bodies: Sequence[list[int]]) -> list[int]:
    """What belongs to the last entry: no more paragraphs, and none much longer, than the others have."""
    lengths = [len(body) for body in bodies[:-1]]
    if median(lengths) > 2:
        return bodies[-1]
    room = max(lengths)
    longest = 2 * max(
        blocks[j].end - blocks[j].start for body in [*bodies[:-1], [head]] for j in body or [head]
    )
    lists = not blocks[head].bulleted and any(blocks[j].bulleted for body in bodies[:-1] for j in body)
    kept: list[int] = []
    for j in bodies[-1]:
        below = blocks[head].bulleted and blocks[j].indent > blocks[head].indent
        if not below and not (lists and blocks[j].bulleted):
            room -= 1
        if room < 0 or blocks[j].end - blocks[j].start > longest:
            break
        kept.append(j)
    return kept


# --- when the article came out ---

# A byline or dateline stands among the first paragraphs, or under the text.
_FIRST, _LAST = 12, 4
_PLACE = re.compile(r"[^\W\d_a-z][^\d:;!?]{0,60}$")
_AGENCY = re.compile(r"(?:,\s[^\n.:;!?]{1,40}(?=\s\.))?(?:\s?\([^()\n]{1,40}\))?\s?\.?\s?(?:[–—]|--?\s)")
_BYLINE = re.compile(r"(?:^|[|•·,–—/(-]\s{0,3})$")


def _dateline(
    text: str, blocks: Sequence[_Block], chosen: Sequence[int], found_dates: Sequence[FoundDate], cues: _Cues
) -> str | None:
    """The day of a dateline, byline or "published on …", the first that there is; no entry of a list."""
    plain, taken = normalise(text), set(chosen)
    places = [*range(min(_FIRST, len(blocks))), *range(max(_FIRST, len(blocks) - _LAST), len(blocks))]
    for i in places:
        block = blocks[i]
        for found in found_dates:
            when = found.calendar
            if i in taken or not block.start <= found.start < block.end or when is None:
                continue
            if when.year is None or when.month is None or when.day is None:
                continue
            if found.start - block.start > _HEADING:
                break
            before, rest = plain[block.start : found.start], plain[found.end : block.end]
            lead = cues.lead.search(before)
            name = before[: lead.start()] if lead else before
            clock = cues.clock.match(rest)
            behind = rest[clock.end() :] if clock else rest
            short = len(before) <= _HEADING and len(rest) <= 60
            cue = short and cues.published.search(before) is not None
            byline = short and not behind.strip(" )*_|") and _BYLINE.search(name) is not None
            dateline = (not before or _PLACE.match(before)) and len(before) <= 60 and _AGENCY.match(behind)
            if cue or byline or dateline:
                return timex.day(when.year, when.month, when.day)
    return None
