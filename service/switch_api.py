"""The endpoints of automatic routing: what is switched on, by whom and why; switching on and off."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool

from data.errors import PilahError
from service.api import Admin, TheIntake, json_answer
from service.schemas import Body, Text
from service.storage.switches import Switch, add_switch, all_switches, newest, to_plain
from service.viewer import Viewer

router = APIRouter(prefix="/v1")


class SwitchIn(Body):
    """What an official decides about automatic routing."""

    scope: Annotated[str, Field(max_length=40)] = Field(
        description="semua, tingkat:TIER or wilayah:CODE, as in the guarantee of an answer."
    )
    on: StrictBool = Field(description="true switches on, false off.")
    official: Annotated[Text, Field(min_length=1, max_length=200)] = Field(description="Name and office.")
    reason: Annotated[Text, Field(min_length=1, max_length=2_000)]


def _may(viewer: Viewer, scope: str) -> bool:
    """Tell whether a key may switch a scope: a bound one only regions of its own."""
    if not viewer.bound:
        return True
    kind, _, code = scope.partition(":")
    inside = any(code == region or code.startswith(region + ".") for region in viewer.regions)
    return kind == "wilayah" and inside and not viewer.agencies


def _shown(switches: list[Switch], viewer: Viewer) -> dict[str, object]:
    seen = [switch for switch in switches if _may(viewer, switch.scope)]
    on = [to_plain(switch) for switch in newest(seen).values() if switch.on]
    return {"switched_on": on, "history": [to_plain(switch) for switch in reversed(seen)]}


@router.get("/routing-switches", summary="Read where automatic routing is on")
async def get_switches(viewer: Admin, intake: TheIntake) -> Response:
    """Return the scopes that are switched on and everything that was ever switched, newest first."""
    return json_answer(_shown(intake.store.read(all_switches), viewer))


@router.post("/routing-switches", status_code=201, summary="Switch automatic routing on or off")
async def post_switch(body: SwitchIn, viewer: Admin, intake: TheIntake) -> Response:
    """Record an official's decision; it holds from the next answer on, and can be taken back at any time.

    Only answers inside the proved error bound are ever routed, and none while an alarm says that complaints have
    changed.
    """
    if not _may(viewer, body.scope):
        raise PilahError("PLH-402", f"the key may not switch {body.scope!r}")
    future = intake.store.write(
        lambda connection: add_switch(connection, body.scope, body.on, body.official, body.reason, viewer.id)
    )
    switch = await asyncio.wrap_future(future)
    intake.follow_switches()
    return json_answer(to_plain(switch), status=201)
