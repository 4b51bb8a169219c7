"""The newest documents of the duplicate index, in a form that is quick to change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model.duplicates.features import Hashes
from model.duplicates.segments import Entry, Numbers


class Delta:
    """Hold few documents under numbers that begin at some number.

    :param base: the number of the first.
    """

    def __init__(self, base: int) -> None:
        self.base = base
        self.entries: list[Entry] = []
        self.numbers: dict[str, int] = {}  # of the living alone
        self._packed = np.empty(0, dtype=np.uint64)  # ascending: a feature in the high half, a document in the low one

    def __len__(self) -> int:
        """Return the number of documents, removed ones included."""
        return len(self.entries)

    def add(self, entry: Entry) -> int:
        """Append a document whose id is not alive here and return its number."""
        within = len(self.entries)
        self.entries.append(entry)
        self.numbers[entry.id] = self.base + within
        added = entry.hashes.astype(np.uint64) << np.uint64(32) | np.uint64(within)
        self._packed = np.sort(np.concatenate((self._packed, added)), kind="stable")  # merges what is sorted already
        return self.base + within

    def remove(self, number: int) -> None:
        """Forget a document."""
        within = number - self.base
        del self.numbers[self.entries[within].id]
        self._packed = self._packed[self._packed.astype(np.uint32) != within]

    def living(self) -> list[Entry]:
        """Return the documents that were not removed, oldest first."""
        return [self.entries[number - self.base] for number in self.numbers.values()]

    def lists_of(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Return start and length of the list of each feature."""
        low = hashes.astype(np.uint64) << np.uint64(32)
        starts = np.searchsorted(self._packed, low)
        return starts, np.searchsorted(self._packed, low | np.uint64(0xFFFFFFFF), side="right") - starts

    @property
    def postings(self) -> npt.NDArray[np.uint32]:
        """Return the documents of each feature, counted from the first, one list after the other."""
        return self._packed.astype(np.uint32)
