"""The HTTP API: every endpoint of ``/v1``. Handlers only check, call the intake or the store, and answer."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from data.errors import PilahError
from service.codec import as_utc, dumps, now
from service.intake import Intake, Outcome
from service.problems import field_errors, problem, problem_response
from service.schemas import AssessIn, BatchIn, ComplaintIn, EventIn, SearchIn
from service.security import authenticate, require
from service.settings import Settings
from service.storage.log import FOUND_ID, LINKING, Event, State
from service.viewer import Viewer

router = APIRouter(prefix="/v1")


def intake_of(request: Request) -> Intake:
    """Return the intake of the app."""
    intake: Intake = request.app.state.intake
    return intake


def settings_of(request: Request) -> Settings:
    """Return the settings of the app."""
    settings: Settings = request.app.state.settings
    return settings


class Scope:
    """Let only keys with a scope in.

    :param scope: the scope; ``None`` lets any valid key in.
    """

    def __init__(self, scope: str | None) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Viewer:
        """Return who is asking."""
        viewer = authenticate(intake_of(request).store, request.headers.get("authorization"))
        request.app.state.rate_limit.take(viewer.id)
        if self.scope is not None:
            require(viewer, self.scope)
        return viewer


TheIntake = Annotated[Intake, Depends(intake_of)]
TheSettings = Annotated[Settings, Depends(settings_of)]
Assessor = Annotated[Viewer, Depends(Scope("assess"))]
Sender = Annotated[Viewer, Depends(Scope("events"))]
Reader = Annotated[Viewer, Depends(Scope("read"))]
Admin = Annotated[Viewer, Depends(Scope("admin"))]
Anyone = Annotated[Viewer, Depends(Scope(None))]


def json_answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer JSON: a text as it is, anything else written compactly."""
    content = body if isinstance(body, str) else dumps(body)
    return Response(content, status_code=status, headers=headers, media_type="application/json")


@router.post("/assess", summary="Assess one complaint")
async def assess(body: AssessIn, viewer: Assessor, intake: TheIntake) -> Response:
    """Answer agency, category, type, screening and duplicates; store and index unless `dry_run`.

    The same `id` with the same content returns the stored answer; with other content it is an update.
    The header `Pilah-Outcome` says `new`, `updated`, `same` or `dry-run`.
    """
    outcome = await intake.assess(body.to_complaint(), viewer, dry_run=body.dry_run)
    return json_answer(outcome.body, headers={"Pilah-Outcome": outcome.outcome})


@router.post("/assess/batch", summary="Assess many complaints")
async def assess_batch(body: BatchIn, viewer: Assessor, intake: TheIntake, settings: TheSettings) -> Response:
    """Answer each complaint by itself: `results[i]` holds `assessment` or `error` (a problem) of item `i`."""
    if len(body.complaints) > settings.max_batch:
        raise PilahError("PLH-423", f"{len(body.complaints)} items; the limit is {settings.max_batch}")
    results: list[str] = [""] * len(body.complaints)
    good: list[tuple[int, ComplaintIn]] = []
    for index, item in enumerate(body.complaints):
        try:
            good.append((index, ComplaintIn.model_validate(item)))
        except ValidationError as error:
            results[index] = _failed_item(index, item.get("id"), problem("PLH-422", errors=field_errors(error)))
    outcomes = await intake.assess_batch([item.to_complaint() for _, item in good], viewer, dry_run=body.dry_run)
    for (index, checked), outcome in zip(good, outcomes, strict=True):
        if isinstance(outcome, Outcome):
            head = dumps({"index": index, "id": outcome.id, "outcome": outcome.outcome})
            results[index] = f'{head[:-1]},"assessment":{outcome.body}}}'
        else:
            detail = outcome.detail if outcome.info.status < 500 else ""
            results[index] = _failed_item(index, checked.id, problem(outcome.code, detail))
    failed = sum(1 for line in results if line.startswith('{"error"'))
    return json_answer(f'{{"results":[{",".join(results)}],"assessed":{len(results) - failed},"failed":{failed}}}')


def _failed_item(index: int, complaint_id: object, error: dict[str, Any]) -> str:
    given = complaint_id if isinstance(complaint_id, str) and len(complaint_id) <= 150 else None
    return json.dumps({"error": error, "index": index, "id": given})


def _seen(intake: Intake, complaint_id: str, viewer: Viewer) -> State:
    state = intake.store.complaint(complaint_id, viewer)
    if state is None:
        raise PilahError("PLH-406", f"id {complaint_id!r}")
    return state


@router.get("/complaints/{complaint_id}", summary="Read a complaint")
async def get_complaint(complaint_id: str, viewer: Reader, intake: TheIntake) -> Response:
    """Return the masked complaint, its state, the newest answer and every answer before, as they were given."""
    state = _seen(intake, complaint_id, viewer)
    answers = []
    for answer in intake.store.answers(complaint_id):
        body = json.loads(answer.body)
        others = [part for part in ("duplicates", "nearest") if body.get(part)]
        if others and (viewer.bound or not viewer.confidential):
            shown = intake.store.visible_ids([item["id"] for part in others for item in body[part]], viewer)
            body |= {part: [item for item in body[part] if item["id"] in shown] for part in others}
        answers.append({"at": answer.at, "model": answer.model_id, "assessment": body})
    return json_answer(
        {
            "id": state.id,
            "complaint": dict(state.content),
            "status": state.status,
            "version": state.version,
            "received_at": state.received_at,
            "updated_at": state.updated_at,
            "region_code": state.region_code,
            "decided": state.decided,
            "agency": state.agency,
            "agency_id": state.agency_id,
            "category": state.category,
            "type": state.type,
            "assessment": answers[-1]["assessment"] if answers else None,
            "assessments": answers,
        }
    )


@router.delete("/complaints/{complaint_id}", status_code=204, summary="Erase a complaint")
async def delete_complaint(complaint_id: str, viewer: Admin, intake: TheIntake) -> Response:
    """Erase text, answers and index entries for good; a tombstone without text stays in the event log."""
    await intake.erase(complaint_id, viewer)
    return Response(status_code=204)


_NOT_SHOWN = LINKING | {"complaint", "digest", "search", FOUND_ID}


def _event(event: Event) -> dict[str, Any]:
    shown = {key: value for key, value in event.payload.items() if key not in _NOT_SHOWN}
    if FOUND_ID in event.payload:
        shown["agency_id"] = event.payload[FOUND_ID]
    return {
        "id": event.event_id,
        "complaint_id": event.complaint_id,
        "kind": event.kind,
        "time": event.at,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        **shown,
    }


@router.post("/complaints/{complaint_id}/events", status_code=201, summary="Tell what happened to a complaint")
async def post_event(complaint_id: str, body: EventIn, viewer: Sender, intake: TheIntake) -> Response:
    """Append an event. The same event id again answers 200 and changes nothing; with other content, 409."""
    if (missing := body.missing()) is not None:
        return problem_response("PLH-422", errors=[{"field": missing, "reason": f"is needed for {body.kind}"}])
    if body.duplicate_of is not None:
        _seen(intake, body.duplicate_of, viewer)
    time = now()
    event = Event(
        event_id=body.id or f"plh-{secrets.token_hex(8)}",
        complaint_id=complaint_id,
        kind=body.kind,
        at=as_utc(body.time) if body.time else time,
        recorded_at=time,
        payload=body.payload(),
        actor=body.actor,
        sender=viewer.sender,
    )
    written, new = await intake.record(event, viewer)
    return json_answer(_event(written), status=201 if new else 200)


@router.get("/complaints/{complaint_id}/events", summary="Read what happened to a complaint")
async def get_events(complaint_id: str, viewer: Reader, intake: TheIntake) -> Response:
    """Return the events of a complaint in order, without its text."""
    _seen(intake, complaint_id, viewer)
    return json_answer({"events": [_event(event) for event in intake.store.events_of(complaint_id)]})


@router.get("/decisions", summary="Read what people decided")
async def decisions(
    viewer: Reader,
    intake: TheIntake,
    after: Annotated[str, Query(max_length=20)] = "0",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return decisions in the order of the log; pass `next` as `after` to go on.

    Each is delivered at least once: keep the cursor only after you have handled what came with it, and use `id`
    together with `complaint_id` to drop what you have seen.
    """
    if not (after.isascii() and after.isdigit()) or int(after) >= 2**63:
        raise PilahError("PLH-424", f"after={after!r}")
    found = intake.store.decisions_after(int(after), limit, viewer)
    following = str(found[-1].seq) if found else after
    return json_answer(
        {"decisions": [_event(event) for event in found], "next": following, "more": len(found) == limit}
    )


@router.post("/duplicates/search", summary="Search duplicates")
async def search_duplicates(body: SearchIn, viewer: Reader, intake: TheIntake) -> Response:
    """Return stored complaints that a text may repeat, best first; nothing is stored."""
    found = intake.search(body.to_complaint(), viewer, body.limit)
    shown = [
        {
            "id": match.id,
            "incident": match.incident,
            "relation": match.relation,
            "probability": match.probability,
            "reasons": list(match.reasons),
        }
        for match in found
    ]
    return json_answer({"duplicates": shown})


@router.get("/agencies", summary="Search agencies")
async def agencies(
    _viewer: Anyone,
    intake: TheIntake,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Find agencies by name, alias or abbreviation and place, as typed into a box, best first."""
    # In a thread: the first search builds its word index.
    found = await asyncio.to_thread(intake.registry.find, q, limit)
    shown = [
        {
            "id": agency.id,
            "label": agency.name,
            "function": agency.function,
            "tier": agency.tier,
            "region_code": agency.region_code,
            "parent": {"id": agency.parent_id, "label": agency.parent_name} if agency.parent_id else None,
            "external_id": agency.external_id,
            "connected": agency.connected,
            "name_status": agency.name_status,
        }
        for agency in found
    ]
    return json_answer({"agencies": shown})


@router.get("/model", summary="Read which model answers")
async def model(_viewer: Anyone, intake: TheIntake) -> Response:
    """Return the bundle, registry and policy that answer now."""
    used = intake.triage.model
    return json_answer({"id": used.id, "bundle": used.bundle, "registry": used.registry, "policy": used.policy})
