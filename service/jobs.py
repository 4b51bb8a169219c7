"""Work through background jobs between the requests: what waits survives a restart, what is answered is not redone."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data.errors import PilahError
from service.codec import as_utc, from_plain
from service.intake import Intake
from service.problems import problem
from service.storage.jobs import (
    FAILED,
    WAITING,
    Item,
    any_open,
    finish_if_done,
    hold_job,
    next_item,
    remove_old,
    settle_item,
)
from service.viewer import Viewer

log = logging.getLogger(__name__)
_AT_ONCE = 8  # items between two looks at whose the job is
_PAUSE = 2.0  # seconds between looks when nothing waits or the store failed
_HELD = 60.0  # seconds for which no other server works on a job that this one has taken
_SWEEP = 3600.0  # seconds between removals of what is old
_STORE_FAULTS = ("PLH-501", "PLH-502", "PLH-503")


class JobRunner:
    """Answer the items of jobs one after the other, oldest job first.

    :param days: after how many days a finished job is removed.
    """

    def __init__(self, intake: Intake, days: float) -> None:
        self._intake = intake
        self._days = days
        # A SQLite file has one server: after a crash it takes its job up again at once.
        self._name = "only" if intake.store.engine.dialect.name == "sqlite" else secrets.token_hex(8)
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Tell that a job has come."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        swept = -_SWEEP
        while True:
            try:
                worked = await self._some()
                if not worked and time.monotonic() - swept > _SWEEP:
                    swept = time.monotonic()
                    await self._forget()
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
        """Answer a few items of one job and say whether there was a job."""
        store = self._intake.store
        if not store.read(any_open):  # the usual case: nothing is written, and no other server is held up
            return False
        until = as_utc(datetime.now(UTC) + timedelta(seconds=_HELD))
        job_id = await asyncio.wrap_future(store.write(lambda connection: hold_job(connection, self._name, until)))
        if job_id is None:
            return False
        for _ in range(_AT_ONCE):
            viewer, item = store.read(lambda connection: next_item(connection, job_id))
            if viewer is None or item is None:
                await asyncio.wrap_future(store.write(lambda connection: finish_if_done(connection, job_id)))
                return True
            settled = await self._answer(viewer, item)
            await asyncio.wrap_future(
                store.write(lambda connection, settled=settled: settle_item(connection, job_id, settled))  # type: ignore[misc]
            )
            await asyncio.sleep(0)  # whoever waits for an answer comes first
        return True

    async def _forget(self) -> None:
        before = as_utc(datetime.now(UTC) - timedelta(days=self._days))
        await asyncio.wrap_future(self._intake.store.write(lambda connection: remove_old(connection, before)))

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
