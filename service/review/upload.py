"""Without an API: upload an export, watch it, review it, download it with the suggestions."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from data.errors import PilahError
from service.api import json_answer
from service.codec import now
from service.review import web
from service.review.reader import Reader
from service.review.session import Admins, Visit
from service.review.sheet import row_of, workbook
from service.review.tasks import is_blind
from service.storage.uploads import RUNNING, Upload, add_upload, get_upload, rows_of, uploads_of
from service.storage.worklist import task_row

router = APIRouter(prefix=f"{web.HOME}/unggah", include_in_schema=False, route_class=web.PageRoute)
_SUFFIXES = (".xlsx", ".csv", ".jsonl")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reader_of(request: Request) -> Reader:
    """Return what reads uploads."""
    reader: Reader = request.app.state.reader
    return reader


@router.get("")
async def page(visit: Admins) -> Response:
    """Show the form and the own uploads."""
    return _page(visit)


def _page(visit: Visit, status: int = 200, message: str | None = None) -> Response:
    found = visit.intake.store.read(lambda connection: uploads_of(connection, visit.user.id))
    most = visit.settings.max_upload // 1_000_000
    return visit.page("unggah.html", status, uploads=found, message=message, most=most, form_id=web.new_form_id())


@router.post("")
async def take(visit: Admins) -> Response:
    """Take a file and read it in the background; the same form again is the same upload."""
    form = await visit.request.form()
    file, nonce = form.get("berkas"), str(form.get("formulir", ""))
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(visit, 422, "Pilih berkas lebih dulu.")
    name = Path(file.filename.replace("\\", "/")).name[:200]
    if Path(name).suffix.casefold() not in _SUFFIXES:
        return _page(visit, 422, "Berkas harus XLSX (ekspor Laporan Ringkas), CSV, atau JSONL.")
    upload_id = nonce if len(nonce) == 24 and nonce.isalnum() else secrets.token_hex(12)
    store = visit.intake.store
    known = store.read(lambda connection: get_upload(connection, upload_id))
    if known is None:
        upload = Upload(upload_id, visit.user.id, name, now())
        path = reader_of(visit.request).path(upload)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(await file.read())
        await asyncio.wrap_future(store.write(lambda connection: add_upload(connection, upload)))
        visit.note("unggah", upload.id, name)
        reader_of(visit.request).begin(upload)
    return web.go(f"{web.HOME}/unggah/{upload_id}")


def _own(visit: Visit, upload_id: str) -> Upload:
    found = visit.intake.store.read(lambda connection: get_upload(connection, upload_id))
    if found is None or found.user_id != visit.user.id:
        raise PilahError("PLH-456")
    return found


@router.get("/{upload_id}")
async def show(upload_id: str, visit: Admins) -> Response:
    """Show how far an upload is, and its rows with the suggestions."""
    upload = _own(visit, upload_id)
    lines = [] if upload.status == RUNNING else await asyncio.to_thread(_lines, visit, upload, 200)
    return visit.page("unggahan.html", upload=upload, lines=lines)


def _lines(visit: Visit, upload: Upload, limit: int | None = None) -> list[dict[str, Any]]:
    store = visit.intake.store
    found = []
    for number, name in store.read(lambda connection: rows_of(connection, upload.id))[:limit]:
        state = store.complaint(name, visit.viewer)
        answer = store.last_answer(name) if state is not None else None
        body = json.loads(answer.body) if answer is not None else None
        task = store.read(lambda connection, name=name: task_row(connection, name))  # type: ignore[misc]
        blind = state is not None and is_blind(task, decided=state.decided)
        found.append({"row": number, "id": name, "state": state, "answer": None if blind else body, "blind": blind})
    return found


@router.get("/{upload_id}/kemajuan")
async def progress(upload_id: str, visit: Admins) -> Response:
    """Tell the page how far an upload is."""
    upload = _own(visit, upload_id)
    return json_answer({"status": upload.status, "total": upload.total, "done": upload.done})


@router.get("/{upload_id}/hasil.xlsx")
async def download(upload_id: str, visit: Admins) -> Response:
    """Return the rows with the suggestions beside each; what the person may not see is left out."""
    upload = _own(visit, upload_id)
    rows = await asyncio.to_thread(_rows, visit, upload)
    visit.note("unduh", upload.id, f"{len(rows)} baris")
    content = await asyncio.to_thread(workbook, rows)
    name = f"saran-{upload.created_at[:10]}.xlsx"
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _rows(visit: Visit, upload: Upload) -> list[list[object]]:
    """Return the rows of the download."""
    rows: list[list[object]] = []
    for line in _lines(visit, upload):
        state = line["state"]
        if state is None:
            rows.append([line["id"], None, None, "(hanya untuk pejabat yang ditunjuk)", *[None] * 13])
            continue
        near = (
            [one["id"] for one in line["answer"]["duplicates"] if one["relation"] == "same"] if line["answer"] else []
        )
        allowed = visit.intake.store.visible_ids(near, visit.viewer)
        known = {name: getattr(state, name) for name in ("status", "decided", "agency", "category")}
        row = row_of(state.content, line["answer"], known, [name for name in near if name in allowed])
        if line["blind"]:
            row[5] = "(uji acak: jawab dulu di antrean)"
        rows.append(row)
    return rows
