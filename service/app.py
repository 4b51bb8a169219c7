"""Make the web application out of its parts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI

import model.triage
from data.agencies import AgencyRegistry
from data.errors import PilahError
from model.duplicates.index import DuplicateIndex
from service import (
    alert_api,
    api,
    docs_page,
    health,
    incident_api,
    job_api,
    openapi,
    problems,
    review,
    switch_api,
)
from service.decisions import DecisionBook
from service.files import DECISIONS, INCIDENTS
from service.freeing import give_back
from service.intake import Intake, Triage
from service.jobs import JobRunner
from service.limits import Admission, RateLimit
from service.live_model import LiveModel, Load
from service.metrics import Metrics
from service.middleware import BodyLimit, RequestContext
from service.settings import Settings
from service.shadow import ShadowRunner
from service.storage.store import Store
from service.watching import Watcher

log = logging.getLogger(__name__)
_PAUSE = 0.01  # seconds between two steps of learning: requests come first
BATCH_PATHS = ("/v1/assess/batch", "/v1/jobs")


def create_app(
    settings: Settings, triage: Triage, index: DuplicateIndex, store: Store, load: Load | None = None
) -> FastAPI:
    """Join the parts; the app closes the store when it stops.

    :param store: opened with ``serving=True`` by the caller.
    :param load: reads another bundle when the model registry points at one; without it the model never changes.
    """
    metrics = Metrics()
    registry = AgencyRegistry.load(settings.agencies, home=settings.home)
    memory = settings.var / DECISIONS
    decisions = DecisionBook(store, triage, memory) if isinstance(triage, model.triage.Triage) else None
    answering = decisions.triage if decisions is not None else triage
    intake = Intake(answering, index, store, metrics, registry, settings.var / INCIDENTS, decisions)
    metrics.model.labels(triage.model.id, triage.model.bundle).set(1)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log.info("index caught up", extra={"events": intake.catch_up()})
        intake.incidents.restore()
        intake.incidents.follow()
        if decisions is not None:
            decisions.restore()
        intake.follow_switches()
        app.state.jobs = jobs = JobRunner(intake, settings.job_days)
        tasks = [asyncio.create_task(_follow(intake, settings)), asyncio.create_task(jobs.run())]
        tasks.append(asyncio.create_task(_learn(intake, settings)))
        tasks.append(asyncio.create_task(app.state.board.run()))
        tasks += [asyncio.create_task(work) for work in _model_work(app, intake, settings, load)]
        app.state.reader.resume()
        try:
            yield
        finally:
            await app.state.reader.stop()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            with suppress(PilahError):
                intake.save(stopping=True)
            store.close()

    app = FastAPI(
        title="pilah",
        description="Triage of public complaints in Indonesia: agency, category, type, duplicates. It suggests; people "
        "decide.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
    )
    app.state.intake = intake
    app.state.settings = settings
    app.state.rate_limit = RateLimit(settings.rate_limit)
    problems.install(app)
    openapi.install(app)
    app.include_router(api.router)
    app.include_router(incident_api.router)
    app.include_router(job_api.router)
    app.include_router(alert_api.router)
    app.include_router(switch_api.router)
    app.include_router(health.router)
    app.include_router(docs_page.router)
    review.install(app, settings)
    app.add_middleware(
        BodyLimit,
        limit=lambda path: (
            settings.max_batch_body
            if path in BATCH_PATHS
            else settings.max_upload
            if path == review.UPLOAD_PATH
            else settings.max_body
        ),
        together=settings.max_bodies,
    )
    app.add_middleware(Admission, most=settings.max_waiting)
    app.add_middleware(RequestContext, metrics=metrics)
    return app


async def _learn(intake: Intake, settings: Settings) -> None:
    """Keep the memory in step with the log, and refit on what was decided: at the start, then every so often."""
    refitted: float | None = None
    book = intake.decisions
    while True:
        if intake.decisions is not book:  # another bundle answers: it learns from the beginning
            book, refitted = intake.decisions, None
        if book is not None:
            intake.metrics.learning.set(1)
            try:
                while book.follow():
                    await asyncio.sleep(_PAUSE)
                due = refitted is None or book.erased or time.monotonic() - refitted >= settings.refit_interval
                if due and book.experience.stale:
                    version, lessons = book.begin_refit()
                    await asyncio.to_thread(book.experience.learn, version, lessons)
                    await asyncio.to_thread(give_back)
                    log.info("learned from decisions", extra={"decisions": len(lessons)})
                if due:
                    refitted = time.monotonic()
            except PilahError as error:
                log.error("decisions could not be followed", extra={"code": error.code, "detail": error.detail})
            intake.metrics.learning.set(0)
        await asyncio.sleep(settings.follow_interval)


def _model_work(app: FastAPI, intake: Intake, settings: Settings, load: Load | None) -> list[Coroutine[Any, Any, None]]:
    """Return what goes on beside the requests: following the registry, the shadow model, the watch."""
    live = LiveModel(intake, settings, load) if load is not None else None

    def on_drift(drift: bool) -> None:
        intake.drift = drift  # the policy withdraws eligibility while an alarm stands

    app.state.watcher = Watcher(intake, settings.var / "watch.json", settings.watch_interval, on_drift)
    work = [app.state.watcher.run()]
    if live is not None and load is not None:
        shadow = ShadowRunner(intake.store, settings, load, lambda outcome: intake.metrics.shadow.labels(outcome).inc())
        work += [live.run(), shadow.run()]
    return work


async def _follow(intake: Intake, settings: Settings) -> None:
    """Keep the index in step with what other programs write, and save it now and then."""
    saved = time.monotonic()
    while True:
        await asyncio.sleep(settings.follow_interval)
        try:
            while intake.catch_up(limit=20):
                await asyncio.sleep(0)
            intake.follow_switches()
            if time.monotonic() - saved >= settings.index_save_interval:
                intake.save()
                saved = time.monotonic()
        except PilahError as error:
            log.error("the index could not follow the event log", extra={"code": error.code, "detail": error.detail})
        except Exception as error:
            log.error("the index could not follow the event log", exc_info=error)
