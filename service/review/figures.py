"""The figures of monitoring: shares, medians and overdue work by region or office, and over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from service.review.ledger import NEVER, Part

SMALLEST_CELL = 5
"""A smaller count of a group is not shown to those who see aggregates only."""
SMALLEST_RANK = 20
"""A group with fewer complaints is not ranked."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold the figures of one group.

    :param days: median of the days from receipt to the first disposition; ``response`` to the first follow-up.
    :param accepted: of ``judged`` first decisions with the suggestion in sight, how many took it.
    :param audited: first decisions of the blind audit; ``audited_right`` those that agreed with the suggestion.
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
    audited: int = 0
    audited_right: int = 0

    def share(self, name: str) -> float | None:
        """Return a count as a share of all complaints of the group, or of those judged."""
        whole = {"accepted": self.judged, "audited_right": self.audited}.get(name, self.n)
        return getattr(self, name) / whole if whole else None


NONE = Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, None, None, 0)
"""The figures of nothing."""


def counted(part: Part, groups: npt.NDArray[Any], size: int, today: date) -> list[Figures]:
    """Count groups.

    :param groups: the number of each row's group; a negative one is of no group.
    :param size: the number of groups.
    """
    if (groups < 0).any():
        inside = groups >= 0
        part, groups = part.where(inside), groups[inside]
    day = (today - date(1970, 1, 1)).days
    late_now = part["open"] & (part["due"] < day)

    def number(of: npt.NDArray[Any]) -> list[int]:
        return np.bincount(groups[of], minlength=size).tolist()  # type: ignore[no-any-return]

    def medians(days: npt.NDArray[Any]) -> list[float | None]:
        happened = days != NEVER
        return _medians(groups[happened], np.maximum(0, days - part["received"])[happened], size)

    blind, shown = part["judged"] & part["blind"], part["judged"] & ~part["blind"]
    columns = [
        np.bincount(groups, minlength=size).tolist(),
        number(part["disposed"] != NEVER), number(part["followed"] != NEVER), number(part["closed"]),
        number(part["returned"]), number(late_now), number(part["linked"]), number(shown),
        number(shown & part["accepted"]), medians(part["disposed"]), medians(part["followed"]),
        number(~part["late"] & ~late_now), number(blind), number(blind & part["accepted"]),
    ]  # fmt: skip
    return [Figures(*row) for row in zip(*columns, strict=True)]


def _medians(groups: npt.NDArray[Any], values: npt.NDArray[Any], size: int) -> list[float | None]:
    """Return the median of each group's values; ``None`` for a group without any."""
    values = values[np.lexsort((values, groups))]
    ends = np.cumsum(np.bincount(groups, minlength=size))
    found: list[float | None] = []
    start = 0
    for end in ends.tolist():
        middle = (start + end) // 2
        odd = (end - start) % 2
        median = None if end == start else float(values[middle] if odd else (values[middle - 1] + values[middle]) / 2)
        found.append(median)
        start = end
    return found


def summarise(part: Part, today: date) -> Figures:
    """Count all together."""
    return counted(part, np.zeros(len(part), np.int64), 1, today)[0]


def grouped(part: Part, column: str, name: Callable[[str], str | None], today: date) -> dict[str, Figures]:
    """Return the figures of each group; complaints of none are left out.

    :param column: whose values are grouped.
    :param name: the group of a value.
    """
    order: dict[str, int] = {}
    codes = np.full(len(part.words[column]), -1)
    for at, word in enumerate(part.words[column]):
        group = name(word) if word is not None else None
        if group is not None:
            codes[at] = order.setdefault(group, len(order))
    found = counted(part, codes[part[column]], len(order), today)
    return {group: figures for group, figures in zip(order, found, strict=True) if figures.n}


def monthly(part: Part, first: date, last: date, today: date) -> list[Figures]:
    """Return the figures of each month of a period."""
    start = (first.year - 1970) * 12 + first.month - 1
    at = part["received"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - start
    return counted(part, at, len(months(first, last)), today)


def ranks(groups: dict[str, Figures], measure: str = "followed") -> dict[str, int]:
    """Rank the groups of at least 20 complaints by a share, the best first; equal shares have equal ranks."""
    shares = {name: found.share(measure) or 0.0 for name, found in groups.items() if found.n >= SMALLEST_RANK}
    ordered = sorted(set(shares.values()), reverse=True)
    better = {share: sum(other > share for other in shares.values()) + 1 for share in ordered}
    return {name: better[share] for name, share in shares.items()}


def topics(part: Part) -> dict[str, int]:
    """Count the special topics."""
    found: dict[str, int] = {}
    times = np.bincount(part["topics"], minlength=len(part.words["topics"])).tolist()
    for word, count in zip(part.words["topics"], times, strict=True):
        for topic in (word or "").strip("|").split("|"):
            if topic and count:
                found[topic] = found.get(topic, 0) + count
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
