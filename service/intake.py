"""The one way in: read a complaint, find its duplicates, answer, store, index."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from data.agencies import AgencyRegistry
from data.complaint import Complaint, Confidentiality
from data.errors import PilahError
from model.assessment import Assessment, DuplicateAnswer, ModelRef, PastDecision
from model.duplicates.document import Document
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import Match
from model.policy import switched
from service.codec import dumps, fingerprint, to_plain
from service.decisions import DecisionBook
from service.incidents import IncidentBook
from service.metrics import Metrics
from service.posting import apply_event, apply_events, document_of, posting_of, with_agency_id
from service.storage.log import Event
from service.storage.record import Posting, erase, store_event, store_posting
from service.storage.store import Store
from service.storage.switches import switched_on
from service.viewer import Viewer

log = logging.getLogger(__name__)
SHOWN = 5  # duplicates in one answer
NAMED = 3  # past decisions in one answer
_REPLAYED = 1000  # events read at once
_MANY = 5_000  # events after which the incidents are written down again
_CHUNK = 16  # complaints of a batch whose writes are waited for together


class Triage(Protocol):
    """The model side, as the intake uses it."""

    @property
    def model(self) -> ModelRef:
        """Say which bundle answers."""

    def read(self, complaint: Complaint) -> Any:
        """Mask and read a complaint once."""

    def answer(self, reading: Any, duplicates: Sequence[DuplicateAnswer] = (), *, explain: bool = True) -> Assessment:
        """Answer a complaint that was read.

        :param explain: whether anybody will read the reasons.
        """


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say how a complaint was answered.

    :param body: the Assessment as JSON text.
    :param outcome: ``new``, ``updated``, ``same`` or ``dry-run``.
    """

    id: str
    body: str
    outcome: str


class Intake:
    """Join the model, the duplicate index and the store.

    All methods run on the event loop's thread, so the index needs no lock; only the writes wait elsewhere.
    """

    def __init__(
        self,
        triage: Triage,
        index: DuplicateIndex,
        store: Store,
        metrics: Metrics,
        registry: AgencyRegistry,
        incidents: Path | None = None,
        decisions: DecisionBook | None = None,
    ) -> None:
        self.triage = triage
        self.decisions = decisions
        self.index = index
        self.store = store
        self.metrics = metrics
        self.registry = registry
        self.incidents = IncidentBook(store, incidents)
        self.switched_on: frozenset[str] = frozenset()
        """Scopes for which an official switched automatic routing on."""
        self.drift = False
        """Whether an alarm says that complaints have changed: nothing is eligible then."""
        self.cursor = index.cursor
        self._purge = False  # whether a complaint was erased since the index was last saved
        self._own: set[int] = set()  # events that this process wrote and has indexed already
        self._waiting: dict[str, tuple[str | None, Confidentiality]] = {}  # indexed, but not yet on the disk

    async def assess(self, complaint: Complaint, viewer: Viewer, *, dry_run: bool = False) -> Outcome:
        """Answer a complaint and, unless ``dry_run``, store and index it before the answer leaves.

        :raises PilahError: PLH-407 or PLH-409 for the id, PLH-505 if the model failed, PLH-502 or PLH-503 if the
            store did.
        """
        return await self._assess(complaint, viewer, dry_run=dry_run, fresh=False)

    async def _assess(self, complaint: Complaint, viewer: Viewer, *, dry_run: bool, fresh: bool) -> Outcome:
        """Do what :meth:`assess` says.

        :param fresh: whether the store was seen to know nothing of the id; should that have changed, the write says so.
        """
        with self._timed("read"):
            reading = self._guarded(self.triage.read, complaint)
        content = to_plain(reading.complaint)
        digest = fingerprint(content)
        if not (dry_run or fresh) and (known := self._known(complaint.id, digest, viewer)) is not None:
            return known
        with self._timed("answer"):
            assessment: Assessment = self._guarded(self.triage.answer, reading)
            assessment = switched(assessment, self.switched_on, self.drift)
        with self._timed("duplicates"):
            document = document_of(reading.complaint, assessment)
            duplicates, links = self._find(document, viewer, SHOWN)
            assessment = replace(
                assessment, duplicates=tuple(duplicates), nearest=self._may_know(assessment.nearest, viewer)
            )
        body = dumps(assessment.to_dict())
        if dry_run:
            self.metrics.complaints.labels("dry-run").inc()
            return Outcome(complaint.id, body, "dry-run")
        posting = posting_of(content, digest, assessment, document, body, links)
        return await self._store(posting, document, viewer)

    async def assess_batch(
        self, complaints: Sequence[Complaint], viewer: Viewer, *, dry_run: bool = False
    ) -> list[Outcome | PilahError]:
        """Answer many complaints in order; each has its own outcome or error."""
        results: list[Outcome | PilahError] = []
        for start in range(0, len(complaints), _CHUNK):
            part = complaints[start : start + _CHUNK]
            stored = set() if dry_run else self.store.known_ids([one.id for one in part])
            begun = []
            for one in part:
                work = self._assess(one, viewer, dry_run=dry_run, fresh=one.id not in stored)
                begun.append(asyncio.create_task(work))
                await asyncio.sleep(0)  # it is answered up to its writing; who asks for one answer waits no longer
            for item in await asyncio.gather(*begun, return_exceptions=True):
                if isinstance(item, BaseException) and not isinstance(item, PilahError):
                    raise item
                results.append(item)
        return results

    def search(self, complaint: Complaint, viewer: Viewer, limit: int = SHOWN) -> list[DuplicateAnswer]:
        """Return the stored complaints that this one may repeat, as far as the viewer may see them."""
        reading = self._guarded(self.triage.read, complaint)
        assessment: Assessment = self._guarded(lambda: self.triage.answer(reading, explain=False))
        return self._find(document_of(reading.complaint, assessment), viewer, limit)[0]

    async def record(self, event: Event, viewer: Viewer) -> tuple[Event, bool]:
        """Write an event of a complaint and say whether it is new; an agency named in it is looked up."""
        state = self.store.complaint(event.complaint_id, viewer)
        event = with_agency_id(event, self.registry, state.region_code if state else None)
        future = self.store.write(lambda connection: store_event(connection, event, viewer))
        written, new = await asyncio.wrap_future(future)
        if new:
            self.metrics.events.labels(event.kind).inc()
            self.catch_up()
            if self.decisions is not None:
                self.decisions.apply([written])
        return written, new

    async def erase(self, complaint_id: str, viewer: Viewer) -> None:
        """Erase a complaint from the store and the index."""
        future = self.store.write(lambda connection: erase(connection, complaint_id, viewer, actor=viewer.id))
        await asyncio.wrap_future(future)
        self.store.flush()
        self.index.remove(complaint_id)
        if self.decisions is not None:
            self.decisions.forget(complaint_id)
        self._purge = True
        self.metrics.events.labels("deleted").inc()

    def follow_switches(self) -> None:
        """Take over what officials switched on or off, here or from the command line."""
        self.switched_on = self.store.read(switched_on)

    def catch_up(self, limit: int | None = None) -> int:
        """Apply to the index what is in the event log and not yet in it; return the number of events.

        :param limit: apply at most this many, so that requests are served in between; ``None`` for all.
        """
        applied = 0
        while events := self.store.events_after(self.cursor, limit or _REPLAYED):
            others = [event for event in events if event.seq not in self._own]
            apply_events(self.index, others)
            self._own.difference_update([event.seq for event in events])
            self._purge |= any(event.kind == "deleted" for event in others)
            self.cursor = events[-1].seq
            applied += len(events)
            if limit is not None:
                break
        return applied

    def save(self, *, stopping: bool = False) -> None:
        """Write the index down, unless something in it is not yet on the disk; the incidents if there is much new."""
        if not self._waiting:
            self.catch_up()
            self.index.save(self.cursor, purge=self._purge)
            least = 1 if stopping or self._purge else _MANY
            self.incidents.save(least)
            if self.decisions is not None:
                self.decisions.save(least)
            self._purge = False

    def _known(self, complaint_id: str, digest: str, viewer: Viewer) -> Outcome | None:
        """Return the stored answer if the same content was answered before."""
        state, stored = self.store.look_up(complaint_id, viewer)
        if state is None and stored:
            raise PilahError("PLH-407", f"id {complaint_id!r}")
        if state is None or state.digest != digest:
            return None
        answer = self.store.last_answer(complaint_id)
        if answer is None:  # from an imported archive: stored, but nobody has asked yet
            return None
        self.metrics.complaints.labels("same").inc()
        return Outcome(complaint_id, answer.body, "same")

    async def _store(self, posting: Posting, document: Document, viewer: Viewer) -> Outcome:
        with self._timed("store"):
            future = self.store.write(lambda connection: store_posting(connection, posting, viewer))
            # In the index at once, so that a twin that arrives while the disk is busy is found.
            first = posting.id not in self._waiting
            self._waiting[posting.id] = (viewer.sender, document.confidentiality)
            self.index.add(document)
            try:
                receipt = await asyncio.wrap_future(future)
            except BaseException:
                self._take_back(posting.id)
                raise
            finally:
                if first:
                    self._waiting.pop(posting.id, None)
        self._own.update(receipt.seqs)
        self.metrics.complaints.labels(receipt.outcome).inc()
        body = posting.body if receipt.answer is None else receipt.answer.body
        return Outcome(posting.id, body or "", receipt.outcome)

    def _take_back(self, complaint_id: str) -> None:
        """Put the index back to what the store holds, after a write that failed."""
        self.index.remove(complaint_id)
        with suppress(PilahError):  # if the store cannot be read either, the next start replays the log
            for event in self.store.events_of(complaint_id):
                apply_event(self.index, event)

    def _find(self, document: Document, viewer: Viewer, limit: int) -> tuple[list[DuplicateAnswer], dict[str, float]]:
        """Return what the viewer may know of the duplicates, and the links of the incident, whoever may see them."""
        links: dict[str, float] = {}

        def seen(matches: Sequence[Match]) -> Sequence[Match]:
            found = [match for match in matches if match.id != document.id and match.relation != "different"]
            links.update({m.id: round(m.probability, 4) for m in found if m.relation == "same"})
            ids = self.store.visible_ids([match.id for match in found], viewer)
            ids.update(match.id for match in found if self._may_see_waiting(match.id, viewer))
            return [match for match in found if match.id in ids]

        shown = self._guarded(
            lambda: self.index.search(document, limit, reveal_confidential=viewer.confidential, choose=seen)
        )
        incidents = self.incidents.of([match.id for match in shown])
        answers = [
            DuplicateAnswer(match.id, match.relation, round(match.probability, 4), incidents[match.id], match.reasons)
            for match in shown
        ]
        return answers, links

    def _may_know(self, nearest: Sequence[PastDecision], viewer: Viewer) -> tuple[PastDecision, ...]:
        """Keep the past decisions whose complaints the viewer may see; the others are not even counted."""
        ids = self.store.visible_ids([one.id for one in nearest], viewer)
        return tuple(one for one in nearest if one.id in ids)[:NAMED]

    def _may_see_waiting(self, complaint_id: str, viewer: Viewer) -> bool:
        if complaint_id not in self._waiting:
            return False
        sender, confidentiality = self._waiting[complaint_id]
        if sender == viewer.sender:
            return True
        return not viewer.bound and (viewer.confidential or confidentiality is not Confidentiality.RAHASIA)

    def _guarded(self, part: Callable[..., Any], *arguments: Any) -> Any:
        """Run a part of the model; any fault of it becomes a clear 503, never a wrong answer."""
        try:
            return part(*arguments)
        except PilahError:
            raise
        except Exception as error:
            self.metrics.complaints.labels("failed").inc()
            log.error("the model failed", exc_info=error)
            raise PilahError("PLH-505", type(error).__name__) from error

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.metrics.seconds.labels(stage).observe(time.perf_counter() - start)
