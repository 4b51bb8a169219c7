"""What speaks for and against two complaints being of one incident, as numbers (RESEARCH E4 and DOMAIN 6.7)."""

from __future__ import annotations

import math
from typing import Final

from model.duplicates.naming import NAMING, naming
from model.duplicates.placing import PLACING, placing
from model.duplicates.profile import Profile
from model.duplicates.similar import Weights, jaccard, ratio, same_named, squares, total
from model.duplicates.wording import WORDING, wording

SIGNALS: Final = (
    *WORDING, *PLACING, *NAMING,
    "identifier_shared", "identifier_jaccard", "identifier_conflict", "amount_shared",
    "name_shared", "name_conflict", "reporter_same", "reporter_differs",
    "entitlement", "entitlement_stranger", "topic_jaccard", "topic_same", "topic_conflict", "category_agreement",
    "function_agreement", "matter_cosine", "matter_containment", "matter_rare", "place_and_matter",
    "place_other_matter",
    "gap", "gap_missing", "gap_week", "follow_up", "again", "date_same", "date_conflict", "site_same",
    "about_shared", "about_agreement",
)  # fmt: skip
"""The names of the signals, in the order of the values."""

_CONTAINMENT: Final = PLACING.index("place_containment")


def stranger(a: Profile, b: Profile) -> bool:
    """Say whether nothing shows that a personal matter is the same person's."""
    one, other = a.document.reporter, b.document.reporter
    if one and other:
        return one != other and not (a.names & b.names)
    return not (a.names & b.names)


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
        jaccard(a.identifiers, b.identifiers),
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
    square = squares(shared, weights)
    cosine = ratio(square, math.sqrt(squares(one, weights) * squares(other, weights)))
    return [
        cosine,
        ratio(total(shared, weights), min(total(one, weights), total(other, weights))),
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
        jaccard(a.topics, b.topics),
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
        float(bool(a.dates & b.dates)),
        float(bool(a.dates and b.dates and not a.dates & b.dates)),
        float(bool(a.hosts & b.hosts or a.links & b.links)),
    ]


_UNKNOWN: Final = 0.3
"""What is taken for the shared matter where one is unknown: about the mean of all pairs."""


def _about(a: Profile, b: Profile) -> list[float]:
    """Compare the functions that both complaints speak for."""
    one, other = a.document.about, b.document.about
    if not one or not other:
        return [_UNKNOWN, 0.0]
    shared = sum([min(one[function], other[function]) for function in one.keys() & other.keys()])
    return [shared, _known_equal(max(one, key=one.__getitem__), max(other, key=other.__getitem__))]


def signals(a: Profile, b: Profile, weights: Weights) -> list[float]:
    """Compare two complaints; the values stand in the order of :data:`SIGNALS`.

    :param weights: the rarity of every word of both and of every word pair that both share.
    """
    places = placing(a, b, weights)
    return [
        *wording(a, b, weights),
        *places,
        *naming(a, b, weights),
        *_who(a, b),
        *_what(a, b, _matter(a, b, weights, places[_CONTAINMENT])),
        *_about(a, b),
    ]
