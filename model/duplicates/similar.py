"""Weigh words and recognise a name in another spelling."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

Weights = Mapping[str, float]
"""The rarity, 0 to 1, of the words of both complaints and of the word pairs that they share."""

RARE: Final = 0.55
"""A word of this rarity is in few other complaints: of 1,000 in 40, of 100,000 in 170."""


def total(words: frozenset[str], weights: Weights) -> float:
    """Return the sum of the rarities."""
    return sum([weights[word] for word in words])


def squares(words: frozenset[str], weights: Weights) -> float:
    """Return the sum of the squared rarities."""
    return sum([weights[word] ** 2 for word in words])


def ratio(part: float, whole: float) -> float:
    """Return a quotient, 0 where there is no whole."""
    return part / whole if whole > 0 else 0.0


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of both sets that is common."""
    shared = len(one & other)
    return ratio(shared, len(one) + len(other) - shared)


@lru_cache(maxsize=20_000)
def _letter_pairs(word: str) -> frozenset[str]:
    return frozenset(a + b for a, b in pairwise(word))


def similar_name(one: str, other: str) -> bool:
    """Say whether two words may be spellings of one name.

    >>> similar_name("kutasari", "kutosari"), similar_name("mawar", "melati")
    (True, False)
    """
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 2 or one[0] != other[0]:
        return False
    first, second = _letter_pairs(one), _letter_pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) >= 0.7


def same_named(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two sets of names share one, up to spelling."""
    if one & other:
        return True
    initials: dict[str, list[str]] = {}
    for name in other:
        if len(name) > 4:
            initials.setdefault(name[0], []).append(name)
    return any(similar_name(name, found) for name in one if len(name) > 4 for found in initials.get(name[0], ()))
