"""Immutable parts of the duplicate index: inverted lists and records, written once and memory-mapped."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.errors import PilahError
from model.duplicates.terms import Hashes

NO_DAY: Final = np.iinfo(np.int32).min
MOST_FEATURES: Final = 65_535
"""A longer document counts as one of this many features."""
_ARRAYS: Final = (
    "keys", "starts", "postings", "days", "regions", "sizes", "id_hashes", "id_order", "records_at", "records"
)  # fmt: skip


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
    records: npt.NDArray[np.uint8]
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
        return self.records[int(self.records_at[number]) : int(self.records_at[number + 1])].tobytes()

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
        records=np.frombuffer(b"".join(entry.record for entry in entries), dtype=np.uint8),
        alive=np.ones(len(entries), dtype=bool),
    )


_STRIPES: Final = 16
"""Feature space is merged in this many parts, so that a merge never holds all postings in memory twice."""


def _merged_postings(
    parts: Sequence[Segment], numbers: Sequence[npt.NDArray[np.uint32]]
) -> Iterator[tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.uint32]]]:
    """Yield, stripe by stripe of the feature space, the keys, list lengths and renumbered postings."""
    edges = np.arange(_STRIPES, dtype=np.uint32) * np.uint32(2**32 // _STRIPES)
    cuts = [np.append(np.searchsorted(part.keys, edges), len(part.keys)) for part in parts]
    for stripe in range(_STRIPES):
        flat_keys: list[Hashes] = []
        flat_numbers: list[npt.NDArray[np.uint32]] = []
        for part, renumbered, cut in zip(parts, numbers, cuts, strict=True):
            first, last = int(cut[stripe]), int(cut[stripe + 1])
            begin, end = int(part.starts[first]), int(part.starts[last])
            lengths = np.diff(part.starts[first : last + 1]).astype(np.int64)
            held = np.asarray(part.postings[begin:end])
            living = part.alive[held]
            flat_keys.append(np.repeat(np.asarray(part.keys[first:last]), lengths)[living])
            flat_numbers.append(renumbered[held[living]])
        keys, postings = np.concatenate(flat_keys), np.concatenate(flat_numbers)
        order = np.argsort(keys, kind="stable")
        distinct, counts = np.unique(keys, return_counts=True)
        yield distinct, counts, postings[order]


def merge_segments(name: str, parts: Sequence[Segment]) -> Segment:
    """Join segments into one, in their order, without the documents that were removed."""
    lives = [np.flatnonzero(part.alive) for part in parts]
    total = 0
    numbers: list[npt.NDArray[np.uint32]] = []
    for part, live in zip(parts, lives, strict=True):
        renumbered = np.zeros(len(part), dtype=np.uint32)
        renumbered[live] = np.arange(total, total + len(live), dtype=np.uint32)
        numbers.append(renumbered)
        total += len(live)
    stripes = list(_merged_postings(parts, numbers))
    counts = np.concatenate([count for _, count, _ in stripes])
    sizes: list[npt.NDArray[np.int64]] = []
    records: list[npt.NDArray[np.uint8]] = []
    for part, live in zip(parts, lives, strict=True):
        lengths = np.diff(part.records_at).astype(np.int64)
        sizes.append(lengths[live])
        whole = len(live) == len(part)
        records.append(np.asarray(part.records) if whole else part.records[np.repeat(part.alive, lengths)])
    id_hashes = np.concatenate([part.id_hashes[live] for part, live in zip(parts, lives, strict=True)])
    return Segment(
        name=name,
        keys=np.concatenate([keys for keys, _, _ in stripes]),
        starts=np.append(0, np.cumsum(counts)).astype(np.uint64),
        postings=np.concatenate([postings for _, _, postings in stripes]),
        days=np.concatenate([part.days[live] for part, live in zip(parts, lives, strict=True)]),
        regions=np.concatenate([part.regions[live] for part, live in zip(parts, lives, strict=True)]),
        sizes=np.concatenate([part.sizes[live] for part, live in zip(parts, lives, strict=True)]),
        id_hashes=id_hashes,
        id_order=np.argsort(id_hashes, kind="stable").astype(np.uint32),
        records_at=np.append(0, np.cumsum(np.concatenate(sizes))).astype(np.uint64),
        records=np.concatenate(records),
        alive=np.ones(total, dtype=bool),
    )


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file, read in pieces so that it does not stay in memory."""
    value = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            value = zlib.crc32(piece, value)
    return value


def write_segment(segment: Segment, directory: Path) -> dict[str, Any]:
    """Write a segment into ``directory/<name>`` and return its entry for the manifest."""
    folder = directory / segment.name
    folder.mkdir(parents=True, exist_ok=True)
    checksums: dict[str, int] = {}
    for name in _ARRAYS:
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.save(file, getattr(segment, name), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        checksums[name] = _checksum(path)
    return {"name": segment.name, "documents": len(segment), "checksums": checksums}


def open_segment(directory: Path, entry: dict[str, Any], dead: Sequence[int] = (), *, verify: bool = True) -> Segment:
    """Map a written segment into memory.

    :param entry: what :func:`write_segment` returned.
    :param dead: numbers of the documents that were removed.
    :param verify: also compare the checksums of all files.
    :raises PilahError: PLH-601 if a file is missing, cut short or altered.
    """
    arrays: dict[str, Any] = {}
    for name in _ARRAYS:
        path = directory / entry["name"] / f"{name}.npy"
        try:
            if verify and _checksum(path) != entry["checksums"][name]:
                raise PilahError("PLH-601", f"{entry['name']}/{name}")
            small = path.stat().st_size < 1 << 12
            arrays[name] = np.load(path, mmap_mode=None if small else "r", allow_pickle=False)
        except (OSError, ValueError, KeyError) as error:
            raise PilahError("PLH-601", f"{entry['name']}/{name}") from error
    alive = np.ones(int(entry["documents"]), dtype=bool)
    alive[list(dead)] = False
    return Segment(name=str(entry["name"]), alive=alive, **arrays)
