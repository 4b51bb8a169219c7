"""From an answer to what is stored and indexed of it, and from the event log back to the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.agencies import AgencyRegistry
from data.complaint import Complaint
from model.assessment import Assessment
from model.duplicates.document import Document, build_document, to_day
from model.duplicates.index import DuplicateIndex
from model.screening import ACCUSED_FLAGS, CONFIDENTIAL_FLAGS
from service.codec import from_plain
from service.storage.log import FOUND_ID, Event
from service.storage.record import Posting

_SURE = 0.8  # a region less probable than this does not narrow the search for duplicates


def document_of(complaint: Complaint, assessment: Assessment) -> Document:
    """Read a masked complaint for the duplicate index, with what the answer says of it."""
    candidates = assessment.region.candidates
    return build_document(
        complaint,
        region=candidates[0].code if candidates and candidates[0].probability >= _SURE else None,
        category=assessment.category.label if assessment.category else None,
        function=assessment.agency.function if assessment.agency else None,
    )


def region_code_of(assessment: Assessment) -> str | None:
    """Return the region that decides which bound keys see the complaint: where it is from, else the agency's."""
    if assessment.region.candidates:
        return assessment.region.candidates[0].code
    agency = assessment.agency
    return agency.region.code if agency is not None and agency.region is not None else None


def posting_of(
    content: Mapping[str, Any],
    digest: str,
    assessment: Assessment,
    document: Document,
    body: str | None,
    links: Mapping[str, float] | None = None,
) -> Posting:
    """Return what is stored of an answered complaint.

    :param links: the probability of ``same`` by id of the complaints that it may repeat, whoever may see them.
    :param body: the answer as it leaves; ``None`` for an archived complaint that nobody asked about.
    """
    agency = assessment.agency
    return Posting(
        id=assessment.id,
        content=content,
        digest=digest,
        region_code=region_code_of(assessment),
        search={"region": document.region, "category": document.category, "function": document.function},
        summary={
            "agency": agency.label if agency else None,
            "agency_id": agency.id if agency else None,
            "category": assessment.category.label if assessment.category else None,
            "type": assessment.type.label if assessment.type else None,
            **({"links": dict(links)} if links else {}),
        },
        body=body,
        model_id=assessment.model.id,
        mentioned=[*(one.id for one in assessment.duplicates), *(one.id for one in assessment.nearest)],
        care=care_of(assessment),
    )


_NAMED = 0.1  # an alternative at least this probable may be the office that a complaint is about


def care_of(assessment: Assessment) -> dict[str, Any]:
    """Say whether a complaint is sensitive and which offices it may be about; empty where it needs no special care."""
    flags = set(assessment.screening.flags)
    if not flags & CONFIDENTIAL_FLAGS:
        return {}
    agency = assessment.agency
    if agency is None or not flags & ACCUSED_FLAGS:
        return {"sensitive": True}
    likely = [agency.id, *(other.id for other in agency.alternatives if other.probability >= _NAMED)]
    about = [one for one in dict.fromkeys(likely) if one is not None]
    return {"sensitive": True, "about": f"|{'|'.join(about)}|"} if about else {"sensitive": True}


def with_agency_id(event: Event, registry: AgencyRegistry, region_code: str | None) -> Event:
    """Look up the id of an agency that an event names without an id.

    :param region_code: where the complaint is from: an office named without its place is meant there.
    """
    name = event.payload.get("agency")
    if name is None or "agency_id" in event.payload:
        return event
    place = ".".join(region_code.split(".")[:2]) if region_code else registry.home
    found = replace(registry, home=place).resolve(name)
    if found is None or found.id.startswith(":"):  # an office of nowhere in particular
        return event
    return replace(event, payload={**event.payload, FOUND_ID: found.id})


def _document(event: Event) -> Document:
    return build_document(from_plain(dict(event.payload["complaint"])), **event.payload.get("search", {}))


def apply_event(index: DuplicateIndex, event: Event) -> None:
    """Bring the duplicate index from before an event to after it; applying an event again changes nothing."""
    if event.kind in ("received", "updated"):
        if "complaint" in event.payload:  # emptied by an erasure otherwise
            index.add(_document(event))
    elif event.kind == "deleted":
        index.remove(event.complaint_id)
    elif event.kind == "closed":
        index.close(event.complaint_id, to_day(datetime.fromisoformat(event.at)))
    elif event.kind == "reopened":
        index.close(event.complaint_id, None)


def apply_events(index: DuplicateIndex, events: Iterable[Event]) -> None:
    """Do for many events what :func:`apply_event` does for each, writing every complaint once."""
    waiting: dict[str, Document] = {}
    for event in events:
        name = event.complaint_id
        if event.kind in ("received", "updated") and "complaint" in event.payload:
            waiting.pop(name, None)  # a later version stands where it came
            waiting[name] = _document(event)
        elif name in waiting and event.kind in ("closed", "reopened"):
            day = to_day(datetime.fromisoformat(event.at)) if event.kind == "closed" else None
            waiting[name] = replace(waiting[name], closed=day)
        else:
            if event.kind == "deleted":
                waiting.pop(name, None)
            apply_event(index, event)
    index.add_many(waiting.values())
