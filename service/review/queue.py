"""The queue: what needs a person, emergencies first, then the oldest deadline."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from sqlalchemy.engine import Row

from data.regions import Regions
from service.review import web
from service.review.clock import today
from service.review.pickers import find_categories
from service.review.session import Signed, Visit
from service.review.tasks import DONE, FOLLOW_UP, HELD, NATIONAL, REASONS, WAITING, is_blind
from service.storage import worklist
from service.storage.worklist import Place, Wanted

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)
PAGE = 25
TABS = {
    "perlu": ("Perlu diputuskan", WAITING),
    "tindak": ("Tindak lanjut", (FOLLOW_UP,)),
    "tunda": ("Ditunda", (HELD,)),
    "selesai": ("Selesai", (DONE,)),
}
AGES = {"1": "lebih dari 1 hari", "3": "lebih dari 3 hari", "7": "lebih dari 7 hari", "30": "lebih dari 30 hari"}
FIELDS = ("tab", "wilayah", "instansi", "kategori", "alasan", "umur", "q")


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one line of the queue."""

    id: str
    title: str
    text: str
    reason: str
    urgent: bool
    audit: bool
    due: str
    days_left: int
    late: bool
    received: str
    agency: str | None
    category: str | None
    region: str | None
    confidential: bool
    stage: str
    status: str
    place: str


def region_name(code: str | None) -> str | None:
    """Return the name of the regency or province of a code."""
    if code is None or code[:5] not in Regions.load():
        return None
    return Regions.load().get(code[:5]).full_name


@lru_cache(maxsize=1024)
def _region_of(text: str) -> str | None:
    """Read a region: its code, or its name as people type it; ``None`` if there is none."""
    regions = Regions.load()
    if text[:5] in regions or text[:2] in regions:
        return text
    typed = text.casefold().split()
    if not typed:
        return None
    provinces = regions.children(None)
    every = [*provinces, *(one for province in provinces for one in regions.children(province.code))]
    fitting = [one for one in every if all(word in one.full_name.casefold() for word in typed)]
    return min(fitting, key=lambda one: (len(one.full_name), one.code)).code if fitting else None


def first_tab(visit: Visit) -> str:
    """Return the tab that a role works from."""
    return "tindak" if visit.user.role == "penghubung" else "perlu"


def wanted_of(visit: Visit, query: dict[str, str]) -> Wanted:
    """Read what is asked for."""
    tab = query.get("tab") if query.get("tab") in TABS else first_tab(visit)
    stages = TABS[tab or "perlu"][1]
    if visit.user.agency_id and visit.user.role == "instansi" and tab == "perlu":
        stages = (*stages, FOLLOW_UP)  # a body without offices below: what came to it is to be decided here
    age = query.get("umur", "")
    before = (today() - timedelta(days=int(age))).isoformat() if age in AGES else None
    return Wanted(
        stages=stages,
        excluded=(NATIONAL,) if visit.user.role == "instansi" and tab == "perlu" else (),
        region=_region_of(query.get("wilayah", "")),
        agency=query.get("instansi") or None,
        category=query.get("kategori") or None,
        categories=tuple(one.id for one in find_categories(query.get("kategori", ""))),
        reason=query["alasan"] if query.get("alasan") in REASONS else None,
        before=before,
        text=query.get("q") or None,
    )


def kept(query: dict[str, str], **changes: str) -> str:
    """Return the query of the page with changes, without empty fields."""
    values = {name: query.get(name, "") for name in FIELDS} | changes
    return urlencode({name: value for name, value in values.items() if value})


def place_of(text: str) -> Place | None:
    """Read where a page begins."""
    urgent, _, rest = text.partition("~")
    due, _, name = rest.partition("~")
    return (int(urgent), due, name) if urgent in ("0", "1") and len(due) == 10 and name else None


def item_of(visit: Visit, row: Row[Any]) -> Item:
    """Make a line of the queue."""
    content = json.loads(row.content)
    blind = is_blind(row, decided=bool(row.decided))
    text = " ".join(content["text"].split())
    open_task = row.stage != DONE
    day = today()
    late = open_task and row.due < day.isoformat()
    return Item(
        id=row.complaint_id,
        title=content.get("title") or text[:80],
        text=text[:180],
        reason=REASONS["audit"] if blind else REASONS.get(row.reason, row.reason),
        urgent=bool(row.urgent),
        audit=blind,
        due=row.due,
        days_left=visit.board.clock.left(day, day.fromisoformat(row.due)) if open_task else 0,
        late=late,
        received=row.received,
        agency=None if blind else row.agency,
        category=None if blind else row.category,
        region=region_name(row.region_code),
        confidential=row.confidentiality == "rahasia" or bool(row.sensitive),
        stage=row.stage,
        status=row.status,
        place=f"{row.urgent}~{row.due}~{row.complaint_id}",
    )


@router.get("")
async def queue(visit: Signed) -> Response:
    """Show what waits."""
    if not visit.user.decides:
        return web.go(f"{web.HOME}/monitor")
    return await asyncio.to_thread(_page, visit)  # so that a search in a large store holds nobody else up


def _page(visit: Visit) -> Response:
    start = time.perf_counter()
    query = {name: value[:200] for name, value in visit.request.query_params.items()}
    wanted = wanted_of(visit, query)
    after = place_of(query.get("setelah", ""))
    store, viewer = visit.intake.store, visit.viewer
    rows = store.read(lambda connection: worklist.page(connection, viewer, wanted, after, PAGE + 1))
    facets = store.read(lambda connection: worklist.counts(connection, viewer, replace(wanted, reason=None)))
    items = [item_of(visit, row) for row in rows[:PAGE]]
    tab = query.get("tab") if query.get("tab") in TABS else first_tab(visit)
    response = visit.page(
        "antrean.html",
        items=items,
        tab=tab,
        tabs={name: title for name, (title, _) in TABS.items()},
        tab_links={name: kept({}, tab=name) for name in TABS},
        facets=sorted(facets.items(), key=lambda pair: list(REASONS).index(pair[0]) if pair[0] in REASONS else 99),
        reasons=REASONS,
        total=sum(facets.values()) if wanted.reason is None else facets.get(wanted.reason, 0),
        query={name: query.get(name, "") for name in FIELDS},
        ages=AGES,
        here=kept(query),
        first=f"{web.HOME}?{kept(query)}" if after is not None else None,
        following=f"{web.HOME}?{kept(query, setelah=items[-1].place)}" if len(rows) > PAGE else None,
        flash=flash_of(visit, query),
    )
    response.headers["Server-Timing"] = f"app;dur={(time.perf_counter() - start) * 1000:.1f}"
    return response


def next_after(visit: Visit, query: dict[str, str], place: Place | None) -> str | None:
    """Return the id of the next complaint of a queue after a place, from the top again at its end."""
    wanted, viewer, store = wanted_of(visit, query), visit.viewer, visit.intake.store
    for start in (place, None):
        rows = store.read(lambda connection, start=start: worklist.page(connection, viewer, wanted, start, 1))  # type: ignore[misc]
        if rows:
            return str(rows[0].complaint_id)
    return None


@dataclass(frozen=True, slots=True)
class Flash:
    """Say what was just decided, with the way to take it back."""

    text: str
    complaint_id: str
    decision: str
    form: str


_DONE = {
    "disposed": "diteruskan ke {agency}",
    "returned": "dikembalikan (bukan wewenang)",
    "postponed": "ditunda, menunggu pelapor",
    "closed": "ditutup",
    "followed_up": "dicatat tindak lanjutnya",
    "duplicate_confirmed": "ditautkan dengan {duplicate_of}",
    "duplicate_rejected": "ditandai bukan duplikat {duplicate_of}",
    "undone": "keputusannya diurungkan",
}


def flash_of(visit: Visit, query: dict[str, str]) -> Flash | None:
    """Read what was just decided from the address: only what this person decided is told."""
    name, _, decision = query.get("baru", "").rpartition("~")
    if not name or len(decision) != 24:
        return None
    events = [
        event
        for event in visit.intake.store.events_of(name)
        if event.event_id.startswith(f"rv-{decision}-") and event.actor == visit.user.id
    ]
    if not events:
        return None
    last = events[-1]
    said = _DONE.get(last.kind, "disimpan")
    values = {key: last.payload.get(key, "") for key in ("agency", "duplicate_of")}
    if last.payload.get("outcome") == "arsip":
        said = "diarsipkan"
    undo = decision if last.kind != "undone" else ""
    return Flash(f"Laporan {name} {said.format(**values)}.", name, undo, web.new_form_id())
