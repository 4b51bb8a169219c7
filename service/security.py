"""API keys: made at random, kept as a hash, with scopes, bindings and an expiry; everything else is denied."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data.errors import PilahError
from service.codec import as_utc, now
from service.storage.keys import KeyInfo, add_key, find_key, get_key
from service.storage.store import Store
from service.viewer import SCOPES, Viewer

PREFIX = "plh_"
_KEY = re.compile(r"plh_[A-Za-z0-9_-]{43}")
_REGION = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")


def hash_key(key: str) -> str:
    """Hash a key. Keys hold 256 random bits, so a plain SHA-256 cannot be searched; no salt or stretching is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(
    store: Store,
    name: str,
    scopes: Sequence[str],
    *,
    regions: Sequence[str] = (),
    agencies: Sequence[str] = (),
    days: int | None = None,
) -> tuple[KeyInfo, str]:
    """Make a key and return it with the one copy of its secret.

    :param regions: Kemendagri codes such as ``32`` or ``32.04``.
    :param days: after how many days it expires; ``None`` for never.
    :raises PilahError: PLH-430 if a scope, a region or the number of days is not valid.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise PilahError("PLH-430", f"scope {unknown[0]!r}" if unknown else "a key needs at least one scope")
    wrong = [code for code in regions if not _REGION.fullmatch(code)]
    if wrong:
        raise PilahError("PLH-430", f"region {wrong[0]!r} is not a Kemendagri code such as 32 or 32.04")
    if any(not agency or len(agency) > 200 for agency in agencies):
        raise PilahError("PLH-430", "an agency id is empty or too long")
    if days is not None and not 0 < days <= 36_500:
        raise PilahError("PLH-430", f"{days} days")
    key_id = secrets.token_hex(6)
    info = KeyInfo(
        id=key_id,
        name=name[:200],
        sender=key_id,
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        regions=tuple(dict.fromkeys(regions)),
        agencies=tuple(dict.fromkeys(agencies)),
        created_at=now(),
        expires_at=None if days is None else as_utc(datetime.now(UTC) + timedelta(days=days)),
    )
    return _keep(store, info)


def rotate_key(store: Store, key_id: str, *, name: str | None = None, days: int | None = None) -> tuple[KeyInfo, str]:
    """Make a key with the rights and the sender of another, which stays valid until it is revoked.

    :raises PilahError: PLH-431 if there is no such key.
    """
    old = store.read(lambda connection: get_key(connection, key_id))
    expires = None if days is None else as_utc(datetime.now(UTC) + timedelta(days=days))
    new = replace(old, id=secrets.token_hex(6), name=(name or old.name)[:200], created_at=now())
    return _keep(store, replace(new, expires_at=expires, revoked_at=None))


def _keep(store: Store, info: KeyInfo) -> tuple[KeyInfo, str]:
    key = PREFIX + secrets.token_urlsafe(32)
    store.write(lambda connection: add_key(connection, info, hash_key(key))).result()
    return info, key


def authenticate(store: Store, header: str | None) -> Viewer:
    """Return who is asking.

    :param header: the value of ``Authorization``.
    :raises PilahError: PLH-401 unless it holds a valid key.
    """
    scheme, _, key = (header or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not _KEY.fullmatch(key):
        raise PilahError("PLH-401")
    # Looking the hash up tells nothing about other keys: its bits cannot be chosen by the caller.
    info = store.read(lambda connection: find_key(connection, hash_key(key)))
    if info is None or not info.is_valid(now()):
        raise PilahError("PLH-401")
    return info.viewer()


def require(viewer: Viewer, scope: str) -> None:
    """Refuse a viewer without a scope.

    :raises PilahError: PLH-402.
    """
    if scope not in viewer.scopes:
        raise PilahError("PLH-402", f"scope {scope!r} is needed")
