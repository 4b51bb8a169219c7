"""Answer an address under ``/review`` that no page has."""

from __future__ import annotations

from fastapi import APIRouter, Response

from data.errors import PilahError
from service.review import web

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)


@router.get("/{rest:path}")
async def lost(rest: str) -> Response:
    """Say that there is nothing here; nobody learns what else there is."""
    raise PilahError("PLH-404")
