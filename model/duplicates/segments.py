"""Immutable parts of the duplicate index: inverted lists and records, written once and memory-mapped."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.errors import PilahError
from model.duplicates.records import FileRecords, MemoryRecords, Records, pieces
from model.duplicates.terms import Hashes

NO_DAY: Final = np.iinfo(np.int32).min
MOST_FEATURES: Final = 65_535
"""A longer document counts as one of this many features."""
_ARRAYS: Final = ("keys", "starts", "postings", "days", "regions", "sizes", "id_hashes", "id_order", "records_at")
_RECORDS: Final = "records.bin"


def hash_id(identifier: str) -> int:
    """Hash an id to 64 bits; the record tells ids of one hash apart."""
    return int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what a segment stores of one document.

    :param day: days since 1970-01-01, or :data:`NO_DAY`.
    :param region: province x 100 + regency (``32.04`` is 3204, ``32`` is 3200); 0 if unknown.
    :param record: the packed document.
    """

    id: str
    hashes: Hashes
    day: int
    region: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """Hold some documents, numbered from 0 in the order in which they were added.

    :param keys: the distinct features, ascending.
    :param starts: where the list of each feature starts in ``postings``; one longer than ``keys``.
    :param postings: for each feature the numbers of the documents that have it, ascending.
    :param sizes: the number of features of each document.
    :param id_hashes: the hashed id of each document; ``id_order`` sorts them.
    :param records_at: where each record starts in ``records``; one longer than the documents.
    :param alive: false for documents that were removed or replaced since; the only part that changes.
    """

    name: str
    keys: Hashes
    starts: npt.NDArray[np.uint64]
    postings: npt.NDArray[np.uint32]
    days: npt.NDArray[np.int32]
    regions: npt.NDArray[np.uint16]
    sizes: npt.NDArray[np.uint16]
    id_hashes: npt.NDArray[np.uint64]
    id_order: npt.NDArray[np.uint32]
    records_at: npt.NDArray[np.uint64]
    records: Records
    alive: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of documents, removed ones included."""
        return len(self.days)

    def lists_of(self, hashes: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return start and length of the list of each feature; length 0 where no document has it."""
        if not len(self.keys):
            nothing = np.zeros(len(hashes), dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        known = self.keys[at] == hashes
        starts = self.starts[at].astype(np.int64)
        return starts, np.where(known, self.starts[at + 1].astype(np.int64) - starts, 0)

    def record(self, number: int) -> bytes:
        """Return the packed document of a number."""
        return self.records.read(int(self.records_at[number]), int(self.records_at[number + 1]))

    def numbers_of(self, identifier: str) -> list[int]:
        """Return the living documents whose id has the same hash as ``identifier``."""
        wanted = np.uint64(hash_id(identifier))
        low = int(np.searchsorted(self.id_hashes, wanted, side="left", sorter=self.id_order))
        high = int(np.searchsorted(self.id_hashes, wanted, side="right", sorter=self.id_order))
        return [int(number) for number in self.id_order[low:high] if self.alive[number]]


def _invert(hashes: Sequence[Hashes]) -> tuple[Hashes, npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Turn the features of each document into the documents of each feature."""
    flat = np.concatenate(hashes) if hashes else np.empty(0, dtype=np.uint32)
    numbers = np.repeat(np.arange(len(hashes), dtype=np.uint32), [len(part) for part in hashes])
    order = np.argsort(flat, kind="stable")
    keys, first = np.unique(flat[order], return_index=True)
    return keys, np.append(first, len(flat)).astype(np.uint64), numbers[order]


def build_segment(name: str, entries: Sequence[Entry]) -> Segment:
    """Make a segment of new documents, in memory."""
    keys, starts, postings = _invert([entry.hashes for entry in entries])
    id_hashes = np.array([hash_id(entry.id) for entry in entries], dtype=np.uint64)
    ends = np.cumsum([0, *(len(entry.record) for entry in entries)])
    return Segment(
        name=name,
        keys=keys,
        starts=starts,
        postings=postings,
        days=np.array([entry.day for entry in entries], dtype=np.int32),
        regions=np.array([entry.region for entry in entries], dtype=np.uint16),
        sizes=np.array([min(len(entry.hashes), MOST_FEATURES) for entry in entries], dtype=np.uint16),
        id_hashes=id_hashes,
        id_order=np.argsort(id_hashes, kind="stable").astype(np.uint32),
        records_at=ends.astype(np.uint64),
        records=MemoryRecords(b"".join(entry.record for entry in entries)),
        alive=np.ones(len(entries), dtype=bool),
    )


_STRIPES: Final = 16
"""Feature space is merged in this many parts, so that the sorting needs little memory."""


@dataclass(frozen=True, slots=True)
class Living:
    """Name the documents of a segment that go into a merged one.

    :param old: their numbers in the segment.
    :param new: for each number of the segment the number in the merged one.
    """

    part: Segment
    old: npt.NDArray[np.int64]
    new: npt.NDArray[np.uint32]

    def runs(self) -> list[tuple[int, int]]:
        """Return where unbroken runs of living records start and end."""
        if not len(self.old):
            return []
        breaks = np.flatnonzero(np.diff(self.old) > 1)
        firsts, lasts = self.old[np.append(0, breaks + 1)], self.old[np.append(breaks, len(self.old) - 1)]
        at = self.part.records_at
        return [(int(at[first]), int(at[last + 1])) for first, last in zip(firsts, lasts, strict=True)]


def _stripe(
    sources: Sequence[Living], cuts: Sequence[npt.NDArray[np.int64]], stripe: int
) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return the keys, list lengths and renumbered postings of one part of the feature space."""
    flat_keys: list[Hashes] = []
    flat_numbers: list[npt.NDArray[np.uint32]] = []
    for source, cut in zip(sources, cuts, strict=True):
        part, first, last = source.part, int(cut[stripe]), int(cut[stripe + 1])
        held = part.postings[int(part.starts[first]) : int(part.starts[last])]
        living = part.alive[held]
        lengths = np.diff(part.starts[first : last + 1]).astype(np.int64)
        flat_keys.append(np.repeat(part.keys[first:last], lengths)[living])
        flat_numbers.append(source.new[held[living]])
    keys, postings = np.concatenate(flat_keys), np.concatenate(flat_numbers)
    order = np.argsort(keys, kind="stable")
    distinct, counts = np.unique(keys, return_counts=True)
    return distinct, counts, postings[order]


def _merge_postings(
    sources: Sequence[Living],
) -> tuple[Hashes, npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Return keys, starts and postings of the living documents."""
    edges = np.arange(_STRIPES, dtype=np.uint32) * np.uint32(2**32 // _STRIPES)
    cuts = [np.append(np.searchsorted(source.part.keys, edges), len(source.part.keys)) for source in sources]
    postings = np.empty(sum(len(source.part.postings) for source in sources), dtype=np.uint32)
    filled = 0
    keys: list[Hashes] = []
    counts: list[npt.NDArray[np.int64]] = []
    for stripe in range(_STRIPES):
        distinct, count, numbers = _stripe(sources, cuts, stripe)
        keys.append(distinct)
        counts.append(count)
        postings[filled : filled + len(numbers)] = numbers
        filled += len(numbers)
    starts = np.append(0, np.cumsum(np.concatenate(counts))).astype(np.uint64)
    return np.concatenate(keys), starts, postings[:filled]


def merge_segments(name: str, parts: Sequence[Segment], directory: Path | None = None) -> Segment:
    """Join segments into one, in their order, without the documents that were removed.

    :param directory: copy the records straight into the folder of the new segment there, not into memory.
    """
    sources: list[Living] = []
    total = 0
    for part in parts:
        old = np.flatnonzero(part.alive)
        new = np.zeros(len(part), dtype=np.uint32)
        new[old] = np.arange(total, total + len(old), dtype=np.uint32)
        sources.append(Living(part, old, new))
        total += len(old)
    copied = (
        piece for source in sources for run in source.runs() for piece in pieces(source.part.records, run[0], run[1])
    )
    records = MemoryRecords(b"".join(copied)) if directory is None else _write_records(directory / name, copied)
    keys, starts, postings = _merge_postings(sources)
    id_hashes = np.concatenate([source.part.id_hashes[source.old] for source in sources])
    lengths = np.concatenate([np.diff(source.part.records_at).astype(np.int64)[source.old] for source in sources])
    return Segment(
        name=name,
        keys=keys,
        starts=starts,
        postings=postings,
        days=np.concatenate([source.part.days[source.old] for source in sources]),
        regions=np.concatenate([source.part.regions[source.old] for source in sources]),
        sizes=np.concatenate([source.part.sizes[source.old] for source in sources]),
        id_hashes=id_hashes,
        id_order=np.argsort(id_hashes, kind="stable").astype(np.uint32),
        records_at=np.append(0, np.cumsum(lengths)).astype(np.uint64),
        records=records,
        alive=np.ones(total, dtype=bool),
    )


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file, read in pieces so that it does not stay in memory."""
    value = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            value = zlib.crc32(piece, value)
    return value


def _write_records(folder: Path, data: Iterable[bytes]) -> FileRecords:
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
        _write_records(folder, pieces(segment.records, 0, int(segment.records_at[-1])))
    checksums = {_RECORDS: _checksum(folder / _RECORDS)}
    for name in _ARRAYS:
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.save(file, getattr(segment, name), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        checksums[path.name] = _checksum(path)
    return {"name": segment.name, "documents": len(segment), "checksums": checksums}


_SMALL: Final = 1 << 12


def _open_array(path: Path) -> Any:
    """Map an array into memory; a small one is read, which is cheaper."""
    if path.stat().st_size < _SMALL:
        return np.load(path, allow_pickle=False)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))  # indexing a plain array is faster


def open_segment(directory: Path, entry: dict[str, Any], dead: Sequence[int] = (), *, verify: bool = True) -> Segment:
    """Map a written segment into memory.

    :param entry: what :func:`write_segment` returned.
    :param dead: numbers of the documents that were removed.
    :param verify: also compare the checksums of all files.
    :raises PilahError: PLH-601 if a file is missing, cut short or altered.
    """
    folder = directory / entry["name"]
    try:
        for name, expected in entry["checksums"].items() if verify else ():
            if _checksum(folder / name) != expected:
                raise PilahError("PLH-601", f"{folder.name}/{name}")
        arrays = {name: _open_array(folder / f"{name}.npy") for name in _ARRAYS}
        records = FileRecords(folder / _RECORDS)
    except (OSError, ValueError, KeyError) as error:
        raise PilahError("PLH-601", folder.name) from error
    alive = np.ones(int(entry["documents"]), dtype=bool)
    alive[list(dead)] = False
    return Segment(name=folder.name, alive=alive, records=records, **arrays)
