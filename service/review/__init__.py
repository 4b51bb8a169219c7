"""The admins' pages under ``/review``: server-rendered, Indonesian, one job a module."""

from __future__ import annotations

from fastapi import FastAPI

from service.review import complaint, entry, pickers, queue
from service.review.board import Board
from service.settings import Settings

UPLOAD_PATH = "/review/unggah"
_PARTS = (entry, queue, complaint, pickers)


def install(app: FastAPI, settings: Settings) -> None:
    """Add the pages to an app that has its intake."""
    app.state.board = Board(app.state.intake.store, settings)
    for part in _PARTS:
        app.include_router(part.router)
