"""Immutable parts of the duplicate index: inverted lists and records of some documents."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.document import Document
from model.duplicates.features import Hashes
from model.duplicates.records import MemoryRecords, Records

Numbers = npt.NDArray[np.int64]

NO_DAY: Final = np.iinfo(np.int32).min
MOST_FEATURES: Final = 65_535
"""A longer document counts as one of this many features."""


def hash_id(identifier: str) -> int:
    """Hash an id to 64 bits; the record tells ids of one hash apart."""
    return int.from_bytes(hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def region_number(code: str | None) -> int:
    """Return province x 100 + regency of a Kemendagri code, 0 if unknown.

    >>> region_number("32.04.32"), region_number("32"), region_number(None)
    (3204, 3200, 0)
    """
    digits = "" if code is None else code.replace(".", "")[:4]
    return int(digits.ljust(4, "0")) if digits.isdigit() else 0


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

    @property
    def size(self) -> int:
        """Return the number of features that counts."""
        return min(len(self.hashes), MOST_FEATURES)


def entry_of(document: Document) -> Entry:
    """Return what is stored of a document."""
    return Entry(
        id=document.id,
        hashes=document.features().hashes,
        day=NO_DAY if document.day is None else document.day,
        region=region_number(document.region),
        record=document.to_record(),
    )


_BUCKET: Final = 4


@dataclass(frozen=True, slots=True)
class Places:
    """Know about where each key is among sorted keys: hashes are spread evenly, so their first bits tell.

    A search by halves among all touches some twenty places of a large file for each key, one among these a few.

    :param first: the place of the first key that begins with each value of so many bits.
    :param shift: the number of the other bits.
    :param widest: the most keys that begin with one value.
    """

    first: npt.NDArray[np.uint32]
    shift: int
    widest: int

    @classmethod
    def among(cls, keys: Hashes) -> Places:
        """Read sorted keys."""
        bits = max(int(len(keys) // _BUCKET).bit_length(), 1)
        borders = np.arange(1 << bits, dtype=np.uint64) << np.uint64(32 - bits)
        first = np.searchsorted(keys, borders.astype(np.uint32))
        widest = int(np.diff(first, append=len(keys)).max())
        return cls(first.astype(np.uint32), 32 - bits, widest)

    def of(self, keys: Hashes, wanted: Hashes) -> Numbers:
        """Return the place of each wanted key, and any place for one that is not there.

        :param keys: those that it was made of; at least one.
        """
        at = self.first.take(wanted >> np.uint32(self.shift)).astype(np.int64)
        step = 1 << (self.widest - 1).bit_length()
        while step := step >> 1:  # to the last key that is not above the wanted one
            at += (keys.take(at + step, mode="clip") <= wanted) * step
        return np.minimum(at, len(keys) - 1)


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
    :param places: where to look among ``keys``; made of them.
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
    places: Places

    def __len__(self) -> int:
        """Return the number of documents, removed ones included."""
        return len(self.days)

    def living(self) -> int:
        """Return the number of documents that were not removed."""
        return int(np.count_nonzero(self.alive))

    def lists_of(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Return start and length of the list of each feature; length 0 where no document has it."""
        if not len(self.keys):
            nothing = np.zeros(len(hashes), dtype=np.int64)
            return nothing, nothing
        at = self.places.of(self.keys, hashes)
        borders = self.starts.view(np.int64)
        starts = borders.take(at)
        return starts, (borders.take(at + 1) - starts) * (self.keys.take(at) == hashes)

    def record(self, number: int) -> bytes:
        """Return the packed document of a number."""
        return self.records.read(int(self.records_at[number]), int(self.records_at[number + 1]))

    def numbers_of(self, hashed: int) -> list[int]:
        """Return the living documents whose id has this hash."""
        wanted = np.uint64(hashed)
        # Not searchsorted with a sorter: it makes a copy of the whole order at every call.
        at = bisect_left(self.id_order, wanted, key=lambda number: self.id_hashes[number])
        found: list[int] = []
        while at < len(self.id_order) and self.id_hashes[self.id_order[at]] == wanted:
            number = int(self.id_order[at])
            if self.alive[number]:
                found.append(number)
            at += 1
        return found


def _invert(hashes: Sequence[Hashes]) -> tuple[Hashes, npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Turn the features of each document into the documents of each feature."""
    flat = np.concatenate(hashes) if hashes else np.empty(0, dtype=np.uint32)
    numbers = np.repeat(np.arange(len(hashes), dtype=np.uint64), [len(part) for part in hashes])
    packed = flat.astype(np.uint64) << np.uint64(32) | numbers
    packed.sort()
    features = (packed >> np.uint64(32)).astype(np.uint32)
    first = np.flatnonzero(np.append(True, features[1:] != features[:-1])) if len(features) else np.empty(0, np.int64)
    return features[first], np.append(first, len(features)).astype(np.uint64), packed.astype(np.uint32)


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
        sizes=np.array([entry.size for entry in entries], dtype=np.uint16),
        id_hashes=id_hashes,
        id_order=np.argsort(id_hashes, kind="stable").astype(np.uint32),
        records_at=ends.astype(np.uint64),
        records=MemoryRecords(b"".join(entry.record for entry in entries)),
        alive=np.ones(len(entries), dtype=bool),
        places=Places.among(keys),
    )
