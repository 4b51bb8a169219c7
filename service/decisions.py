"""Feed the event log to what the model learns from: every decision counts from the next answer on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from data.dates import JAKARTA
from model.experience import Decision, Experience
from model.memory import CAPACITY, Remembered
from model.triage import Triage
from service.codec import from_plain
from service.storage.log import FOUND_ID, Event, State
from service.storage.store import Store
from service.viewer import EVERYTHING

KINDS = ("disposed", "corrected", "returned", "updated", "deleted")
_DECIDING = frozenset(("disposed", "corrected", "returned"))


class DecisionBook:
    """Follow the log and keep the model's experience in step with it.

    :param triage: answers with the experience that this book keeps.
    """

    def __init__(self, store: Store, triage: Triage) -> None:
        self.experience = Experience(triage.bundle)
        self.triage = replace(triage, experience=self.experience)
        self.erased = False  # whether a complaint was erased since the last refit
        self._store = store
        self._learned_until = _learned_until(triage)
        self._cursor = store.seq_before_last(CAPACITY, sorted(_DECIDING))

    def follow(self, limit: int = 20) -> int:
        """Take in what is new in the log, at most ``limit`` events; return how many there were."""
        events = self._store.events_after(self._cursor, limit, KINDS)
        for event in events:
            self.apply(event)
            self._cursor = event.seq
        return len(events)

    def apply(self, event: Event) -> None:
        """Take in one event; the same again changes nothing."""
        if event.kind == "deleted":
            self.forget(event.complaint_id)
        elif event.kind in _DECIDING or self.experience.memory.get(event.complaint_id) is not None:
            state = self._store.complaint(event.complaint_id, EVERYTHING)
            if state is not None and not self._learned_before(state):
                decision = decision_of(self._store.events_of(event.complaint_id), self.triage)
                self.experience.remember(from_plain(dict(state.content)), decision)

    def forget(self, complaint_id: str) -> None:
        """Erase a complaint from the memory, and with the next refit from what was learned."""
        self.experience.forget(complaint_id)
        self.erased = True

    def begin_refit(self) -> tuple[int, Sequence[Remembered]]:
        """Return what a refit learns from."""
        self.erased = False
        return self.experience.rows()

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
