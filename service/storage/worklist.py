"""The work list in the store: follow the event log, and read pages of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.storage.log import Event
from service.storage.review_tables import cursors, tasks
from service.storage.store import to_event, visible
from service.storage.tables import assessments, complaints, events
from service.viewer import Viewer

_NAME = "tasks"
Make = Callable[[Sequence[Event], str | None], Any]


def cursor(connection: Connection) -> int:
    """Return the last event that the list was made from."""
    return connection.execute(sa.select(cursors.c.seq).where(cursors.c.name == _NAME)).scalar() or 0


def follow(connection: Connection, make: Make, limit: int = 2000) -> int:
    """Bring the list in step with the next events of the log and return how many there were.

    :param make: makes a row out of a complaint's events and its newest answer, ``None`` if there is to be none.
    """
    # Of several servers on one store one reads at a time.
    held = sa.select(cursors.c.seq).where(cursors.c.name == _NAME).with_for_update()
    read = connection.execute(held).scalar() or 0
    new = connection.execute(
        sa.select(events.c.seq, events.c.complaint_id).where(events.c.seq > read).order_by(events.c.seq).limit(limit)
    ).all()
    if not new:
        return 0
    changed = list(dict.fromkeys(row.complaint_id for row in new))
    for start in range(0, len(changed), 500):
        _renew(connection, changed[start : start + 500], make)
    connection.execute(cursors.update().where(cursors.c.name == _NAME).values(seq=new[-1].seq))
    return len(new)


def _renew(connection: Connection, ids: Sequence[str], make: Make) -> None:
    history: dict[str, list[Event]] = {}
    found = connection.execute(sa.select(events).where(events.c.complaint_id.in_(ids)).order_by(events.c.seq))
    for row in found:
        history.setdefault(row.complaint_id, []).append(to_event(row))
    newest = sa.select(sa.func.max(assessments.c.seq)).where(assessments.c.complaint_id.in_(ids))
    newest = newest.group_by(assessments.c.complaint_id)
    statement = sa.select(assessments.c.complaint_id, assessments.c.body).where(assessments.c.seq.in_(newest))
    bodies = {row.complaint_id: row.body for row in connection.execute(statement)}
    made = [make(history[name], bodies.get(name)) for name in ids if name in history]
    connection.execute(tasks.delete().where(tasks.c.complaint_id.in_(ids)))
    rows = [asdict(task) for task in made if task is not None]
    if rows:
        connection.execute(tasks.insert(), rows)


def rebuild(connection: Connection, make: Make) -> int:
    """Make the whole list anew from the log."""
    connection.execute(tasks.delete())
    connection.execute(cursors.update().where(cursors.c.name == _NAME).values(seq=0))
    total = 0
    while count := follow(connection, make):
        total += count
    return total


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which rows of the list are asked for.

    :param stages: one of these.
    :param holder: ``mine`` ids whose turn it is; ``None`` for any. Rows without a holder always belong.
    :param excluded: holders that are left out.
    :param before: received before this day, for the age.
    :param text: words that the complaint's fields must hold, or its id.
    """

    stages: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    region: str | None = None
    agency: str | None = None
    category: str | None = None
    reason: str | None = None
    before: str | None = None
    text: str | None = None

    def condition(self, viewer: Viewer) -> sa.ColumnElement[bool]:
        """Return the condition of a query that joins tasks and complaints."""
        parts: list[sa.ColumnElement[bool]] = [tasks.c.stage.in_(self.stages), visible(viewer)]
        if self.excluded:
            parts.append(sa.or_(tasks.c.holder.is_(None), tasks.c.holder.not_in(self.excluded)))
        if self.region:
            code = complaints.c.region_code
            parts.append(sa.or_(code == self.region, code.startswith(f"{self.region}.", autoescape=True)))
        if self.agency:
            same = complaints.c.agency_id == self.agency
            parts.append(sa.or_(same, complaints.c.agency.icontains(self.agency, autoescape=True)))
        if self.category:
            parts.append(complaints.c.category.icontains(self.category, autoescape=True))
        if self.reason:
            parts.append(tasks.c.reason == self.reason)
        if self.before:
            parts.append(tasks.c.received <= self.before)
        if self.text:
            words = [complaints.c.content.icontains(word, autoescape=True) for word in self.text.split()[:8]]
            parts.append(sa.or_(complaints.c.id == self.text.lstrip("#"), sa.and_(*words)))
        return sa.and_(*parts)


_JOINED = tasks.join(complaints, complaints.c.id == tasks.c.complaint_id)
Place = tuple[int, str, str]
"""Where a row stands: urgent, due, id."""


def page(connection: Connection, viewer: Viewer, wanted: Wanted, after: Place | None, limit: int) -> list[Row[Any]]:
    """Return the next rows after a place, emergencies first, then by deadline.

    The place is one of values, not a number of rows: what others finish meanwhile makes nobody skip a row.
    """
    condition = wanted.condition(viewer)
    if after is not None:
        urgent, due, name = after
        later = sa.and_(
            tasks.c.urgent == urgent,
            sa.or_(tasks.c.due > due, sa.and_(tasks.c.due == due, tasks.c.complaint_id > name)),
        )
        condition = sa.and_(condition, sa.or_(tasks.c.urgent < urgent, later))
    order = (tasks.c.urgent.desc(), tasks.c.due, tasks.c.complaint_id)
    columns = [column for column in tasks.c if column.name != "seq"]
    shown = [
        complaints.c[name] for name in "content region_code agency agency_id category type confidentiality".split()
    ]
    shown += [complaints.c.sensitive, complaints.c.status, complaints.c.decided, complaints.c.seq]
    statement = sa.select(*columns, *shown).select_from(_JOINED).where(condition).order_by(*order).limit(limit)
    return list(connection.execute(statement))


def counts(connection: Connection, viewer: Viewer, wanted: Wanted) -> dict[str, int]:
    """Count the rows by reason."""
    statement = sa.select(tasks.c.reason, sa.func.count()).select_from(_JOINED).where(wanted.condition(viewer))
    return {row[0]: row[1] for row in connection.execute(statement.group_by(tasks.c.reason))}


def stages(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """Count the rows by stage."""
    statement = sa.select(tasks.c.stage, sa.func.count()).select_from(_JOINED).where(visible(viewer))
    return {row[0]: row[1] for row in connection.execute(statement.group_by(tasks.c.stage))}


def task_row(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """Return the row of a complaint; whether it may be seen is for the caller to say."""
    return connection.execute(sa.select(tasks).where(tasks.c.complaint_id == complaint_id)).first()
