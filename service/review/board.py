"""Keep the work list in step with the log, and know who has which complaint open."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.engine import Connection

from service.review.clock import Clock, today
from service.review.tasks import Task, task_of
from service.settings import Settings
from service.storage import worklist
from service.storage.log import Event
from service.storage.store import Store

_LOOKING = 300.0  # seconds for which an opened page counts as being looked at


class Board:
    """Hold what all visits share."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self.clock = Clock.of(settings)
        self._share = settings.audit_share
        self._cursor = 0
        self._lock = asyncio.Lock()
        self._looking: dict[str, dict[str, float]] = {}

    def make(self, events: list[Event], body: str | None) -> Task | None:
        """Make the row of a complaint."""
        return task_of(events, body, self.clock, self._share, today())

    def step(self, connection: Connection) -> int:
        """Read the next events of the log."""
        return worklist.follow(connection, self.make)  # type: ignore[arg-type]

    async def follow(self) -> None:
        """Read what was written since; a page is made only after this."""
        if self._store.last_seq() <= self._cursor:
            return
        async with self._lock:
            last = self._store.last_seq()
            while self._cursor < last and await asyncio.wrap_future(self._store.write(self.step)) > 0:
                self._cursor = self._store.read(worklist.cursor)
            self._cursor = max(self._cursor, self._store.read(worklist.cursor))

    def look(self, complaint_id: str, user_id: str) -> list[str]:
        """Note that a person opened a complaint and return the ids of others who have it open."""
        moment = time.monotonic()
        for name in [name for name, seen in self._looking.items() if max(seen.values()) < moment - _LOOKING]:
            del self._looking[name]
        seen = self._looking.setdefault(complaint_id, {})
        others = [one for one, at in seen.items() if one != user_id and at >= moment - _LOOKING]
        seen[user_id] = moment
        return others

    def leave(self, complaint_id: str, user_id: str) -> None:
        """Note that a person is done with a complaint."""
        self._looking.get(complaint_id, {}).pop(user_id, None)
        if not self._looking.get(complaint_id, True):
            del self._looking[complaint_id]
