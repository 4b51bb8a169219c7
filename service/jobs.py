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
    Item,
    any_open,
    finish_if_done,
    hold_job,
    next_items,
    remove_old,
    settle_items,
)
from service.viewer import Viewer

log = logging.getLogger(__name__)
_AT_ONCE = 16  # items that are answered, and settled, together
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
        viewer, items = store.read(lambda connection: next_items(connection, job_id, _AT_ONCE))
        if viewer is None or not items:
            await asyncio.wrap_future(store.write(lambda connection: finish_if_done(connection, job_id)))
            return True
        settled, fault = await self._answer(viewer, items)
        if settled:
            await asyncio.wrap_future(store.write(lambda connection: settle_items(connection, job_id, settled)))
        if fault is not None:
            raise fault  # of the store: the others are tried again
        return True

    async def _forget(self) -> None:
        before = as_utc(datetime.now(UTC) - timedelta(days=self._days))
        await asyncio.wrap_future(self._intake.store.write(lambda connection: remove_old(connection, before)))

    async def _answer(self, viewer: Viewer, items: list[Item]) -> tuple[list[Item], PilahError | None]:
        """Answer items that wait; return what became of them and the fault of the store that kept others back."""
        outcomes = await self._intake.assess_batch([from_plain(item.content or {}) for item in items], viewer)
        settled: list[Item] = []
        fault: PilahError | None = None
        for item, outcome in zip(items, outcomes, strict=True):
            if not isinstance(outcome, PilahError):
                settled.append(replace(item, outcome=outcome.outcome))
            elif outcome.code in _STORE_FAULTS:
                fault = outcome
            else:
                settled.append(replace(item, outcome=FAILED, error=problem(outcome.code)))
        return settled, fault
