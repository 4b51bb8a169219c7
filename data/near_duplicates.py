"""Group near-identical texts by exact Jaccard similarity of character shingles, without comparing all pairs.

The join is exact: with shingles in order of rarity, two sets that share o shingles have at least l of them among the
first ``size - o + l`` of each (prefix filter, Chaudhuri et al. 2006; l-prefixes, Wang et al. 2012). Jaccard >= t means
``o >= t * size`` for the larger set and ``o >= 2t / (1 + t) * size`` for the smaller one (Xiao et al. 2008). Only pairs
that have l in common there are compared. For training and checks of data: it needs scipy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from data.similar import THRESHOLD, jaccard, shingles

_Ints = NDArray[np.int64]
_BLOCK = 1_000  # sets that are looked up at once
_EXTRA = 0.1  # l as a share of the set: more of it lengthens the prefixes and leaves fewer pairs to compare


class _Groups:
    """Join members into groups (union-find); the smallest index stands for a group."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, index: int) -> int:
        parent = self._parent
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        self._parent[max(a, b)] = min(a, b)

    def labels(self) -> NDArray[np.int64]:
        return np.array([self.find(index) for index in range(len(self._parent))], dtype=np.int64)


def near_duplicate_groups(texts: Sequence[str], threshold: float = THRESHOLD) -> NDArray[np.int64]:
    """Group texts so that any two with Jaccard similarity of at least ``threshold`` are in one group.

    :param threshold: above 0, at most 1.
    :returns: for each text the index of the first text of its group.
    :raises ValueError: if the threshold is out of range.

    >>> near_duplicate_groups(["lampu jalan mati di Paseh", "Lampu jalan mati, di paseh!", "minta KTP"]).tolist()
    [0, 0, 2]
    """
    if not 0 < threshold <= 1:
        raise ValueError("threshold must be above 0 and at most 1")
    groups = _Groups(len(texts))
    # Equal sets are joined at once, so that mass copies (campaigns, retweets) do not multiply pairs.
    first: dict[bytes, int] = {}
    members: list[int] = []
    sets: list[NDArray[np.uint64]] = []
    for index, text in enumerate(texts):
        hashed = shingles(text)
        if not hashed.size:
            continue
        known = first.setdefault(hashed.tobytes(), index)
        if known != index:
            groups.join(known, index)
            continue
        members.append(index)
        sets.append(hashed)
    for a, b in _similar_pairs(sets, threshold):
        groups.join(members[a], members[b])
    return groups.labels()


def _similar_pairs(sets: Sequence[NDArray[np.uint64]], threshold: float) -> list[tuple[int, int]]:
    """Find every pair of distinct sets with Jaccard >= threshold that is needed to connect them."""
    if len(sets) < 2:
        return []
    by_size = np.argsort([item.size for item in sets], kind="stable")
    sets = [sets[index] for index in by_size.tolist()]
    sizes = np.array([item.size for item in sets], dtype=np.int64)
    needed = np.maximum(1, (sizes * _EXTRA).astype(np.int64))
    owners, columns, position = _by_rarity(sets, sizes)

    def prefixes(least: float) -> sp.csr_array:
        """Return of each set the rarest of its shingles: as many as a set that shares this part of it cannot avoid."""
        # A hair is taken off so that rounding never asks for more than the theorem does.
        lengths = np.minimum(sizes, sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + needed)
        inside = position < lengths[owners]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        return sp.csr_array((np.ones(starts[-1], np.int32), columns[inside], starts), (len(sets), columns.max() + 1))

    # A set at least as large as another shares more of the smaller one than of itself.
    larger, smaller = prefixes(threshold), prefixes(2 * threshold / (1 + threshold))
    seen = _Groups(len(sets))
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(sets), _BLOCK):
        stop = min(start + _BLOCK, len(sets))
        first = int(np.searchsorted(sizes, threshold * sizes[start] - 1e-9))
        shared = sp.coo_array(smaller[first:stop] @ larger[start:stop].T)
        one, other = shared.row + first, shared.col + start
        enough = shared.data >= np.minimum(needed[one], needed[other])
        close = (one < other) & (sizes[one] >= threshold * sizes[other])
        for a, b in zip(one[enough & close].tolist(), other[enough & close].tolist(), strict=True):
            # Sets that are connected already need no comparing.
            if seen.find(a) != seen.find(b) and jaccard(sets[a], sets[b]) >= threshold:
                seen.join(a, b)
                pairs.append((int(by_size[a]), int(by_size[b])))
    return pairs


def _by_rarity(sets: Sequence[NDArray[np.uint64]], sizes: NDArray[np.int64]) -> tuple[_Ints, _Ints, _Ints]:
    """Put the shingles of each set in one order, the rarest first.

    :return: of each shingle of each set: the set, the shingle's number, and its position in the set.
    """
    owners = np.repeat(np.arange(len(sets)), sizes)
    _, ids, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rank = np.empty(counts.size, dtype=np.int64)
    rank[np.lexsort((np.arange(counts.size), counts))] = np.arange(counts.size)
    ranks = rank[ids]
    ordered = np.lexsort((ranks, owners))
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return owners, ranks[ordered], np.arange(owners.size) - starts[owners]
