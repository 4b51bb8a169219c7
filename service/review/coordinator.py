"""What a coordinator sees of single complaints: a list without texts; a masked text for a stated purpose, logged."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from data.errors import PilahError
from service.review import web
from service.review.queue import PAGE, TABS, place_of, region_name
from service.review.session import Access, Visit
from service.storage import people, worklist
from service.storage.worklist import Wanted

router = APIRouter(prefix=f"{web.HOME}/daftar", include_in_schema=False, route_class=web.PageRoute)
Coordinator = Annotated[Visit, Depends(Access("koordinator"))]
_STAGES = tuple(dict.fromkeys(stage for _, stages in TABS.values() for stage in stages))
_SHORTEST = 10


@router.get("")
async def listing(visit: Coordinator, setelah: str = "", nomor: str = "") -> Response:
    """Show the complaints of the province without their texts."""
    wanted = Wanted(stages=_STAGES, text=None)
    after, viewer, store = place_of(setelah), visit.viewer, visit.intake.store
    if nomor:
        return web.go(f"{web.HOME}/daftar/{nomor.lstrip('#')}")
    rows = await asyncio.to_thread(
        store.read, lambda connection: worklist.page(connection, viewer, wanted, after, PAGE + 1)
    )
    lines = [(row, region_name(row.region_code)) for row in rows[:PAGE]]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = f"{last.urgent}~{last.due}~{last.complaint_id}" if last is not None else None
    return visit.page("daftar.html", lines=lines, following=following)


@router.get("/{complaint_id}")
async def ask(complaint_id: str, visit: Coordinator) -> Response:
    """Ask for the purpose."""
    if visit.intake.store.complaint(complaint_id, visit.viewer) is None:
        raise PilahError("PLH-406")
    return visit.page("keperluan.html", complaint_id=complaint_id, content=None, message=None, purpose="")


@router.post("/{complaint_id}")
async def show(complaint_id: str, visit: Coordinator) -> Response:
    """Show the masked text once the purpose is in the log."""
    form = await web.form_of(visit.request)
    purpose = form.get("keperluan", "")
    state = visit.intake.store.complaint(complaint_id, visit.viewer)
    if state is None:
        raise PilahError("PLH-406")
    if len(purpose) < _SHORTEST:
        message = "Tuliskan keperluannya, paling sedikit 10 karakter."
        return visit.page(
            "keperluan.html", 422, complaint_id=complaint_id, content=None, message=message, purpose=purpose
        )
    user = visit.user.id
    noting = visit.intake.store.write(
        lambda connection: people.note_access(connection, user, "buka teks", complaint_id, purpose[:1000])
    )
    await asyncio.wrap_future(noting)
    return visit.page(
        "keperluan.html", complaint_id=complaint_id, content=dict(state.content), message=None, purpose=purpose
    )
