"""The parts that a duplicate index is made of: segments, the newest documents, and what of them is on the disk."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.delta import Delta
from model.duplicates.document import Document
from model.duplicates.features import Features, Hashes
from model.duplicates.manifest import discard_others, load_manifest, save_manifest
from model.duplicates.merging import merge_segments
from model.duplicates.postings import Columns, Filter, plan
from model.duplicates.segment_files import open_segment, write_segment
from model.duplicates.segments import NO_DAY, Entry, Numbers, Segment, build_segment, hash_id

_TIER: Final = 4
"""This many segments of about one size are merged into one."""

_GROWTH: Final = 8
"""The newest segment takes up what is frozen until it holds this many times as much."""

_IN_MEMORY: Final = 1 << 13
"""Smaller segments stay in memory until the index is saved: writing each of them would cost more than making it."""

Lists = tuple[Numbers, Numbers]
"""Start and length of the list of each feature in one segment."""


class Parts:
    """Hold documents under numbers: those of the segments one after the other, then the newest.

    The numbers hold until the next change. What a search answers depends on the living documents alone.

    :param newest: so many documents are kept in the form that is quick to change, before they become a segment.
    :param largest: no merge makes a segment larger than this.
    """

    def __init__(self, directory: Path | None, newest: int, largest: int) -> None:
        self.directory = directory
        self.newest = newest
        self.largest = largest
        self.segments: list[Segment] = []
        self._written: dict[str, dict[str, object]] = {}
        self._gone: Counter[int] = Counter()  # features of documents that are dead but still in a segment
        self._made = 0
        self._number()
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        """Return the number of living documents."""
        return self._living

    # --- single documents

    def find(self, identifier: str) -> int | None:
        """Return the number of a living document."""
        number = self._delta.numbers.get(identifier)
        if number is not None:
            return number
        hashed = hash_id(identifier)
        for base, part in zip(self._bases, self.segments, strict=True):
            for within in part.numbers_of(hashed):
                if Document.from_record(part.record(within)).id == identifier:
                    return base + within
        return None

    def load(self, number: int) -> Document:
        """Return the document of a number."""
        if number >= self._delta.base:
            return Document.from_record(self._delta.entries[number - self._delta.base].record)
        place = bisect_right(self._bases, number) - 1
        return Document.from_record(self.segments[place].record(number - self._bases[place]))

    def stored(self, number: int) -> Document | None:
        """Return the document of a number, ``None`` if it was removed."""
        return self.load(number) if self._columns.alive[number] else None

    @property
    def end(self) -> int:
        """Return the number that the next document will have."""
        return self._delta.base + len(self._delta)

    def living(self) -> tuple[list[tuple[Segment, Numbers]], list[Entry]]:
        """Return the living documents, oldest first: their numbers in each segment, and the newest."""
        return [(part, np.flatnonzero(part.alive)) for part in self.segments], self._delta.living()

    def older_than(self, day: int) -> list[int]:
        """Return the numbers of the living documents of before a day; those without a date are not."""
        columns = self._columns
        return [int(at) for at in np.flatnonzero(columns.alive & (columns.days != NO_DAY) & (columns.days < day))]

    def add(self, entry: Entry) -> None:
        """Take up a document whose id is not alive here."""
        number = self._delta.add(entry)
        columns = self._columns
        columns.days[number], columns.regions[number] = entry.day, entry.region
        columns.sizes[number], columns.id_hashes[number] = entry.size, hash_id(entry.id)
        columns.alive[number] = True
        self._living += 1
        if len(self._delta) >= self.newest:
            self.freeze()
            self.merge(self.newest * _GROWTH * _TIER)

    def add_all(self, entries: Sequence[Entry]) -> None:
        """Take up documents whose ids are not alive here; many become a segment of their own."""
        if len(entries) < self.newest:
            for entry in entries:
                self.add(entry)
            return
        self.freeze()
        self._change([*self.segments, build_segment(self._name(), entries)])
        self.merge(max(self.newest * _GROWTH, len(entries)) * _TIER)

    def remove(self, number: int) -> None:
        """Forget a document."""
        if number >= self._delta.base:
            self._delta.remove(number)
        else:
            self._gone.update(self.load(number).features().hashes.tolist())
        self._columns.alive[number] = False  # the segments see the same memory
        self._living -= 1

    # --- search

    def lists(self, hashes: Hashes) -> list[Lists]:
        """Return where the lists of some features are in each segment, and among the newest documents."""
        held = [part.lists_of(hashes) for part in self.segments]
        return [*held, self._delta.lists_of(hashes)] if len(self._delta) else held

    def frequencies(self, hashes: Hashes, lists: Sequence[Lists]) -> Numbers:
        """Return the number of living documents that have each feature."""
        counts = np.zeros(len(hashes), dtype=np.int64)
        for _, lengths in lists:
            counts += lengths
        if self._gone:
            counts -= np.array([self._gone[key] for key in hashes.tolist()], dtype=np.int64)
        return counts

    def search(
        self, query: Features, within: Filter, limit: int, budget: int, least: float
    ) -> tuple[Numbers, npt.NDArray[np.float64]]:
        """Return the numbers of the heaviest documents that may match, with their weights.

        :param least: leave out those that weigh less than this part of what an equal text would.
        """
        lists = self.lists(query.hashes)
        chosen = plan(query, self.frequencies(query.hashes, lists), max(len(self), 1), budget)
        parts = [(base, part.postings) for base, part in zip(self._bases, self.segments, strict=True)]
        if len(self._delta):
            parts.append((self._delta.base, self._delta.postings))
        found: list[Numbers] = []
        counts: list[Numbers] = []
        for (base, postings), (all_starts, all_lengths) in zip(parts, lists, strict=True):
            starts, lengths = all_starts[chosen.positions], all_lengths[chosen.positions]
            spans = zip(starts.tolist(), lengths.tolist(), strict=True)
            if held := [postings[start : start + length] for start, length in spans if length]:
                found.append(np.concatenate(held) + np.int64(base))
                counts.append(lengths)
        if not found:
            return np.empty(0, dtype=np.int64), np.empty(0)
        weights = np.repeat(np.tile(chosen.weights, len(counts)), np.concatenate(counts))
        numbers, weight = self._columns.weigh(np.concatenate(found), weights, least * chosen.whole)
        return self._columns.best(numbers, weight, within, limit)

    # --- merges and files

    def freeze(self) -> None:
        """Turn the newest documents into a segment."""
        if entries := self._delta.living():
            made = build_segment(self._name(), entries)
            last = self.segments[-1] if self.segments else None
            if last is None or last.name in self._written or len(last) + len(made) > self.newest * _GROWTH:
                self._change([*self.segments, made])
            else:
                self._forget_dead(last)
                self._change([*self.segments[:-1], merge_segments(made.name, [last, made])])
        elif len(self._delta):
            self._number()

    def merge(self, largest: int) -> None:
        """Merge segments of one tier, the oldest first, while four are together no larger than ``largest``.

        Those of which most documents were removed are written anew alone.
        """
        while True:
            tiers: dict[int, list[Segment]] = {}
            for part in self.segments:
                tiers.setdefault(self._tier(part), []).append(part)
            fitting = [_fitting(parts, largest) for _, parts in sorted(tiers.items())]
            groups = [parts for parts in fitting if len(parts) >= _TIER]
            groups += [[part] for part in self.segments if 2 * part.living() < len(part)]
            if not groups:
                return
            self._join(groups[0])

    def compact(self) -> None:
        """Turn the newest documents into a segment and merge what there is to merge."""
        self.freeze()
        self.merge(self.largest)

    def save(self, cursor: int, *, purge: bool) -> None:
        """Write everything.

        :param purge: also rewrite what still holds forgotten documents.
        :raises ValueError: if there is no directory.
        """
        if self.directory is None:
            raise ValueError("an index without a directory cannot be saved")
        self.compact()
        if purge:
            for part in [part for part in self.segments if not part.alive.all()]:
                self._join([part])
        if any(part.name not in self._written for part in self.segments):
            self._change([self._write(part) for part in self.segments])
        save_manifest(
            self.directory,
            cursor,
            [self._written[part.name] for part in self.segments],
            {part.name: np.flatnonzero(~part.alive).tolist() for part in self.segments if not part.alive.all()},
        )
        discard_others(self.directory, {part.name for part in self.segments})

    def load_saved(self, *, verify: bool) -> int:
        """Read what was saved and return its cursor, 0 where nothing was.

        :raises PilahError: PLH-601 if a file is damaged, PLH-602 if another version wrote it.
        """
        manifest = None if self.directory is None else load_manifest(self.directory)
        if manifest is None or self.directory is None:
            return 0
        opened: list[Segment] = []
        for entry in manifest.segments:
            name = str(entry["name"])
            dead = manifest.dead.get(name, ())
            part = open_segment(self.directory, entry, dead, verify=verify)
            opened.append(part)
            self._written[name] = entry
            self._made = max(self._made, int(name))
            for number in dead:
                self._gone.update(Document.from_record(part.record(number)).features().hashes.tolist())
        discard_others(self.directory, {part.name for part in opened})
        self._change(opened)
        return manifest.cursor

    # --- parts

    def _name(self) -> str:
        self._made += 1
        return f"{self._made:08d}"

    def _tier(self, part: Segment) -> int:
        size = max(part.living(), 1)
        return int(np.log(max(size / (self.newest * _GROWTH), 1.0)) / np.log(_TIER) + 0.01)

    def _join(self, chosen: list[Segment]) -> None:
        """Put one segment with their living documents in the place of some."""
        for part in chosen:
            self._forget_dead(part)
        large = self.directory is not None and sum(part.living() for part in chosen) > _IN_MEMORY
        merged = merge_segments(self._name(), chosen, self.directory if large else None)
        names = {part.name for part in chosen}
        first = next(place for place, part in enumerate(self.segments) if part.name in names)
        kept = [part for part in self.segments if part.name not in names]
        put = [self._write(merged) if large else merged] if len(merged) else []
        self._change([*kept[:first], *put, *kept[first:]])  # segments of a tier are neighbours: the order stays

    def _forget_dead(self, part: Segment) -> None:
        """Stop counting the removed documents of a segment that is about to be replaced."""
        for number in np.flatnonzero(~part.alive):
            self._gone.subtract(Document.from_record(part.record(int(number))).features().hashes.tolist())
        self._gone = +self._gone

    def _write(self, part: Segment) -> Segment:
        """Write a segment and map it, unless it is on the disk already."""
        if self.directory is None or part.name in self._written:
            return part
        self._written[part.name] = write_segment(part, self.directory)
        return replace(open_segment(self.directory, self._written[part.name], verify=False), alive=part.alive)

    def _change(self, segments: list[Segment]) -> None:
        """Replace the segments; the newest documents are in one of them, or there are none."""
        self.segments = segments
        self._number()

    def _number(self) -> None:
        """Give the documents of the segments new numbers."""
        ends = np.cumsum([0, *(len(part) for part in self.segments)]).tolist()
        self._bases: list[int] = ends[:-1]
        columns = Columns(ends[-1] + self.newest)
        for place, (base, part) in enumerate(zip(self._bases, self.segments, strict=True)):
            whole = slice(base, base + len(part))
            columns.days[whole], columns.regions[whole], columns.sizes[whole] = part.days, part.regions, part.sizes
            columns.id_hashes[whole], columns.alive[whole] = part.id_hashes, part.alive
            self.segments[place] = replace(part, alive=columns.alive[whole])
        self._columns = columns
        self._delta = Delta(ends[-1])
        self._living = int(np.count_nonzero(columns.alive))


def _fitting(parts: Sequence[Segment], largest: int) -> list[Segment]:
    """Return as many of the first segments as are together no larger than ``largest``."""
    ends = np.cumsum([part.living() for part in parts])
    return list(parts[: int(np.searchsorted(ends, largest, side="right"))])
