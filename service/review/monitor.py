"""Monitoring: what came in, what became of it, by region and office, over time, against the action plan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Response

from data.errors import PilahError
from data.regions import Regions
from service.review import plots, web
from service.review.clock import today
from service.review.figures import (
    NONE,
    SMALLEST_CELL,
    SMALLEST_RANK,
    Figures,
    grouped,
    monthly,
    months,
    ranks,
    semester_days,
    semester_of,
    summarise,
    topics,
)
from service.review.notices import notices
from service.review.plan import MEASURES, may_plan, plan
from service.review.queue import region_name
from service.review.session import Signed, Visit
from service.review.sheet import csv_text
from service.storage import figures as counted

router = APIRouter(prefix=f"{web.HOME}/monitor", include_in_schema=False, route_class=web.PageRoute)
HEADER = (
    "Kode", "Nama", "Laporan (n)", "Diteruskan", "Ditindaklanjuti", "Ditindaklanjuti (%)", "Selesai", "Selesai (%)",
    "Dikembalikan", "Lewat tenggat", "Median hari sampai diteruskan", "Median hari sampai ditindaklanjuti",
    "Sesuai saran (%)", "Ditautkan sebagai duplikat", "Peringkat tindak lanjut",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one group of the table.

    :param hidden: whether it is too small to be shown to those who see aggregates only.
    """

    code: str
    name: str
    figures: Figures
    rank: int | None
    hidden: bool
    active: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """Hold all that the pages and the export of a period show."""

    first: date
    last: date
    region: str | None
    place: str
    total: Figures
    lines: list[Line]
    by: str
    topics: dict[str, int]
    months: list[str]
    monthly: list[Figures]
    connected: int
    inactive: int


def _day(text: str, fallback: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return fallback


def limits(visit: Visit) -> tuple[date, date, str | None]:
    """Read the period and the region that are asked for: by default this half-year of the own region."""
    query = visit.request.query_params
    start, end = semester_days(semester_of(today()))
    first, last = _day(query.get("mulai", ""), start), _day(query.get("sampai", ""), min(end, today()))
    if first > last:
        first, last = last, first
    first = max(first, last - timedelta(days=366 * 5))
    region = query.get("wilayah") or visit.user.region
    if region is not None and (region not in Regions.load() or len(region) > 5):
        raise PilahError("PLH-453", "wilayah: pilih dari daftar")
    return first, last, region


def build(visit: Visit) -> Report:
    """Count what the person may see."""
    first, last, region = limits(visit)
    found = visit.board.ledger.part(visit.viewer, first, last, region)
    day = today()
    by, column, key = _grouping(visit, region)
    groups = grouped(found, column, key, day)
    order = ranks(groups)
    connected, active = _connection(visit, groups, by, region)
    sees_all = visit.user.decides
    lines = [
        Line(
            code,
            _name(visit, code),
            figures,
            order.get(code),
            hidden=not sees_all and figures.n < SMALLEST_CELL,
            active=code in active if code in connected else None,
        )
        for code, figures in groups.items()
    ]
    lines += [
        Line(code, _name(visit, code), NONE, None, hidden=False, active=False)
        for code in connected
        if code not in groups
    ]
    lines.sort(key=lambda line: line.name)
    special = topics(found)
    if not sees_all:
        special = {name: count for name, count in special.items() if count >= SMALLEST_CELL}
    place = region_name(region) or "Seluruh wilayah Anda"
    inactive = len(connected - active)
    return Report(
        first, last, region, place, summarise(found, day), lines, by, special, months(first, last),
        monthly(found, first, last, day), len(connected), inactive,
    )  # fmt: skip


def _grouping(visit: Visit, region: str | None) -> tuple[str, str, Callable[[str], str | None]]:
    """Return what the table lists (provinces, the regencies of a province, or the offices of a regency), and how."""
    if visit.user.agency_id or (region is not None and len(region) == 5):
        return "instansi", "office", lambda word: word
    if region is None:
        return "provinsi", "government", lambda word: word[:2]
    return "kabupaten/kota", "government", lambda word: word if word.startswith(region) else None


def _connection(visit: Visit, groups: dict[str, Figures], by: str, region: str | None) -> tuple[set[str], set[str]]:
    """Return who is connected (has an account, or complaints were passed on to it) and who of them acted."""
    members = visit.intake.store.read(counted.accounts)
    accounts: set[str] = set()
    for place, agency in members:
        code = agency if by == "instansi" else (place or (agency or "").partition(":")[0])
        if code and by == "provinsi":
            code = code[:2]
        if code and (region is None or code.startswith(region)) and (by == "instansi") == (":" in code):
            accounts.add(code)
    if visit.user.agency_id:
        accounts &= {visit.user.agency_id}
    connected = accounts | {code for code, found in groups.items() if found.disposed}
    active = {code for code, found in groups.items() if found.followed or found.closed or found.returned}
    if by != "instansi":
        active |= {code for code, found in groups.items() if found.disposed}
    return connected, active & connected


def _name(visit: Visit, code: str) -> str:
    if code in Regions.load():
        return Regions.load().get(code).full_name
    agency = visit.intake.registry.get(code)
    return agency.name if agency is not None else code


@router.get("")
async def page(visit: Signed) -> Response:
    """Show the figures."""
    # In a thread: a hundred thousand complaints take a while, and others are served meanwhile.
    return await asyncio.to_thread(_page, visit)


def _page(visit: Visit, status: int = 200, message: str | None = None) -> Response:
    report = build(visit)
    over_time = report.monthly
    received = plots.bars(
        "Laporan masuk dan ditindaklanjuti per bulan",
        report.months,
        [("masuk", [one.n for one in over_time]), ("ditindaklanjuti", [one.followed for one in over_time])],
    )
    shares = plots.lines(
        "Persentase ditindaklanjuti dan sesuai saran per bulan",
        report.months,
        [
            ("ditindaklanjuti", [one.share("followed") for one in over_time]),
            ("sesuai saran", [one.share("accepted") for one in over_time]),
        ],
        percent=True,
    )
    times = plots.lines(
        "Median hari sampai diteruskan per bulan",
        report.months,
        [("hari", [one.days for one in over_time])],
        percent=False,
    )
    careful = None
    if visit.user.named:
        count = visit.board.ledger.careful(visit.viewer, report.first, report.last)
        careful = count if count >= SMALLEST_CELL else None
    return visit.page(
        "monitor.html",
        status,
        report=report,
        plots=[received, shares, times],
        plan=plan(visit, report.region),
        measures=MEASURES,
        may_plan=may_plan(visit, report.region),
        choices=_choices(visit),
        query=f"mulai={report.first}&sampai={report.last}&wilayah={report.region or ''}",
        careful=careful,
        notices=notices(visit),
        smallest=SMALLEST_CELL,
        smallest_rank=SMALLEST_RANK,
        message=message,
    )


def _choices(visit: Visit) -> list[tuple[str, str]]:
    """Return the regions that the person may look at."""
    regions, own = Regions.load(), visit.user.region
    if visit.user.agency_id or (own is not None and len(own) == 5):
        return []
    if own is None:
        return [(one.code, one.full_name) for one in regions.children(None)]
    return [(own, regions.get(own).full_name), *((one.code, one.full_name) for one in regions.children(own))]


@router.get("/laporan")
async def letter(visit: Signed) -> Response:
    """Show the report of a period on one page, to print."""
    report = await asyncio.to_thread(build, visit)
    return visit.page(
        "laporan_berkala.html", report=report, today=today(), smallest=SMALLEST_CELL, smallest_rank=SMALLEST_RANK
    )


@router.get("/angka.csv")
async def export(visit: Signed) -> Response:
    """Return the table of a period for a spreadsheet."""
    report = await asyncio.to_thread(build, visit)
    rows: list[Sequence[object]] = [HEADER]
    for line in report.lines:
        rows.append([line.code, line.name, *_cells(line.figures, line.rank, hidden=line.hidden)])
    rows.append(
        ["", f"Jumlah {report.place} {report.first} – {report.last}", *_cells(report.total, None, hidden=False)]
    )
    visit.note("unduh angka", report.region or "semua", f"{report.first} – {report.last}")
    name = f"pantauan-{report.first}-{report.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_text(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(found: Figures, rank: int | None, *, hidden: bool) -> list[object]:
    if hidden:
        return [f"<{SMALLEST_CELL}", *[""] * 12]

    def percent(name: str) -> object:
        share = found.share(name)
        return "" if share is None else round(100 * share)

    return [
        found.n, found.disposed, found.followed, percent("followed"), found.closed, percent("closed"), found.returned,
        found.overdue, found.days, found.response, percent("accepted"), found.linked, rank,
    ]  # fmt: skip
