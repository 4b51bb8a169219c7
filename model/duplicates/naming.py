"""Compare the names of places as names: word by word, with their parts, abbreviations and fillings of one template."""

from __future__ import annotations

import math
from typing import Final

from model.duplicates.lexicon import DIRECTIONS
from model.duplicates.profile import LEVELS, PlaceName, Profile
from model.duplicates.similar import RARE, Weights, similar_name

NAMING: Final = (
    "name_agreement", "name_conflicts", "name_other_part", "name_mass_apart", "initials_match",
    "part_match", "part_conflict", "slot_conflict", "slot_rarest", "title_slot",
)  # fmt: skip
"""The names of the signals, in the order of the values."""


def _shared_weight(one: frozenset[str], other: frozenset[str], weights: Weights) -> float:
    shared = one & other
    total = sum([weights[word] for word in shared])
    for word in one - shared:
        if any(similar_name(word, name) for name in other - shared):
            total += weights[word]
    return total


def parts_exclude(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether both name a level of school, a direction or a number, and not the same one.

    >>> parts_exclude(frozenset(("smp", "1")), frozenset(("sma", "1")))
    True
    """
    for kind in (LEVELS, DIRECTIONS):
        first, second = one & kind, other & kind
        if first and second and not first & second:
            return True
    first, second = one - LEVELS - DIRECTIONS, other - LEVELS - DIRECTIONS
    return bool(first and second and not first & second)


def compare_names(one: PlaceName, other: PlaceName, weights: Weights) -> tuple[float, bool]:
    """Return how much of the lighter name stands in the other, 0 to 1, and whether their parts exclude each other."""
    if not one.heads or not other.heads:
        return float(bool(one.parts & other.parts)), parts_exclude(one.parts, other.parts)
    least = min(sum([weights[word] for word in name.heads]) for name in (one, other))
    agreement = min(_shared_weight(one.heads, other.heads, weights) / least, 1.0) if least > 0 else 0.0
    return agreement, parts_exclude(one.parts, other.parts)


def _apart(name: PlaceName, words: frozenset[str], weights: Weights) -> float:
    """Return which share of a name does not stand in a text."""
    whole = sum([weights[word] for word in name.heads])
    return sum([weights[word] for word in name.heads - words]) / whole if whole > 0 else 0.0


def _names(a: Profile, b: Profile, weights: Weights) -> list[float]:
    agreement, conflicts, other_part, mass = 0.0, 0.0, 0.0, 0.0
    for group in a.names_of.keys() & b.names_of.keys():
        best, excluded = 0.0, False
        for one in a.names_of[group]:
            for other in b.names_of[group]:
                value, apart = compare_names(one, other, weights)
                if (value, not apart) > (best, not excluded):
                    best, excluded = value, apart
        if best >= 0.5:
            agreement = max(agreement, 0.0 if excluded else best)
            other_part += excluded
        else:
            left = min(
                *(_apart(name, b.words, weights) for name in a.names_of[group]),
                *(_apart(name, a.words, weights) for name in b.names_of[group]),
            )
            mass = max(mass, left)
            conflicts += left > 0.5
    return [agreement, conflicts, other_part, mass]


def _initials(a: Profile, b: Profile, weights: Weights) -> float:
    """Return the rarity of an abbreviation in one text that fits words in a row of the other."""
    found = [
        weights[word]
        for one, other in ((a, b), (b, a))
        for word in one.words & other.initials_of
        if word not in other.words and weights[word] > RARE
    ]
    return max(found, default=0.0)


def part_agreement(a: Profile, b: Profile) -> tuple[int, int]:
    """Return after how many shared words both name the same number or direction, and after how many another."""
    match = conflict = 0
    for word in a.parts.keys() & b.parts.keys():
        if a.parts[word] & b.parts[word]:
            match += 1
        else:
            conflict += 1
    return match, conflict


def slot_conflicts(a: Profile, b: Profile, weights: Weights) -> tuple[float, float]:
    """Return how much differs where both texts go on differently after the same two words: sum and greatest rarity.

    One template filled with other names, places or objects: what fills it decides, not the template.
    """
    total = rarest = 0.0
    for key in a.following.keys() & b.following.keys():
        one, other = a.following[key], b.following[key]
        if one == other or one in b.words or other in a.words:
            continue
        value = min(weights.get(one, 0.0), weights.get(other, 0.0))
        if value > 0.3 and not similar_name(one, other):
            total += value
            rarest = max(rarest, value)
    return total, rarest


def _title_slot(a: Profile, b: Profile, weights: Weights) -> float:
    """Return how much both titles name that stands nowhere in the other complaint: the lesser of the two."""
    if not a.title or not b.title:
        return 0.0
    return min(
        max([weights[word] for word in a.title - b.words], default=0.0),
        max([weights[word] for word in b.title - a.words], default=0.0),
    )


def naming(a: Profile, b: Profile, weights: Weights) -> list[float]:
    """Compare the names of two complaints; the values stand in the order of :data:`NAMING`.

    :param weights: the rarity of every word of both.
    """
    match, conflict = part_agreement(a, b)
    slots, rarest = slot_conflicts(a, b, weights)
    return [
        *_names(a, b, weights),
        _initials(a, b, weights),
        math.log1p(match),
        math.log1p(conflict),
        math.log1p(slots),
        rarest,
        _title_slot(a, b, weights),
    ]
