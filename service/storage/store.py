"""The store: what is written and read, and who may see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from service.storage.engine import ServerLock, migrate, open_engine, storage_error
from service.storage.log import DECISIONS, Event, State
from service.storage.sight import ids_query, state_query, visible
from service.storage.tables import assessments, complaints, events
from service.storage.writer import Writer
from service.viewer import Viewer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold an answer as it was given.

    :param body: the JSON text, byte for byte.
    """

    seq: int
    at: str
    model_id: str
    body: str


class Store:
    """Read and write complaints, events, answers and keys.

    :param serving: hold the SQLite file as its one server.
    :raises PilahError: PLH-501 to PLH-504 and PLH-507 as the catalogue says.
    """

    def __init__(self, url: str, busy_timeout: float = 5.0, *, serving: bool = False) -> None:
        self.engine = open_engine(url, busy_timeout)
        self._lock = ServerLock(url) if serving else None
        try:
            migrate(self.engine)
        except BaseException:
            self.close_engine()
            raise
        self._writer = Writer(self.engine)

    def close(self) -> None:
        """Finish the queued writes and let go of the database."""
        self._writer.close()
        self.close_engine()

    def close_engine(self) -> None:
        """Let go of the database without waiting for a writer."""
        self.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def write(self, job: Callable[[Connection], T]) -> Future[T]:
        """Queue a write (see :class:`Writer`); the future is done once it is on the disk."""
        return self._writer.submit(job)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query.

        :raises PilahError: PLH-501 to PLH-503 if the database fails.
        """
        try:
            with self.engine.connect() as connection:
                return query(connection)
        except DBAPIError as error:
            raise storage_error(error) from error

    def flush(self) -> None:
        """Empty SQLite's write-ahead log into the file, so that what was erased is not in it any more."""
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def complaint(self, complaint_id: str, viewer: Viewer) -> State | None:
        """Return the state of a complaint, ``None`` if it is unknown or not for this viewer's eyes."""
        return self.look_up(complaint_id, viewer)[0]

    def look_up(self, complaint_id: str, viewer: Viewer) -> tuple[State | None, bool]:
        """Return the state of a complaint as :meth:`complaint` does, and whether it is stored, whoever may see it."""
        statement = state_query(viewer)
        row = self.read(lambda connection: connection.execute(statement, {"key": complaint_id}).first())
        return (to_state(row) if row is not None and row.seen else None), row is not None

    def known_ids(self, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that are stored, whoever may see them."""
        statement = sa.select(complaints.c.id).where(complaints.c.id.in_(ids))
        return self.read(lambda connection: {row.id for row in connection.execute(statement)})

    def visible_ids(self, ids: Sequence[str], viewer: Viewer) -> set[str]:
        """Return those of the ids that the viewer may see."""
        if not ids:
            return set()
        statement = ids_query(viewer)
        return self.read(lambda connection: set(connection.scalars(statement, {"ids": ids})))

    def answers(self, complaint_id: str) -> list[Answer]:
        """Return every answer given for a complaint, oldest first."""
        statement = sa.select(assessments).where(assessments.c.complaint_id == complaint_id)
        statement = statement.order_by(assessments.c.seq)
        rows = self.read(lambda connection: connection.execute(statement).all())
        return [Answer(row.seq, row.at, row.model_id, row.body) for row in rows]

    def last_answer(self, complaint_id: str) -> Answer | None:
        """Return the newest answer of a complaint."""
        statement = sa.select(assessments).where(assessments.c.complaint_id == complaint_id)
        statement = statement.order_by(assessments.c.seq.desc()).limit(1)
        row = self.read(lambda connection: connection.execute(statement).first())
        return None if row is None else Answer(row.seq, row.at, row.model_id, row.body)

    def events_of(self, complaint_id: str) -> list[Event]:
        """Return the events of a complaint in order."""
        statement = sa.select(events).where(events.c.complaint_id == complaint_id).order_by(events.c.seq)
        return [to_event(row) for row in self.read(lambda connection: connection.execute(statement).all())]

    def events_of_many(self, ids: Sequence[str], kinds: Sequence[str]) -> dict[str, list[Event]]:
        """Return the events of these kinds of each complaint, in order."""
        # The kinds are not asked of the database: SQLite would take their index and read half of the log.
        statement = sa.select(events).where(events.c.complaint_id.in_(ids)).order_by(events.c.seq)
        found: dict[str, list[Event]] = {name: [] for name in ids}
        for row in self.read(lambda connection: connection.execute(statement).all()):
            if row.kind in kinds:
                found[row.complaint_id].append(to_event(row))
        return found

    def states_of(self, ids: Sequence[str]) -> list[State]:
        """Return the states of those of the complaints that are stored, whoever may see them."""
        statement = sa.select(complaints).where(complaints.c.id.in_(ids))
        return [to_state(row) for row in self.read(lambda connection: connection.execute(statement).all())]

    def events_after(self, cursor: int, limit: int = 1000, kinds: Sequence[str] | None = None) -> list[Event]:
        """Return the events after a place in the log, in order."""
        statement = _following(None if kinds is None else tuple(kinds))
        values = {"cursor": cursor, "most": limit}
        return [to_event(row) for row in self.read(lambda connection: connection.execute(statement, values).all())]

    def mark(self, cursor: int) -> list[str] | None:
        """Return what the log says at a place, by which a file written then knows its log: another one differs."""
        found = self.events_after(cursor - 1, 1)
        if not found or found[0].seq != cursor:
            return None
        return [found[0].event_id, found[0].complaint_id, found[0].recorded_at]

    def last_seq(self) -> int:
        """Return the place of the last event, 0 for an empty log."""
        statement = sa.select(sa.func.max(events.c.seq))
        return self.read(lambda connection: connection.execute(statement).scalar()) or 0

    def seq_before_last(self, count: int, kinds: Sequence[str]) -> int:
        """Return the place in the log after which lie the last ``count`` events of these kinds."""
        statement = sa.select(events.c.seq).where(events.c.kind.in_(kinds)).order_by(events.c.seq.desc())
        row = self.read(lambda connection: connection.execute(statement.offset(count).limit(1)).first())
        return 0 if row is None else int(row.seq)

    def decisions_after(self, cursor: int, limit: int, viewer: Viewer) -> list[Event]:
        """Return what people decided after a place in the log, for complaints that the viewer may see."""
        statement = (
            sa.select(events)
            .join(complaints, complaints.c.id == events.c.complaint_id)
            .where(events.c.seq > cursor, events.c.kind.in_(sorted(DECISIONS)), visible(viewer))
            .order_by(events.c.seq)
            .limit(limit)
        )
        return [to_event(row) for row in self.read(lambda connection: connection.execute(statement).all())]

    def states(self, after: str = "", chunk: int = 1000) -> Iterator[State]:
        """Go through all complaints by id."""
        while True:
            statement = sa.select(complaints).where(complaints.c.id > after).order_by(complaints.c.id).limit(chunk)
            rows = self.read(lambda connection, statement=statement: connection.execute(statement).all())  # type: ignore[misc]
            yield from map(to_state, rows)
            if len(rows) < chunk:
                return
            after = rows[-1].id

    def count(self) -> int:
        """Return the number of stored complaints."""
        statement = sa.select(sa.func.count()).select_from(complaints)
        return self.read(lambda connection: connection.execute(statement).scalar_one())


@lru_cache(maxsize=16)
def _following(kinds: tuple[str, ...] | None) -> sa.Select[Any]:
    """Return the query for the first ``most`` events after the place ``cursor`` in the log."""
    statement = sa.select(events).where(events.c.seq > sa.bindparam("cursor"))
    if kinds is not None:
        statement = statement.where(events.c.kind.in_(kinds))
    return statement.order_by(events.c.seq).limit(sa.bindparam("most"))


def to_state(row: Row[Any]) -> State:
    """Read a row of ``complaints``."""
    values = dict(row._mapping)
    values.pop("seen", None)
    values["content"] = json.loads(values["content"])
    values["decided"] = bool(values["decided"])
    values["sensitive"] = bool(values["sensitive"])
    return State(**values)


def to_event(row: Row[Any]) -> Event:
    """Read a row of ``events``."""
    return Event(
        event_id=row.event_id,
        complaint_id=row.complaint_id,
        kind=row.kind,
        at=row.at,
        recorded_at=row.recorded_at,
        payload=json.loads(row.payload),
        actor=row.actor,
        sender=row.sender,
        seq=row.seq,
    )
