"""The endpoints of incidents: read one, merge, split, close; what people say goes through the event log."""

from __future__ import annotations

import asyncio
import secrets
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool

from data.errors import PilahError
from data.privacy import mask
from model.duplicates.incidents import Incident
from service.api import Reader, Sender, TheIntake, json_answer
from service.codec import now
from service.intake import Intake
from service.schemas import Body, Id, Text
from service.storage.log import Event
from service.storage.record import store_event
from service.viewer import Viewer

router = APIRouter(prefix="/v1")


class DecisionIn(Body):
    """What a person says of an incident."""

    reason: Annotated[Text, Field(max_length=2_000)] | None = None
    actor: Annotated[Text, Field(max_length=200)] | None = Field(None, description="Who decided: a staff id, no name.")


class MergeIn(DecisionIn):
    """The incident that is the same."""

    other: Id = Field(description="The id of the other incident.")


class SplitIn(DecisionIn):
    """The complaints that are of another incident."""

    members: list[Id] = Field(min_length=1, max_length=1_000, description="Some of its complaints, not all.")


class CloseIn(DecisionIn):
    """Whether it is dealt with."""

    closed: StrictBool = Field(True, description="false opens it again.")


def _day(number: int | None) -> str | None:
    return None if number is None else (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def _shown(incident: Incident) -> Response:
    return json_answer(
        {
            "id": incident.id,
            "status": incident.status,
            "representative": incident.representative,
            "members": list(incident.members),
            "first": _day(incident.first),
            "last": _day(incident.last),
            "supporters": incident.supporters,
        }
    )


async def _decide(
    intake: Intake, viewer: Viewer, kind: str, incident: Incident, said: DecisionIn, payload: dict[str, Any]
) -> Response:
    """Write what a person decided and answer the incident that its first named complaint is in now."""
    payload = {"incident": incident.id, **payload}
    if said.reason is not None:
        payload["reason"] = mask(said.reason)
    time = now()
    event = Event(
        event_id=f"plh-{secrets.token_hex(8)}",
        complaint_id=incident.representative,
        kind=kind,
        at=time,
        recorded_at=time,
        payload=payload,
        actor=said.actor,
        sender=viewer.sender,
    )
    future = intake.store.write(lambda connection: store_event(connection, event, viewer))
    await asyncio.wrap_future(future)
    intake.metrics.events.labels(kind).inc()
    name = payload["members"][0]
    return _shown(intake.incidents.view(intake.incidents.of([name])[name], viewer))


@router.get("/incidents/{incident_id}", summary="Read an incident")
async def get_incident(incident_id: str, viewer: Reader, intake: TheIntake) -> Response:
    """Return the complaints of one case, oldest first: those that the key may see, and what follows from them."""
    return _shown(intake.incidents.view(incident_id, viewer))


@router.post("/incidents/{incident_id}/merge", summary="Merge two incidents")
async def merge_incidents(incident_id: str, body: MergeIn, viewer: Sender, intake: TheIntake) -> Response:
    """Say that two incidents are one; answers the one that they are now. It stands above what the machine finds."""
    one, other = intake.incidents.view(incident_id, viewer), intake.incidents.view(body.other, viewer)
    if one.id == other.id:
        raise PilahError("PLH-606", "an incident cannot be merged with itself")
    payload = {"other": other.id, "members": list(one.members), "others": list(other.members)}
    return await _decide(intake, viewer, "incident_merged", one, body, payload)


@router.post("/incidents/{incident_id}/split", summary="Split an incident")
async def split_incident(incident_id: str, body: SplitIn, viewer: Sender, intake: TheIntake) -> Response:
    """Take complaints out of an incident; answers the incident that they are now."""
    whole = intake.incidents.view(incident_id, viewer)
    out = [name for name in whole.members if name in set(body.members)]
    stay = [name for name in whole.members if name not in set(body.members)]
    if len(out) != len(set(body.members)) or not stay:
        raise PilahError("PLH-606", "the members must be some of its complaints, not all")
    return await _decide(intake, viewer, "incident_split", whole, body, {"members": out, "others": stay})


@router.post("/incidents/{incident_id}/close", summary="Close an incident")
async def close_incident(incident_id: str, body: CloseIn, viewer: Sender, intake: TheIntake) -> Response:
    """Say that an incident is dealt with, or open it again; its complaints keep their own status."""
    found = intake.incidents.view(incident_id, viewer)
    kind = "incident_closed" if body.closed else "incident_reopened"
    return await _decide(intake, viewer, kind, found, body, {"members": list(found.members)})
