"""The endpoints of background jobs: send many complaints, see how far they are, fetch the answers page by page."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError

from data.errors import PilahError
from model.reading import masked
from service.api import Assessor, TheIntake, TheSettings, json_answer
from service.codec import to_plain
from service.problems import field_errors, problem
from service.schemas import MAX_ITEMS, Body, ComplaintIn
from service.storage.jobs import ERASED, FAILED, WAITING, Item, Job, add_job, get_job, items_of, open_jobs, remove_job

router = APIRouter(prefix="/v1")
_OPEN_JOBS = 10


class JobIn(Body):
    """Complaints to assess in the background; each is checked by itself."""

    complaints: list[dict[str, Any]] = Field(
        min_length=1, max_length=MAX_ITEMS, description="Each as in POST /v1/assess, without dry_run."
    )


def _shown(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": "finished" if job.finished_at else "running",
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
    }


def _item(number: int, given: dict[str, Any]) -> Item:
    try:
        complaint = masked(ComplaintIn.model_validate(given).to_complaint())
    except ValidationError as error:
        known = given.get("id")
        name = known if isinstance(known, str) and len(known) <= 150 else None
        return Item(number, name, None, FAILED, problem("PLH-422", errors=field_errors(error)))
    return Item(number, complaint.id, to_plain(complaint), WAITING)


@router.post("/jobs", status_code=202, summary="Assess many complaints in the background")
async def post_job(
    body: JobIn, viewer: Assessor, intake: TheIntake, settings: TheSettings, request: Request
) -> Response:
    """Take complaints in and answer at once; they are assessed between the requests of others."""
    if len(body.complaints) > settings.max_job:
        raise PilahError("PLH-423", f"{len(body.complaints)} items; the limit is {settings.max_job}")
    if intake.store.read(lambda connection: open_jobs(connection, viewer)) >= _OPEN_JOBS:
        raise PilahError("PLH-411", f"the limit is {_OPEN_JOBS}")
    items = [_item(number, given) for number, given in enumerate(body.complaints)]
    job_id = f"job-{secrets.token_hex(8)}"
    await asyncio.wrap_future(intake.store.write(lambda connection: add_job(connection, job_id, viewer, items)))
    request.app.state.jobs.wake()
    job = intake.store.read(lambda connection: get_job(connection, job_id, viewer))
    return json_answer(_shown(job), 202, {"Location": f"/v1/jobs/{job_id}"})


@router.get("/jobs/{job_id}", summary="Read how far a job is")
async def read_job(job_id: str, viewer: Assessor, intake: TheIntake) -> Response:
    """Return the state of a job that this sender sent."""
    return json_answer(_shown(intake.store.read(lambda connection: get_job(connection, job_id, viewer))))


@router.get("/jobs/{job_id}/results", summary="Read what a job has answered")
async def read_results(
    job_id: str,
    viewer: Assessor,
    intake: TheIntake,
    after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Return answers in the order of the items; pass `next` as `after` to go on, until `more` is false."""
    store = intake.store
    job = store.read(lambda connection: get_job(connection, job_id, viewer))
    found = store.read(lambda connection: items_of(connection, job_id, after, limit))
    results = []
    for item in found:
        head: dict[str, Any] = {"index": item.number, "id": item.complaint_id}
        answer = None if item.complaint_id is None else store.last_answer(item.complaint_id)
        if item.outcome == FAILED:
            head["error"] = item.error
        elif item.outcome == ERASED or answer is None:
            head["error"] = problem("PLH-409")
        else:
            head |= {"outcome": item.outcome, "assessment": json.loads(answer.body)}
        results.append(head)
    following = found[-1].number if found else after
    return json_answer({"results": results, "next": following, "more": following < job.total - 1})


@router.delete("/jobs/{job_id}", status_code=204, summary="Remove a job")
async def delete_job(job_id: str, viewer: Assessor, intake: TheIntake) -> Response:
    """Stop and forget a job: what was answered stays stored, what waits is not assessed."""
    await asyncio.wrap_future(intake.store.write(lambda connection: remove_job(connection, job_id, viewer)))
    return Response(status_code=204)
