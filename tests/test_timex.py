"""Calendar values and the arithmetic on them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import timex
from extractor.timex import Grain

DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31))
GRAINS = st.sampled_from([g for g in Grain if g not in (Grain.HOUR, Grain.FORTNIGHT, Grain.CENTURY)])


@pytest.mark.parametrize(
    ("value", "grain", "first", "last"),
    [
        ("2025-11-11", Grain.DAY, "2025-11-11", "2025-11-11"),
        ("2025-W46", Grain.WEEK, "2025-11-10", "2025-11-16"),
        ("2025-W46-WE", Grain.WEEKEND, "2025-11-15", "2025-11-16"),
        ("2024-02", Grain.MONTH, "2024-02-01", "2024-02-29"),
        ("2025-Q3", Grain.QUARTER, "2025-07-01", "2025-09-30"),
        ("2025-H1", Grain.HALF, "2025-01-01", "2025-06-30"),
        ("2024-WI", Grain.SEASON, "2024-12-01", "2025-02-28"),
        ("2025", Grain.YEAR, "2025-01-01", "2025-12-31"),
        ("199X", Grain.DECADE, "1990-01-01", "1999-12-31"),
        ("2026/2028", None, "2026-01-01", "2028-12-31"),
    ],
)
def test_a_value_has_a_grain_and_bounds(value: str, grain: Grain | None, first: str, last: str) -> None:
    assert timex.grain(value) == grain
    assert timex.bounds(value) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "value", ["2025-02-30", "2025-13", "2025-Q5", "2025-W54", "P7Y", "", "yesterday", "0000", "2025/", "/"]
)
def test_what_no_calendar_holds_has_no_bounds(value: str) -> None:
    assert timex.bounds(value) is None


@given(DAYS, GRAINS)
def test_a_unit_holds_the_day_it_is_named_for(moment: date, grain: Grain) -> None:
    value = timex.at(moment, grain)
    span = timex.bounds(value)
    assert timex.grain(value) == grain
    assert span is not None
    assert (grain is Grain.WEEKEND and moment <= span[1]) or span[0] <= moment <= span[1]


@given(DAYS, GRAINS.filter(lambda g: g is not Grain.WEEKEND), st.integers(-40, 40))
def test_shifting_there_and_back_is_no_shift(moment: date, grain: Grain, count: int) -> None:
    value = timex.at(moment, grain)
    there = timex.shift(value, count, grain)
    assert there is not None
    assert timex.shift(there, -count, grain) == value


@given(DAYS, GRAINS)
def test_neighbours_are_in_order(moment: date, grain: Grain) -> None:
    value = timex.at(moment, grain)
    following = timex.shift(value, 1, grain)
    assert following is not None
    assert timex.order(value) < timex.order(following)


@given(DAYS, st.integers(0, 400))
def test_an_interval_holds_both_ends(moment: date, length: int) -> None:
    first, last = timex.at(moment, Grain.DAY), timex.at(moment + timedelta(length), Grain.DAY)
    value = timex.interval(first, last)
    assert value is not None
    assert timex.bounds(value) == (moment, moment + timedelta(length))


def test_an_interval_that_ends_before_it_begins_is_none() -> None:
    assert timex.interval("2025-03-07", "2025-03-03") is None
    assert timex.interval("2025", "P7Y") is None


def test_whole_years_make_an_interval_of_years() -> None:
    assert timex.interval("2026", "2028") == "2026/2028"
    assert timex.interval("2026-05", "2028") == "2026-05-01/2028-12-31"


@pytest.mark.parametrize(
    ("container", "count", "grain", "weekday", "value"),
    [
        ("2014-09", 3, Grain.DAY, 2, "2014-09-16"),
        ("2015-10", -1, Grain.DAY, None, "2015-10-31"),
        ("2015-01", 1, Grain.WEEK, None, "2015-W01"),
        ("2016", -1, Grain.WEEK, None, "2016-W52"),
        ("2017-10", -1, Grain.WEEKEND, None, "2017-W43-WE"),
        ("2025", 3, Grain.QUARTER, None, "2025-Q3"),
        ("2025-Q1", 4, Grain.MONTH, None, None),
        ("2025-02", 5, Grain.DAY, 1, None),
        ("P7Y", 1, Grain.DAY, None, None),
    ],
)
def test_the_nth_of_a_whole(
    container: str, count: int, grain: Grain, weekday: int | None, value: str | None
) -> None:
    assert timex.nth(container, count, grain, weekday=weekday) == value


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ([("7", Grain.YEAR)], "P7Y"),
        ([("18", Grain.MONTH)], "P18M"),
        ([("3", Grain.QUARTER)], "P9M"),
        ([("2", Grain.DECADE)], "P20Y"),
        ([("2", Grain.DAY), ("1", Grain.MONTH)], "P1M2D"),
        ([("48", Grain.HOUR)], "PT48H"),
        ([("1.5", Grain.YEAR)], "P1.5Y"),
    ],
)
def test_durations(parts: list[tuple[str, Grain]], value: str) -> None:
    assert timex.duration((Decimal(count), grain) for count, grain in parts) == value


def test_a_distance_keeps_its_own_grain() -> None:
    assert timex.move("2025-03-31", [(Decimal(1), Grain.MONTH)], -1, Grain.MONTH) == "2025-02"
    assert (
        timex.move("2014-09-01", [(Decimal(1), Grain.YEAR), (Decimal(2), Grain.MONTH)], 1, Grain.MONTH)
        == "2015-11"
    )
    assert timex.move("0001-01-01", [(Decimal(5), Grain.YEAR)], -1, Grain.YEAR) is None
    assert timex.move("2025", [(Decimal(9999), Grain.CENTURY)], 1, Grain.YEAR) is None


def test_metadata_dates_keep_the_grain_in_which_they_are_told() -> None:
    languages = ("en", "fr")
    assert timex.parse("Wed, 12 Nov 2025 10:00:00 +0100", languages=languages) == "2025-11-12"
    assert timex.parse("12 novembre 2025", languages=languages) == "2025-11-12"
    assert timex.parse("juin 2024", languages=languages) == "2024-06"
    assert timex.parse("hier", languages=languages) is None
    assert timex.parse("hier", languages=languages, anchor="2025-11-12") == "2025-11-11"
