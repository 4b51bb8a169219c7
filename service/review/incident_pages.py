"""Incidents: what repeats one case, gathered; split, merged and closed by hand."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from textwrap import shorten
from typing import Any

from fastapi import APIRouter, Response

from data.errors import PilahError
from data.privacy import mask
from model.duplicates.incidents import Incident
from service.codec import now
from service.review import web
from service.review.decide import form_place
from service.review.session import Admins, Visit
from service.storage.log import Event
from service.storage.record import store_event

router = APIRouter(prefix=f"{web.HOME}/kejadian", include_in_schema=False, route_class=web.PageRoute)
_PAGE = 50


def _day(number: int | None) -> date | None:
    return None if number is None else date(1970, 1, 1) + timedelta(days=number)


def _line(visit: Visit, incident: Incident) -> dict[str, Any]:
    state = visit.intake.store.complaint(incident.representative, visit.viewer)
    content = state.content if state is not None else {}
    return {
        "id": incident.id,
        "title": content.get("title") or shorten(content.get("text", ""), 90, placeholder="…"),
        "agency": state.agency if state is not None else None,
        "count": len(incident.members),
        "supporters": incident.supporters,
        "first": _day(incident.first),
        "last": _day(incident.last),
        "status": incident.status,
    }


@router.get("")
async def listing(visit: Admins, semua: str = "", halaman: int = 1) -> Response:
    """Show the incidents of more than one complaint, the newest first."""
    seen = await asyncio.to_thread(visit.board.ledger.names, visit.viewer)
    found = [one for one in visit.intake.incidents.gathered(seen) if semua or one.status == "terbuka"]
    found.sort(key=lambda one: (-(one.last or 0), one.id))
    page = max(1, halaman)
    part = found[(page - 1) * _PAGE : page * _PAGE]
    return visit.page(
        "kejadian.html",
        lines=[_line(visit, one) for one in part],
        total=len(found),
        everything=bool(semua),
        page=page,
        more=len(found) > page * _PAGE,
    )


@router.get("/{incident_id}")
async def show(incident_id: str, visit: Admins) -> Response:
    """Show one incident with its complaints."""
    return _page(visit, visit.intake.incidents.view(incident_id, visit.viewer))


def _page(visit: Visit, incident: Incident, status: int = 200, message: str | None = None) -> Response:
    states = [visit.intake.store.complaint(name, visit.viewer) for name in incident.members]
    return visit.page(
        "kejadian_satu.html",
        status,
        incident=incident,
        first=_day(incident.first),
        last=_day(incident.last),
        members=[state for state in states if state is not None],
        form_id=web.new_form_id(),
        message=message,
    )


@router.post("/{incident_id}/{action}")
async def change(incident_id: str, action: str, visit: Admins) -> Response:
    """Split, merge, close or open again; the same form again changes nothing."""
    form = await visit.request.form()
    fields = await web.form_of(visit.request)
    nonce, _ = form_place({**fields, "terlihat": "0"})
    sent = visit.intake.store.events_of(fields.get("wakil", ""))
    if any(event.event_id == f"rv-{nonce}-0" and event.actor == visit.user.id for event in sent):
        return web.go(f"{web.HOME}/kejadian")
    incident = visit.intake.incidents.view(incident_id, visit.viewer)
    chosen = {str(value) for value in form.getlist("anggota")}
    out = [name for name in incident.members if name in chosen]
    payload: dict[str, Any] = {"incident": incident.id, "members": list(incident.members)}
    if action == "pisah":
        stay = [name for name in incident.members if name not in chosen]
        if not out or not stay:
            return _page(visit, incident, 422, "Pilih sebagian laporan yang hendak dipisah, tidak semuanya.")
        kind, payload = "incident_split", payload | {"members": out, "others": stay}
    elif action == "gabung":
        other = visit.intake.incidents.view(_meant(visit, fields.get("lain", "")), visit.viewer)
        if other.id == incident.id:
            return _page(visit, incident, 422, "Isi nomor kejadian yang lain.")
        kind, payload = "incident_merged", payload | {"other": other.id, "others": list(other.members)}
    elif action in ("tutup", "buka"):
        kind = "incident_closed" if action == "tutup" else "incident_reopened"
    else:
        raise PilahError("PLH-404")
    if fields.get("catatan"):
        payload["reason"] = mask(fields["catatan"])[:1500]
    await _write(visit, kind, incident.representative, payload, nonce)
    name = payload["members"][0]
    return web.go(f"{web.HOME}/kejadian/{visit.intake.incidents.of([name])[name]}")


def _meant(visit: Visit, number: str) -> str:
    """Return the incident that was typed: its own number, or that of one of its complaints."""
    name = number.lstrip("#")
    if visit.intake.store.complaint(name, visit.viewer) is not None:
        return visit.intake.incidents.of([name])[name]
    return number


async def _write(visit: Visit, kind: str, complaint_id: str, payload: dict[str, Any], nonce: str) -> None:
    time = now()
    sender, viewer = visit.viewer.sender, visit.viewer
    event = Event(f"rv-{nonce}-0", complaint_id, kind, time, time, payload, visit.user.id, sender)
    store = visit.intake.store
    await asyncio.wrap_future(store.write(lambda connection: store_event(connection, event, viewer)))
    visit.intake.metrics.events.labels(kind).inc()
    visit.intake.catch_up()
