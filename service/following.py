"""Bring what follows the event log to its end after an import: index, incidents, work list, memory of decisions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from model.duplicates.index import DuplicateIndex
from model.triage import Triage
from service.decisions import DecisionBook
from service.files import DECISIONS, INCIDENTS
from service.incidents import IncidentBook
from service.posting import apply_events
from service.review.board import Board
from service.server import open_index
from service.settings import Settings
from service.storage.store import Store

_APPLIED = 4096  # events that go into the index at once
_LISTED = 200  # complaints that go into the admins' work list at once


def index_tail(store: Store, index: DuplicateIndex, incidents: Path | None = None) -> Iterator[int]:
    """Apply to the index the events that it has not, save it, and yield the number of events after each step.

    :param incidents: where the incidents are written down, so that the next start is quick.
    """
    cursor = index.cursor
    while events := store.events_after(cursor, _APPLIED):
        apply_events(index, events)
        cursor = events[-1].seq
        yield len(events)
    index.save(cursor)
    book = IncidentBook(store, incidents)
    book.restore()
    book.follow()
    book.save()


def remember_tail(store: Store, triage: Triage, path: Path) -> Iterator[int]:
    """Take what was decided into the memory, write it down, and yield the number of events after each step."""
    book = DecisionBook(store, triage, path)
    book.restore()
    while taken := book.follow(_APPLIED):
        yield taken
    book.save()


def list_tail(store: Store, settings: Settings) -> Iterator[int]:
    """Bring the admins' work list to the end of the log, and yield the number of events after each step."""
    board = Board(store, settings)
    left = board.behind
    while board.step(_LISTED):
        yield left - board.behind
        left = board.behind


def follow_log(store: Store, settings: Settings) -> Iterator[tuple[str, int]]:
    """Bring all that follows the log to its end, so that a server need not; yield what took how many events.

    :raises PilahError: if the index, the model or the table of agencies cannot be read.
    """
    var = settings.var
    for step in index_tail(store, open_index(var / "index"), var / INCIDENTS):
        yield "index", step
    for step in list_tail(store, settings):
        yield "work list", step
    triage = Triage.load(settings.bundle, settings.agencies)
    for step in remember_tail(store, triage, var / DECISIONS):
        yield "decisions", step
