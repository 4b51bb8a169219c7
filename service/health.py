"""Health and metrics: for the machine that watches the server, without any complaint in them."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from data.errors import PilahError
from service.api import Scope, TheIntake, settings_of
from service.problems import problem_response
from service.viewer import Viewer

router = APIRouter()


@router.get("/health/live", summary="Is the process alive?")
async def live() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "ok"}


@router.get("/health/ready", summary="Can it serve?")
async def ready(intake: TheIntake) -> Response:
    """Answer 200 when the model is loaded and the store answers, 503 otherwise."""
    try:
        intake.store.read(lambda connection: connection.execute(sa.text("SELECT 1")).scalar())
    except PilahError as error:
        return problem_response(error.code)
    return Response('{"status":"ok"}', media_type="application/json")


async def _metrics_viewer(request: Request) -> Viewer | None:
    if settings_of(request).metrics_public:
        return None
    return await Scope("admin")(request)


@router.get("/metrics", summary="Prometheus metrics")
async def metrics(_viewer: Annotated[Viewer | None, Depends(_metrics_viewer)], intake: TheIntake) -> Response:
    """Return totals of the process in the Prometheus text format."""
    intake.metrics.cursor.set(intake.cursor)
    return Response(intake.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
