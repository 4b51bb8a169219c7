"""Open the database: engine, SQLite settings, migrations, one server a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from data.errors import PilahError

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = sa.table("alembic_version", sa.column("version_num"))
_CONNECT_SECONDS = 10
_WRITE_SECONDS = 20
_WRITE_LOCK = 7_066_105  # any number that no other program of the database uses


def open_engine(url: str, busy_timeout: float = 5.0) -> Engine:
    """Open a database; the folder of a SQLite file is made with rights for its owner only.

    :param busy_timeout: seconds to wait for a SQLite file that another program holds.
    :raises PilahError: PLH-501 if the address is not valid or the folder cannot be made.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS})
            sa.event.listen(engine, "begin", _one_writer)
            return engine
        path = sqlite_path(url)
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        engine = sa.create_engine(parsed, connect_args={"timeout": busy_timeout})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise PilahError("PLH-501", f"{_without_password(url)}: {error}") from None
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite address, ``None`` for another database or one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the address"


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an answered complaint survives a power loss
        "foreign_keys=ON",
        "secure_delete=ON",  # an erased text is overwritten, not only unlinked
        "cache_size=-4000",  # KiB a connection; the system caches the file for all of them
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _one_writer(connection: Connection) -> None:
    """Let one replica write at a time, so that the log's numbers become visible in their order.

    Without it a number drawn earlier could be committed later, and who follows the log would pass over it.
    """
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WRITE_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # straight to the driver, in a third of the time: nothing is locked yet, so nothing can fail
        connection.connection.cursor().execute("BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version.

    :raises PilahError: PLH-504 if a later program made the store, PLH-501 or PLH-502 if it cannot be opened.
    """
    try:
        with engine.connect() as connection:
            current = sa.inspect(connection).has_table(_VERSION.name) and connection.scalar(sa.select(_VERSION.c[0]))
        if current != max(path.stem[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py")):
            from service.storage.migrate import upgrade  # noqa: PLC0415 - a third of a second, mostly for nothing

            upgrade(engine, MIGRATIONS)
    except DBAPIError as error:
        raise storage_error(error, opening=True) from error


def storage_error(error: DBAPIError, *, opening: bool = False) -> PilahError:
    """Turn a database error into a coded one; the statement and its values are left out."""
    reason = str(error.orig)
    low = reason.lower()
    if "locked" in low or "busy" in low or "lock timeout" in low or "deadlock" in low:
        return PilahError("PLH-502", reason)
    if "readonly" in low or "full" in low or "disk i/o" in low:
        return PilahError("PLH-503", reason)
    if opening or "malformed" in low or "not a database" in low or "unable to open" in low or "connection" in low:
        return PilahError("PLH-501", reason)
    return PilahError("PLH-503", reason)


class ServerLock:
    """Hold a SQLite file for one server; other commands may still use it.

    :raises PilahError: PLH-507 if another server holds it, PLH-503 if the disk cannot be written.
    """

    def __init__(self, url: str) -> None:
        self._file: IO[str] | None = None
        path = sqlite_path(url)
        if path is None:
            return
        import fcntl  # noqa: PLC0415 - not on Windows, where only PostgreSQL is guarded by itself

        try:
            file = open(path.with_name(path.name + ".lock"), "w")  # noqa: SIM115 - held as long as the server runs
        except OSError as error:
            raise PilahError("PLH-503", f"{path}: {error.strerror}") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise PilahError("PLH-507", str(path)) from None
        self._file = file

    def release(self) -> None:
        """Let another server have the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
