"""The admins' pages under ``/review``: server-rendered, Indonesian, one job a module."""

from __future__ import annotations

from fastapi import FastAPI

from service.review import (
    complaint,
    coordinator,
    entry,
    incident_pages,
    judging,
    lost,
    monitor,
    people_pages,
    pickers,
    plan,
    queue,
    switch_page,
    upload,
)
from service.review.board import Board
from service.review.reader import Reader
from service.settings import Settings

UPLOAD_PATH = "/review/unggah"
PARTS = (
    entry,
    queue,
    complaint,
    pickers,
    upload,
    incident_pages,
    judging,
    people_pages,
    monitor,
    plan,
    coordinator,
    switch_page,
    lost,
)


def install(app: FastAPI, settings: Settings) -> None:
    """Add the pages to an app that has its intake."""
    intake = app.state.intake
    app.state.board = Board(intake.store, settings, lambda: pickers.warm(intake.registry))
    app.state.reader = Reader(intake, settings.var / "unggahan")
    for part in PARTS:
        app.include_router(part.router)
