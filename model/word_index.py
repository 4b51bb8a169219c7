"""Index documents by their telling words: sorted arrays for the many, chains of entries for the latest.

Words are kept as 32-bit checksums: what was erased cannot be read from them, and two words of a million that share one
change a similarity by less than its rounding.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]
_LEAST_MERGED = 50_000  # late entries that are sorted in at once: of some 400 complaints
_MERGED_SHARE = 16  # as many entries to one of the latest: sorting in goes through all


class WordIndex:
    """Hold for each word the slots of the documents that have it, with weights.

    :param arrays: from :meth:`arrays` of another one.
    """

    def __init__(self, arrays: Arrays | None = None) -> None:
        found = arrays or {}
        self._keys = np.asarray(found.get("keys", ()), np.uint32)  # sorted, each once
        self._starts = np.asarray(found.get("starts", (0,)), np.int64)  # of each key in slots and weights, and the end
        self._slots = np.asarray(found.get("slots", ()), np.int32)
        self._weights = np.asarray(found.get("weights", ()), np.float32)
        self._clear()

    def _clear(self) -> None:
        self._late_keys, self._late_slots, self._late_weights = array("I"), array("i"), array("f")
        self._before = array("i")  # of each late entry the one before it with the same key; -1 if there is none
        self._last: dict[int, int] = {}  # the latest entry of each key

    @property
    def n_slots(self) -> int:
        """Return how many slots the arrays speak of, at least."""
        return int(self._slots.max(initial=-1)) + 1

    @property
    def crowded(self) -> bool:
        """Tell whether it is time to :meth:`merge`."""
        return len(self._late_keys) >= max(_LEAST_MERGED, self._slots.size // _MERGED_SHARE)

    def add(self, slot: int, weights: Mapping[str, float]) -> None:
        """Index a document under a slot that was never used before."""
        last, before = self._last, self._before
        for place, key in enumerate(map(_key, weights), start=len(before)):
            before.append(last.get(key, -1))
            last[key] = place
            self._late_keys.append(key)
        self._late_weights.extend(weights.values())
        self._late_slots.extend([slot] * len(weights))

    def scores(self, weights: Mapping[str, float], n_slots: int) -> NDArray[np.float64]:
        """Return the inner product of a document with each indexed one, shape (n_slots,)."""
        keys = list(map(_key, weights))
        scores = self._early_scores(np.array(keys, np.uint32), np.array(list(weights.values())), n_slots)
        if not self._last:
            return scores
        for key, value in zip(keys, weights.values(), strict=True):
            late = self._last.get(key, -1)
            while late >= 0:
                scores[self._late_slots[late]] += value * self._late_weights[late]
                late = self._before[late]
        return scores

    def _early_scores(self, keys: NDArray[np.uint32], values: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
        """Return what the arrays say, without the latest."""
        places = self._keys.searchsorted(keys)
        known = places < self._keys.size
        known[known] = self._keys[places[known]] == keys[known]
        starts, ends = self._starts[places[known]], self._starts[places[known] + 1]
        entries = list(map(slice, starts.tolist(), ends.tolist()))
        if not entries:
            return np.zeros(n_slots)
        found = values[known].repeat(ends - starts)
        found *= np.concatenate([self._weights[part] for part in entries])
        slots = np.concatenate([self._slots[part] for part in entries])
        return np.bincount(slots, found, n_slots).astype(np.float64, copy=False)

    def merge(self, moved: NDArray[np.int32]) -> None:
        """Move the latest into the arrays and drop what was erased.

        :param moved: the new slot of each slot; -1 for those erased.
        """
        late = np.array(self._late_keys, np.uint32)
        order = np.argsort(late, kind="stable")
        late = late[order]
        keys = np.repeat(self._keys, np.diff(self._starts))
        places = np.searchsorted(keys, late, side="right")
        keys = np.insert(keys, places, late)
        slots = np.insert(self._slots, places, np.array(self._late_slots, np.int32)[order])
        weights = np.insert(self._weights, places, np.array(self._late_weights, np.float32)[order])
        slots = moved[slots]
        kept = slots >= 0
        keys = keys[kept]
        first = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ 1)) if keys.size else np.empty(0, np.int64)
        self._keys, self._slots, self._weights = keys[first], slots[kept], weights[kept]
        self._starts = np.append(first, keys.size).astype(np.int64)
        self._clear()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what a merged index is made of."""
        return {"keys": self._keys, "starts": self._starts, "slots": self._slots, "weights": self._weights}


def _key(word: str) -> int:
    return zlib.crc32(word.encode())


def ranges(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count from each start to before its end, one range after the other.

    >>> ranges(np.array([3, 7]), np.array([5, 10])).tolist()
    [3, 4, 7, 8, 9]
    """
    sizes = ends - starts
    offsets = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(starts - offsets, sizes), np.int64)
