"""Feed the event log to what the model learns from: every decision counts from the next answer on."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from data.dates import JAKARTA
from model.correction import LIMIT, Lesson
from model.experience import Decision, Experience
from model.memory import CAPACITY
from model.triage import Triage
from service.codec import from_plain
from service.files import replace_file
from service.storage.log import FOUND_ID, Event, State
from service.storage.store import Store

log = logging.getLogger(__name__)
KINDS = ("disposed", "corrected", "returned", "updated", "deleted")
_DECIDING = frozenset(("disposed", "corrected", "returned"))
_TOLD = ("assessed", *sorted(_DECIDING))
_STEP = 5  # events or complaints taken in at once: some milliseconds


class DecisionBook:
    """Follow the log and keep the model's experience in step with it.

    :param triage: answers with the experience that this book keeps.
    :param path: where it is written down, so that a start need not read the log again.
    """

    def __init__(self, store: Store, triage: Triage, path: Path | None = None) -> None:
        self.experience = Experience(triage.bundle)
        self.triage = replace(triage, experience=self.experience)
        self.erased = False  # whether a complaint was erased since the last refit
        self._store = store
        self._path = path
        self._learned_until = _learned_until(triage)
        self._cursor = store.seq_before_last(CAPACITY, sorted(_DECIDING))
        self._saved = 0  # version of the memory that was written down
        self._unread: list[str] = []  # restored, but not yet among what a refit learns from

    def restore(self) -> None:
        """Read what :meth:`save` wrote, if it is of this log and this bundle; otherwise the log is read again."""
        if self._path is None or not self._path.is_file():
            return
        memory = self.experience.memory
        try:
            with np.load(self._path, allow_pickle=False) as arrays:
                said = json.loads(arrays["said"].tobytes())
                if said["bundle"] != self.triage.model.bundle or said["mark"] != self._store.mark(said["cursor"]):
                    return
                memory.restore(dict(arrays))
        except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile):
            log.warning("the saved memory of decisions cannot be read; it is made anew from the event log")
            return
        self._cursor = said["cursor"]
        self._saved = memory.version
        self._unread = [row.id for row in memory][-LIMIT:]

    def save(self, least: int = 1) -> None:
        """Write down what is remembered.

        :param least: unless less than this was decided since it was last written.
        """
        memory = self.experience.memory
        if self._path is None or memory.version - self._saved < least:
            return
        said = {"bundle": self.triage.model.bundle, "cursor": self._cursor, "mark": self._store.mark(self._cursor)}
        arrays: dict[str, Any] = {**memory.arrays(), "said": np.frombuffer(json.dumps(said).encode(), np.uint8)}
        replace_file(self._path, lambda file: np.savez(file, **arrays))
        self._saved = memory.version

    def follow(self, limit: int = _STEP) -> int:
        """Take in what is new, at most ``limit`` events (or complaints to learn from); return how many there were."""
        if self._unread:
            ids, self._unread = self._unread[:limit], self._unread[limit:]
            states = {state.id: state for state in self._store.states_of(ids)}
            for row in filter(None, map(self.experience.memory.get, ids)):
                if row.id in states:
                    complaint = from_plain(dict(states[row.id].content))
                    self.experience.learn_from(complaint, row.labels)
            return len(ids)
        events = self._store.events_after(self._cursor, limit, KINDS)
        self.apply(events)
        if events:
            self._cursor = events[-1].seq
        return len(events)

    def apply(self, events: Sequence[Event]) -> None:
        """Take in events; the same again changes nothing."""
        for event in events:
            if event.kind == "deleted":
                self.forget(event.complaint_id)
        remembered = self.experience.memory.get
        ids = [e.complaint_id for e in events if e.kind in _DECIDING or remembered(e.complaint_id) is not None]
        ids = list(dict.fromkeys(ids))
        if not ids:
            return
        states = {state.id: state for state in self._store.states_of(ids)}
        for name, told in self._store.events_of_many(ids, _TOLD).items():
            if name in states and not self._learned_before(states[name]):
                complaint = from_plain(dict(states[name].content))
                self.experience.remember(complaint, decision_of(told, self.triage))

    def forget(self, complaint_id: str) -> None:
        """Erase a complaint from the memory, and with the next refit from what was learned."""
        self.experience.forget(complaint_id)
        self.erased = True

    def begin_refit(self) -> tuple[int, Sequence[Lesson]]:
        """Return what a refit learns from."""
        self.erased = False
        return self.experience.lessons()

    def _learned_before(self, state: State) -> bool:
        """Tell whether the bundle was trained on the deployment's history up to a later day than this complaint's."""
        if self._learned_until is None:
            return False
        sent = state.content.get("date") or state.received_at
        return datetime.fromisoformat(str(sent)).astimezone(JAKARTA).date() <= self._learned_until


def _learned_until(triage: Triage) -> date | None:
    """Return the last day of the history that a deployment's own bundle holds; ``None`` for a shared one."""
    data: dict[str, Any] = triage.bundle.metadata.get("data", {})
    last = data.get("last_date")
    own = triage.bundle.home is not None and "agency" in triage.bundle.heads
    return date.fromisoformat(last) if own and last else None


def decision_of(events: Iterable[Event], triage: Triage) -> Decision:
    """Fold the events of a complaint into what people decided about it.

    A return without a name is by the office that had it: the last one decided, else the one suggested.
    """
    labels: dict[str, str] = {}
    rejected: set[str] = set()
    suggested: str | None = None
    at: datetime | None = None
    for event in events:
        payload = event.payload
        if event.kind == "assessed":
            suggested = payload.get("agency")
        if event.kind not in _DECIDING:
            continue
        at = datetime.fromisoformat(event.at)
        named = triage.agency_label(payload.get("agency"), payload.get("agency_id") or payload.get(FOUND_ID))
        if event.kind == "returned":
            office = named or labels.get("agency") or suggested
            if office is not None:
                rejected.add(office)
            labels.pop("agency", None)
            continue
        if named is not None:
            labels["agency"] = named
            rejected.discard(named)
        if payload.get("category"):
            labels["category"] = str(payload["category"])
    return Decision(labels, frozenset(rejected), at)
