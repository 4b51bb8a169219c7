"""Who is asking: the cookie, the CSRF value, single sign-on through a trusted proxy."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from data.errors import PilahError
from service.api import intake_of, settings_of
from service.intake import Intake
from service.review import web
from service.review.board import Board
from service.settings import Settings
from service.storage import people
from service.storage.people import DECIDING, Role, Session, User
from service.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Visit:
    """Hold what a page's handler works with.

    :param viewer: what the person may see.
    """

    request: Request
    session: Session
    viewer: Viewer
    intake: Intake
    settings: Settings
    board: Board

    @property
    def user(self) -> User:
        """Return the person."""
        return self.session.user

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Answer a page with the frame that belongs to the person."""
        common = {"user": self.user, "csrf": self.session.csrf, "roles": people.ROLES, "path": self.request.url.path}
        common["behind"] = self.board.late
        return web.render(template, status, **common, **values)

    def note(self, action: str, target: str, detail: str | None = None) -> None:
        """Write into the access log."""
        user = self.user.id
        job = self.intake.store.write(lambda connection: people.note_access(connection, user, action, target, detail))
        job.result()


async def find_session(request: Request) -> Session | None:
    """Return who is signed in; a trusted proxy signs people in by itself."""
    intake, settings = intake_of(request), settings_of(request)
    idle, longest = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    cookie = request.cookies.get(web.COOKIE)
    found = None
    if cookie:
        token = cookie
        found = intake.store.read(lambda connection: people.find_session(connection, token, idle=idle, longest=longest))
    login = trusted_login(request, settings)
    if login is not None and (found is None or found.user.login != login):
        found = await _sign_in_trusted(request, login, idle, longest)
    if found is not None and found.stale:
        key = found.token
        intake.store.write(lambda connection: people.touch_session(connection, key))
    return found


def trusted_login(request: Request, settings: Settings) -> str | None:
    """Return the login that the sign-on proxy names, if it is that proxy."""
    if settings.sso_header is None or settings.sso_secret is None:
        return None
    given = request.headers.get("x-pilah-proxy-secret", "")
    if not hmac.compare_digest(given.encode(), settings.sso_secret.encode()):
        return None
    return (request.headers.get(settings.sso_header) or "").strip().casefold() or None


async def _sign_in_trusted(request: Request, login: str, idle: timedelta, longest: timedelta) -> Session | None:
    store = intake_of(request).store
    known = store.read(lambda connection: people.find_login(connection, login))
    if known is None or not known[0].active:
        return None
    token = await asyncio.wrap_future(store.write(lambda connection: people.open_session(connection, known[0].id)))
    request.state.new_cookie = token
    return store.read(lambda connection: people.find_session(connection, token, idle=idle, longest=longest))


class Access:
    """Let people of some roles in; a form must carry the CSRF value of the sign-in.

    :param roles: none for everyone who is signed in.
    :param follows: whether what is answered shows the work list.
    """

    def __init__(self, *roles: Role, follows: bool = True) -> None:
        self.roles = frozenset(roles)
        self.follows = follows

    async def __call__(self, request: Request) -> Visit:
        """Return the visit."""
        session = await find_session(request)
        if session is None:
            raise web.SignInNeededError
        if self.roles and session.user.role not in self.roles:
            raise PilahError("PLH-451")
        if request.method == "POST":
            given = (await web.form_of(request)).get("csrf", "")
            if not hmac.compare_digest(given.encode(), session.csrf.encode()):
                raise PilahError("PLH-450")
        intake = intake_of(request)
        board: Board = request.app.state.board
        if self.follows:
            await board.follow()
        return Visit(request, session, session.user.viewer(), intake, settings_of(request), board)


Signed = Annotated[Visit, Depends(Access())]
Asking = Annotated[Visit, Depends(Access(follows=False))]
Deciding = Annotated[Visit, Depends(Access(*sorted(DECIDING)))]
Admins = Annotated[Visit, Depends(Access("nasional", "instansi"))]
Nasional = Annotated[Visit, Depends(Access("nasional"))]
