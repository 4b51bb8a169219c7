"""What is counted, in memory: one row of small numbers a complaint, kept in step with the work list.

A hundred thousand complaints are about ten megabytes, and figures of any period, region and viewer take milliseconds.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from service.review.tasks import BLIND, DONE
from service.storage import figures as stored
from service.storage import worklist
from service.storage.store import Store
from service.viewer import Viewer

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
NEVER = -1
"""The day of what has not happened."""
_STEP = 250
_WEST = np.timedelta64(7, "h")  # western Indonesia is seven hours ahead of UTC
_DAYS = ("received", "disposed", "followed", "due")
_FLAGS = ("alive", "closed", "returned", "linked", "late", "open", "decided", "care", "judged", "accepted", "blind")
_WORDS = ("region", "agency", "office", "government", "sender", "about", "topics")
_GOVERNMENT = re.compile(r"(\d{2}(?:\.\d{2})?)(?::|$)")


def without_care(viewer: Viewer) -> Viewer:
    """Return the viewer without the right to confidential complaints: what is counted may be passed on."""
    return replace(viewer, scopes=frozenset({"read"}), person=True)


def government_of(agency_id: str | None, region_code: str | None) -> str | None:
    """Return the code of the government that a complaint belongs to: its agency's, else where it is from.

    >>> government_of("32.04:dishub", "33"), government_of("PLN", "32.04.32"), government_of(None, None)
    ('32.04', '32.04', None)
    """
    match = _GOVERNMENT.match(agency_id or "")
    if match:
        return match.group(1)
    return region_code[:5] if region_code else None


class Words:
    """Number the different values of a column; 0 is none."""

    def __init__(self) -> None:
        self.all: list[str | None] = [None]
        self._codes: dict[str | None, int] = {None: 0}

    def code(self, word: str | None) -> int:
        """Return the number of a word."""
        found = self._codes.get(word)
        if found is None:
            found = self._codes[word] = len(self.all)
            self.all.append(word)
        return found

    def fitting(self, fits: Callable[[str], bool]) -> Mask:
        """Say of each word whether it fits; none never does."""
        return np.fromiter((word is not None and fits(word) for word in self.all), bool, len(self.all))


@dataclass(frozen=True, slots=True)
class Part:
    """Hold some rows of the columns.

    :param columns: numbers by name; days since 1970, flags, and numbers of ``words``.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    words: Mapping[str, Sequence[str | None]]

    def __len__(self) -> int:
        """Return the number of complaints."""
        return len(self.columns["received"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """Return a column."""
        return self.columns[name]

    def where(self, mask: Mask) -> Part:
        """Return those rows that a mask holds."""
        return Part({name: column[mask] for name, column in self.columns.items()}, self.words)


class Columns:
    """Hold the numbers of all complaints."""

    def __init__(self) -> None:
        self._size = 0
        self._row: dict[str, int] = {}
        self._names: list[str] = []
        self._free: list[int] = []
        self._words = {name: Words() for name in _WORDS}
        self._columns: dict[str, npt.NDArray[Any]] = {name: np.zeros(0, np.int32) for name in (*_DAYS, *_WORDS)}
        self._columns |= {name: np.zeros(0, np.bool_) for name in _FLAGS}

    def __len__(self) -> int:
        """Return the number of complaints."""
        return len(self._row)

    def put(self, rows: Sequence[Any]) -> None:
        """Take in rows of :mod:`service.storage.figures`; one that is there is replaced."""
        if not rows:
            return
        at = np.array([self._place(row.complaint_id) for row in rows])
        new: dict[str, Any] = {
            "received": _days([row.received for row in rows]),
            "due": _days([row.due for row in rows]),
            "disposed": _moments([row.disposed for row in rows]),
            "followed": _moments([row.followed for row in rows]),
            "alive": True,
            "closed": [row.closed is not None for row in rows],
            "returned": [row.returned > 0 for row in rows],
            "linked": [bool(row.linked) for row in rows],
            "late": [bool(row.late) for row in rows],
            "open": [row.stage != DONE for row in rows],
            "decided": [bool(row.decided) for row in rows],
            "care": [row.confidentiality == "rahasia" or bool(row.sensitive) for row in rows],
            "judged": [row.accepted is not None for row in rows],
            "accepted": [bool(row.accepted) for row in rows],
            "blind": [row.audit == BLIND for row in rows],
        }
        values: dict[str, Iterable[str | None]] = {
            "region": (row.region_code for row in rows),
            "agency": (row.agency_id for row in rows),
            "office": ((row.agency_id or row.agency) if row.decided else None for row in rows),
            "government": (government_of(row.agency_id, row.region_code) for row in rows),
            "sender": (row.sender for row in rows),
            "about": (row.about for row in rows),
            "topics": (row.topics for row in rows),
        }
        new |= {name: [self._words[name].code(word) for word in found] for name, found in values.items()}
        for name, column in self._columns.items():
            column[at] = new[name]

    def remove(self, ids: Iterable[str]) -> None:
        """Forget complaints."""
        for name in ids:
            at = self._row.pop(name, None)
            if at is not None:
                self._columns["alive"][at] = False
                self._names[at] = ""
                self._free.append(at)

    def _place(self, name: str) -> int:
        at = self._row.get(name)
        if at is not None:
            return at
        if self._free:
            at = self._free.pop()
            self._names[at] = name
        else:
            at = len(self._names)
            self._names.append(name)
            if at >= self._size:
                self._size = max(1024, 2 * self._size)
                for part, column in self._columns.items():
                    self._columns[part] = np.concatenate((column, np.zeros(self._size - len(column), column.dtype)))
        self._row[name] = at
        return at

    def part(self, viewer: Viewer, first: date | None = None, last: date | None = None, region: str | None = None,
             *, careful: bool = False) -> Part:  # fmt: skip
        """Return what a viewer may count.

        :param first: the first day on which they were received, :param last: the last one.
        :param region: only from this region, or of its agencies.
        :param careful: only confidential and sensitive ones.
        """
        mask = self._seen(viewer)
        if first is not None and last is not None:
            received = self._used("received")
            mask &= (received >= _number(first)) & (received <= _number(last))
        if region is not None:
            within = self._words["region"].fitting(lambda code: code == region or code.startswith(f"{region}."))
            own = self._words["agency"].fitting(lambda code: code == region or code.startswith(f"{region}:"))
            mask &= within[self._used("region")] | own[self._used("agency")]
        if careful:
            mask &= self._used("care")
        columns = {name: self._used(name)[mask] for name in self._columns}
        return Part(columns, {name: tuple(words.all) for name, words in self._words.items()})

    def names(self, viewer: Viewer) -> Collection[str]:
        """Return the ids of all that a viewer may see."""
        names = self._names
        return {names[at] for at in np.flatnonzero(self._seen(viewer)).tolist()}

    def _used(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name][: len(self._names)]

    def _seen(self, viewer: Viewer) -> Mask:
        """Say of each row what :func:`service.storage.store.visible` says of it."""
        alive = self._used("alive").copy()
        allowed: Mask = np.ones(len(alive), np.bool_)
        if viewer.bound:
            regions = self._words["region"].fitting(
                lambda word: any(word == code or word.startswith(f"{code}.") for code in viewer.regions)
            )
            agencies = self._words["agency"].fitting(
                lambda word: any(word == code or word.startswith(f"{code}:") for code in viewer.agencies)
            )
            allowed = regions[self._used("region")] | agencies[self._used("agency")]
            if viewer.decided_only:
                allowed &= self._used("decided")
        care = np.ones(len(alive), np.bool_) if viewer.confidential else ~self._used("care")
        own = self._words["sender"].fitting(lambda word: word == viewer.sender)[self._used("sender")]
        if not viewer.person:
            seen: Mask = alive & (own | (allowed & care))
            return seen
        for office in viewer.offices:
            named = self._words["about"].fitting(lambda word, office=office: f"|{office}|" in word)  # type: ignore[misc]
            care &= ~named[self._used("about")]
        seen = alive & (own | allowed) & care
        return seen


class Ledger:
    """Keep the columns in step with the store: read once by id, then what the log says has changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._columns = Columns()
        self._lock = threading.Lock()
        self._read: str | None = ""  # the last id of the first reading; None once that is done
        self._cursor = 0

    def step(self, limit: int = _STEP) -> bool:
        """Read the next rows; say whether there may be more."""
        with self._lock:
            if self._read is not None:
                return self._first(self._read, limit)
            until = self._store.read(worklist.cursor)
            if until <= self._cursor:
                return False
            after = self._cursor
            ids, end = self._store.read(lambda c: stored.changed(c, after, until, limit))
            rows = self._store.read(lambda c: stored.rows_of(c, ids))
            self._columns.put(rows)
            self._columns.remove(set(ids) - {row.complaint_id for row in rows})
            self._cursor = end
            return True

    def _first(self, after: str, limit: int) -> bool:
        if not after:  # what changes while all is read is read again afterwards
            self._cursor = self._store.read(worklist.cursor)
        rows = self._store.read(lambda c: stored.rows_from(c, after, limit))
        self._columns.put(rows)
        self._read = rows[-1].complaint_id if len(rows) == limit else None
        return True

    def refresh(self) -> None:
        """Read all that there is."""
        while self.step():
            pass

    def part(self, viewer: Viewer, first: date, last: date, region: str | None) -> Part:
        """Return what may be counted of a period and passed on: nothing confidential or sensitive."""
        self.refresh()
        with self._lock:
            return self._columns.part(without_care(viewer), first, last, region)

    def careful(self, viewer: Viewer, first: date, last: date) -> int:
        """Count the confidential and sensitive complaints of a period that a named officer sees."""
        self.refresh()
        with self._lock:
            return len(self._columns.part(viewer, first, last, careful=True))

    def names(self, viewer: Viewer) -> Collection[str]:
        """Return the ids of all that a viewer may see."""
        self.refresh()
        with self._lock:
            return self._columns.names(viewer)


def _number(day: date) -> int:
    return day.toordinal() - 719_163  # of 1970-01-01


def _days(texts: list[str]) -> Ints:
    return np.array(texts, "datetime64[D]").astype(np.int32)


def _moments(texts: list[str | None]) -> Ints:
    """Return the day in western Indonesia of each moment in the store's form."""
    hours = np.array([text[:13] if text else "NaT" for text in texts], "datetime64[h]") + _WEST
    days = hours.astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype(np.int64)).astype(np.int32)
