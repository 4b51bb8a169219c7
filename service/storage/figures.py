"""What the monitoring pages count: one slim row a complaint; confidential and sensitive complaints never count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.storage.review_tables import targets, tasks, users
from service.storage.store import visible
from service.storage.tables import complaints
from service.viewer import Viewer

_FIELDS = "received disposed followed closed returned accepted linked topics late stage due".split()


def without_care(viewer: Viewer) -> Viewer:
    """Return the viewer without the right to confidential complaints: what is counted may be passed on."""
    return replace(viewer, scopes=frozenset({"read"}), person=True)


def rows(connection: Connection, viewer: Viewer, first: str, last: str, region: str | None) -> Sequence[Row[Any]]:
    """Return what is counted of the complaints that were received in a period.

    :param first: the first day, :param last: the last one, as ISO dates.
    :param region: only from this region, or of its agencies.
    """
    shown = [tasks.c[name] for name in _FIELDS]
    shown += [complaints.c.region_code, complaints.c.agency_id, complaints.c.agency, complaints.c.decided]
    condition = sa.and_(tasks.c.received.between(first, last), visible(without_care(viewer)))
    if region is not None:
        code, agency = complaints.c.region_code, complaints.c.agency_id
        condition = sa.and_(
            condition,
            sa.or_(
                code == region,
                code.startswith(f"{region}.", autoescape=True),
                agency == region,
                agency.startswith(f"{region}:", autoescape=True),
            ),
        )
    joined = tasks.join(complaints, complaints.c.id == tasks.c.complaint_id)
    return connection.execute(sa.select(*shown).select_from(joined).where(condition)).all()


def careful_count(connection: Connection, viewer: Viewer, first: str, last: str) -> int:
    """Count the confidential and sensitive complaints of a period that a named officer sees."""
    joined = tasks.join(complaints, complaints.c.id == tasks.c.complaint_id)
    care = sa.or_(complaints.c.confidentiality == "rahasia", complaints.c.sensitive == 1)
    condition = sa.and_(tasks.c.received.between(first, last), visible(viewer), care)
    return connection.execute(sa.select(sa.func.count()).select_from(joined).where(condition)).scalar_one()


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
