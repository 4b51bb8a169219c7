"""Load an archive (past complaints with dispositions and statuses) into store, event log and duplicate index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.engine import Connection

from data.agencies import AgencyRegistry
from data.complaint import Record
from data.privacy import mask
from model.duplicates.index import DuplicateIndex
from service.codec import as_utc, dumps, fingerprint, now, to_plain
from service.intake import Triage
from service.posting import apply_event, document_of, posting_of, with_agency_id
from service.storage.log import Event
from service.storage.record import Posting, store_event, store_posting
from service.storage.store import Store
from service.viewer import EVERYTHING

_CHUNK = 200  # records in one transaction
_CLOSED = ("selesai", "ditutup", "diarsipkan", "closed", "done")
_FOLLOWED_UP = ("ditindaklanjuti", "ditanggapi", "proses")
ACTOR = "pilah import"


@dataclass(slots=True)
class Counts:
    """Count what an import wrote."""

    new: int = 0
    updated: int = 0
    same: int = 0
    events: int = 0

    @property
    def rows(self) -> int:
        """Return the number of rows that were handled."""
        return self.new + self.updated + self.same


def import_records(store: Store, triage: Triage, records: Iterable[Record]) -> Iterator[Counts]:
    """Write records in chunks and yield the running counts after each; writing the same again changes nothing.

    The complaints are read by the model once, for their region and for the index, but not answered: nobody has asked.
    """
    counts = Counts()
    registry = AgencyRegistry.load()
    rest = iter(records)
    while chunk := list(islice(rest, _CHUNK)):
        prepared: list[tuple[Posting, Sequence[Event]]] = []
        for record in chunk:
            posting = _posting(triage, record)
            events = [with_agency_id(event, registry, posting.region_code) for event in events_of(record)]
            prepared.append((posting, events))
        for outcome, written in store.write(partial(_write, prepared=prepared)).result():
            setattr(counts, outcome, getattr(counts, outcome) + 1)
            counts.events += written
        yield counts


def _posting(triage: Triage, record: Record) -> Posting:
    reading = triage.read(record.complaint)
    assessment = triage.answer(reading)
    content = to_plain(reading.complaint)
    document = document_of(reading.complaint, assessment)
    posting = posting_of(content, fingerprint(content), assessment, document, None)
    date = record.complaint.date
    return replace(posting, at=as_utc(date) if date else None)


def _write(connection: Connection, prepared: Sequence[tuple[Posting, Sequence[Event]]]) -> list[tuple[str, int]]:
    done = []
    for posting, events in prepared:
        receipt = store_posting(connection, posting, EVERYTHING)
        new = [store_event(connection, event, EVERYTHING)[1] for event in events]
        done.append((receipt.outcome, sum(new)))
    return done


def events_of(record: Record) -> list[Event]:
    """Return what the labels and the status of an archived record say has happened to it.

    Their ids follow from their content, so that another import of the same row adds nothing and one of a row with
    another agency or status adds what is new.
    """
    labels = record.labels
    decided = {"agency": labels.agency, "category": labels.category, "type": labels.type}
    decided = {name: value for name, value in decided.items() if value is not None}
    status = " ".join(part for part in (record.status, record.status_detail) if part).casefold()
    found: list[tuple[str, dict[str, Any]]] = []
    if decided:
        found.append(("disposed" if labels.agency else "corrected", decided))
    if any(word in status for word in _FOLLOWED_UP):
        found.append(("followed_up", {}))
    if any(word in status for word in _CLOSED):
        reason = record.archive_reason or record.status_detail or record.status or ""
        found.append(("closed", {"reason": mask(reason)}))
    time = now()
    at = as_utc(record.complaint.date) if record.complaint.date else time
    return [
        Event(
            event_id=f"import:{kind}:{hashlib.sha256(dumps(payload).encode()).hexdigest()[:16]}",
            complaint_id=record.complaint.id,
            kind=kind,
            at=at,
            recorded_at=time,
            payload=payload,
            actor=ACTOR,
        )
        for kind, payload in found
    ]


def index_tail(store: Store, index: DuplicateIndex) -> Iterator[int]:
    """Apply to the index the events that it has not, save it, and yield the number of events after each step."""
    cursor = index.cursor
    while events := store.events_after(cursor):
        for event in events:
            apply_event(index, event)
        cursor = events[-1].seq
        yield len(events)
    index.save(cursor)
