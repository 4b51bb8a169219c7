"""Work through background jobs between the requests: what waits survives a restart, what is answered is not redone."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data.errors import PilahError
from service.codec import as_utc, from_plain
from service.intake import Intake
from service.problems import problem
from service.storage.jobs import FAILED, WAITING, Item, next_items, remove_old, settle_item
from service.viewer import Viewer

log = logging.getLogger(__name__)
_AT_ONCE = 8  # items read at once
_PAUSE = 2.0  # seconds between looks when nothing waits or the store failed
_STORE_FAULTS = ("PLH-501", "PLH-502", "PLH-503")


class JobRunner:
    """Answer the items of jobs one after the other, oldest job first.

    :param days: after how many days a finished job is removed.
    """

    def __init__(self, intake: Intake, days: float) -> None:
        self._intake = intake
        self._days = days
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Tell that a job has come."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                worked = await self._some()
            except PilahError as error:
                log.error("a job waits for the store", extra={"code": error.code, "detail": error.detail})
                worked = False
            if not worked:
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), _PAUSE)
                except TimeoutError:
                    continue

    async def _some(self) -> bool:
        store = self._intake.store
        waiting = store.read(lambda connection: next_items(connection, _AT_ONCE))
        for job_id, viewer, item in waiting:
            settled = await self._answer(viewer, item)
            await asyncio.wrap_future(
                store.write(lambda connection, j=job_id, s=settled: settle_item(connection, j, s))  # type: ignore[misc]
            )
            await asyncio.sleep(0)  # whoever waits for an answer comes first
        if not waiting:
            before = as_utc(datetime.now(UTC) - timedelta(days=self._days))
            await asyncio.wrap_future(store.write(lambda connection: remove_old(connection, before)))
        return bool(waiting)

    async def _answer(self, viewer: Viewer, item: Item) -> Item:
        assert item.outcome == WAITING  # noqa: S101
        assert item.content is not None  # noqa: S101 - only what waits is asked for
        try:
            outcome = await self._intake.assess(from_plain(item.content), viewer)
        except PilahError as error:
            if error.code in _STORE_FAULTS:
                raise
            return replace(item, outcome=FAILED, error=problem(error.code))
        return replace(item, outcome=outcome.outcome)
