"""Background jobs in the store: what waits, what is done, and whose it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.errors import PilahError
from service.codec import dumps, now
from service.storage.tables import job_items, jobs
from service.viewer import Viewer

WAITING, FAILED, ERASED = "waiting", "failed", "erased"


@dataclass(frozen=True, slots=True)
class Job:
    """Say how far a job is."""

    id: str
    created_at: str
    finished_at: str | None
    total: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one complaint of a job.

    :param content: the masked complaint as plain fields, until it is answered.
    :param outcome: ``waiting``, ``failed``, ``erased`` or what the intake said (``new``, ``updated``, ``same``).
    :param error: the problem of a failed item.
    """

    number: int
    complaint_id: str | None
    content: dict[str, Any] | None
    outcome: str
    error: dict[str, Any] | None = None


def add_job(connection: Connection, job_id: str, viewer: Viewer, items: Sequence[Item]) -> None:
    """Keep a job with its items."""
    rights = {
        "id": viewer.id,
        "sender": viewer.sender,
        "scopes": sorted(viewer.scopes),
        "regions": viewer.regions,
        "agencies": viewer.agencies,
    }
    finished = None if any(item.outcome == WAITING for item in items) else now()
    values = {"id": job_id, "sender": viewer.sender, "viewer": dumps(rights), "created_at": now(), "total": len(items)}
    connection.execute(jobs.insert(), {**values, "finished_at": finished})
    rows = [
        {
            "job_id": job_id,
            "number": item.number,
            "complaint_id": item.complaint_id,
            "content": None if item.content is None else dumps(item.content),
            "outcome": item.outcome,
            "error": None if item.error is None else dumps(item.error),
        }
        for item in items
    ]
    connection.execute(job_items.insert(), rows)


def get_job(connection: Connection, job_id: str, viewer: Viewer) -> Job:
    """Return a job of the viewer's sender.

    :raises PilahError: PLH-410 if there is none.
    """
    row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id, jobs.c.sender == viewer.sender)).first()
    if row is None:
        raise PilahError("PLH-410", f"id {job_id!r}")
    counted = sa.select(job_items.c.outcome, sa.func.count()).where(job_items.c.job_id == job_id)
    counts = {row[0]: row[1] for row in connection.execute(counted.group_by(job_items.c.outcome))}
    done = row.total - counts.get(WAITING, 0)
    return Job(row.id, row.created_at, row.finished_at, row.total, done, counts.get(FAILED, 0))


def open_jobs(connection: Connection, viewer: Viewer) -> int:
    """Return how many jobs of the viewer's sender are not finished."""
    mine = sa.and_(jobs.c.sender == viewer.sender, jobs.c.finished_at.is_(None))
    return int(connection.execute(sa.select(sa.func.count()).select_from(jobs).where(mine)).scalar_one())


def any_open(connection: Connection) -> bool:
    """Say whether any job, whoever sent it, is not finished."""
    return connection.execute(sa.select(jobs.c.id).where(jobs.c.finished_at.is_(None)).limit(1)).first() is not None


def items_of(connection: Connection, job_id: str, after: int, limit: int) -> list[Item]:
    """Return what is done of a job after a number, in order, up to the first item that still waits."""
    statement = sa.select(job_items).where(job_items.c.job_id == job_id, job_items.c.number > after)
    found: list[Item] = []
    for row in connection.execute(statement.order_by(job_items.c.number).limit(limit)):
        if row.outcome == WAITING:
            break
        error = None if row.error is None else json.loads(row.error)
        found.append(Item(row.number, row.complaint_id, None, row.outcome, error))
    return found


def hold_job(connection: Connection, worker: str, until: str) -> str | None:
    """Take the oldest open job that no other server holds and return its id.

    :param worker: the server that asks.
    :param until: how long the job is its, unless it asks again.
    """
    free = sa.or_(jobs.c.worker == worker, jobs.c.held_until.is_(None), jobs.c.held_until < now())
    oldest = sa.select(jobs.c.id).where(jobs.c.finished_at.is_(None), free).order_by(jobs.c.created_at, jobs.c.id)
    job_id: str | None = connection.execute(oldest.limit(1)).scalar()
    if job_id is not None:
        connection.execute(jobs.update().where(jobs.c.id == job_id).values(worker=worker, held_until=until))
    return job_id


def next_items(connection: Connection, job_id: str, limit: int) -> tuple[Viewer | None, list[Item]]:
    """Return the first items of a job that wait, with whose they are; nothing if the job was removed."""
    statement = (
        sa.select(job_items, jobs.c.viewer)
        .join(jobs, jobs.c.id == job_items.c.job_id)
        .where(job_items.c.job_id == job_id, job_items.c.outcome == WAITING)
        .order_by(job_items.c.number)
    )
    rows = connection.execute(statement.limit(limit)).all()
    if not rows:
        return None, []
    given = json.loads(rows[0].viewer)
    viewer = Viewer(
        given["id"], given["sender"], frozenset(given["scopes"]), tuple(given["regions"]), tuple(given["agencies"])
    )
    return viewer, [Item(row.number, row.complaint_id, json.loads(row.content), row.outcome) for row in rows]


def settle_items(connection: Connection, job_id: str, items: Sequence[Item]) -> None:
    """Write what became of items; their texts go, and the job is finished with its last item."""
    for item in items:
        error = None if item.error is None else dumps(item.error)
        place = sa.and_(job_items.c.job_id == job_id, job_items.c.number == item.number, job_items.c.outcome == WAITING)
        connection.execute(job_items.update().where(place).values(outcome=item.outcome, error=error, content=None))
    finish_if_done(connection, job_id)


def finish_if_done(connection: Connection, job_id: str) -> None:
    """Mark a job as finished if nothing of it waits."""
    waits = sa.select(job_items.c.number).where(job_items.c.job_id == job_id, job_items.c.outcome == WAITING)
    done = jobs.update().where(jobs.c.id == job_id, jobs.c.finished_at.is_(None), ~sa.exists(waits))
    connection.execute(done.values(finished_at=now()))


def remove_job(connection: Connection, job_id: str, viewer: Viewer) -> None:
    """Remove a job; what was answered stays, what waits is not answered.

    :raises PilahError: PLH-410 if there is none.
    """
    get_job(connection, job_id, viewer)
    _remove(connection, [job_id])


def remove_old(connection: Connection, before: str) -> int:
    """Remove the jobs that were finished before a time and return how many."""
    old = [row.id for row in connection.execute(sa.select(jobs.c.id).where(jobs.c.finished_at < before))]
    _remove(connection, old)
    return len(old)


def purge_complaint(connection: Connection, complaint_id: str) -> None:
    """Take an erased complaint out of every job."""
    named = job_items.c.complaint_id == complaint_id
    waiting = sa.select(job_items.c.job_id).where(named, job_items.c.outcome == WAITING)
    touched = [row.job_id for row in connection.execute(waiting)]
    connection.execute(job_items.update().where(named).values(content=None, error=None, outcome=ERASED))
    for job_id in touched:
        finish_if_done(connection, job_id)


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    for job_id in ids:
        connection.execute(job_items.delete().where(job_items.c.job_id == job_id))
        connection.execute(jobs.delete().where(jobs.c.id == job_id))
