"""Come in and go out: sign in, sign out, take up an invitation, change the own password; and the static files."""

from __future__ import annotations

import asyncio
import mimetypes

from fastapi import APIRouter, Request, Response

from data.errors import PilahError
from service.api import TheIntake, TheSettings
from service.codec import now
from service.review import web
from service.review.passwords import fault, hash_apart, is_right
from service.review.session import Signed, find_session
from service.storage import people

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)
_WRONG = "Nama masuk atau kata sandi salah."


@router.get("/aset/{name}")
async def static(name: str) -> Response:
    """Serve a file of the pages; its address carries its hash, so that it may be kept."""
    path = web.STATIC / name
    if path.parent != web.STATIC or not path.is_file():
        raise PilahError("PLH-404")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind, headers={"Cache-Control": "public, max-age=31536000"})


@router.get("/masuk")
async def sign_in_page(request: Request, lanjut: str | None = None) -> Response:
    """Show the form to sign in."""
    if await find_session(request) is not None:
        return web.go(web.safe_address(lanjut))
    return web.render("masuk.html", lanjut=web.safe_address(lanjut), login="", message=None)


@router.post("/masuk")
async def sign_in(request: Request, intake: TheIntake, settings: TheSettings) -> Response:
    """Sign in with a password; the answer does not tell whether there is such a person."""
    form = await web.form_of(request)
    login, target = form.get("login", "").casefold()[:100], web.safe_address(form.get("lanjut"))
    store = intake.store
    until = store.read(lambda connection: people.failures(connection, login))[1]
    if until is not None and until > now():
        message = f"Terlalu banyak percobaan. Coba lagi setelah {web.time_text(until)} WIB."
        return web.render("masuk.html", 429, lanjut=target, login=login, message=message)
    known = store.read(lambda connection: people.find_login(connection, login))
    hashed = known[1] if known is not None and known[0].active else None
    if not await is_right(form.get("sandi", ""), hashed) or known is None:
        allowed, minutes = settings.login_failures, settings.login_lock_minutes
        noting = store.write(lambda c: people.note_failure(c, login, allowed=allowed, minutes=minutes))
        await asyncio.wrap_future(noting)
        return web.render("masuk.html", 401, lanjut=target, login=login, message=_WRONG)
    await asyncio.wrap_future(store.write(lambda connection: people.forget_failures(connection, login)))
    user = known[0]
    token = await asyncio.wrap_future(store.write(lambda connection: people.open_session(connection, user.id)))
    response = web.go(target)
    web.set_cookie(request, response, token)
    return response


@router.post("/keluar")
async def sign_out(visit: Signed) -> Response:
    """Sign out."""
    key = visit.session.token
    await asyncio.wrap_future(visit.intake.store.write(lambda connection: people.close_session(connection, key)))
    response = web.go(f"{web.HOME}/masuk")
    response.delete_cookie(web.COOKIE, path=web.HOME)
    return response


@router.get("/undangan/{token}")
async def invitation_page(token: str, intake: TheIntake) -> Response:
    """Show the form in which an invited person sets the password."""
    user = intake.store.read(lambda connection: people.invited(connection, token))
    if user is None:
        return web.render("undangan.html", 410, user=None, token="", message=None)
    return web.render("undangan.html", user=user, token=token, message=None)


@router.post("/undangan/{token}")
async def take_invitation(token: str, request: Request, intake: TheIntake) -> Response:
    """Set the password of an invited person; the link is worth nothing afterwards."""
    form = await web.form_of(request)
    store = intake.store
    user = store.read(lambda connection: people.invited(connection, token))
    if user is None:
        return web.render("undangan.html", 410, user=None, token="", message=None)
    wrong = fault(form.get("sandi", ""), user.login)
    if wrong is None and form.get("sandi") != form.get("ulang"):
        wrong = "Kedua isian kata sandi tidak sama."
    if wrong is not None:
        return web.render("undangan.html", 422, user=user, token=token, message=wrong)
    hashed = await hash_apart(form["sandi"])
    changing = store.write(lambda c: people.change_user(c, user.id, password=hashed, invite=None, invite_until=None))
    await asyncio.wrap_future(changing)
    await asyncio.wrap_future(store.write(lambda c: people.forget_failures(c, user.login)))
    return web.render("masuk.html", lanjut=web.HOME, login=user.login, message="Kata sandi tersimpan. Silakan masuk.")


@router.get("/akun")
async def account_page(visit: Signed) -> Response:
    """Show the own account."""
    return visit.page("akun.html", message=None, done=False)


@router.post("/akun")
async def change_password(visit: Signed) -> Response:
    """Change the own password; other sign-ins of the person end."""
    form = await web.form_of(visit.request)
    store, user = visit.intake.store, visit.user
    known = store.read(lambda connection: people.find_login(connection, user.login))
    wrong = fault(form.get("sandi", ""), user.login)
    if known is None or not await is_right(form.get("lama", ""), known[1]):
        wrong = "Kata sandi lama salah."
    elif form.get("sandi") != form.get("ulang"):
        wrong = "Kedua isian kata sandi tidak sama."
    if wrong is not None:
        return visit.page("akun.html", 422, message=wrong, done=False)
    hashed = await hash_apart(form["sandi"])
    await asyncio.wrap_future(store.write(lambda c: people.change_user(c, user.id, password=hashed)))
    token = await asyncio.wrap_future(store.write(lambda connection: people.open_session(connection, user.id)))
    response = web.go(f"{web.HOME}/masuk")
    web.set_cookie(visit.request, response, token)
    return response
