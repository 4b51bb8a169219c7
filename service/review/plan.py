"""The action plan: what a half-year was to reach, beside what it reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Response

from data.errors import PilahError
from data.regions import Regions
from service.review import web
from service.review.clock import today
from service.review.figures import semester_days, semester_of, summarise
from service.review.session import Signed, Visit
from service.storage import figures as counted

router = APIRouter(prefix=f"{web.HOME}/monitor", include_in_schema=False, route_class=web.PageRoute)
MEASURES = {
    "in_time": "tepat waktu",
    "followed": "ditindaklanjuti",
    "closed": "selesai",
    "accepted": "sesuai saran",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """Hold one measure of an action plan in a half-year: what is wanted and what is."""

    measure: str
    name: str
    wanted: float | None
    actual: float | None
    n: int


def plan(visit: Visit, region: str | None) -> list[tuple[str, list[Goal]]]:
    """Return targets and actuals of this half-year and the one before."""
    this = semester_of(today())
    start, _ = semester_days(this)
    found = []
    for semester in (this, semester_of(start - timedelta(days=1))):
        first, last = semester_days(semester)
        store = visit.intake.store
        figures = summarise(visit.board.ledger.part(visit.viewer, first, last, region), today())
        wanted = store.read(lambda c, s=semester: counted.targets_of(c, region or "", s))  # type: ignore[misc]
        goals = [
            Goal(code, name, wanted.get(code), figures.share(code), figures.judged if code == "accepted" else figures.n)
            for code, name in MEASURES.items()
        ]
        found.append((semester, goals))
    return found


def may_plan(visit: Visit, region: str | None) -> bool:
    """Say whether the person may set the targets of a region."""
    own = visit.user.region
    if visit.user.role == "nasional":
        return True
    return visit.user.role in ("instansi", "koordinator") and own is not None and (region or "").startswith(own)


@router.post("/sasaran")
async def set_plan(visit: Signed) -> Response:
    """Set the targets of a half-year."""
    form = await web.form_of(visit.request)
    region, semester = form.get("wilayah", ""), form.get("semester", "")
    if not may_plan(visit, region) or (region and region not in Regions.load()):
        raise PilahError("PLH-451")
    if len(semester) != 6 or not semester[:4].isdigit() or semester[4:] not in ("-1", "-2"):
        raise PilahError("PLH-453", "semester")
    values: dict[str, float] = {}
    for code, name in MEASURES.items():
        given = form.get(code, "").replace(",", ".").removesuffix("%").strip()
        if not given:
            continue
        try:
            values[code] = float(given) / 100
        except ValueError:
            raise PilahError("PLH-453", f"{name}: isi angka 0 sampai 100") from None
        if not 0 <= values[code] <= 1:
            raise PilahError("PLH-453", f"{name}: isi angka 0 sampai 100")
    store = visit.intake.store
    await asyncio.wrap_future(store.write(lambda c: counted.set_targets(c, region, semester, values)))
    visit.note("sasaran", region or "nasional", semester)
    return web.go(f"{web.HOME}/monitor?wilayah={region}")
