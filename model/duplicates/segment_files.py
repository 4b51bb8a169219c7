"""Segments on the disk: written once, checked, memory-mapped."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.errors import PilahError
from model.duplicates.manifest import load_manifest
from model.duplicates.records import FileRecords, pieces
from model.duplicates.segments import Places, Segment

_ARRAYS: Final = ("keys", "starts", "postings", "days", "regions", "sizes", "id_hashes", "id_order", "records_at")
_RECORDS: Final = "records.bin"
_SMALL: Final = 1 << 12


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file, read in pieces so that it does not stay in memory."""
    value = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            value = zlib.crc32(piece, value)
    return value


def write_records(folder: Path, data: Iterable[bytes]) -> FileRecords:
    """Write packed documents into the folder of a segment."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _RECORDS).open("wb") as file:
        file.writelines(data)
        file.flush()
        os.fsync(file.fileno())
    return FileRecords(folder / _RECORDS)


def write_segment(segment: Segment, directory: Path) -> dict[str, Any]:
    """Write a segment into ``directory/<name>`` and return its entry for the manifest."""
    folder = directory / segment.name
    if not isinstance(segment.records, FileRecords):
        write_records(folder, pieces(segment.records, 0, int(segment.records_at[-1])))
    checksums = {_RECORDS: _checksum(folder / _RECORDS)}
    for name in _ARRAYS:
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.save(file, getattr(segment, name), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        checksums[path.name] = _checksum(path)
    return {"name": segment.name, "documents": len(segment), "checksums": checksums}


def _open_array(path: Path) -> Any:
    """Map an array into memory; a small one is read, which is cheaper."""
    if path.stat().st_size < _SMALL:
        return np.load(path, allow_pickle=False)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))  # indexing a plain array is faster


def check_segment(directory: Path, entry: dict[str, Any]) -> None:
    """Compare the checksums of all files of a written segment.

    :raises PilahError: PLH-601 if one is missing, cut short or altered.
    """
    folder = directory / entry["name"]
    try:
        for name, expected in entry["checksums"].items():
            if _checksum(folder / name) != expected:
                raise PilahError("PLH-601", f"{folder.name}/{name}")
    except OSError as error:
        raise PilahError("PLH-601", folder.name) from error


def check_saved(directory: Path) -> None:
    """Compare the checksums of all files of a saved index; other threads run meanwhile.

    :raises PilahError: PLH-601 if one is damaged, PLH-602 if another version wrote it.
    """
    manifest = load_manifest(directory)
    for entry in manifest.segments if manifest else ():
        check_segment(directory, entry)


def open_segment(directory: Path, entry: dict[str, Any], dead: Sequence[int] = (), *, verify: bool = True) -> Segment:
    """Map a written segment into memory.

    :param entry: what :func:`write_segment` returned.
    :param dead: numbers of the documents that were removed.
    :param verify: also compare the checksums of all files.
    :raises PilahError: PLH-601 if a file is missing, cut short or altered.
    """
    folder = directory / entry["name"]
    if verify:
        check_segment(directory, entry)
    try:
        arrays = {name: _open_array(folder / f"{name}.npy") for name in _ARRAYS}
        records = FileRecords(folder / _RECORDS)
    except (OSError, ValueError, KeyError) as error:
        raise PilahError("PLH-601", folder.name) from error
    alive = np.ones(int(entry["documents"]), dtype=bool)
    alive[list(dead)] = False
    return Segment(name=folder.name, alive=alive, records=records, places=Places.among(arrays["keys"]), **arrays)
