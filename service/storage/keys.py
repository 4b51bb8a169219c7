"""API keys in the store; only their hashes are kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from data.errors import PilahError
from service.codec import now
from service.storage.tables import keys
from service.viewer import Viewer

_BY_HASH = sa.select(keys).where(keys.c.hash == sa.bindparam("hashed"))


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """Describe an API key without the key itself."""

    id: str
    name: str
    sender: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]
    agencies: tuple[str, ...]
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    def is_valid(self, time: str) -> bool:
        """Say whether the key is neither revoked nor expired at a time."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > time)

    def viewer(self) -> Viewer:
        """Return what the key may do and see."""
        return Viewer(self.id, self.sender, frozenset(self.scopes), self.regions, self.agencies)


def add_key(connection: Connection, info: KeyInfo, hashed: str) -> None:
    """Keep a key.

    :param hashed: the hash of the key.
    """
    values: dict[str, Any] = {
        name: json.dumps(getattr(info, name)) if name in ("scopes", "regions", "agencies") else getattr(info, name)
        for name in keys.columns.keys()  # noqa: SIM118 - not a dict
        if name != "hash"
    }
    connection.execute(keys.insert().values(hash=hashed, **values))


def find_key(connection: Connection, hashed: str) -> KeyInfo | None:
    """Return the key with a hash, ``None`` if there is none."""
    row = connection.execute(_BY_HASH, {"hashed": hashed}).first()
    return None if row is None else _info(row)


def get_key(connection: Connection, key_id: str) -> KeyInfo:
    """Return the key with an id.

    :raises PilahError: PLH-431 if there is none.
    """
    row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).first()
    if row is None:
        raise PilahError("PLH-431", f"id {key_id!r}")
    return _info(row)


def all_keys(connection: Connection) -> list[KeyInfo]:
    """Return every key, oldest first."""
    return [_info(row) for row in connection.execute(sa.select(keys).order_by(keys.c.created_at, keys.c.id))]


def revoke_key(connection: Connection, key_id: str) -> KeyInfo:
    """Make a key worthless at once.

    :raises PilahError: PLH-431 if there is none.
    """
    if get_key(connection, key_id).revoked_at is None:
        connection.execute(keys.update().where(keys.c.id == key_id).values(revoked_at=now()))
    return get_key(connection, key_id)


def _info(row: Row[Any]) -> KeyInfo:
    values = dict(row._mapping)
    values.pop("hash")
    for name in ("scopes", "regions", "agencies"):
        values[name] = tuple(json.loads(values[name]))
    return KeyInfo(**values)
