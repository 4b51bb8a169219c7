"""Compare the wording of texts by the character shingles that they share."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters of a shingle."""

THRESHOLD = 0.5
"""Jaccard similarity from which two texts count as the same wording with small changes."""

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
