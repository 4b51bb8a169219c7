"""Weigh the stored documents against a query: rare shared features count, common ones are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.segments import MOST_FEATURES, NO_DAY, Entry, Segment, build_segment, hash_id
from model.duplicates.terms import Features, Hashes

LENGTH_POWER: Final = 0.35
"""Long texts share words by chance: the weight is divided by this power of the number of features."""

_POWERS: Final = np.maximum(np.arange(MOST_FEATURES + 1, dtype=np.float64), 1.0) ** LENGTH_POWER


@dataclass(slots=True)
class Delta:
    """Hold the newest documents, which are not yet in a segment."""

    entries: list[Entry] = field(default_factory=list)
    alive: list[bool] = field(default_factory=list)
    lists: dict[int, list[int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Append a document whose id is not alive here."""
        number = len(self.entries)
        self.entries.append(entry)
        self.alive.append(True)
        self.numbers[entry.id] = number
        lists = self.lists
        for key in entry.hashes.tolist():
            held = lists.get(key)
            if held is None:
                lists[key] = [number]
            else:
                held.append(number)

    def remove(self, identifier: str) -> Entry | None:
        """Forget a document and return it; its lists go too, so that no count is left behind."""
        number = self.numbers.pop(identifier, None)
        if number is None:
            return None
        entry = self.entries[number]
        self.alive[number] = False
        for key in entry.hashes.tolist():
            held = self.lists[key]
            held.remove(number)
            if not held:
                del self.lists[key]
        return entry

    def living(self) -> list[Entry]:
        """Return the documents that were not removed, oldest first."""
        return [entry for entry, alive in zip(self.entries, self.alive, strict=True) if alive]

    def freeze(self, name: str) -> Segment:
        """Return the living documents as a segment."""
        return build_segment(name, self.living())


@dataclass(frozen=True, slots=True)
class Filter:
    """Say which documents may match; what is unknown always may.

    :param region: as in :class:`Entry`; 0 matches all.
    :param first: the first day; ``None`` for no window.
    :param last: the last day.
    """

    region: int = 0
    first: int | None = None
    last: int | None = None

    def mask(self, days: npt.NDArray[np.int32], regions: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
        """Return which of the documents with these days and regions may match."""
        keep = np.ones(len(days), dtype=bool)
        if self.first is not None and self.last is not None:
            keep &= (days == NO_DAY) | ((days >= self.first) & (days <= self.last))
        if self.region:
            wide = regions % 100 == 0
            same_province = regions // 100 == self.region // 100
            own = same_province if self.region % 100 == 0 else (regions == self.region) | (same_province & wide)
            keep &= (regions == 0) | own
        return keep


@dataclass(frozen=True, slots=True)
class Hit:
    """Name a document that was found: its weight, and the order among equals (oldest first, then by hashed id)."""

    weight: float
    day: int
    id_hash: int
    part: int
    number: int

    @property
    def order(self) -> tuple[float, int, int]:
        """Return the key that sorts the best first, the same however the documents are spread over segments."""
        return -self.weight, self.day, self.id_hash


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold the features of a query that are looked up, rarest first, with their weights.

    :param whole: the weight that a document with all of them and no other would have.
    """

    positions: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    whole: float


def plan(query: Features, frequencies: npt.NDArray[np.int64], documents: int, budget: int) -> Plan:
    """Choose the rarest features of a query whose lists together are no longer than a budget.

    The hash of the whole text is always looked up, so an equal text is always found. Within the chosen features the
    search is exact; a feature is left out only if rarer ones already used up the budget. The choice depends on the
    stored documents alone, not on how they are spread over segments.

    :param frequencies: the number of documents that have each feature.
    :param budget: the number of postings that one query may read.
    """
    order = np.lexsort((query.hashes, frequencies))
    order = order[frequencies[order] > 0]
    kept = np.cumsum(frequencies[order]) <= budget
    kept[:1] = True
    kept |= query.hashes[order] == query.exact
    order = order[kept]
    rarity = np.log1p(documents / frequencies[order])
    weights = query.weights[order] * rarity * rarity
    return Plan(order, weights, float(weights.sum() / _POWERS[min(len(query.hashes), MOST_FEATURES)]))


def _heaviest(weights: npt.NDArray[np.float64], limit: int) -> npt.NDArray[np.int64]:
    """Return the positions of the ``limit`` heaviest, and of all that weigh as much as the last of them."""
    if len(weights) <= limit:
        return np.arange(len(weights))
    worst = np.partition(weights, len(weights) - limit)[len(weights) - limit]
    return np.flatnonzero(weights >= worst)


def _best(
    weights: npt.NDArray[np.float64], days: npt.NDArray[np.int32], hashed: npt.NDArray[np.uint64], limit: int
) -> npt.NDArray[np.int64]:
    """Return the positions of the heaviest documents in order, ties broken by day and hashed id."""
    some = _heaviest(weights, limit)
    return some[np.lexsort((hashed[some], days[some], -weights[some]))][:limit]


def search_segment(
    segment: Segment,
    part: int,
    lists: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    chosen: Plan,
    *,
    within: Filter,
    limit: int,
) -> list[Hit]:
    """Return the heaviest living documents of a segment.

    :param part: the place of the segment in the index.
    :param lists: what :meth:`Segment.lists_of` returned for all features of the query.
    """
    starts, lengths = lists[0][chosen.positions], lists[1][chosen.positions]
    total = int(lengths.sum())
    if not total:
        return []
    ends = np.cumsum(lengths)
    found = segment.postings[np.repeat(starts - ends + lengths, lengths) + np.arange(total)]
    summed = np.bincount(found, np.repeat(chosen.weights, lengths), minlength=len(segment))
    numbers = np.flatnonzero(summed > 0.0)
    weights = summed[numbers] / _POWERS[segment.sizes[numbers]]
    some = _heaviest(weights, 4 * limit)
    kept = some[_allowed(segment, numbers[some], within)]
    if len(kept) < limit and len(some) < len(numbers):  # many of the heaviest are not wanted: look at all
        kept = np.flatnonzero(_allowed(segment, numbers, within))
    days, hashed = segment.days[numbers[kept]], segment.id_hashes[numbers[kept]]
    return [
        Hit(float(weights[kept[at]]), int(days[at]), int(hashed[at]), part, int(numbers[kept[at]]))
        for at in _best(weights[kept], days, hashed, limit)
    ]


def _allowed(segment: Segment, numbers: npt.NDArray[np.int64], within: Filter) -> npt.NDArray[np.bool_]:
    return segment.alive[numbers] & within.mask(segment.days[numbers], segment.regions[numbers])


def search_delta(delta: Delta, hashes: Hashes, chosen: Plan, within: Filter, limit: int) -> list[Hit]:
    """Return the heaviest documents among the newest; their ``part`` is -1."""
    summed: dict[int, float] = {}
    for key, weight in zip(hashes[chosen.positions].tolist(), chosen.weights.tolist(), strict=True):
        for number in delta.lists.get(key, ()):
            summed[number] = summed.get(number, 0.0) + weight
    if not summed:
        return []
    numbers = list(summed)
    entries = [delta.entries[number] for number in numbers]
    keep = within.mask(
        np.array([entry.day for entry in entries], dtype=np.int32),
        np.array([entry.region for entry in entries], dtype=np.uint16),
    )
    sizes = [min(len(entry.hashes), MOST_FEATURES) for entry in entries]
    weights = np.array([summed[number] for number in numbers]) / _POWERS[sizes]
    hits = [Hit(float(weights[at]), entries[at].day, 0, -1, numbers[at]) for at in np.flatnonzero(keep)]
    hits.sort(key=lambda hit: hit.order[:2])
    return _with_ids(hits, delta, limit)


def _with_ids(hits: Sequence[Hit], delta: Delta, limit: int) -> list[Hit]:
    """Add the hashed ids to the heaviest hits and to their equals, and keep ``limit``."""
    if len(hits) > limit:
        worst = hits[limit - 1].order
        hits = [hit for hit in hits if hit.order <= worst]
    full = [Hit(hit.weight, hit.day, hash_id(delta.entries[hit.number].id), -1, hit.number) for hit in hits]
    return sorted(full, key=lambda hit: hit.order)[:limit]
