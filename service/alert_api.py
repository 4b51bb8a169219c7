"""``/v1/alerts``: what the watch has found, as far as the viewer may see it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api import Reader, TheIntake, json_answer
from service.intake import Intake
from service.viewer import Viewer
from service.watching import Alert, Watcher

router = APIRouter(prefix="/v1")


@router.get("/alerts", summary="Read what has changed")
async def alerts(request: Request, viewer: Reader, intake: TheIntake) -> Response:
    """Return drift since the model went live, surges of a kind in a place, and new topics.

    ``ended`` tells which drift alarms ended last and why: ``gone``, ``audit`` (people's blind decisions show that the
    stated probabilities hold) or ``model``. A bound key sees the surges of its regions, and of topics only those with
    complaints that it may see.
    """
    watcher: Watcher | None = getattr(request.app.state, "watcher", None)
    found = watcher.alerts if watcher is not None else []
    shown = [part for alert in found if (part := visible_part(alert, viewer, intake)) is not None]
    ended = watcher.ended if watcher is not None else []
    looked_at = watcher.looked_at if watcher is not None else None
    return json_answer({"looked_at": looked_at, "alerts": shown, "ended": ended})


def visible_part(alert: Alert, viewer: Viewer, intake: Intake) -> dict[str, Any] | None:
    """Return what a viewer may know of an alert; ``None`` if nothing."""
    document = asdict(alert)
    if alert.ids and (viewer.bound or not viewer.confidential):
        seen = intake.store.visible_ids(alert.ids, viewer)
        document["ids"] = [id_ for id_ in alert.ids if id_ in seen]
    if viewer.bound and alert.kind != "drift":
        inside = alert.place is not None and any(
            alert.place == code or alert.place.startswith(f"{code}.") for code in viewer.regions
        )
        if not inside and len(document["ids"]) < len(alert.ids):
            return None  # its words and numbers are of complaints that are not the viewer's
    return document
