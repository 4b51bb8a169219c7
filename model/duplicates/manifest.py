"""The one file that says which segments make up a saved index; it is replaced in one step."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.errors import PilahError

VERSION: Final = 2
"""Goes up whenever the features, the reading or the files of the index change: an older index is then rebuilt."""

_FILE: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold what was saved.

    :param cursor: the sequence number of the last event that the index holds.
    :param segments: what :func:`~model.duplicates.segments.write_segment` returned for each.
    :param dead: by segment, the numbers of the documents that were removed.
    """

    cursor: int
    segments: tuple[dict[str, Any], ...]
    dead: dict[str, list[int]]


def _body(cursor: int, segments: Sequence[Mapping[str, Any]], dead: Mapping[str, Sequence[int]]) -> str:
    return json.dumps({"cursor": cursor, "segments": list(segments), "dead": dict(dead)}, sort_keys=True)


def save_manifest(
    directory: Path, cursor: int, segments: Sequence[Mapping[str, Any]], dead: Mapping[str, Sequence[int]]
) -> None:
    """Replace the manifest: after a crash there is the old one or the new one, never a part of one."""
    body = _body(cursor, segments, dead)
    temporary = directory / f"{_FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"version": VERSION, "crc": zlib.crc32(body.encode()), "body": body}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(directory / _FILE)
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load_manifest(directory: Path) -> Manifest | None:
    """Read the manifest, ``None`` if nothing was saved.

    :raises PilahError: PLH-601 if it is damaged, PLH-602 if another version wrote it.
    """
    path = directory / _FILE
    if not path.exists():
        return None
    try:
        packed = json.loads(path.read_text(encoding="utf-8"))
        version, crc, text = packed["version"], packed["crc"], str(packed["body"])
    except (ValueError, KeyError, TypeError) as error:
        raise PilahError("PLH-601", _FILE) from error
    if version != VERSION:
        raise PilahError("PLH-602", f"{version} instead of {VERSION}")
    if zlib.crc32(text.encode()) != crc:
        raise PilahError("PLH-601", _FILE)
    body = json.loads(text)
    return Manifest(body["cursor"], tuple(body["segments"]), body["dead"])


def discard_others(directory: Path, keep: Collection[str]) -> None:
    """Delete the folders of segments that are no longer, or not yet, part of the saved index."""
    for folder in directory.iterdir():
        if folder.is_dir() and folder.name.isdigit() and folder.name not in keep:
            shutil.rmtree(folder)
