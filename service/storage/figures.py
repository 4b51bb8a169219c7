"""What the monitoring pages count from: one slim row a complaint; and the action plans' targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.storage.review_tables import targets, tasks, users
from service.storage.tables import complaints, events

_TASK = "complaint_id received disposed followed closed returned accepted audit linked topics late stage due".split()
_STATE = "region_code agency_id agency decided confidentiality sensitive about sender".split()
_JOINED = tasks.join(complaints, complaints.c.id == tasks.c.complaint_id)
_COLUMNS = (*(tasks.c[name] for name in _TASK), *(complaints.c[name] for name in _STATE))


def rows_from(connection: Connection, after: str, limit: int) -> Sequence[Row[Any]]:
    """Return what is counted of complaints, in the order of their ids.

    :param after: the last id that was read; empty for the first.
    """
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(tasks.c.complaint_id > after)
    return connection.execute(statement.order_by(tasks.c.complaint_id).limit(limit)).all()


def rows_of(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return what is counted of some complaints; those that are not stored (any more) are left out."""
    return connection.execute(sa.select(*_COLUMNS).select_from(_JOINED).where(tasks.c.complaint_id.in_(ids))).all()


def changed(connection: Connection, after: int, until: int, limit: int) -> tuple[list[str], int]:
    """Return the complaints of the next events of the log, and how far these go.

    :param until: the last event that the work list was made from.
    """
    statement = sa.select(events.c.seq, events.c.complaint_id).where(events.c.seq > after, events.c.seq <= until)
    found = connection.execute(statement.order_by(events.c.seq).limit(limit)).all()
    return list(dict.fromkeys(row.complaint_id for row in found)), found[-1].seq if found else until


def accounts(connection: Connection) -> list[tuple[str | None, str | None]]:
    """Return region and agency of everyone who may decide now."""
    deciding = users.c.role.in_(("instansi", "penghubung"))
    statement = sa.select(users.c.region, users.c.agency_id).where(users.c.active == 1, deciding)
    return [(row.region, row.agency_id) for row in connection.execute(statement)]


def targets_of(connection: Connection, region: str, semester: str) -> dict[str, float]:
    """Return what an action plan wants, by measure."""
    condition = sa.and_(targets.c.region == region, targets.c.semester == semester)
    found = connection.execute(sa.select(targets.c.measure, targets.c.value).where(condition))
    return {row.measure: row.value for row in found}


def set_targets(connection: Connection, region: str, semester: str, values: dict[str, float]) -> None:
    """Replace the targets of a region in a half-year."""
    condition = sa.and_(targets.c.region == region, targets.c.semester == semester)
    connection.execute(targets.delete().where(condition))
    rows_ = [{"region": region, "semester": semester, "measure": name, "value": v} for name, v in values.items()]
    if rows_:
        connection.execute(targets.insert(), rows_)
