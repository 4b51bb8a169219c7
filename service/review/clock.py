"""Deadlines in working days: Monday to Friday without Indonesia's public holidays and joint leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import holidays

from data.dates import JAKARTA
from service.settings import Settings


@lru_cache(maxsize=32)
def _days_off(year: int) -> frozenset[date]:
    """Return holidays (SKB 3 Menteri as the package ``holidays`` keeps it) and joint leave of a year."""
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


@lru_cache(maxsize=4096)
def _add(day: date, count: int, extra: Sequence[date]) -> date:
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in _days_off(day.year) and day not in extra:
            count -= 1
    return day


@dataclass(frozen=True, slots=True)
class Clock:
    """Hold the limits of a deployment, in working days.

    :param verify: to verify and pass on (LAPOR!: 3).
    :param agency: for the office's first response (LAPOR!: 5), and for a request for information.
    :param autoclose: that a reporter has to answer (LAPOR!: 10).
    :param ordinary: to settle an ordinary complaint (service standard: 14).
    :param supervised: to settle one that accuses someone, "berkadar pengawasan" (60).
    """

    verify: int = 3
    agency: int = 5
    autoclose: int = 10
    ordinary: int = 14
    supervised: int = 60
    extra: tuple[date, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Clock:
        """Take the limits from the settings."""
        return cls(
            settings.days_verify,
            settings.days_agency,
            settings.days_autoclose,
            settings.days_ordinary,
            settings.days_supervised,
            settings.extra_holidays,
        )

    def add(self, day: date, count: int) -> date:
        """Return the last day of a limit that begins on a day.

        >>> Clock().add(date(2026, 3, 17), 3)  # over Nyepi, Idulfitri and joint leave
        datetime.date(2026, 3, 27)
        """
        return _add(day, count, self.extra)

    def left(self, today: date, due: date) -> int:
        """Return how many working days are left; negative where it is late.

        >>> Clock().left(date(2026, 11, 6), date(2026, 11, 9)), Clock().left(date(2026, 11, 9), date(2026, 11, 6))
        (1, -1)
        """
        if due < today:
            return -self.left(due, today) or -1
        count, day = 0, today
        while day < due and count < 250:
            day = _add(day, 1, self.extra)
            count += day <= due
        return count


def day_of(moment: str) -> date:
    """Return the day in western Indonesia of a moment in the store's form."""
    return datetime.fromisoformat(moment).astimezone(JAKARTA).date()


def today() -> date:
    """Return today's date in western Indonesia."""
    return datetime.now(UTC).astimezone(JAKARTA).date()
