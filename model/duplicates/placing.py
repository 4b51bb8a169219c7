"""Compare where two complaints are from: named and numbered places, regions, coordinates."""

from __future__ import annotations

import math
from typing import Final

from model.duplicates.distance import distance_m
from model.duplicates.profile import Profile
from model.duplicates.similar import RARE, Weights, jaccard, ratio, same_named, similar_name, total

NEAR_M: Final = 75.0
FAR_M: Final = 750.0

_NAMED: Final = ("jalan", "kampung", "desa", "kecamatan", "perumahan", "sekolah", "tempat")
_NUMBERED: Final = ("RT", "RW", "km", "nomor", "blok")

PLACING: Final = (
    "place_weight", "place_best", "place_jaccard", "place_containment", "place_absent", "place_missing", "place_open",
    "place_spelling",
    *(f"{kind}_match" for kind in _NAMED), *(f"{kind}_conflict" for kind in _NAMED),
    "number_place_match", "number_place_conflict", "location_same", "location_differs", "location_missing",
    "region_same", "region_conflict", "near", "far", "map_same",
)  # fmt: skip
"""The names of the signals, in the order of the values."""


def _spelled(a: Profile, b: Profile, weights: Weights) -> float:
    """Return the weight of the rare place names of ``a`` that stand in ``b`` in another spelling."""
    missing = [word for word in a.places - b.words if len(word) > 4 and weights[word] > RARE]
    if not missing:
        return 0.0
    found = [
        weights[word]
        for word in missing
        if any(similar_name(word, other) for other in b.initials.get(word[0], ()) if other not in a.words)
    ]
    return sum(found)


def _named(a: Profile, b: Profile, weights: Weights) -> list[float]:
    # A place that one names as such may stand in the other without a cue.
    found_a, found_b = a.places & b.words, b.places & a.words
    spelled_a, spelled_b = _spelled(a, b, weights), _spelled(b, a, weights)
    weight_a, weight_b = total(a.places, weights), total(b.places, weights)
    in_b, in_a = total(found_a, weights) + spelled_a, total(found_b, weights) + spelled_b
    in_other = max(ratio(in_b, weight_a), ratio(in_a, weight_b))
    absent = min(weight_a - in_b, weight_b - in_a)
    both = found_a | found_b
    values = [
        total(both, weights),
        max([weights[word] for word in both], default=0.0),
        jaccard(a.places, b.places),
        in_other,
        math.log1p(absent),
        1.0 if not a.places and not b.places else 0.0,
        1.0 if bool(a.places) != bool(b.places) else 0.0,
        max(spelled_a, spelled_b),
    ]
    matches: list[float] = []
    conflicts: list[float] = []
    for kind in _NAMED:
        one, other = a.named.get(kind), b.named.get(kind)
        match = bool(one and other and same_named(one, other))
        clear = bool(one and other and not match and not (one & b.words) and not (other & a.words))
        matches.append(float(match))
        conflicts.append(float(clear))
    return values + matches + conflicts


def numbered_agreement(a: Profile, b: Profile) -> tuple[list[str], list[str]]:
    """Return the kinds of numbered place (RT, RW, km …) that agree and those that exclude each other."""
    agree: list[str] = []
    exclude: list[str] = []
    for kind in _NUMBERED:
        one, other = a.numbered.get(kind), b.numbered.get(kind)
        if one and other:
            (agree if one & other else exclude).append(kind)
    for kind in ("jalan", "sekolah", "perumahan"):  # Gang 3 and Gang 5, SDN 1 and SDN 2
        one, other = a.named.get(kind, frozenset()), b.named.get(kind, frozenset())
        numbers = {word for word in one if word.isdigit()}, {word for word in other if word.isdigit()}
        if numbers[0] and numbers[1] and (one & other or one == numbers[0] or other == numbers[1]):
            (agree if numbers[0] & numbers[1] else exclude).append(kind)
    return agree, exclude


def region_agreement(a: Profile, b: Profile) -> int:
    """Return 1 for the same regency, -1 for different ones or provinces, 0 where unknown."""
    one, other = a.document.region, b.document.region
    if not one or not other:
        return 0
    if one[:2] != other[:2]:
        return -1
    if len(one) < 5 or len(other) < 5:
        return 0
    return 1 if one[:5] == other[:5] else -1


def _where(a: Profile, b: Profile) -> list[float]:
    agree, exclude = numbered_agreement(a, b)
    region = region_agreement(a, b)
    metres = distance_m(a.document, b.document)
    fields = a.fields, b.fields
    given = bool(fields[0] and fields[1])
    return [
        float(len(agree)),
        float(len(exclude)),
        float(given and bool(fields[0] & fields[1])),
        float(given and not (fields[0] & fields[1])),
        float(not fields[0]) + float(not fields[1]),
        float(region > 0),
        float(region < 0),
        float(metres is not None and metres <= NEAR_M),
        float(metres is not None and metres >= FAR_M),
        float(bool(a.maps & b.maps)),
    ]


def placing(a: Profile, b: Profile, weights: Weights) -> list[float]:
    """Compare the places of two complaints; the values stand in the order of :data:`PLACING`.

    :param weights: the rarity of every word of both.
    """
    return [*_named(a, b, weights), *_where(a, b)]
