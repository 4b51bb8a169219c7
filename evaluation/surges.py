"""Find surges: more complaints of a kind in a place than its history and the total volume let expect.

Each day every kind in every place (district, regency, province, everywhere) is tested over the last day and the last
week against the eight weeks before, by an exact test that holds on low counts, with the false discovery rate controlled
over all of them. Which cells are tested follows from their totals alone, so with no change at most one day in a hundred
raises an alarm. Several copies of one text count once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evaluation.rates import discoveries, excess_p

PROMISE = 0.01
"""The chance of any false alarm on a day."""
WINDOWS = (1, 7)
BASELINE = 56
"""Days; whole weeks, so that weekends even out."""
_LEAST_TOTAL = 4
_LEAST = 5
_RATIO = 2.0
_SAME = 0.7  # of the reports of a wider place that stand in a narrower one: only the narrower is told
_IDS = 20


@dataclass(frozen=True, slots=True)
class Item:
    """Hold what the watch knows of one complaint.

    :param kind: its category.
    :param place: Kemendagri code; empty where unknown.
    :param sure: stated probability of the category.
    :param words: its words, for new topics.
    :param wording: equal for copies of one text.
    """

    id: str
    day: date
    kind: str
    place: str = ""
    sure: float = 1.0
    words: frozenset[str] = frozenset()
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Surge:
    """Hold one surge.

    :param place: Kemendagri code; empty for everywhere.
    :param days: length of the window that ends on ``day``.
    :param expected: complaints of the kind that its history lets expect there.
    """

    kind: str
    place: str
    day: date
    days: int
    n: int
    expected: float
    p: float
    ids: tuple[str, ...]


def places(code: str) -> tuple[str, ...]:
    """Return a place and what it lies in, down to the district.

    >>> places("32.04.05.2001")
    ('', '32', '32.04', '32.04.05')
    """
    return ("", *(code[:size] for size in (2, 5, 8) if len(code) >= size))


def distinct(items: Sequence[Item]) -> list[Item]:
    """Keep the first of several copies of one text."""
    seen: set[str] = set()
    kept = []
    for item in items:
        if not item.wording or item.wording not in seen:
            seen.add(item.wording)
            kept.append(item)
    return kept


def find_surges(items: Sequence[Item], today: date, promise: float = PROMISE) -> list[Surge]:
    """Return the surges that end today, the most surprising first.

    :param items: any complaints; only the last nine weeks up to today count.
    """
    found: list[Surge] = []
    tested: list[float] = []
    for days in WINDOWS:
        recent = [item for item in items if 0 <= (today - item.day).days < days + BASELINE]
        inside = [item for item in recent if (today - item.day).days < days]
        if len(recent) == len(inside) or not inside:
            continue
        total = Counter((item.kind, place) for item in recent for place in places(item.place))
        now: dict[tuple[str, str], list[str]] = {}
        for item in inside:
            for place in places(item.place):
                now.setdefault((item.kind, place), []).append(item.id)
        for (kind, place), m in sorted(total.items()):
            if m < _LEAST_TOTAL:
                continue
            ids = now.get((kind, place), [])
            p = excess_p(len(ids), len(inside), m, len(recent))
            rest = len(recent) - len(inside)
            expected = (m - len(ids)) * len(inside) / rest
            tested.append(p)
            found.append(Surge(kind, place, today, days, len(ids), expected, p, tuple(ids)))
    chosen = [found[i] for i in discoveries(tested, promise)]
    return _narrowest([s for s in chosen if s.n >= _LEAST and s.n >= _RATIO * s.expected])


def _narrowest(found: Sequence[Surge]) -> list[Surge]:
    """Tell each surge once: the place it is in, not the wider ones, and the window that surprises most."""
    kept: list[Surge] = []
    for surge in sorted(found, key=lambda s: (-len(s.place), s.p)):
        ids = set(surge.ids)
        told = any(k.kind == surge.kind and len(ids & set(k.ids)) >= _SAME * min(len(ids), k.n) for k in kept)
        if not told:
            kept.append(surge)
    return sorted((_shortened(surge) for surge in kept), key=lambda s: s.p)


def _shortened(surge: Surge) -> Surge:
    return Surge(surge.kind, surge.place, surge.day, surge.days, surge.n, surge.expected, surge.p, surge.ids[-_IDS:])
