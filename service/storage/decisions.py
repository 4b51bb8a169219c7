"""Write what a person decided at the pages: all of it or nothing, once, and only on what the person saw."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data.errors import PilahError
from service.storage.log import Event
from service.storage.record import store_event
from service.storage.sight import visible
from service.storage.store import to_event
from service.storage.tables import complaints, events
from service.viewer import Viewer


def store_decision(
    connection: Connection, decided: Sequence[Event], viewer: Viewer, seen: int
) -> list[tuple[Event, bool]]:
    """Write the events of one decision about one complaint.

    The same decision again (a double click, a repeated request after a restart) is answered, not written.

    :param decided: events of one complaint; the first carries the id of the form.
    :param seen: the last event of the complaint when the person opened it.
    :return: each event as it is in the log, and whether it is new.
    :raises PilahError: PLH-406 if the person does not see the complaint, PLH-452 if it was changed meanwhile, PLH-408
        if the form was used for another decision.
    """
    first = decided[0]
    mine = sa.and_(events.c.complaint_id == first.complaint_id, events.c.event_id.in_([e.event_id for e in decided]))
    known = [to_event(row) for row in connection.execute(sa.select(events).where(mine).order_by(events.c.seq))]
    if known:  # not asked again whether the person sees it: who returned a complaint does not see it any more
        if [(e.kind, e.actor, e.payload) for e in known] != [(e.kind, e.actor, dict(e.payload)) for e in decided]:
            raise PilahError("PLH-408", "")
        return [(event, False) for event in known]
    statement = sa.select(complaints.c.seq).where(complaints.c.id == first.complaint_id, visible(viewer))
    current = connection.execute(statement).scalar()
    if current is None:
        raise PilahError("PLH-406", f"id {first.complaint_id!r}")
    if current != seen:
        raise PilahError("PLH-452", "")
    return [store_event(connection, event, viewer) for event in decided]
