"""Working days: weekends, Indonesia's holidays and joint leave, and a deployment's own days off do not count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.review.clock import Clock, day_of

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 19), 3, date(2026, 11, 24)),  # Thursday: over the weekend
        (date(2026, 8, 14), 1, date(2026, 8, 18)),  # Independence Day on a Monday
        (date(2026, 3, 17), 3, date(2026, 3, 27)),  # Nyepi, Idulfitri and joint leave
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (date(2026, 11, 19), 0, date(2026, 11, 19)),
    ],
)
def test_limits_are_counted_in_working_days(day: date, count: int, due: date) -> None:
    assert Clock().add(day, count) == due


def test_own_days_off_are_left_out() -> None:
    clock = Clock(extra=(date(2026, 11, 20),))
    assert clock.add(date(2026, 11, 19), 1) == date(2026, 11, 23)


@given(DAYS, st.integers(0, 60))
def test_what_is_left_of_a_limit_is_the_limit(day: date, count: int) -> None:
    clock = Clock()
    assert clock.left(day, clock.add(day, count)) == count


@given(DAYS, DAYS)
def test_late_is_negative_and_never_zero(one: date, other: date) -> None:
    left = Clock().left(one, other)
    assert (left < 0) == (other < one)


@given(DAYS, st.integers(1, 30))
def test_a_limit_ends_on_a_working_day(day: date, count: int) -> None:
    assert Clock().add(day, count).weekday() < 5


def test_the_day_is_that_of_western_indonesia() -> None:
    assert day_of("2026-11-22T18:30:00.000000Z") == date(2026, 11, 22) + timedelta(days=1)
