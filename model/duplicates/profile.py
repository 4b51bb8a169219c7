"""The sets and lists of one document that every comparison uses, made once per document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from model.duplicates.document import Document
from model.duplicates.lexicon import BESIDE, DIRECTIONS, NAMED_PLACES, NUMBERED_PLACES, REQUESTS, STOP_WORDS
from model.duplicates.reading import Locator

_TOO_COMMON_IN_NAMES = frozenset(("baru", "raya", "utara", "selatan", "timur", "barat"))


_NO_MATTER = REQUESTS | BESIDE | NAMED_PLACES.keys() | NUMBERED_PLACES.keys()


@dataclass(frozen=True, slots=True)
class PlaceName:
    """Hold the name of one place.

    :param heads: the words that name it.
    :param parts: the numbers and directions that tell one part of it from another, and the level of a school.
    """

    heads: frozenset[str]
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """Hold one document ready for comparison.

    :param sequence: the canonical words of title, location and text, in this order.
    :param words: the words that are no stop words.
    :param initials: the words that may be names in another spelling, by their first letter.
    :param fields: the words of the location fields.
    :param pairs: neighbouring useful words as ``"one two"``.
    :param triples: three words in a row of the text.
    :param grams: character 3-grams of the useful words in their order, spaces included; each word once.
    :param places: words of the named places.
    :param matter: words that name neither a place nor a person nor a number: what is complained about.
    :param named: by kind of place, the words of each name.
    :param numbered: by kind (``RT``, ``RW``, ``km`` …) the numbers.
    :param names_of: the named places by class: ``jalan``, ``desa``, but ``pasar`` and ``jembatan`` apart.
    :param short: the words of three to five letters, which may be abbreviations.
    :param runs: the first letters of useful words in a row, the rows apart: what an abbreviation may stand for.
    :param parts: the number or direction that follows a word, as in "gang 3", "Ngagel selatan".
    :param following: the word after each two words of title and text, where that place is filled in one way only.
    """

    document: Document
    words: frozenset[str]
    title: frozenset[str]
    initials: dict[str, tuple[str, ...]]
    fields: frozenset[str]
    pairs: frozenset[str]
    triples: tuple[tuple[str, str, str], ...]
    triple_set: frozenset[tuple[str, str, str]]
    grams: frozenset[str]
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
    maps: frozenset[str]
    dates: frozenset[str]
    length: int
    names_of: dict[str, tuple[PlaceName, ...]]
    short: frozenset[str]
    runs: str
    parts: dict[str, frozenset[str]]
    following: dict[tuple[str, str], str]


NUMBERED_KINDS = frozenset(("RT", "RW", "km", "nomor", "blok"))


LEVELS = frozenset("sd smp sma smk mi mts man tk paud".split())
_INITIALS = range(3, 6)
_WORDS_REMEMBERED = 1 << 15


def _names_of(places: Iterable[Locator]) -> dict[str, tuple[PlaceName, ...]]:
    """Gather the named places by class."""
    found: dict[str, list[PlaceName]] = {}
    for place in places:
        if place.kind in NUMBERED_KINDS:
            continue
        parts = {word for word in place.words if word.isdigit() or word in DIRECTIONS}
        heads = frozenset(place.words) - parts
        if place.cue in LEVELS:
            parts.add(place.cue)
        name = PlaceName(heads, frozenset(parts))
        group = place.cue if place.kind == "tempat" and place.cue else place.kind
        if name not in found.setdefault(group, []):
            found[group].append(name)
    return {group: tuple(names) for group, names in found.items()}


def _grams(words: Iterable[str]) -> frozenset[str]:
    """Return the character 3-grams of words with a space around each.

    >>> sorted(_grams(["ab", "c"]))
    [' ab', ' c ', 'ab ', 'b c']
    """
    text = f" {' '.join(words)} "
    return frozenset(map("".join, zip(text, text[1:], text[2:], strict=False)))


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _initial(word: str) -> str:
    """Return the first letter of a useful word, a space for another."""
    return word[0] if len(word) > 2 and word.isalpha() and word not in STOP_WORDS else " "


def _parts(words: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return which numbers and directions follow each word that may be a name."""
    found: dict[str, set[str]] = {}
    parts = DIRECTIONS.intersection(words).union(filter(str.isdigit, words))
    for one, two in pairwise(words) if parts else ():
        if two in parts and len(one) > 3 and one.isalpha() and one not in STOP_WORDS:
            found.setdefault(one, set()).add(two)
    return {word: frozenset(parts) for word, parts in found.items()}


def _following(words: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return what follows each two words in a row; where it differs within one text, nothing."""
    pairs = list(pairwise(words[:-1]))
    found = dict(zip(pairs, words[2:], strict=True))
    if len(found) < len(pairs):  # some pair stands there twice
        for pair, three in zip(pairs, words[2:], strict=True):
            if found[pair] != three:
                found[pair] = ""
    return found


def _in_names(place: Locator) -> Locator:
    """Leave out the words that name nothing: what stands in a field of an address may be "tidak tahu"."""
    if STOP_WORDS.isdisjoint(place.words):
        return place
    return replace(place, words=tuple(word for word in place.words if word not in STOP_WORDS))


def profile(document: Document) -> Profile:
    """Prepare a document for comparison."""
    reading = document.reading
    locators = [kept for place in reading.locators if (kept := _in_names(place)).words or not place.words]
    text, told = document.text_words, (*document.title_words, *document.text_words)
    everything = (*document.title_words, *document.place_words, *text)
    useful = [word for word in everything if word not in STOP_WORDS]
    words = frozenset(useful)
    triples = tuple(zip(text, text[1:], text[2:], strict=False))
    named: dict[str, set[str]] = {}
    numbered: dict[str, set[str]] = {}
    for place in locators:
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
    digits = [word for word in words if word.isdigit()]
    return Profile(
        document=document,
        words=words,
        title=frozenset(word for word in document.title_words if word not in STOP_WORDS),
        initials={letter: tuple(found) for letter, found in initials.items()},
        fields=fields,
        pairs=frozenset(map(" ".join, pairwise(useful))),
        triples=triples,
        triple_set=frozenset(triples),
        grams=_grams(dict.fromkeys(useful)),
        places=known,
        matter=words - known - _NO_MATTER - frozenset((*digits, *reading.names)),
        named={kind: frozenset(found) for kind, found in named.items()},
        numbered={kind: frozenset(found) for kind, found in numbered.items()},
        identifiers=frozenset(reading.identifiers),
        amounts=frozenset(reading.amounts),
        names=frozenset(reading.names),
        topics=frozenset(reading.topics),
        hosts=frozenset(reading.hosts),
        links=frozenset(reading.links),
        maps=frozenset(reading.maps),
        dates=frozenset(reading.dates),
        names_of=_names_of(locators),
        short=frozenset([word for word in words if len(word) in _INITIALS]),
        runs=" ".join(("".join(map(_initial, document.title_words)), "".join(map(_initial, text)))),
        parts=_parts(everything),
        following=_following(told),
        length=max(len(told), 1),
    )
