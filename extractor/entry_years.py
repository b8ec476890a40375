"""Of which year the entries of a timeline are: as stated, by headings, their order, the publication and the title."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate, pairwise

from extractor import timex
from extractor.markers import Block, Marker, When, is_title
from extractor.values import Article

# No title of an article is longer.
_TITLE = 250
# A list may tell some days ahead of the publication; a chronicle of the past year begins later than that.
_AHEAD = timedelta(days=14)
# A list that steps back by less than this many days is untidy; by more, the year has turned.
_TURN = 45
# Days of a year in which each month has 31 of them (`When.order`).
_YEAR = 372


def settle_years(
    article: Article, blocks: Sequence[Block], chosen: Sequence[int], headings: dict[int, When]
) -> list[When]:
    """When each chosen block is, with the year where anything tells it; None in `year` where nothing does."""
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


def _in_one_order(markers: Sequence[Marker]) -> list[When]:
    """Read dates in numbers in one order throughout: one that all allow, in which the list is in order, as usual."""
    pairs = [(marker.when, *(marker.numeric or (marker.when, marker.when))) for marker in markers]

    def faults(order: int) -> tuple[int, int, int]:
        read = [pair[order] for pair in pairs]
        days = [(when.year or 0, when.order) for when in read if when]
        ups, downs = sum(a < b for a, b in pairwise(days)), sum(a > b for a, b in pairwise(days))
        return read.count(None), min(ups, downs), -sum(pair[order] == pair[0] for pair in pairs)

    order = min((1, 2), key=faults)
    return [pair[order] or pair[0] for pair in pairs]


def _turns(whens: Sequence[When]) -> list[int]:
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
    blocks: Sequence[Block],
    first: int,
    whens: Sequence[When],
    turns: Sequence[int],
    newest: int,
) -> int | None:
    """The year of the newest entry: the last in which it is not ahead of the publication, unless a title says more."""
    titles = title_years(article, blocks, first)
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


def _weekdays_right(whens: Sequence[When], turns: Sequence[int], base: int) -> int:
    """How many of the weekdays that the entries state hold if the first of them is of the year `base`."""
    return sum(
        date.fromisoformat(day).isoweekday() == when.weekday
        for when, turn in zip(whens, turns, strict=True)
        if when.weekday and when.month and when.day and (day := timex.day(base + turn, when.month, when.day))
    )


def title_years(article: Article, blocks: Sequence[Block], first: int) -> list[int]:
    """Years in the article's title, else in the last line over the list that looks like one."""
    if article.title and (years := _plain_years(article.title)):
        return years
    for block in blocks[:first]:
        if is_title(article.text, block, longest=_TITLE) and (
            years := _plain_years(article.text[block.start : block.end])
        ):
            return years
    return []


def _plain_years(title: str) -> list[int]:
    return [int(year) for year in re.findall(r"(?<![\w.,$€£])(?:19|20)\d\d(?![\w%]|[.,]\d)", title)]
