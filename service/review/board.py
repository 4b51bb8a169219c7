"""Keep the work list and the figures in step with the log, and know who has which complaint open."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from data.errors import PilahError
from service.review.audit import Draw, drawn, eligible
from service.review.clock import Clock, today
from service.review.ledger import Ledger
from service.review.tasks import Task, task_of
from service.settings import Settings
from service.storage import worklist
from service.storage.log import Event
from service.storage.store import Store

log = logging.getLogger(__name__)
_LOOKING = 300.0  # seconds for which an opened page counts as being looked at
_FEW = 300  # events that a page waits for; behind by more it says so and shows what there is
_SMALL = 50  # complaints in a step beside the requests: some ten milliseconds of a thread
_REST = 0.05  # seconds of rest after a step at most; as long as the step took, so that half a core stays free


class Board:
    """Hold what all visits share.

    The log is followed in its order, by small steps in a thread: reading and folding hold no lock of the store, and
    what is written of a step takes a millisecond. What a person opens or decides is brought up to date at once,
    wherever in the log it is; a row made from later events is never replaced by one from earlier events.
    """

    def __init__(self, store: Store, settings: Settings, warm: Callable[[], object] | None = None) -> None:
        """Begin without having read anything.

        :param warm: what is done once beside the first requests, so that nobody waits for a table to be made.
        """
        self._store = store
        self._warm = warm
        self._interval = settings.follow_interval
        self.clock = Clock.of(settings)
        self.ledger = Ledger(store)
        self._draw = Draw(store, settings.audit_weekly, settings.audit_share)
        self._cursor = 0
        self._lock = asyncio.Lock()
        self._looking: dict[str, dict[str, float]] = {}

    def make(self, history: Mapping[str, Sequence[Event]], answers: Mapping[str, Mapping[str, Any]]) -> list[Task]:
        """Make the rows of complaints."""
        shares = self._draw.shares(answers.values())
        day = today()
        made = []
        for name, events in history.items():
            answer = answers.get(name)
            in_audit = answer is not None and eligible(answer) and drawn(name, shares[answer["seq"]])
            try:
                made.append(task_of(events, answer, self.clock, in_audit, day))
            except Exception as error:  # the others are not to wait for it
                log.error("a complaint cannot be put in the work list", extra={"complaint": name}, exc_info=error)
        return [task for task in made if task is not None]

    def step(self, limit: int = _SMALL) -> bool:
        """Do the next step of the work list; say whether there may be more."""
        read = self._store.read(lambda connection: worklist.read_step(connection, self.make, limit))
        if read is None:
            return False
        step = read
        self._store.write(lambda connection: worklist.write_step(connection, step)).result()
        self._cursor = max(self._cursor, step.until)
        return True

    def renew(self, ids: Sequence[str]) -> None:
        """Bring single complaints up to date in the list."""
        step = self._store.read(lambda connection: worklist.read_some(connection, self.make, ids))
        self._store.write(lambda connection: worklist.write_step(connection, step)).result()

    @property
    def behind(self) -> int:
        """Return how many events of the log the list does not show yet, about."""
        return max(0, self._store.last_seq() - self._cursor)

    @property
    def late(self) -> int:
        """Return how far the list is behind if a page must say so."""
        behind = self.behind
        return behind if behind > _FEW else 0

    async def follow(self, *ids: str) -> None:
        """Read what was written since; a page is made only after this.

        :param ids: complaints that are brought up to date even where much else is still to be read.
        """
        if not self.late:
            await self.finish()
        elif ids:
            await asyncio.to_thread(self.renew, ids)

    async def finish(self) -> None:
        """Read all that there is."""
        while self.behind:
            async with self._lock:
                if not await asyncio.to_thread(self.step, 2 * _SMALL):
                    self._cursor = max(self._cursor, self._store.read(worklist.cursor))
                    return

    async def run(self) -> None:
        """Follow beside the requests, until cancelled."""
        try:
            if self._warm is not None:
                await asyncio.to_thread(self._warm)
        except Exception as error:  # the first search will make its tables itself
            log.error("the tables of the pickers could not be made", exc_info=error)
        while True:
            try:
                await self._some()
            except PilahError as error:
                log.error("the work list waits for the store", extra={"code": error.code, "detail": error.detail})
            except Exception as error:
                log.error("the work list could not follow the event log", exc_info=error)
            await asyncio.sleep(self._interval)

    async def _some(self) -> None:
        """Do all steps that there are, with a rest after each."""
        more = True
        while more:
            start = time.perf_counter()
            async with self._lock:
                more = await asyncio.to_thread(self.step) if self.behind else False
            if not more:
                more = await asyncio.to_thread(self.ledger.step)
            if more:
                await asyncio.sleep(min(_REST, time.perf_counter() - start))

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
