"""Test, then learn: rows in date order, each answered before its label is known, as in a service that runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from data.complaint import Record
from data.dates import JAKARTA
from data.errors import PilahError
from data.hygiene import truth
from evaluation.protocols import Answers, Case, without_giveaways

_DELAY = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d|w)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Adaptive(Protocol):
    """Answer records while their labels come in."""

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Return the answers of each record, in order."""

    def reveal(self, records: Sequence[Record]) -> None:
        """Take in labels, in the order in which they became known."""

    def refit(self) -> None:
        """Do what is done every night."""


def parse_delay(text: str) -> timedelta:
    """Read how long after a complaint its label is known.

    :raises PilahError: PLH-303 if it is not a number with h, d or w behind it.

    >>> parse_delay("1d"), parse_delay("12h")
    (datetime.timedelta(days=1), datetime.timedelta(seconds=43200))
    """
    found = _DELAY.fullmatch(text.strip())
    if found is None:
        raise PilahError("PLH-303", f"feedback delay {text!r}; write for example 12h, 1d or 2w")
    return float(found[1]) * _UNITS[found[2]]


def run_prequential(records: Sequence[Record], systems: Mapping[str, Adaptive], delay: timedelta) -> list[Case]:
    """Ask every system about each record before its label is revealed.

    A label is known ``delay`` after its complaint was sent, so that rows of the same moment never teach each other.
    At every midnight (Asia/Jakarta) that has a complaint after it, what is known by then is learned.

    :param records: cleaned; those without a date are left out.
    """
    stream = sorted(_dated(records), key=lambda pair: (pair[0], pair[1].complaint.id))
    cases: list[Case] = []
    known = 0
    today: date | None = None

    def reveal(until: datetime) -> None:
        nonlocal known
        first = known
        while known < len(stream) and stream[known][0] + delay <= until:
            known += 1
        for system in systems.values():
            system.reveal([record for _, record in stream[first:known]])

    for moment, record in stream:
        if moment.date() != today:
            today = moment.date()
            reveal(moment.replace(hour=0, minute=0, second=0, microsecond=0))
            for system in systems.values():
                system.refit()
        reveal(moment)
        if any(truth_of is not None for truth_of in _labels(record)):
            found = {name: system.predict([record])[0] for name, system in systems.items()}
            cases.append(Case(record.complaint.id, 0, truth(record), found))
    return cases


def _labels(record: Record) -> tuple[str | None, ...]:
    return record.labels.agency, record.labels.category, record.labels.type


def _dated(records: Sequence[Record]) -> list[tuple[datetime, Record]]:
    found = [
        (record.complaint.date.astimezone(JAKARTA), without_giveaways(record))
        for record in records
        if record.complaint.date is not None
    ]
    if not found:
        raise PilahError("PLH-107", f"none of {len(records)} rows has a date")
    return found
