"""The sets and lists of one document that every comparison uses, made once per document."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from model.duplicates.document import Document
from model.duplicates.lexicon import BESIDE, NAMED_PLACES, NUMBERED_PLACES, REQUESTS, STOP_WORDS

_TOO_COMMON_IN_NAMES = frozenset(("baru", "raya", "utara", "selatan", "timur", "barat"))


_NO_MATTER = REQUESTS | BESIDE | NAMED_PLACES.keys() | NUMBERED_PLACES.keys()


@dataclass(frozen=True, slots=True)
class Profile:
    """Hold one document ready for comparison.

    :param sequence: the canonical words of title, location and text, in this order.
    :param words: the words that are no stop words.
    :param initials: the words that may be names in another spelling, by their first letter.
    :param fields: the words of the location fields.
    :param pairs: neighbouring useful words as ``"one two"``.
    :param triples: three words in a row of the text.
    :param grams: character 3-grams of the useful words in their order, spaces included.
    :param places: words of the named places.
    :param matter: words that name neither a place nor a person nor a number: what is complained about.
    :param named: by kind of place, the words of each name.
    :param numbered: by kind (``RT``, ``RW``, ``km`` …) the numbers.
    """

    document: Document
    words: frozenset[str]
    title: frozenset[str]
    initials: dict[str, tuple[str, ...]]
    fields: frozenset[str]
    pairs: frozenset[str]
    triples: tuple[tuple[str, str, str], ...]
    triple_set: frozenset[tuple[str, str, str]]
    grams: frozenset[tuple[str, str, str]]
    places: frozenset[str]
    matter: frozenset[str]
    named: dict[str, frozenset[str]]
    numbered: dict[str, frozenset[str]]
    identifiers: frozenset[str]
    amounts: frozenset[str]
    names: frozenset[str]
    topics: frozenset[str]
    hosts: frozenset[str]
    links: frozenset[str]
    length: int


NUMBERED_KINDS = frozenset(("RT", "RW", "km", "nomor", "blok"))


def profile(document: Document) -> Profile:
    """Prepare a document for comparison."""
    reading = document.reading
    useful = [
        word for word in (*document.title_words, *document.place_words, *document.text_words) if word not in STOP_WORDS
    ]
    words = frozenset(useful)
    text = document.text_words
    triples = tuple(zip(text, text[1:], text[2:], strict=False))
    named: dict[str, set[str]] = {}
    numbered: dict[str, set[str]] = {}
    for place in reading.locators:
        if place.kind in NUMBERED_KINDS:
            numbered.setdefault(place.kind, set()).update(place.words)
        else:
            named.setdefault(place.kind, set()).update(place.words)
    places = {word for found in named.values() for word in found if not word.isdigit()}
    fields = frozenset(document.place_words)
    known = frozenset((places | (fields & words) | set(reading.proper)) - _TOO_COMMON_IN_NAMES)
    initials: dict[str, list[str]] = {}
    for word in words:
        if len(word) > 4:
            initials.setdefault(word[0], []).append(word)
    spaced = f" {' '.join(dict.fromkeys(useful))} "
    return Profile(
        document=document,
        words=words,
        title=frozenset(word for word in document.title_words if word not in STOP_WORDS),
        initials={letter: tuple(found) for letter, found in initials.items()},
        fields=fields,
        pairs=frozenset(f"{one} {two}" for one, two in pairwise(useful)),
        triples=triples,
        triple_set=frozenset(triples),
        grams=frozenset(zip(spaced, spaced[1:], spaced[2:], strict=False)),
        places=known,
        matter=frozenset(word for word in words - known - _NO_MATTER if not word.isdigit()).difference(reading.names),
        named={kind: frozenset(found) for kind, found in named.items()},
        numbered={kind: frozenset(found) for kind, found in numbered.items()},
        identifiers=frozenset(reading.identifiers),
        amounts=frozenset(reading.amounts),
        names=frozenset(reading.names),
        topics=frozenset(reading.topics),
        hosts=frozenset(reading.hosts),
        links=frozenset(reading.links),
        length=max(len(text) + len(document.title_words), 1),
    )
