"""The newest documents of the duplicate index, in a form that is quick to change."""

from __future__ import annotations

from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.features import Hashes
from model.duplicates.segments import Entry, Numbers

_NOTHING: Final[list[int]] = []


class Delta:
    """Hold documents under numbers that begin at some number.

    :param base: the number of the first.
    """

    def __init__(self, base: int) -> None:
        self.base = base
        self.entries: list[Entry] = []
        self.numbers: dict[str, int] = {}  # of the living alone
        self._lists: dict[int, list[int]] = {}

    def __len__(self) -> int:
        """Return the number of documents, removed ones included."""
        return len(self.entries)

    def add(self, entry: Entry) -> int:
        """Append a document whose id is not alive here and return its number."""
        number = self.base + len(self.entries)
        self.entries.append(entry)
        self.numbers[entry.id] = number
        lists = self._lists
        for key in entry.hashes.tolist():
            held = lists.get(key)
            if held is None:
                lists[key] = [number]
            else:
                held.append(number)
        return number

    def remove(self, number: int) -> None:
        """Forget a document; its lists go too, so that no count is left behind."""
        entry = self.entries[number - self.base]
        del self.numbers[entry.id]
        for key in entry.hashes.tolist():
            held = self._lists[key]
            held.remove(number)
            if not held:
                del self._lists[key]

    def living(self) -> list[Entry]:
        """Return the documents that were not removed, oldest first."""
        return [self.entries[number - self.base] for number in self.numbers.values()]

    def lengths(self, hashes: Hashes) -> Numbers:
        """Return the number of living documents that have each feature."""
        lists = self._lists
        return np.array([len(lists.get(key, _NOTHING)) for key in hashes.tolist()], dtype=np.int64)

    def postings(self, hashes: Hashes, weights: npt.NDArray[np.float64]) -> tuple[Numbers, npt.NDArray[np.float64]]:
        """Return the living documents that have each feature, each with the weight of the feature."""
        held = [self._lists.get(key, _NOTHING) for key in hashes.tolist()]
        return np.fromiter(chain.from_iterable(held), np.int64), np.repeat(weights, [len(numbers) for numbers in held])
