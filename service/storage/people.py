"""People, their sessions and failed sign-ins in the store; passwords, cookies and invitations only as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from data.errors import PilahError
from service.codec import as_utc, now
from service.storage.review_tables import access_log, attempts, sessions, users
from service.viewer import Viewer

Role = Literal["nasional", "instansi", "penghubung", "koordinator", "analis"]
ROLES: dict[Role, str] = {
    "nasional": "Admin nasional",
    "instansi": "Admin instansi",
    "penghubung": "Pejabat penghubung",
    "koordinator": "Koordinator provinsi",
    "analis": "Analis",
}
"""The roles with the names that people read."""

DECIDING: frozenset[str] = frozenset(("nasional", "instansi", "penghubung"))
"""Roles that decide about complaints."""


@dataclass(frozen=True, slots=True)
class User:
    """Hold one person.

    :param region: the region that an admin or coordinator works for; ``None`` for the whole country.
    :param agency_id: the body or office that a person works for, where it is not the government of a region.
    :param office_id: where the person sits: complaints about it are hidden from this person.
    :param named: whether this is an officer named for confidential and sensitive complaints.
    """

    id: str
    login: str
    name: str
    role: Role
    region: str | None = None
    agency_id: str | None = None
    office_id: str | None = None
    named: bool = False
    active: bool = True
    created_at: str = ""
    seen_at: str | None = None
    has_password: bool = False

    @property
    def decides(self) -> bool:
        """Say whether the person decides about complaints."""
        return self.role in DECIDING

    @property
    def team(self) -> str:
        """Return in whose name uploads are stored: colleagues share them."""
        return f"tim:{self.agency_id or self.region or 'nasional'}"[:32]

    def viewer(self) -> Viewer:
        """Return what the person may see.

        An admin of a province sees what is the province's own; its regencies are those of their own admins.
        """
        scopes = {"read"} | ({"events"} if self.decides else set()) | ({"review"} if self.named else set())
        agencies = tuple(one for one in (self.agency_id,) if one)
        regions: tuple[str, ...] = ()
        if self.region and not self.agency_id:
            wide = self.role in ("koordinator", "analis") or len(self.region) > 2
            regions = (self.region,) if wide else ()
            agencies = (self.region,) if self.role == "instansi" else ()
        return Viewer(
            id=self.id,
            sender=self.team if self.decides else None,
            scopes=frozenset(scopes),
            regions=regions,
            agencies=agencies,
            person=True,
            offices=tuple(dict.fromkeys(one for one in (self.office_id, self.agency_id) if one)),
            decided_only=self.role == "penghubung",
        )


def digest(secret: str) -> str:
    """Hash a random secret of 256 bits, or a login for the table of failures."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _user(row: Row[Any]) -> User:
    names = "id login name role region agency_id office_id created_at seen_at".split()
    values = {name: row._mapping[name] for name in names}
    return User(**values, named=bool(row.named), active=bool(row.active), has_password=row.password is not None)


def add_user(connection: Connection, user: User, password: str | None = None) -> None:
    """Keep a new person.

    :param password: the hash of a password.
    :raises PilahError: PLH-454 if the login is taken.
    """
    if connection.execute(sa.select(users.c.id).where(users.c.login == user.login)).first() is not None:
        raise PilahError("PLH-454", user.login)
    values = {name: value for name, value in asdict(user).items() if name != "has_password"}
    values |= {"named": int(user.named), "active": int(user.active), "created_at": user.created_at or now()}
    connection.execute(users.insert(), {**values, "password": password})


def change_user(connection: Connection, user_id: str, **values: Any) -> None:
    """Change fields of a person; who is deactivated or has a new password is signed out everywhere."""
    connection.execute(users.update().where(users.c.id == user_id).values(**values))
    if "password" in values or values.get("active") == 0:
        connection.execute(sessions.delete().where(sessions.c.user_id == user_id))


def all_users(connection: Connection) -> list[User]:
    """Return everyone, by role and name."""
    order = list(ROLES)
    found = [_user(row) for row in connection.execute(sa.select(users).order_by(users.c.name, users.c.id))]
    return sorted(found, key=lambda user: order.index(user.role))


def get_user(connection: Connection, user_id: str) -> User:
    """Return a person.

    :raises PilahError: PLH-455 if there is none.
    """
    row = connection.execute(sa.select(users).where(users.c.id == user_id)).first()
    if row is None:
        raise PilahError("PLH-455", user_id)
    return _user(row)


def find_login(connection: Connection, login: str) -> tuple[User, str | None] | None:
    """Return the person with a login and the hash of the password."""
    row = connection.execute(sa.select(users).where(users.c.login == login)).first()
    return None if row is None else (_user(row), row.password)


def names_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of people by id."""
    statement = sa.select(users.c.id, users.c.name).where(users.c.id.in_(list(ids)))
    return {row.id: row.name for row in connection.execute(statement)}


def invite(connection: Connection, user_id: str, days: int) -> str:
    """Make the one link with which a person sets a password; the one before is worth nothing any more."""
    token = secrets.token_urlsafe(32)
    until = as_utc(datetime.now(UTC) + timedelta(days=days))
    connection.execute(users.update().where(users.c.id == user_id).values(invite=digest(token), invite_until=until))
    return token


def invited(connection: Connection, token: str) -> User | None:
    """Return who was invited with a link, if it still counts."""
    found = connection.execute(sa.select(users).where(users.c.invite == digest(token))).first()
    if found is None or not found.active or found.invite_until < now():
        return None
    return _user(found)


@dataclass(frozen=True, slots=True)
class Session:
    """Hold who is signed in, with the value that every form must carry.

    :param stale: whether it is to be noted that the session is in use.
    """

    user: User
    csrf: str
    token: str
    stale: bool = False


_NOTED = timedelta(minutes=1)  # how exactly it is noted when a session was used


def open_session(connection: Connection, user_id: str) -> str:
    """Sign a person in and return the value of the cookie."""
    token, time = secrets.token_urlsafe(32), now()
    values = {"user_id": user_id, "csrf": secrets.token_urlsafe(24), "created_at": time, "seen_at": time}
    connection.execute(sessions.insert(), {"token": digest(token), **values})
    connection.execute(users.update().where(users.c.id == user_id).values(seen_at=time))
    return token


def find_session(connection: Connection, token: str, *, idle: timedelta, longest: timedelta) -> Session | None:
    """Return who holds a cookie, unless the session is too old or the person is not active."""
    moment = datetime.now(UTC)
    statement = (
        sa.select(users, sessions.c.csrf, sessions.c.token.label("session"), sessions.c.seen_at.label("used_at"))
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.token == digest(token),
            sessions.c.seen_at > as_utc(moment - idle),
            sessions.c.created_at > as_utc(moment - longest),
            users.c.active == 1,
        )
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    return Session(_user(row), row.csrf, row.session, stale=row.used_at < as_utc(moment - _NOTED))


def touch_session(connection: Connection, session: str) -> None:
    """Note that a session is in use, at most once a minute."""
    before = as_utc(datetime.now(UTC) - _NOTED)
    mine = sa.and_(sessions.c.token == session, sessions.c.seen_at < before)
    connection.execute(sessions.update().where(mine).values(seen_at=now()))


def close_session(connection: Connection, session: str) -> None:
    """Sign out; sessions that nobody used for a month go, too."""
    old = as_utc(datetime.now(UTC) - timedelta(days=30))
    connection.execute(sessions.delete().where(sa.or_(sessions.c.token == session, sessions.c.seen_at < old)))


def failures(connection: Connection, login: str) -> tuple[int, str | None]:
    """Return how often a sign-in failed in a row and until when it is locked."""
    row = connection.execute(sa.select(attempts).where(attempts.c.login == digest(login))).first()
    return (0, None) if row is None else (row.failures, row.until)


def note_failure(connection: Connection, login: str, *, allowed: int, minutes: int) -> None:
    """Count a failed sign-in; after so many in a row the login is locked for a while."""
    count = failures(connection, login)[0] + 1
    locked = count >= allowed
    until = as_utc(datetime.now(UTC) + timedelta(minutes=minutes)) if locked else None
    connection.execute(attempts.delete().where(attempts.c.login == digest(login)))
    values = {"login": digest(login), "failures": 0 if locked else count, "until": until, "at": now()}
    connection.execute(attempts.insert(), values)


def forget_failures(connection: Connection, login: str) -> None:
    """Begin the count anew after a sign-in that went well."""
    connection.execute(attempts.delete().where(attempts.c.login == digest(login)))


def note_access(connection: Connection, user_id: str, action: str, target: str, detail: str | None = None) -> None:
    """Write down who did what to whom or what; never a text of a complaint."""
    values = {"at": now(), "user_id": user_id, "action": action, "target": target[:200], "detail": detail}
    connection.execute(access_log.insert(), values)


def accesses(connection: Connection, limit: int, people: Sequence[str] | None = None) -> list[Row[Any]]:
    """Return the newest entries of the access log.

    :param people: only entries of these; ``None`` for all.
    """
    statement = sa.select(access_log).order_by(access_log.c.seq.desc()).limit(limit)
    if people is not None:
        statement = statement.where(access_log.c.user_id.in_(list(people)))
    return list(connection.execute(statement))
