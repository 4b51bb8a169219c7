"""The work list in the store: follow the event log, and read pages of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from service.storage.log import Event
from service.storage.review_tables import cursors, tasks
from service.storage.sight import visible
from service.storage.tables import assessments, complaints, events
from service.viewer import Viewer

_NAME = "tasks"
_AT_ONCE = 100  # complaints that one step looks at: a few milliseconds
Make = Callable[[Mapping[str, Sequence[Event]], Mapping[str, Mapping[str, Any]]], Sequence[Any]]
"""Makes rows out of the events of complaints and of their newest answers, both by id; none of who is to have none."""


@dataclass(frozen=True, slots=True)
class Step:
    """Hold what a step of following the log has read, before it is written.

    :param after: the place in the log that it began from, and ``until`` the one that it reached.
    :param ids: the complaints that it looked at.
    :param rows: their rows of the list; a complaint without one is in it no more.
    """

    after: int
    until: int
    ids: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def cursor(connection: Connection) -> int:
    """Return the last event that the list was made from."""
    return connection.execute(sa.select(cursors.c.seq).where(cursors.c.name == _NAME)).scalar() or 0


def read_step(connection: Connection, make: Make, limit: int = _AT_ONCE) -> Step | None:
    """Read what the next complaints of the log need in the list; ``None`` if the list is in step with it.

    A complaint is folded from all its events at once, so the events of it that come later are passed over then.

    :param limit: complaints to look at.
    """
    after = cursor(connection)
    statement = (
        sa.select(events.c.seq, events.c.complaint_id, tasks.c.seq.label("made"))
        .select_from(events.outerjoin(tasks, tasks.c.complaint_id == events.c.complaint_id))
        .where(events.c.seq > after)
        .order_by(events.c.seq)
        .limit(4 * limit)
    )
    changed: dict[str, None] = {}
    until = after
    for row in connection.execute(statement):
        if row.made is None or row.made < row.seq:
            if len(changed) >= limit and row.complaint_id not in changed:
                break
            changed[row.complaint_id] = None
        until = row.seq
    return Step(after, until, tuple(changed), _made(connection, tuple(changed), make)) if until > after else None


def read_some(connection: Connection, make: Make, ids: Sequence[str]) -> Step:
    """Read what some complaints need in the list, wherever in the log they are."""
    return Step(0, 0, ids, _made(connection, ids, make))


def write_step(connection: Connection, step: Step) -> bool:
    """Write what was read; a row made from later events stays. Say whether it was the next step.

    Of several servers that read the same step, each writes the same rows.
    """
    if step.rows:
        connection.execute(_upsert(connection), step.rows)
    gone = set(step.ids) - {row["complaint_id"] for row in step.rows}
    if gone:
        connection.execute(tasks.delete().where(tasks.c.complaint_id.in_(gone)))
    if step.until == step.after:
        return False
    own = sa.and_(cursors.c.name == _NAME, cursors.c.seq == step.after)
    return connection.execute(cursors.update().where(own).values(seq=step.until)).rowcount == 1


def _upsert(connection: Connection) -> sa.Executable:
    if connection.dialect.name == "sqlite":
        statement: Any = sqlite.insert(tasks)
    else:
        statement = postgresql.insert(tasks)
    new = {column.name: statement.excluded[column.name] for column in tasks.c if column.name != "complaint_id"}
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[tasks.c.complaint_id], set_=new, where=tasks.c.seq <= statement.excluded.seq
    )


def _parts(connection: Connection, column: sa.Column[str], *paths: str) -> sa.ColumnElement[str]:
    """Return an expression of the JSON list of some parts of a JSON text: the database cuts them out.

    :param paths: at least two, as ``agency.id``.
    """
    if connection.dialect.name == "sqlite":
        return sa.func.json_extract(column, *(f"$.{path}" for path in paths), type_=sa.Text)
    whole = sa.cast(column, sa.JSON)
    return sa.cast(sa.func.json_build_array(*(whole[tuple(path.split("."))] for path in paths)), sa.Text)


def _made(connection: Connection, ids: Sequence[str], make: Make) -> list[dict[str, Any]]:
    """Make the rows of complaints; of long texts and answers the database hands over only what a row is made from."""
    if not ids:
        return []
    kind = events.c.kind
    said = sa.case(
        (kind == "received", _parts(connection, events.c.payload, "complaint.date", "digest")),
        (kind.in_(("updated", "assessed")), "{}"),
        else_=events.c.payload,
    )
    slim = (events.c.seq, events.c.event_id, events.c.complaint_id, kind, events.c.at, said)
    statement = sa.select(*slim).where(events.c.complaint_id.in_(ids)).order_by(events.c.seq)
    history: dict[str, list[Event]] = {}
    for seq, event_id, name, what, at, text in connection.execute(statement):
        payload = json.loads(text)
        if what == "received":
            payload = {"complaint": {"date": payload[0]}}
        history.setdefault(name, []).append(Event(event_id, name, what, at, at, payload, seq=seq))
    made = make(history, _answers(connection, ids))
    return [{name: getattr(task, name) for name in _COLUMNS} for task in made]


_COLUMNS = tuple(column.name for column in tasks.c)


def _answers(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return of the newest answer of each complaint what the list is made from."""
    newest = sa.select(sa.func.max(assessments.c.seq)).where(assessments.c.complaint_id.in_(ids))
    newest = newest.group_by(assessments.c.complaint_id)
    columns = (
        assessments.c.complaint_id, assessments.c.seq, assessments.c.at,
        _parts(
            connection, assessments.c.body, "screening.status", "screening.flags", "decision.priority",
            "decision.action", "decision.eligible", "decision.question", "decision.guarantee.valid", "claim.conflict",
            "agency.id", "agency.label", "type.label",
        ),
    )  # fmt: skip
    found = {}
    for name, seq, at, text in connection.execute(sa.select(*columns).where(assessments.c.seq.in_(newest))):
        status, flags, priority, action, eligible, question, valid, conflict, agency_id, agency, label = json.loads(
            text
        )
        found[name] = {
            "seq": seq,
            "at": at,
            "screening": {"status": status, "flags": flags},
            "decision": {
                "priority": priority,
                "action": action,
                "eligible": eligible,
                "question": question,
                "guarantee": None if valid is None else {"valid": valid},
            },
            "claim": {"conflict": conflict},
            "agency": {"id": agency_id, "label": agency} if agency is not None else None,
            "type": {"label": label} if label is not None else None,
        }
    return found


def first_answer(connection: Connection, moment: str) -> int:
    """Return the place in the log of the first answer from a moment on; that after the last one if there is none."""
    low, high = 0, connection.execute(sa.select(sa.func.max(assessments.c.seq))).scalar() or 0
    high += 1
    while low < high:  # answers are written in the order of their times
        middle = (low + high) // 2
        statement = sa.select(assessments.c.seq, assessments.c.at).where(assessments.c.seq >= middle)
        row = connection.execute(statement.order_by(assessments.c.seq).limit(1)).first()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.seq + 1
    return low


def answers_between(connection: Connection, start: int, end: int) -> int:
    """Count the answers from a place in the log on, to before another."""
    inside = sa.and_(assessments.c.seq >= start, assessments.c.seq < end)
    return connection.execute(sa.select(sa.func.count()).select_from(assessments).where(inside)).scalar_one()


def answers_in(connection: Connection, first: int, last: int) -> list[int]:
    """Return the places in the log of the answers from one to another."""
    inside = assessments.c.seq.between(first, last)
    return list(connection.execute(sa.select(assessments.c.seq).where(inside).order_by(assessments.c.seq)).scalars())


def begin_anew(connection: Connection) -> None:
    """Forget the list, so that following the log makes all of it anew."""
    connection.execute(tasks.delete())
    connection.execute(cursors.update().where(cursors.c.name == _NAME).values(seq=0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which rows of the list are asked for.

    :param stages: one of these.
    :param excluded: holders that are left out; rows without a holder always belong.
    :param agency: words of an agency's name or id; ``category`` of a category's name.
    :param categories: categories that are meant as well.
    :param before: received before this day, for the age.
    :param text: words that the complaint's fields must hold, or its id.
    """

    stages: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    region: str | None = None
    agency: str | None = None
    category: str | None = None
    categories: tuple[str, ...] = ()
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
        for word in (self.agency or "").split()[:8]:  # an id tells the short name: 33.24:dishub
            named = complaints.c.agency.icontains(word, autoescape=True)
            parts.append(sa.or_(named, complaints.c.agency_id.icontains(word, autoescape=True)))
        if self.category:
            words = [complaints.c.category.icontains(word, autoescape=True) for word in self.category.split()[:8]]
            parts.append(sa.or_(complaints.c.category.in_(self.categories), sa.and_(*words)))
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
    columns = [column for column in tasks.c if column.name != "seq"]
    shown = [
        complaints.c[name] for name in "content region_code agency agency_id category type confidentiality".split()
    ]
    shown += [complaints.c.sensitive, complaints.c.status, complaints.c.decided, complaints.c.seq]
    statement = sa.select(*columns, *shown).select_from(_JOINED).where(wanted.condition(viewer))
    statement = statement.order_by(tasks.c.due, tasks.c.complaint_id)
    found: list[Row[Any]] = []
    for urgent in (1, 0) if after is None or after[0] else (0,):
        if len(found) >= limit:
            break
        part = statement.where(tasks.c.urgent == urgent)
        if after is not None and after[0] == urgent:
            _, due, name = after
            same = sa.and_(tasks.c.due == due, tasks.c.complaint_id > name)
            part = part.where(tasks.c.due >= due, sa.or_(tasks.c.due > due, same))
        # One stage at a time: so the index gives the rows in their order, and only the first ones are read.
        rows = [
            row
            for stage in wanted.stages
            for row in connection.execute(part.where(tasks.c.stage == stage).limit(limit - len(found)))
        ]
        found += sorted(rows, key=lambda row: (row.due, row.complaint_id))[: limit - len(found)]
    return found


def counts(connection: Connection, viewer: Viewer, wanted: Wanted) -> dict[str, int]:
    """Count the rows by reason."""
    statement = sa.select(tasks.c.reason, sa.func.count()).select_from(_JOINED).where(wanted.condition(viewer))
    return {row[0]: row[1] for row in connection.execute(statement.group_by(tasks.c.reason))}


def task_row(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """Return the row of a complaint; whether it may be seen is for the caller to say."""
    return connection.execute(sa.select(tasks).where(tasks.c.complaint_id == complaint_id)).first()
