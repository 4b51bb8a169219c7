"""Index documents by their telling words: compact arrays for the many, a small dictionary for the latest.

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
_MERGED_AT = 200_000  # entries of the dictionary at which they move into the arrays: some 1,500 complaints


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
        self._fresh: dict[int, tuple[array[int], array[float]]] = {}
        self._n_fresh = 0

    @property
    def n_slots(self) -> int:
        """Return how many slots the arrays speak of, at least."""
        return int(self._slots.max(initial=-1)) + 1

    @property
    def crowded(self) -> bool:
        """Tell whether it is time to :meth:`merge`."""
        return self._n_fresh >= _MERGED_AT

    def add(self, slot: int, weights: Mapping[str, float]) -> None:
        """Index a document under a slot that was never used before."""
        for word, weight in weights.items():
            slots, values = self._fresh.setdefault(_key(word), (array("i"), array("f")))
            slots.append(slot)
            values.append(weight)
        self._n_fresh += len(weights)

    def scores(self, weights: Mapping[str, float], n_slots: int) -> NDArray[np.float64]:
        """Return the inner product of a document with each indexed one, shape (n_slots,)."""
        slots: list[NDArray[np.int32]] = []
        values: list[NDArray[np.float32]] = []
        keys = np.fromiter(map(_key, weights), np.uint32, len(weights))
        places = np.searchsorted(self._keys, keys)
        for key, place, weight in zip(keys.tolist(), places.tolist(), weights.values(), strict=True):
            if place < self._keys.size and self._keys[place] == key:
                part = slice(self._starts[place], self._starts[place + 1])
                slots.append(self._slots[part])
                values.append(self._weights[part] * np.float32(weight))
            fresh = self._fresh.get(key)
            if fresh is not None:
                slots.append(np.array(fresh[0], np.int32))
                values.append(np.array(fresh[1], np.float32) * np.float32(weight))
        if not slots:
            return np.zeros(n_slots)
        return np.bincount(np.concatenate(slots), np.concatenate(values), n_slots).astype(np.float64, copy=False)

    def merge(self, moved: NDArray[np.int32]) -> None:
        """Move the latest into the arrays and drop what was erased.

        :param moved: the new slot of each slot; -1 for those erased.
        """
        fresh = sorted(self._fresh.items())
        keys = np.repeat(self._keys, np.diff(self._starts))
        sizes = np.array([len(entries) for _, (entries, _) in fresh], np.int64)
        latest = np.repeat(np.array([key for key, _ in fresh], np.uint32), sizes)
        places = np.searchsorted(keys, latest, side="right")
        keys = np.insert(keys, places, latest)
        slots = np.insert(self._slots, places, _joined([s for _, (s, _) in fresh], np.int32))
        weights = np.insert(self._weights, places, _joined([w for _, (_, w) in fresh], np.float32))
        slots = moved[slots]
        kept = slots >= 0
        keys = keys[kept]
        first = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ 1)) if keys.size else np.empty(0, np.int64)
        self._keys, self._slots, self._weights = keys[first], slots[kept], weights[kept]
        self._starts = np.append(first, keys.size).astype(np.int64)
        self._fresh, self._n_fresh = {}, 0

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what a merged index is made of."""
        return {"keys": self._keys, "starts": self._starts, "slots": self._slots, "weights": self._weights}


def _key(word: str) -> int:
    return zlib.crc32(word.encode())


def _joined(parts: list[array[int]] | list[array[float]], kind: type[np.generic]) -> NDArray[np.generic]:
    return np.concatenate([np.frombuffer(part, kind) for part in parts]) if parts else np.empty(0, kind)
