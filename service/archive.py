"""Load an archive (past complaints with dispositions and statuses) into store, event log and duplicate index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from data.agencies import AgencyRegistry
from data.complaint import Record
from data.privacy import mask
from model.triage import Triage as BundleTriage
from service.codec import as_utc, dumps, fingerprint, now, to_plain
from service.intake import Triage
from service.posting import document_of, posting_of, with_agency_id
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


@dataclass(frozen=True)
class Reader:
    """Hold what archived records are read with."""

    triage: Triage
    registry: AgencyRegistry

    @classmethod
    def load(cls, bundle: Path, agencies: Path | None = None) -> Reader:
        """Load the model of a bundle and a deployment's own table of agencies."""
        triage = BundleTriage.load(bundle, agencies)
        return cls(triage, triage.registry)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Hold what is written of one record."""

    posting: Posting
    events: Sequence[Event]


def prepare(reader: Reader, record: Record) -> Prepared:
    """Read a record for its region and for the index; it is not answered: nobody has asked."""
    reading = reader.triage.read(record.complaint)
    assessment = reader.triage.answer(reading, explain=False)
    content = to_plain(reading.complaint)
    document = document_of(reading.complaint, assessment)
    posting = posting_of(content, fingerprint(content), assessment, document, None)
    date = record.complaint.date
    posting = replace(posting, at=as_utc(date) if date else None)
    events = [with_agency_id(event, reader.registry, posting.region_code) for event in events_of(record)]
    return Prepared(posting, events)


def import_records(store: Store, prepared: Iterable[Prepared]) -> Iterator[Counts]:
    """Write prepared records in chunks and yield the running counts after each.

    Writing the same again changes nothing.
    """
    counts = Counts()
    rest = iter(prepared)
    while chunk := list(islice(rest, _CHUNK)):
        for outcome, written in store.write(partial(_write, prepared=chunk)).result():
            setattr(counts, outcome, getattr(counts, outcome) + 1)
            counts.events += written
        yield counts


def _write(connection: Connection, prepared: Sequence[Prepared]) -> list[tuple[str, int]]:
    done = []
    for item in prepared:
        receipt = store_posting(connection, item.posting, EVERYTHING)
        new = [store_event(connection, event, EVERYTHING)[1] for event in item.events]
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
