"""Back the store up while the server runs, and put a backup back; the duplicate index is made anew from the store."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from data.errors import PilahError
from service.codec import now
from service.files import DECISIONS, INCIDENTS
from service.sealing import is_sealed, seal, unseal
from service.storage.engine import ServerLock, sqlite_path
from service.storage.store import Store

_DATABASE, _MANIFEST, _FORMAT = "pilah.db", "manifest.json", 1
_PAGES = 2_000  # copied between two looks at other writers
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """Say what a backup holds.

    :param schema: the version of the tables.
    :param seq: the place of the last event in it.
    """

    format: int
    made_at: str
    schema: str
    complaints: int
    seq: int
    sha256: str


def back_up(store_url: str, target: Path, passphrase: str | None = None) -> Manifest:
    """Write a consistent copy of the store into one file, readable by its owner only; writers are not held up.

    :param passphrase: encrypts the file; ``None`` leaves it plain.
    :raises PilahError: PLH-510 if the store is not a SQLite file, PLH-501 or PLH-503 if it cannot be read or the
        target cannot be written.
    """
    source = _file_of(store_url)
    if not source.is_file():
        raise PilahError("PLH-501", f"{source}: there is no such file")
    with _coded(target), TemporaryDirectory(prefix=".pilah-backup-", dir=target.resolve().parent) as folder:
        copy = Path(folder) / _DATABASE
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept, pages=_PAGES)
        manifest = _describe(copy)
        packed = Path(folder) / "packed"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, json.dumps(asdict(manifest)))
            archive.write(copy, _DATABASE)
        if passphrase is not None:
            plain, packed = packed, Path(folder) / "sealed"
            with plain.open("rb") as reading, packed.open("wb") as writing:
                seal(reading, writing, passphrase)
        _settle(packed)
        packed.replace(target)
    return manifest


def restore(source: Path, store_url: str, index: Path, passphrase: str | None = None) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of the store; no server may hold it. What was there is kept beside it.

    :param index: the folder of the duplicate index, which is removed: the next start makes it anew.
    :return: what was restored, and where the store before now is, if there was one.
    :raises PilahError: PLH-507 if a server runs, PLH-510 if the store is not a SQLite file, PLH-504 if a later
        version made the backup, PLH-511 if it is damaged, PLH-512 or PLH-513 if it is encrypted and the passphrase is
        wrong or missing.
    """
    target = _file_of(store_url)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = ServerLock(store_url)
    try:
        with _coded(target), TemporaryDirectory(prefix=".pilah-restore-", dir=target.parent) as folder:
            database, manifest = _unpack(source, Path(folder), passphrase)
            aside = None
            if target.exists():
                aside = target.with_name(f"{target.name}.before-{now().replace(':', '')}")
                _close_log(target)
                target.replace(aside)
            for suffix in ("-wal", "-shm"):
                target.with_name(target.name + suffix).unlink(missing_ok=True)
            database.replace(target)
            shutil.rmtree(index, ignore_errors=True)
            for derived in (INCIDENTS, DECISIONS):
                index.with_name(derived).unlink(missing_ok=True)
    finally:
        lock.release()
    return manifest, aside


def _file_of(store_url: str) -> Path:
    path = sqlite_path(store_url)
    if path is None:
        raise PilahError("PLH-510", "the store is not a SQLite file")
    return path


@contextmanager
def _coded(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise PilahError("PLH-501", str(error)) from None
    except OSError as error:
        raise PilahError("PLH-503", f"{path}: {error.strerror}") from None


def _describe(database: Path) -> Manifest:
    """Check a copy and say what it holds."""
    with closing(sqlite3.connect(database)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            raise PilahError("PLH-501", f"the store is damaged: {sound}")
        complaints = connection.execute("SELECT count(*) FROM complaints").fetchone()[0]
        seq = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return Manifest(_FORMAT, now(), schema, complaints, seq, _digest(database))


def _unpack(source: Path, folder: Path, passphrase: str | None) -> tuple[Path, Manifest]:
    packed = source
    try:
        with source.open("rb") as reading:
            if is_sealed(reading):
                if passphrase is None:
                    raise PilahError("PLH-513", str(source))
                packed = folder / "packed"
                with packed.open("wb") as writing:
                    unseal(reading, writing, passphrase)
        database = folder / _DATABASE
        with zipfile.ZipFile(packed) as archive:
            manifest = Manifest(**json.loads(archive.read(_MANIFEST)))
            if manifest.format != _FORMAT:
                raise PilahError("PLH-511", f"{source}: format {manifest.format}")
            with archive.open(_DATABASE) as reading, database.open("wb") as writing:
                shutil.copyfileobj(reading, writing, _BLOCK)
    except (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise PilahError("PLH-511", f"{source}: {type(error).__name__}") from None
    if _digest(database) != manifest.sha256:
        raise PilahError("PLH-511", f"{source}: the checksum is wrong")
    Store(f"sqlite:///{database}").close()  # brings older tables to this version and refuses newer ones
    _settle(database)
    return database, manifest


def _close_log(database: Path) -> None:
    """Bring what is in the write-ahead log into the file that is put aside; a damaged store is put aside as it is."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        return


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(path: Path) -> None:
    """Let only the owner read a file and wait until it is on the disk."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
