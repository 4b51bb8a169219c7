"""Events, and the state of a complaint as the fold of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

DECISIONS = frozenset(
    "disposed returned corrected postponed closed reopened undone duplicate_confirmed duplicate_rejected "
    "incident_merged incident_split incident_closed incident_reopened".split()
)
"""Events that say what people decided; ``/v1/decisions`` hands them back to the intake."""

LINKING = frozenset(("links", "members", "others"))
"""The parts of a payload that hold only ids of complaints: not shown to those who may not see these, but kept
when one is erased, since incidents are made anew from them."""

POSTED = DECISIONS | {"followed_up"}
"""Events that come in over ``POST /v1/complaints/{id}/events``."""

FOUND_ID = "found_agency_id"
"""What the registry says of an agency named without an id; not the sender's word, so not part of an event's digest."""

_STATUS = {
    "received": "masuk",
    "disposed": "terdisposisi",
    "returned": "dikembalikan",
    "postponed": "tertunda",
    "followed_up": "ditindaklanjuti",
    "closed": "selesai",
    "reopened": "dibuka kembali",
}
ARCHIVED = "arsip"
"""The outcome of an event ``closed`` that archived the complaint without a follow-up."""

_DECIDED = ("agency", "agency_id", "category", "type", "region_code")


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one thing that happened to a complaint; it is never changed.

    :param seq: the place in the log; 0 until it is written.
    :param at: when it happened, as the sender says; ``recorded_at`` is when it was written.
    :param sender: whose key posted it.
    """

    event_id: str
    complaint_id: str
    kind: str
    at: str
    recorded_at: str
    payload: Mapping[str, Any]
    actor: str | None = None
    sender: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Hold the current state of a complaint, one row of the table ``complaints``.

    :param content: the masked complaint as plain fields.
    :param version: 1 for the first content, one more for each update.
    :param decided: whether people have said which agency it is; until then the fields hold the suggestion.
    :param sender: whose key posted the complaint.
    :param sensitive: whether it must be handled as confidential, whatever the reporter chose.
    :param about: ids of the offices complained about, as ``|id|id|``; their people do not see it.
    """

    id: str
    content: Mapping[str, Any]
    digest: str
    version: int
    status: str
    confidentiality: str
    sender: str | None
    received_at: str
    updated_at: str
    seq: int
    region_code: str | None = None
    agency: str | None = None
    agency_id: str | None = None
    category: str | None = None
    type: str | None = None
    decided: bool = False
    sensitive: bool = False
    about: str | None = None


def fold(state: State | None, event: Event) -> State | None:
    """Return the state after an event; ``None`` when there is no complaint (any more).

    :param state: the state before it, ``None`` if there was none.
    """
    if event.kind == "deleted":
        return None
    if state is None:
        return _first(event) if event.kind == "received" and "complaint" in event.payload else None
    changes: dict[str, Any] = {"seq": event.seq, "updated_at": event.recorded_at}
    if event.kind in _STATUS:
        changes["status"] = _STATUS[event.kind]
    payload = event.payload
    if event.kind == "updated":
        changes |= {"content": payload["complaint"], "digest": payload["digest"], "version": state.version + 1}
        changes["confidentiality"] = payload["complaint"].get("confidentiality", "biasa")
        changes["region_code"] = payload.get("region_code", state.region_code)
        changes |= _care(payload)
    elif event.kind == "assessed" and not state.decided:
        changes |= {name: payload.get(name) for name in _DECIDED}
    elif event.kind in ("disposed", "corrected"):
        given = {name: payload[name] for name in _DECIDED if payload.get(name) is not None}
        if "agency" in given:
            given.setdefault("agency_id", payload.get(FOUND_ID))  # the id of the agency before is not kept
            changes["decided"] = True
        changes |= given
    elif event.kind == "returned":
        changes |= {"agency": None, "agency_id": None, "decided": False}
    elif event.kind == "closed" and payload.get("outcome") == ARCHIVED:
        changes["status"] = "diarsipkan"
    elif event.kind == "undone":
        changes |= {name: payload["restored"].get(name) for name in RESTORED if name in payload.get("restored", {})}
    return replace(state, **changes)


RESTORED = ("status", "agency", "agency_id", "category", "type", "region_code", "decided")
"""What an event ``undone`` puts back."""


def _care(payload: Mapping[str, Any]) -> dict[str, Any]:
    care = payload.get("care", {})
    return {"sensitive": bool(care.get("sensitive")), "about": care.get("about")}


def _first(event: Event) -> State:
    content = event.payload["complaint"]
    return State(
        id=event.complaint_id,
        content=content,
        digest=event.payload["digest"],
        version=1,
        status=_STATUS["received"],
        confidentiality=content.get("confidentiality", "biasa"),
        sender=event.sender,
        received_at=event.recorded_at,
        updated_at=event.recorded_at,
        seq=event.seq,
        region_code=event.payload.get("region_code"),
        **_care(event.payload),
    )
