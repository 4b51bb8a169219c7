"""What speaks for and against two complaints being of one incident, as numbers (RESEARCH E4 and DOMAIN 6.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import Final

from model.duplicates.common import BACKGROUND
from model.duplicates.distance import distance_m
from model.duplicates.profile import Profile

Weights = Mapping[str, float]
"""The rarity, 0 to 1, of the words of both complaints and of the word pairs that they share."""

RARE: Final = 0.55
"""A word of this rarity is in few other complaints: of 1,000 in 40, of 100,000 in 170."""

NEAR_M: Final = 75.0
FAR_M: Final = 750.0

_NAMED: Final = ("jalan", "kampung", "desa", "kecamatan", "perumahan", "sekolah", "tempat")
_NUMBERED: Final = ("RT", "RW", "km", "nomor", "blok")

SIGNALS: Final = (
    "word_cosine", "word_containment", "word_jaccard", "gram_dice", "pair_cosine", "title_cosine",
    "title_missing", "rare_first", "rare_three", "rare_shared", "rare_unmatched", "rare_ratio",
    "run_length", "run_share", "triple_share", "template",
    "length_min", "length_ratio",
    "place_weight", "place_best", "place_jaccard", "place_containment", "place_absent", "place_missing", "place_open",
    "place_spelling",
    *(f"{kind}_match" for kind in _NAMED), *(f"{kind}_conflict" for kind in _NAMED),
    "number_place_match", "number_place_conflict", "location_same", "location_differs", "location_missing",
    "region_same", "region_conflict", "near", "far",
    "identifier_shared", "identifier_jaccard", "identifier_conflict", "amount_shared",
    "name_shared", "name_conflict", "reporter_same", "reporter_differs",
    "entitlement", "entitlement_stranger", "topic_jaccard", "topic_same", "topic_conflict", "category_agreement",
    "function_agreement", "matter_cosine", "matter_containment", "matter_rare", "place_and_matter",
    "place_other_matter",
    "gap", "gap_missing", "gap_week", "follow_up", "again",
)  # fmt: skip
"""The names of the signals, in the order of the values."""


def _sum(words: frozenset[str], weights: Weights) -> float:
    return sum([weights[word] for word in words])


def _square(words: frozenset[str], weights: Weights) -> float:
    return sum([weights[word] ** 2 for word in words])


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return _ratio(shared, len(one) + len(other) - shared)


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


def _lexical(a: Profile, b: Profile, weights: Weights) -> list[float]:
    shared = a.words & b.words
    only_a, only_b = a.words - shared, b.words - shared
    sum_shared, sum_a, sum_b = _sum(shared, weights), _sum(only_a, weights), _sum(only_b, weights)
    square = _square(shared, weights)
    squares = (square + _square(only_a, weights)) * (square + _square(only_b, weights))
    ranked = sorted([weights[word] for word in shared if len(word) > 2], reverse=True)
    rare = sum([value > RARE for value in ranked])
    unmatched = min(
        sum([weights[word] > RARE and len(word) > 2 for word in only_a]),
        sum([weights[word] > RARE and len(word) > 2 for word in only_b]),
    )
    pairs = a.pairs & b.pairs
    title_shared = a.title & b.title
    return [
        _ratio(square, math.sqrt(squares)),
        _ratio(sum_shared, sum_shared + min(sum_a, sum_b)),
        _ratio(sum_shared, sum_shared + sum_a + sum_b),
        _ratio(2 * len(a.grams & b.grams), len(a.grams) + len(b.grams)),
        _ratio(_sum(pairs, weights), math.sqrt(len(a.pairs) * len(b.pairs))),
        _ratio(_square(title_shared, weights), math.sqrt(_square(a.title, weights) * _square(b.title, weights))),
        0.0 if a.title and b.title else 1.0,
        ranked[0] if ranked else 0.0,
        sum(ranked[:3]),
        math.log1p(rare),
        math.log1p(unmatched),
        math.log1p(rare / (1 + unmatched)),
    ]


def longest_run(a: Profile, b: Profile) -> int:
    """Return about how many words in a row both texts share; 0 if fewer than three."""
    best = current = 0
    held = b.triple_set
    for triple in a.triples:
        current = current + 1 if triple in held else 0
        best = max(best, current)
    return best + 2 if best else 0


def template_count(a: Profile, b: Profile, weights: Weights, documents: int) -> float:
    """Return how many stored complaints share the wording that both have in common: the middle of its word pairs."""
    pairs = a.pairs & b.pairs
    if not pairs:
        return 0.0
    return float((2.0 + BACKGROUND + documents) ** (1.0 - median([weights[pair] for pair in pairs])) - 1.0)


def _runs(a: Profile, b: Profile, weights: Weights) -> list[float]:
    run = longest_run(a, b)
    shared = len(a.triple_set & b.triple_set)
    pairs = a.pairs & b.pairs
    commonness = 1.0 - median([weights[pair] for pair in pairs]) if pairs else 0.0
    shorter = min(a.length, b.length)
    return [
        math.log1p(run),
        run / max(shorter, run, 1),
        _ratio(shared, min(len(a.triple_set), len(b.triple_set))),
        commonness,
        math.log1p(shorter),
        shorter / max(a.length, b.length),
    ]


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


def _places(a: Profile, b: Profile, weights: Weights) -> list[float]:
    # A place that one names as such may stand in the other without a cue.
    found_a, found_b = a.places & b.words, b.places & a.words
    spelled_a, spelled_b = _spelled(a, b, weights), _spelled(b, a, weights)
    weight_a, weight_b = _sum(a.places, weights), _sum(b.places, weights)
    in_b, in_a = _sum(found_a, weights) + spelled_a, _sum(found_b, weights) + spelled_b
    in_other = max(_ratio(in_b, weight_a), _ratio(in_a, weight_b))
    absent = min(weight_a - in_b, weight_b - in_a)
    both = found_a | found_b
    values = [
        _sum(both, weights),
        max([weights[word] for word in both], default=0.0),
        _jaccard(a.places, b.places),
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


def stranger(a: Profile, b: Profile) -> bool:
    """Say whether nothing shows that a personal matter is the same person's."""
    one, other = a.document.reporter, b.document.reporter
    if one and other:
        return one != other and not (a.names & b.names)
    return not (a.names & b.names)


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
    ]


def _who(a: Profile, b: Profile) -> list[float]:
    shared = a.identifiers & b.identifiers
    reporters = a.document.reporter, b.document.reporter
    known = bool(reporters[0] and reporters[1])
    names = bool(a.names and b.names)
    same_name = names and same_named(a.names, b.names)
    entitled = a.document.reading.entitlement and b.document.reading.entitlement
    personal = entitled and (a.document.reading.personal or b.document.reading.personal)
    return [
        math.log1p(len(shared)),
        _jaccard(a.identifiers, b.identifiers),
        math.log1p(min(len(a.identifiers - shared), len(b.identifiers - shared))),
        math.log1p(len(a.amounts & b.amounts)),
        float(same_name),
        float(names and not same_name),
        float(known and reporters[0] == reporters[1]),
        float(known and reporters[0] != reporters[1]),
        float(entitled),
        float(personal and stranger(a, b)),
    ]


def _known_equal(one: str | None, other: str | None) -> float:
    """Return 1 for equal, -1 for different, 0 where one is unknown."""
    return 0.0 if not one or not other else 1.0 if one == other else -1.0


def gap_days(a: Profile, b: Profile) -> int | None:
    """Return the days between two complaints, ``None`` where a date is missing."""
    one, other = a.document.day, b.document.day
    return None if one is None or other is None else abs(one - other)


def _matter(a: Profile, b: Profile, weights: Weights, place: float) -> list[float]:
    """Compare what is complained about: the words that name no place and no person.

    :param place: how much of the places of one stand in the other.
    """
    aside = a.places | b.places | a.names | b.names
    one, other = a.matter - aside, b.matter - aside
    shared = one & other
    square = _square(shared, weights)
    cosine = _ratio(square, math.sqrt(_square(one, weights) * _square(other, weights)))
    return [
        cosine,
        _ratio(_sum(shared, weights), min(_sum(one, weights), _sum(other, weights))),
        max([weights[word] for word in shared], default=0.0),
        place * cosine,
        place * (1.0 - cosine),
    ]


def _what(a: Profile, b: Profile, matter: list[float]) -> list[float]:
    """Compare objects and dates."""
    one, other = a.document.reading.topic, b.document.reading.topic
    conflict = bool(a.topics and b.topics and not (a.topics & b.topics))
    topic = _known_equal(one, other)
    gap = gap_days(a, b)
    readings = a.document.reading, b.document.reading
    return [
        _jaccard(a.topics, b.topics),
        topic,
        float(conflict),
        _known_equal(a.document.category, b.document.category),
        _known_equal(a.document.function, b.document.function),
        *matter,
        0.0 if gap is None else math.log1p(gap),
        float(gap is None),
        float(gap is not None and gap <= 7),
        float(readings[0].follow_up) + float(readings[1].follow_up),
        float(readings[0].again != readings[1].again),
    ]


def signals(a: Profile, b: Profile, weights: Weights) -> list[float]:
    """Compare two complaints; the values stand in the order of :data:`SIGNALS`.

    :param weights: the rarity of every word of both and of every word pair that both share.
    """
    places = _places(a, b, weights)
    return [
        *_lexical(a, b, weights),
        *_runs(a, b, weights),
        *places,
        *_where(a, b),
        *_who(a, b),
        *_what(a, b, _matter(a, b, weights, places[3])),
    ]
