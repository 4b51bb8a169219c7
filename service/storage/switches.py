"""Switches of automatic routing in the store: an append-only record of who switched what on or off, and why."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from data.errors import PilahError
from service.codec import now
from service.storage.tables import routing_switches

_SCOPE = re.compile(r"semua|tingkat:(?:pusat|vertikal|bumn|provinsi|kabkota|desa)|wilayah:\d{2}(?:\.\d{2})?")


@dataclass(frozen=True, slots=True)
class Switch:
    """Hold one act of switching; the newest of a scope holds.

    :param scope: ``semua``, ``tingkat:kabkota`` or ``wilayah:32.04``, as in the guarantee of an answer.
    :param official: the person who answers for it, by name and office.
    :param sender: id of the key it came with; ``None`` from the command line.
    """

    seq: int
    scope: str
    on: bool
    official: str
    reason: str
    at: str
    sender: str | None


def add_switch(
    connection: Connection, scope: str, on: bool, official: str, reason: str, sender: str | None = None
) -> Switch:
    """Record that an official switched automatic routing on or off for a scope.

    :raises PilahError: PLH-432 if the scope is not one, or nobody or no reason is named.
    """
    if not _SCOPE.fullmatch(scope):
        raise PilahError("PLH-432", f"scope {scope!r}")
    official, reason = official.strip(), reason.strip()
    if not official or not reason:
        raise PilahError("PLH-432", "the official" if not official else "the reason")
    values = {"scope": scope, "state": int(on), "official": official[:200], "reason": reason[:2_000]}
    values |= {"at": now(), "sender": sender}
    key = connection.execute(routing_switches.insert(), values).inserted_primary_key
    assert key is not None  # noqa: S101 - SQLite and PostgreSQL both return it
    row = connection.execute(sa.select(routing_switches).where(routing_switches.c.seq == key[0])).one()
    return _switch(row)


def all_switches(connection: Connection) -> list[Switch]:
    """Return every act of switching, oldest first."""
    return [_switch(row) for row in connection.execute(sa.select(routing_switches).order_by(routing_switches.c.seq))]


def switched_on(connection: Connection) -> frozenset[str]:
    """Return the scopes whose newest act switched them on."""
    return frozenset(scope for scope, switch in newest(all_switches(connection)).items() if switch.on)


def newest(switches: list[Switch]) -> dict[str, Switch]:
    """Return the act that holds for each scope.

    :param switches: oldest first.
    """
    return {switch.scope: switch for switch in switches}


def to_plain(switch: Switch) -> dict[str, Any]:
    """Return a switch for JSON, without its place in the record."""
    return {name: value for name, value in asdict(switch).items() if name != "seq"}


def _switch(row: Row[Any]) -> Switch:
    return Switch(row.seq, row.scope, bool(row.state), row.official, row.reason, row.at, row.sender)
