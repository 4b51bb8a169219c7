"""People: invite, give a new link, hand over, deactivate; who looked at what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Response
from sqlalchemy.engine import Connection

from data.errors import PilahError
from service.review import web
from service.review.accounts import INVITED_DAYS, check_person, new_user
from service.review.queue import region_name
from service.review.session import Admins, Nasional, Visit
from service.storage import people
from service.storage.people import ROLES, User

ACTIONS = {
    "buka teks": "membuka isi laporan",
    "mulai penilaian": "memulai penilaian",
    "nilai pasangan": "menilai pasangan laporan",
    "akhiri penilaian": "mengakhiri penilaian",
    "unduh penilaian": "mengunduh hasil penilaian",
    "unduh angka": "mengunduh angka pantauan",
    "unggah": "mengunggah berkas",
    "unduh": "mengunduh saran",
    "sasaran": "menetapkan sasaran",
    "undang": "mengundang pengguna",
    "tautan": "membuat tautan kata sandi",
    "aktif": "mengaktifkan pengguna",
    "nonaktif": "menonaktifkan pengguna",
    "tunjuk": "mengubah penunjukan untuk laporan rahasia",
    "serah": "serah terima pengguna",
    "penerusan otomatis nyala": "menyalakan penerusan otomatis",
    "penerusan otomatis mati": "mematikan penerusan otomatis",
}
"""What the access log calls an act, and what people read."""

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)


def manages(visit: Visit, other: User) -> bool:
    """Say whether the person may manage another: national admins all, the others the officers of their own offices."""
    mine = visit.user
    if mine.role == "nasional":
        return True
    if other.role != "penghubung" or other.agency_id is None:
        return False
    if mine.agency_id:
        found = visit.intake.registry.get(other.agency_id)
        return other.agency_id == mine.agency_id or (found is not None and found.parent_id == mine.agency_id)
    return other.agency_id.partition(":")[0] == mine.region


def offered(visit: Visit) -> dict[str, str]:
    """Return the roles that the person may give."""
    return {role: name for role, name in ROLES.items() if visit.user.role == "nasional" or role == "penghubung"}


def _people(visit: Visit) -> list[User]:
    return [user for user in visit.intake.store.read(people.all_users) if manages(visit, user)]


def _where(visit: Visit, user: User) -> str:
    if user.agency_id:
        found = visit.intake.registry.get(user.agency_id)
        return found.name if found is not None else user.agency_id
    return region_name(user.region) or "seluruh Indonesia"


def _page(
    visit: Visit,
    status: int = 200,
    message: str | None = None,
    link: tuple[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    found = _people(visit)
    return visit.page(
        "orang.html",
        status,
        people=[(user, _where(visit, user)) for user in found],
        offered=offered(visit),
        message=message,
        link=link,
        form=form or {},
        shown=_typed(visit, form or {}),
        days=INVITED_DAYS,
    )


def _typed(visit: Visit, form: Mapping[str, str]) -> dict[str, str]:
    """Return the names of what was chosen in the pickers of a form that is shown again."""
    found = {"wilayah": region_name(form.get("wilayah") or None) or form.get("wilayah", "")}
    for name in ("instansi", "kantor"):
        agency = visit.intake.registry.get(form.get(name, "").removeprefix("id:"))
        found[name] = agency.name if agency is not None else ""
    return found


@router.get("/orang")
async def listing(visit: Admins) -> Response:
    """Show the people whom the person manages."""
    return _page(visit)


def _address(visit: Visit, token: str) -> str:
    return f"{str(visit.request.base_url).rstrip('/')}{web.HOME}/undangan/{token}"


async def _invite(visit: Visit, user: User) -> str:
    store = visit.intake.store
    token = await asyncio.wrap_future(store.write(lambda c: people.invite(c, user.id, INVITED_DAYS)))
    return _address(visit, token)


@router.post("/orang")
async def add(visit: Admins) -> Response:
    """Make a person and show the link to send."""
    form = await web.form_of(visit.request)
    try:
        if form.get("peran") not in offered(visit):
            raise PilahError("PLH-451")
        user = new_user(
            form.get("login", ""),
            form.get("nama", ""),
            form["peran"],
            region=form.get("wilayah") or None,
            agency=form.get("instansi", "").removeprefix("id:") or None,
            office=form.get("kantor", "").removeprefix("id:") or None,
            named=form.get("ditunjuk") == "1",
        )
        check_person(user, visit.intake.registry)
        if not manages(visit, user):
            raise PilahError("PLH-451")
        store = visit.intake.store
        await asyncio.wrap_future(store.write(lambda connection: people.add_user(connection, user)))
    except PilahError as error:
        said = f"{error.info.title_id}: {error.detail}" if error.detail else error.info.title_id
        return _page(visit, error.info.status, said, form=form)
    link = await _invite(visit, user)
    visit.note("undang", user.login, user.role)
    return _page(visit, 201, link=(user.name, link))


@router.post("/orang/{user_id}/{action}")
async def change(user_id: str, action: str, visit: Admins) -> Response:
    """Give a new link, deactivate, activate, name for confidential complaints, or hand over to a successor."""
    form = await web.form_of(visit.request)
    store = visit.intake.store
    user = store.read(lambda connection: people.get_user(connection, user_id))
    if not manages(visit, user):
        raise PilahError("PLH-455")
    if user.id == visit.user.id and action != "tautan":
        return _page(visit, 422, "Akun Anda sendiri tidak dapat diubah di sini.")
    link = None
    if action == "tautan":
        link = (user.name, await _invite(visit, user))
    elif action in ("nonaktif", "aktif"):
        active = int(action == "aktif")
        await _set(visit, user, active=active, **({} if active else {"invite": None}))
    elif action == "tunjuk":
        check_person(replace(user, named=not user.named), visit.intake.registry)
        await _set(visit, user, named=int(not user.named))
    elif action == "serah":
        try:
            link = await _hand_over(visit, user, form)
        except PilahError as error:
            return _page(visit, error.info.status, f"{error.info.title_id}: {error.detail}")
    else:
        raise PilahError("PLH-404")
    visit.note(action, user.login)
    return _page(visit, link=link)


async def _set(visit: Visit, user: User, **values: object) -> None:
    store = visit.intake.store
    await asyncio.wrap_future(store.write(lambda c: people.change_user(c, user.id, **values)))


async def _hand_over(visit: Visit, user: User, form: Mapping[str, str]) -> tuple[str, str]:
    """Make the successor with the same rights and let the predecessor in no more; work belongs to the office."""
    successor = new_user(
        form.get("login", ""),
        form.get("nama", ""),
        user.role,
        region=user.region,
        agency=user.agency_id,
        office=user.office_id,
        named=user.named,
    )
    check_person(successor, visit.intake.registry)
    store = visit.intake.store

    def job(connection: Connection) -> None:
        people.add_user(connection, successor)
        people.change_user(connection, user.id, active=0, invite=None)

    await asyncio.wrap_future(store.write(job))
    return successor.name, await _invite(visit, successor)


@router.get("/catatan")
async def access_log(visit: Nasional) -> Response:
    """Show who looked at which text for which purpose, and who changed which account."""
    store = visit.intake.store
    rows = store.read(lambda connection: people.accesses(connection, 200))
    names = store.read(lambda connection: people.names_of(connection, list({row.user_id for row in rows})))
    return visit.page("catatan.html", rows=rows, names=names, actions=ACTIONS)
