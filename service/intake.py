"""The one way in: read a complaint, find its duplicates, answer, store, index."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from data.complaint import Complaint, Confidentiality
from data.errors import PilahError
from model.assessment import Assessment, DuplicateAnswer, ModelRef
from service.codec import dumps, fingerprint, from_plain, to_plain
from service.metrics import Metrics
from service.storage.log import Event
from service.storage.record import Posting, Receipt, erase, store_event, store_posting
from service.storage.store import Store
from service.viewer import Viewer

log = logging.getLogger(__name__)
SHOWN = 5  # duplicates in one answer
_SEARCHED = 20  # candidates asked for, so that some are left when those not for the viewer's eyes are taken out
_CHUNK = 16  # complaints of a batch between two looks at other requests


class Reading(Protocol):
    """What the model keeps of a complaint that it has read once."""

    @property
    def complaint(self) -> Complaint:
        """Return the complaint with personal data masked."""


class Triage(Protocol):
    """The model side, as the intake uses it."""

    @property
    def model(self) -> ModelRef:
        """Say which bundle answers."""

    def read(self, complaint: Complaint) -> Any:
        """Mask and read a complaint once."""

    def answer(self, reading: Any, duplicates: Sequence[DuplicateAnswer] = ()) -> Assessment:
        """Answer a complaint that was read."""


class Finder(Protocol):
    """The duplicate index, as the intake uses it."""

    @property
    def cursor(self) -> int:
        """Return the place in the event log up to which the saved index holds everything."""

    def search(self, reading: Any, limit: int) -> list[DuplicateAnswer]:
        """Return stored complaints that this one may repeat, best first."""

    def add(self, reading: Any) -> None:
        """Add a complaint, in place of an older one with its id."""

    def remove(self, complaint_id: str) -> None:
        """Forget a complaint; one that is not there is no fault."""

    def save(self, cursor: int) -> None:
        """Write the index down as of a place in the event log."""


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

    def __init__(self, triage: Triage, finder: Finder, store: Store, metrics: Metrics) -> None:
        self.triage = triage
        self.finder = finder
        self.store = store
        self.metrics = metrics
        self.cursor = finder.cursor
        self._own: set[int] = set()  # events that this process wrote and has indexed already
        self._waiting: dict[str, tuple[str | None, Confidentiality]] = {}  # indexed, but not yet on the disk

    async def assess(self, complaint: Complaint, viewer: Viewer, *, dry_run: bool = False) -> Outcome:
        """Answer a complaint and, unless ``dry_run``, store and index it before the answer leaves.

        :raises PilahError: PLH-407 or PLH-409 for the id, PLH-505 if the model failed, PLH-502 or PLH-503 if the
            store did.
        """
        prepared = self._prepare(complaint, viewer, dry_run=dry_run)
        if isinstance(prepared, Outcome):
            return prepared
        return await self._store(*prepared, viewer)

    async def assess_batch(
        self, complaints: Sequence[Complaint], viewer: Viewer, *, dry_run: bool = False
    ) -> list[Outcome | PilahError]:
        """Answer many complaints in order; each has its own outcome or error."""
        results: list[Outcome | PilahError] = []
        for start in range(0, len(complaints), _CHUNK):
            chunk = await asyncio.gather(
                *(self.assess(one, viewer, dry_run=dry_run) for one in complaints[start : start + _CHUNK]),
                return_exceptions=True,
            )
            for item in chunk:
                if isinstance(item, BaseException) and not isinstance(item, PilahError):
                    raise item
                results.append(item)
            await asyncio.sleep(0)
        return results

    def search(self, complaint: Complaint, viewer: Viewer, limit: int = SHOWN) -> list[DuplicateAnswer]:
        """Return the stored complaints that this one may repeat, as far as the viewer may see them."""
        return self._find(self._read(complaint), viewer, limit)

    async def record(self, event: Event, viewer: Viewer) -> tuple[Event, bool]:
        """Write an event of a complaint and say whether it is new."""
        written, new = await asyncio.wrap_future(
            self.store.write(lambda connection: store_event(connection, event, viewer))
        )
        if new:
            self.metrics.events.labels(event.kind).inc()
        return written, new

    async def erase(self, complaint_id: str, viewer: Viewer) -> None:
        """Erase a complaint from the store and the index."""
        future = self.store.write(lambda connection: erase(connection, complaint_id, viewer, actor=viewer.id))
        await asyncio.wrap_future(future)
        self.finder.remove(complaint_id)
        self.metrics.events.labels("deleted").inc()

    def catch_up(self) -> int:
        """Apply to the index what is in the event log and not yet in it; return the number of events."""
        applied = 0
        while events := self.store.events_after(self.cursor):
            for event in events:
                if event.seq in self._own:
                    self._own.discard(event.seq)
                elif event.kind == "deleted":
                    self.finder.remove(event.complaint_id)
                elif event.kind in ("received", "updated") and "complaint" in event.payload:
                    self.finder.add(self._read(from_plain(dict(event.payload["complaint"]))))
                self.cursor = event.seq
            applied += len(events)
        return applied

    def save(self) -> None:
        """Write the index down, unless something in it is not yet on the disk."""
        if not self._waiting:
            self.catch_up()
            self.finder.save(self.cursor)

    def _prepare(
        self, complaint: Complaint, viewer: Viewer, *, dry_run: bool
    ) -> tuple[Any, Assessment, dict[str, Any], str] | Outcome:
        reading = self._read(complaint)
        content = to_plain(reading.complaint)
        digest = fingerprint(content)
        if not dry_run:
            known = self.store.complaint(complaint.id, viewer)
            if known is None and self.store.is_known(complaint.id):
                raise PilahError("PLH-407", f"id {complaint.id!r}")
            if known is not None and known.digest == digest:
                answer = self.store.last_answer(complaint.id)
                if answer is not None:
                    self.metrics.complaints.labels("same").inc()
                    return Outcome(complaint.id, answer.body, "same")
        start = time.perf_counter()
        duplicates = self._find(reading, viewer, SHOWN)
        self.metrics.seconds.labels("duplicates").observe(time.perf_counter() - start)
        assessment = self._answer(reading, duplicates)
        if dry_run:
            self.metrics.complaints.labels("dry-run").inc()
            return Outcome(complaint.id, dumps(assessment.to_dict()), "dry-run")
        return reading, assessment, content, digest

    async def _store(
        self, reading: Any, assessment: Assessment, content: dict[str, Any], digest: str, viewer: Viewer
    ) -> Outcome:
        complaint: Complaint = reading.complaint
        body = dumps(assessment.to_dict())
        candidates = assessment.region.candidates
        agency = assessment.agency
        posting = Posting(
            id=complaint.id,
            content=content,
            digest=digest,
            region_code=candidates[0].code
            if candidates
            else (agency.region.code if agency and agency.region else None),
            summary={
                "agency": agency.label if agency else None,
                "agency_id": agency.id if agency else None,
                "category": assessment.category.label if assessment.category else None,
                "type": assessment.type.label if assessment.type else None,
            },
            body=body,
            model_id=assessment.model.id,
            mentioned=[duplicate.id for duplicate in assessment.duplicates],
        )
        start = time.perf_counter()
        future = self.store.write(lambda connection: store_posting(connection, posting, viewer))
        # In the index at once, so that a twin that arrives while the disk is busy is found.
        fresh = complaint.id not in self._waiting
        self._waiting[complaint.id] = (viewer.sender, complaint.confidentiality)
        self.finder.add(reading)
        try:
            receipt: Receipt = await asyncio.wrap_future(future)
        except BaseException:
            self._take_back(complaint.id)
            raise
        finally:
            if fresh:
                self._waiting.pop(complaint.id, None)
        self._own.update(receipt.seqs)
        self.metrics.seconds.labels("store").observe(time.perf_counter() - start)
        self.metrics.complaints.labels(receipt.outcome).inc()
        return Outcome(complaint.id, receipt.answer.body if receipt.answer else body, receipt.outcome)

    def _take_back(self, complaint_id: str) -> None:
        """Put the index back to what the store holds, after a write that failed."""
        self.finder.remove(complaint_id)
        with suppress(PilahError):  # if the store cannot be read either, the next start replays the log
            from service.viewer import EVERYTHING  # noqa: PLC0415

            state = self.store.complaint(complaint_id, EVERYTHING)
            if state is not None:
                self.finder.add(self._read(from_plain(dict(state.content))))

    def _find(self, reading: Any, viewer: Viewer, limit: int) -> list[DuplicateAnswer]:
        own = reading.complaint.id
        found = [match for match in self.finder.search(reading, limit + _SEARCHED) if match.id != own]
        seen = self.store.visible_ids([match.id for match in found], viewer)
        for match in found:
            if match.id in self._waiting and self._may_see_waiting(match.id, viewer):
                seen.add(match.id)
        return [match for match in found if match.id in seen][:limit]

    def _may_see_waiting(self, complaint_id: str, viewer: Viewer) -> bool:
        sender, confidentiality = self._waiting[complaint_id]
        if sender == viewer.sender:
            return True
        return not viewer.bound and (viewer.confidential or confidentiality is not Confidentiality.RAHASIA)

    def _read(self, complaint: Complaint) -> Any:
        start = time.perf_counter()
        try:
            return self.triage.read(complaint)
        except Exception as error:
            raise self._failed(error) from error
        finally:
            self.metrics.seconds.labels("read").observe(time.perf_counter() - start)

    def _answer(self, reading: Any, duplicates: Sequence[DuplicateAnswer]) -> Assessment:
        start = time.perf_counter()
        try:
            assessment = self.triage.answer(reading, duplicates)
        except Exception as error:
            raise self._failed(error) from error
        finally:
            self.metrics.seconds.labels("answer").observe(time.perf_counter() - start)
        return assessment if assessment.duplicates else replace(assessment, duplicates=tuple(duplicates))

    def _failed(self, error: Exception) -> PilahError:
        self.metrics.complaints.labels("failed").inc()
        if isinstance(error, PilahError):
            return error
        log.error("the model failed", exc_info=error)
        return PilahError("PLH-505", type(error).__name__)
