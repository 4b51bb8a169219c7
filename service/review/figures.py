"""The figures of monitoring: shares, medians and overdue work by region or office, and over time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from statistics import median
from typing import Any

from service.review.clock import day_of
from service.review.tasks import DONE

SMALLEST_CELL = 5
"""A smaller count of a group is not shown to those who see aggregates only."""
SMALLEST_RANK = 20
"""A group with fewer complaints is not ranked."""
_GOVERNMENT = re.compile(r"(\d{2}(?:\.\d{2})?)(?::|$)")


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold the figures of one group.

    :param days: median of the days from receipt to the first disposition; ``response`` to the first follow-up.
    :param accepted: of ``judged`` first decisions, how many took the suggestion.
    """

    n: int
    disposed: int
    followed: int
    closed: int
    returned: int
    overdue: int
    linked: int
    judged: int
    accepted: int
    days: float | None
    response: float | None
    in_time: int

    def share(self, name: str) -> float | None:
        """Return a count as a share of all complaints of the group, or of those judged."""
        whole = self.judged if name == "accepted" else self.n
        return getattr(self, name) / whole if whole else None


@lru_cache(maxsize=65_536)
def _number(moment: str) -> int:
    """Return the number of a day, or of the day in western Indonesia of an hour in UTC."""
    return (date.fromisoformat(moment) if len(moment) == 10 else day_of(f"{moment}:00:00Z")).toordinal()


def summarise(rows: Iterable[Any], today: date) -> Figures:
    """Count a group."""
    today_text = today.isoformat()
    n = disposed = followed = closed = returned = overdue = linked = judged = accepted = in_time = 0
    days: list[int] = []
    response: list[int] = []
    for row in rows:
        n += 1
        disposed += row.disposed is not None
        followed += row.followed is not None
        closed += row.closed is not None
        returned += row.returned > 0
        linked += row.linked
        open_late = row.stage != DONE and row.due < today_text
        overdue += open_late
        in_time += not row.late and not open_late
        if row.accepted is not None:
            judged += 1
            accepted += row.accepted
        if row.disposed is not None:
            days.append(max(0, _number(row.disposed[:13]) - _number(row.received)))
        if row.followed is not None:
            response.append(max(0, _number(row.followed[:13]) - _number(row.received)))
    return Figures(
        n, disposed, followed, closed, returned, overdue, linked, judged, accepted,
        median(days) if days else None, median(response) if response else None, in_time,
    )  # fmt: skip


def government_of(row: Any) -> str | None:
    """Return the code of the government that a complaint belongs to: its agency's, else where it is from."""
    match = _GOVERNMENT.match(row.agency_id or "")
    if match:
        return match.group(1)
    return row.region_code[:5] if row.region_code else None


def office_of(row: Any) -> str | None:
    """Return the agency that people chose."""
    return row.agency_id or row.agency if row.decided else None


def grouped(rows: Sequence[Any], key: Callable[[Any], str | None], today: date) -> dict[str, Figures]:
    """Return the figures of each group; complaints of none are left out."""
    parts: dict[str, list[Any]] = {}
    for row in rows:
        name = key(row)
        if name is not None:
            parts.setdefault(name, []).append(row)
    return {name: summarise(part, today) for name, part in parts.items()}


def ranks(groups: dict[str, Figures], measure: str = "followed") -> dict[str, int]:
    """Rank the groups of at least 20 complaints by a share, the best first; equal shares have equal ranks."""
    shares = {name: found.share(measure) or 0.0 for name, found in groups.items() if found.n >= SMALLEST_RANK}
    ordered = sorted(set(shares.values()), reverse=True)
    better = {share: sum(other > share for other in shares.values()) + 1 for share in ordered}
    return {name: better[share] for name, share in shares.items()}


def topics(rows: Iterable[Any]) -> dict[str, int]:
    """Count the special topics."""
    found: dict[str, int] = {}
    for row in rows:
        for topic in (row.topics or "").strip("|").split("|"):
            if topic:
                found[topic] = found.get(topic, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def semester_of(day: date) -> str:
    """Return the half-year of a day.

    >>> semester_of(date(2026, 11, 22))
    '2026-2'
    """
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def semester_days(semester: str) -> tuple[date, date]:
    """Return the first and the last day of a half-year.

    >>> semester_days("2026-2")
    (datetime.date(2026, 7, 1), datetime.date(2026, 12, 31))
    """
    year, half = int(semester[:4]), semester[5:]
    return (date(year, 1, 1), date(year, 6, 30)) if half == "1" else (date(year, 7, 1), date(year, 12, 31))


def months(first: date, last: date) -> list[str]:
    """Return the months of a period.

    >>> months(date(2025, 12, 5), date(2026, 1, 3))
    ['2025-12', '2026-01']
    """
    count = (last.year - first.year) * 12 + last.month - first.month
    return [
        f"{first.year + (first.month - 1 + i) // 12}-{(first.month - 1 + i) % 12 + 1:02d}" for i in range(count + 1)
    ]
