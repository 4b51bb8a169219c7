"""Weigh the stored documents against a query: rare shared features count, common ones are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.features import Features
from model.duplicates.segments import MOST_FEATURES, NO_DAY, Numbers

LENGTH_POWER: Final = 0.35
"""Long texts share words by chance: the weight is divided by this power of the number of features."""

_POWERS: Final = np.maximum(np.arange(MOST_FEATURES + 1, dtype=np.float64), 1.0) ** LENGTH_POWER

_STEPS: Final = float(1 << 20)
"""Weights are rounded to so many steps, so that their sums are exact and do not depend on the order of adding."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Say which documents may match; what is unknown always may.

    :param region: as in :class:`~model.duplicates.segments.Entry`; 0 matches all.
    :param first: the first day; ``None`` for no window.
    :param last: the last day.
    :param below: only documents of lower numbers; ``None`` for all.
    """

    region: int = 0
    first: int | None = None
    last: int | None = None
    below: int | None = None

    def mask(self, days: npt.NDArray[np.int32], regions: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
        """Return which of the documents with these days and regions may match."""
        keep = np.ones(len(days), dtype=bool)
        if self.first is not None and self.last is not None:
            keep &= (days == NO_DAY) | ((days >= self.first) & (days <= self.last))
        if self.region:
            province = regions // 100 == self.region // 100
            own = province if self.region % 100 == 0 else (regions == self.region) | (province & (regions % 100 == 0))
            keep &= (regions == 0) | own
        return keep


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold the features of a query that are looked up, rarest first, with their weights.

    :param whole: the weight that a document with all of them and no other would have.
    """

    positions: Numbers
    weights: npt.NDArray[np.float64]
    whole: float


def plan(query: Features, frequencies: Numbers, documents: int, budget: int) -> Plan:
    """Choose the rarest features of a query whose lists together are no longer than a budget.

    The hash of the whole text is always looked up, so an equal text is always found. Within the chosen features the
    search is exact; a feature is left out only if rarer ones already used up the budget. The choice depends on the
    stored documents alone, not on how they are spread over segments.

    :param frequencies: the number of documents that have each feature.
    :param budget: the number of postings that one query may read.
    """
    order = np.argsort(frequencies, kind="stable")  # equal ones stay in the order of their hashes
    order = order[frequencies[order] > 0]
    kept = np.cumsum(frequencies[order]) <= budget
    kept[:1] = True
    kept |= query.hashes[order] == query.exact
    order = order[kept]
    rarity = np.log1p(documents / frequencies[order])
    weights = np.round(query.weights[order] * rarity * rarity * _STEPS) / _STEPS
    return Plan(order, weights, float(weights.sum() / _POWERS[min(len(query.hashes), MOST_FEATURES)]))


class Columns:
    """Hold what ranking needs of all documents of an index, those of its segments first and then the newest.

    :param days: by document; so are the others.
    """

    def __init__(self, size: int) -> None:
        self.days = np.zeros(size, dtype=np.int32)
        self.regions = np.zeros(size, dtype=np.uint16)
        self.sizes = np.zeros(size, dtype=np.uint16)
        self.id_hashes = np.zeros(size, dtype=np.uint64)
        self.alive = np.zeros(size, dtype=bool)
        self._summed = np.zeros(size, dtype=np.float64)

    def weigh(
        self, found: Numbers, weights: npt.NDArray[np.float64], least: float
    ) -> tuple[Numbers, npt.NDArray[np.float64]]:
        """Return the distinct documents of some postings and the sum of the weights of each, for its length.

        :param found: a document for each posting.
        :param least: leave out those that weigh less.
        """
        np.add.at(self._summed, found, weights)
        weight = self._summed.take(found) / _POWERS.take(self.sizes.take(found))
        self._summed[found] = 0.0
        heavy = np.flatnonzero(weight >= least)
        numbers, first = np.unique(found[heavy], return_index=True)  # few: sorting all would be slow
        return numbers, weight[heavy[first]]

    def best(
        self, numbers: Numbers, weights: npt.NDArray[np.float64], within: Filter, limit: int
    ) -> tuple[Numbers, npt.NDArray[np.float64]]:
        """Return the heaviest living documents that may match, in order; ties are broken by day and hashed id."""
        some = _heaviest(weights, 4 * limit)
        kept = some[self._allowed(numbers[some], within)]
        if len(kept) < limit and len(some) < len(numbers):  # many of the heaviest are not wanted: look at all
            kept = np.flatnonzero(self._allowed(numbers, within))
        kept = kept[_heaviest(weights[kept], limit)]
        held = numbers[kept]
        order = np.lexsort((self.id_hashes[held], self.days[held], -weights[kept]))[:limit]
        return held[order], weights[kept[order]]

    def _allowed(self, numbers: Numbers, within: Filter) -> npt.NDArray[np.bool_]:
        keep = self.alive[numbers] & within.mask(self.days[numbers], self.regions[numbers])
        return keep if within.below is None else keep & (numbers < within.below)


def _heaviest(weights: npt.NDArray[np.float64], limit: int) -> Numbers:
    """Return the positions of the ``limit`` heaviest, and of all that weigh as much as the last of them."""
    if len(weights) <= limit:
        return np.arange(len(weights))
    worst = np.partition(weights, len(weights) - limit)[len(weights) - limit]
    return np.flatnonzero(weights >= worst)
