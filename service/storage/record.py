"""Every write to the log and what follows from it, each inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.errors import PilahError
from service.codec import dumps, now
from service.storage import judging
from service.storage.jobs import purge_complaint
from service.storage.log import FOUND_ID, LINKING, Event, State, fold
from service.storage.sight import state_query, visible
from service.storage.store import Answer, to_event, to_state
from service.storage.tables import assessments, complaints, events, mentions
from service.viewer import Viewer

# The statements of every posting, made once.
_ADD_EVENT, _ADD_ANSWER, _ADD_MENTION = events.insert(), assessments.insert(), mentions.insert()
_ADD_COMPLAINT = complaints.insert()
_CHANGE_COMPLAINT = complaints.update().where(complaints.c.id == sa.bindparam("key"))
_ERASED = sa.select(events.c.seq).where(events.c.complaint_id == sa.bindparam("key"), events.c.kind == "deleted")
_STATE = tuple(item.name for item in fields(State))


@dataclass(frozen=True, slots=True)
class Posting:
    """Hold a complaint that was assessed and is to be stored.

    :param content: the masked complaint as plain fields.
    :param region_code: the most probable region that the complaint is from.
    :param search: what the duplicate index is told besides the content: region, category, function.
    :param summary: what the state keeps of the answer: agency, agency_id, category, type.
    :param body: the answer as JSON text; ``None`` for an archived complaint that nobody asked about.
    :param mentioned: ids of the duplicates and past decisions that the answer names.
    :param care: ``sensitive`` and ``about`` of the state, where it needs special care.
    :param at: when it was sent, if that is long ago; ``None`` for now.
    """

    id: str
    content: Mapping[str, Any]
    digest: str
    region_code: str | None = None
    search: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    model_id: str = ""
    mentioned: Sequence[str] = ()
    care: Mapping[str, Any] = field(default_factory=dict)
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Say what became of a posting.

    :param outcome: ``new``, ``updated`` or ``same`` (it was stored already; ``answer`` is what was answered then).
    :param seqs: the places of the events that were written.
    """

    outcome: str
    answer: Answer | None
    seqs: tuple[int, ...] = ()


def store_posting(connection: Connection, posting: Posting, viewer: Viewer) -> Receipt:
    """Write a complaint with its answer; the same id with the same content is written once.

    :raises PilahError: PLH-407 if the id is another sender's, PLH-409 if the complaint was erased.
    """
    row = connection.execute(state_query(viewer), {"key": posting.id}).first()
    state = None if row is None else to_state(row)
    if row is None:
        _refuse_erased(connection, posting.id)
    elif not row.seen:
        raise PilahError("PLH-407", f"id {posting.id!r}")
    time = now()
    outcome, version, seqs = "same", 1, []
    if state is None or state.digest != posting.digest:
        outcome = "new" if state is None else "updated"
        version = 1 if state is None else state.version + 1
        kind = "received" if state is None else "updated"
        payload = {"complaint": posting.content, "digest": posting.digest, "region_code": posting.region_code}
        payload["search"] = posting.search
        if posting.care:
            payload["care"] = posting.care
        event = Event(f"#{kind}:{version}", posting.id, kind, posting.at or time, time, payload, sender=viewer.sender)
        event = _insert(connection, event)
        state = fold(state, event)
        seqs.append(event.seq)
    else:
        version = state.version
        known = last_answer(connection, posting.id)
        if known is not None or posting.body is None:
            return Receipt("same", known)
    answer = None
    if posting.body is not None:
        payload = {**posting.summary, "region_code": posting.region_code, "model": posting.model_id}
        event = Event(f"#assessed:{version}", posting.id, "assessed", time, time, payload, sender=viewer.sender)
        event = _insert(connection, event)
        state = fold(state, event)
        seqs.append(event.seq)
        answer = Answer(event.seq, time, posting.model_id, posting.body)
        _insert_answer(connection, posting, answer)
    _put(connection, state, new=row is None)
    return Receipt(outcome, answer, tuple(seqs))


def _insert_answer(connection: Connection, posting: Posting, answer: Answer) -> None:
    values = {"seq": answer.seq, "at": answer.at, "model_id": answer.model_id, "body": answer.body}
    connection.execute(_ADD_ANSWER, {"complaint_id": posting.id, **values})
    if posting.mentioned:
        rows = [{"seq": answer.seq, "other_id": other} for other in dict.fromkeys(posting.mentioned)]
        connection.execute(_ADD_MENTION, rows)


def store_event(connection: Connection, event: Event, viewer: Viewer) -> tuple[Event, bool]:
    """Write an event of a stored complaint; the same event again is answered, not written.

    :return: the event as it is in the log, and whether it is new.
    :raises PilahError: PLH-406 if the viewer sees no such complaint, PLH-408 if the event id has other content.
    """
    statement = sa.select(complaints).where(complaints.c.id == event.complaint_id, visible(viewer))
    row = connection.execute(statement).first()
    if row is None:
        raise PilahError("PLH-406", f"id {event.complaint_id!r}")
    same = sa.and_(events.c.complaint_id == event.complaint_id, events.c.event_id == event.event_id)
    known = connection.execute(sa.select(events).where(same)).first()
    if known is not None:
        if known.digest != _event_digest(event):
            raise PilahError("PLH-408", f"event id {event.event_id!r}")
        return to_event(known), False
    written = _insert(connection, event)
    _put(connection, fold(to_state(row), written))
    return written, True


def erase(connection: Connection, complaint_id: str, viewer: Viewer, actor: str | None = None) -> Event:
    """Erase a complaint: text, answers, what other answers say of it; a tombstone without text stays in the log.

    :raises PilahError: PLH-406 if the viewer sees no such complaint.
    """
    statement = sa.select(complaints.c.id).where(complaints.c.id == complaint_id, visible(viewer))
    if connection.execute(statement).first() is None:
        raise PilahError("PLH-406", f"id {complaint_id!r}")
    own = sa.select(assessments.c.seq).where(assessments.c.complaint_id == complaint_id)
    connection.execute(mentions.delete().where(mentions.c.seq.in_(own)))
    connection.execute(assessments.delete().where(assessments.c.complaint_id == complaint_id))
    naming = sa.select(assessments).join(mentions, mentions.c.seq == assessments.c.seq)
    for row in connection.execute(naming.where(mentions.c.other_id == complaint_id)).all():
        body = json.loads(row.body)
        for part in ("duplicates", "nearest"):
            body[part] = [item for item in body.get(part, ()) if item["id"] != complaint_id]
        connection.execute(assessments.update().where(assessments.c.seq == row.seq).values(body=dumps(body)))
    connection.execute(mentions.delete().where(mentions.c.other_id == complaint_id))
    for row in connection.execute(sa.select(events).where(events.c.complaint_id == complaint_id)).all():
        kept = {name: value for name, value in json.loads(row.payload).items() if name in LINKING}
        connection.execute(events.update().where(events.c.seq == row.seq).values(payload=dumps(kept), digest=""))
    connection.execute(complaints.delete().where(complaints.c.id == complaint_id))
    purge_complaint(connection, complaint_id)
    judging.purge_complaint(connection, complaint_id)
    time = now()
    return _insert(
        connection,
        Event("#deleted", complaint_id, "deleted", time, time, {}, actor=actor, sender=viewer.sender),
    )


def rebuild(connection: Connection) -> int:
    """Fold the table ``complaints`` anew from the log and return how many complaints there are."""
    states: dict[str, State] = {}
    for row in connection.execute(sa.select(events).order_by(events.c.seq)):
        event = to_event(row)
        state = fold(states.get(event.complaint_id), event)
        if state is None:
            states.pop(event.complaint_id, None)
        else:
            states[event.complaint_id] = state
    connection.execute(complaints.delete())
    if states:
        connection.execute(complaints.insert(), [_row(state) for state in states.values()])
    return len(states)


def last_answer(connection: Connection, complaint_id: str) -> Answer | None:
    """Return the newest answer of a complaint."""
    statement = sa.select(assessments).where(assessments.c.complaint_id == complaint_id)
    row = connection.execute(statement.order_by(assessments.c.seq.desc()).limit(1)).first()
    return None if row is None else Answer(row.seq, row.at, row.model_id, row.body)


def _refuse_erased(connection: Connection, complaint_id: str) -> None:
    if connection.execute(_ERASED, {"key": complaint_id}).first() is not None:
        raise PilahError("PLH-409", f"id {complaint_id!r}")


def _event_digest(event: Event) -> str:
    payload = {name: value for name, value in event.payload.items() if name != FOUND_ID}
    said = [event.complaint_id, event.kind, event.actor, payload]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _insert(connection: Connection, event: Event) -> Event:
    values = {
        "event_id": event.event_id,
        "complaint_id": event.complaint_id,
        "kind": event.kind,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "sender": event.sender,
        "digest": _event_digest(event),
        "payload": dumps(event.payload),
    }
    key = connection.execute(_ADD_EVENT, values).inserted_primary_key
    assert key is not None  # noqa: S101 - SQLite and PostgreSQL both return it
    return replace(event, seq=int(key[0]))


def _row(state: State) -> dict[str, Any]:
    values = {name: getattr(state, name) for name in _STATE}
    values["content"] = dumps(state.content)
    values["decided"] = int(state.decided)
    values["sensitive"] = int(state.sensitive)
    return values


def _put(connection: Connection, state: State | None, *, new: bool = False) -> None:
    """Write the state of a complaint that there is (``None`` never comes from what is stored here)."""
    if state is None:
        return
    if new:
        connection.execute(_ADD_COMPLAINT, _row(state))
    else:
        connection.execute(_CHANGE_COMPLAINT, {**_row(state), "key": state.id})
