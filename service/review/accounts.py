"""Make people and check what is said of them; used by the page of people and by the command line."""

from __future__ import annotations

import re
import secrets
from typing import get_args

from data.agencies import AgencyRegistry
from data.errors import PilahError
from data.regions import Regions
from service.codec import now
from service.review.passwords import fault, hash_password
from service.storage.people import Role, User, add_user, find_login, invite
from service.storage.store import Store

INVITED_DAYS = 7
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,99}")


def as_role(value: str) -> Role:
    """Return a role by its name.

    :raises PilahError: PLH-453.
    """
    for role in get_args(Role):
        if role == value:
            return role  # type: ignore[no-any-return]
    raise PilahError("PLH-453", f"peran {value!r}")


def check_person(user: User, registry: AgencyRegistry) -> None:
    """Refuse a person whose role lacks its region or office.

    :raises PilahError: PLH-453, naming what is missing.
    """
    if not _LOGIN.fullmatch(user.login):
        raise PilahError("PLH-453", "nama masuk: huruf kecil, angka, titik, garis; 2 sampai 100 karakter")
    if not user.name or len(user.name) > 200:
        raise PilahError("PLH-453", "nama: 1 sampai 200 karakter")
    if user.region is not None and (user.region not in Regions.load() or len(user.region) > 5):
        raise PilahError("PLH-453", f"wilayah {user.region!r}: pilih provinsi atau kabupaten/kota, misalnya 32.04")
    for one in (user.agency_id, user.office_id):
        if one is not None and registry.get(one) is None:
            raise PilahError("PLH-453", f"instansi {one!r}: pilih dari daftar")
    if user.role == "penghubung" and user.agency_id is None:
        raise PilahError("PLH-453", "pejabat penghubung memerlukan instansi")
    if user.role == "instansi" and user.region is None and user.agency_id is None:
        raise PilahError("PLH-453", "admin instansi memerlukan wilayah atau instansi")
    if user.role == "koordinator" and (user.region is None or len(user.region) != 2):
        raise PilahError("PLH-453", "koordinator memerlukan wilayah provinsi")
    if user.role in ("koordinator", "analis") and user.named:
        raise PilahError("PLH-453", "peran ini tidak dapat ditunjuk untuk laporan rahasia")


def new_user(
    login: str, name: str, role: str, *, region: str | None, agency: str | None, office: str | None, named: bool
) -> User:
    """Return a person as a form or a command describes one; not yet checked, not yet kept."""
    return User(
        id=f"u-{secrets.token_hex(6)}",
        login=login.strip().casefold(),
        name=name.strip(),
        role=as_role(role),
        region=region or None,
        agency_id=agency or None,
        office_id=office or None,
        named=named,
        created_at=now(),
    )


def make_user(
    store: Store,
    login: str,
    name: str,
    role: str,
    *,
    region: str | None = None,
    agency: str | None = None,
    office: str | None = None,
    named: bool = False,
    password: str | None = None,
    registry: AgencyRegistry | None = None,
) -> tuple[User, str | None]:
    """Keep a new person and return the one copy of the invitation, ``None`` where a password was given.

    :raises PilahError: PLH-453 for what is wrong, PLH-454 if the login is taken.
    """
    user = new_user(login, name, role, region=region, agency=agency, office=office, named=named)
    check_person(user, registry or AgencyRegistry.load())
    if password is not None:
        wrong = fault(password, user.login)
        if wrong is not None:
            raise PilahError("PLH-453", wrong.rstrip("."))
        hashed = hash_password(password)
        store.write(lambda connection: add_user(connection, user, hashed)).result()
        return user, None
    store.write(lambda connection: add_user(connection, user)).result()
    return user, store.write(lambda connection: invite(connection, user.id, INVITED_DAYS)).result()


def known_login(store: Store, login: str) -> User:
    """Return a person by the login.

    :raises PilahError: PLH-455 if there is none.
    """
    found = store.read(lambda connection: find_login(connection, login.strip().casefold()))
    if found is None:
        raise PilahError("PLH-455", login)
    return found[0]
