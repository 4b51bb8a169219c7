"""Group near-identical texts by exact Jaccard similarity of character shingles, in numpy, without comparing all pairs.

The join is exact: with shingles in order of rarity, two sets with Jaccard >= t share at least l shingles among the
first ``size - ceil(t * size) + l`` of each (prefix filter, Chaudhuri et al. 2006; l-prefixes, Wang et al. 2012). Only
pairs that do are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters of a shingle."""

THRESHOLD = 0.5
"""Jaccard similarity from which two texts count as the same wording with small changes."""

_EXTRA = 0.1  # l as a share of the set: more of it lengthens the prefixes and leaves fewer pairs to compare
_NOT_WORD = re.compile(r"[\W_]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, from the golden ratio: spreads consecutive code points


def wording(text: str) -> str:
    """Reduce a text to its words: no case, no punctuation, single spaces.

    >>> wording("Lampu  PJU mati!! ")
    'lampu pju mati'
    """
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def shingles(text: str) -> NDArray[np.uint64]:
    """Hash the distinct character shingles of a text's wording, sorted; a text without words has none.

    >>> shingles("jalan").size, shingles("Jalan!").size, shingles("jalan rusak").size, shingles("...").size
    (1, 1, 7, 0)
    """
    words = wording(text)
    if not words:
        return np.empty(0, dtype=np.uint64)
    codes = np.frombuffer(words.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    width = min(SHINGLE, codes.size)
    hashed = np.zeros(codes.size - width + 1, dtype=np.uint64)
    for offset in range(width):
        hashed = hashed * _MULTIPLIER + codes[offset : codes.size - width + 1 + offset]
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


def jaccard(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """Compare two sorted sets of shingles: shared over all; two empty sets share nothing.

    >>> jaccard(shingles("jalan rusak"), shingles("JALAN  RUSAK"))
    1.0
    """
    if not a.size or not b.size:
        return 0.0
    shared = np.intersect1d(a, b, assume_unique=True).size
    return float(shared / (a.size + b.size - shared))


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
    sizes = np.array([item.size for item in sets], dtype=np.int64)
    owners = np.repeat(np.arange(len(sets)), sizes)
    _, ids, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    # Within each set the rarest shingles first; ties by id, so that all sets agree on the order.
    rank = np.empty(counts.size, dtype=np.int64)
    rank[np.lexsort((np.arange(counts.size), counts))] = np.arange(counts.size)
    ranks = rank[ids]
    ordered = np.lexsort((ranks, owners))
    ranks, owners = ranks[ordered], owners[ordered]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    position = np.arange(owners.size) - starts[owners]
    needed = np.maximum(1, (sizes * _EXTRA).astype(np.int64))
    # A hair is taken off so that rounding never asks for more than the theorem does.
    prefix = np.minimum(sizes, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + needed)
    inside = position < prefix[owners]
    ranks, owners = ranks[inside], owners[inside]
    prefix_starts = np.concatenate(([0], np.cumsum(prefix)))
    # Inverted lists over the prefixes: for each shingle the sets, in ascending order.
    by_shingle = np.argsort(ranks, kind="stable")
    posting_sets = owners[by_shingle]
    posting_ends = np.searchsorted(ranks[by_shingle], np.arange(counts.size), side="right")
    posting_starts = np.concatenate(([0], posting_ends[:-1]))
    lengths = posting_ends - posting_starts
    seen = _Groups(len(sets))
    pairs: list[tuple[int, int]] = []
    for index in range(len(sets)):
        own = ranks[prefix_starts[index] : prefix_starts[index + 1]]
        own = own[lengths[own] > 1]  # a shingle of one set alone leads nowhere
        spans = [
            posting_sets[start:end]
            for start, end in zip(posting_starts[own].tolist(), posting_ends[own].tolist(), strict=True)
        ]
        if not spans:
            continue
        others = np.concatenate(spans)
        others = others[others < index]
        shared = np.bincount(others, minlength=1)
        candidates = np.flatnonzero(shared)
        enough = shared[candidates] >= np.minimum(needed[candidates], needed[index])
        similar_size = np.minimum(sizes[candidates], sizes[index]) >= threshold * np.maximum(
            sizes[candidates], sizes[index]
        )
        for other in candidates[enough & similar_size].tolist():
            # Sets that are connected already need no comparing.
            if seen.find(other) != seen.find(index) and jaccard(sets[other], sets[index]) >= threshold:
                seen.join(other, index)
                pairs.append((other, index))
    return pairs
