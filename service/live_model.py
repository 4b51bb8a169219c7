"""Follow the model registry: swap the bundle that answers between two requests, without losing one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from data.errors import PilahError
from model.triage import Triage as ModelTriage
from service.decisions import DecisionBook
from service.files import DECISIONS
from service.intake import Intake, Triage
from service.settings import Settings
from training.registry import Registry

log = logging.getLogger(__name__)
Load = Callable[[Path], Triage]


def live_bundle(settings: Settings) -> Path:
    """Return the folder of the bundle that is to answer: the promoted one, else that of the settings."""
    return Registry(settings.var / "models").live_path() or settings.bundle


class LiveModel:
    """Keep the intake on the live model.

    A bundle is loaded and tried in a thread; only when it answers does one assignment on the event loop put it in the
    place of the old one. A complaint is read and answered by one model, because nothing else runs in between.

    :param load: reads a bundle and checks that it answers.
    """

    def __init__(self, intake: Intake, settings: Settings, load: Load) -> None:
        self._intake = intake
        self._settings = settings
        self._load = load
        self._path = live_bundle(settings)
        self._refused: Path | None = None

    @property
    def path(self) -> Path:
        """Return the folder of the bundle that answers."""
        return self._path

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await asyncio.sleep(self._settings.follow_interval)
            await self.follow()

    async def follow(self) -> bool:
        """Swap if the registry points elsewhere; say whether it did."""
        path = live_bundle(self._settings)
        if path in (self._path, self._refused):
            return False
        try:
            triage = await asyncio.to_thread(self._load, path)
        except (PilahError, OSError) as error:
            self._refused = path  # the old one goes on answering; said once
            log.error("the promoted model cannot be used", extra={"path": str(path), "detail": str(error)})
            return False
        self._path, self._refused = path, None
        if isinstance(triage, ModelTriage):
            book = DecisionBook(self._intake.store, triage, self._settings.var / DECISIONS)
            self._intake.decisions, triage = book, book.triage
        self._put(triage)
        log.info("another model answers", extra={"model": triage.model.id, "bundle": triage.model.bundle})
        return True

    def _put(self, triage: Triage) -> None:
        self._intake.triage = triage
        self._intake.metrics.model.clear()
        self._intake.metrics.model.labels(triage.model.id, triage.model.bundle).set(1)
