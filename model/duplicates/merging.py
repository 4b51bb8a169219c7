"""Join segments into one without the documents that were removed, in parts so that it needs little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.features import Hashes
from model.duplicates.records import MemoryRecords, pieces
from model.duplicates.segment_files import write_records
from model.duplicates.segments import Numbers, Places, Segment

_STRIPE: Final = 1 << 22
"""Feature space is merged in parts of about this many postings."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Name the documents of a segment that go into a merged one.

    :param old: their numbers in the segment.
    :param new: for each number of the segment the number in the merged one.
    """

    part: Segment
    old: Numbers
    new: npt.NDArray[np.uint32]

    def runs(self) -> list[tuple[int, int]]:
        """Return where unbroken runs of living records start and end."""
        if not len(self.old):
            return []
        breaks = np.flatnonzero(np.diff(self.old) > 1)
        firsts, lasts = self.old[np.append(0, breaks + 1)], self.old[np.append(breaks, len(self.old) - 1)]
        at = self.part.records_at
        return [(int(at[first]), int(at[last + 1])) for first, last in zip(firsts, lasts, strict=True)]

    def lists(self, first: int, last: int) -> tuple[Hashes, Numbers, npt.NDArray[np.uint32]]:
        """Return some features with the lengths of their lists and the renumbered living documents of these."""
        part = self.part
        starts = part.starts[first : last + 1].astype(np.int64)
        held = part.postings[starts[0] : starts[-1]]
        lengths = np.diff(starts)
        if len(self.old) == len(part):
            return part.keys[first:last], lengths, self.new[held]
        living = part.alive[held]
        kept = np.append(0, np.cumsum(living))[starts - starts[0]]
        return part.keys[first:last], np.diff(kept), self.new[held[living]]


def _sources(parts: Sequence[Segment]) -> list[_Source]:
    sources: list[_Source] = []
    total = 0
    for part in parts:
        old = np.flatnonzero(part.alive)
        new = np.zeros(len(part), dtype=np.uint32)
        new[old] = np.arange(total, total + len(old), dtype=np.uint32)
        sources.append(_Source(part, old, new))
        total += len(old)
    return sources


def _stripe(found: Sequence[tuple[Hashes, Numbers, npt.NDArray[np.uint32]]]) -> tuple[Hashes, Numbers, Hashes]:
    """Join the lists of the same features, those of the first source first."""
    keys = np.sort(np.concatenate([part[0] for part in found]), kind="stable")  # joins ascending runs
    keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    places = [np.searchsorted(keys, part[0]) for part in found]
    counts = np.zeros(len(keys), dtype=np.int64)
    for at, part in zip(places, found, strict=True):
        counts[at] += part[1]
    filled = np.cumsum(counts) - counts
    postings = np.empty(int(counts.sum()), dtype=np.uint32)
    for at, (_, lengths, numbers) in zip(places, found, strict=True):
        shift = filled[at] - (np.cumsum(lengths) - lengths)
        postings[np.repeat(shift, lengths) + np.arange(len(numbers))] = numbers
        filled[at] += lengths
    living = counts > 0
    return keys[living], counts[living], postings


def _merge_lists(sources: Sequence[_Source]) -> tuple[Hashes, npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Return keys, starts and postings of the living documents."""
    total = sum(len(source.part.postings) for source in sources)
    stripes = 1 + total // _STRIPE
    edges = (np.arange(stripes, dtype=np.uint64) * np.uint64(2**32 // stripes)).astype(np.uint32)
    cuts = [np.append(np.searchsorted(source.part.keys, edges), len(source.part.keys)) for source in sources]
    postings = np.empty(total, dtype=np.uint32)
    filled = 0
    keys: list[Hashes] = []
    counts: list[Numbers] = []
    for stripe in range(stripes):
        found = [
            source.lists(int(cut[stripe]), int(cut[stripe + 1])) for source, cut in zip(sources, cuts, strict=True)
        ]
        distinct, count, numbers = _stripe(found)
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
    sources = _sources(parts)

    def copied() -> Iterator[bytes]:
        for source in sources:
            for first, last in source.runs():
                yield from pieces(source.part.records, first, last)

    records = MemoryRecords(b"".join(copied())) if directory is None else write_records(directory / name, copied())
    keys, starts, postings = _merge_lists(sources)
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
        alive=np.ones(len(id_hashes), dtype=bool),
        places=Places.among(keys),
    )
