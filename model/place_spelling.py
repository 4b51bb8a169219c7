"""Put right the spelling of region names: written together, one letter off, without vowels."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from data.region_aliases import load_aliases
from data.regions import Regions, name_key
from model import place_words as W

if TYPE_CHECKING:
    from model.gazetteer import Gazetteer

_REGENCY_PREFIX = re.compile(r"^(?:Kabupaten(?: Administrasi)?|Kota(?: Administrasi)?) ")
_VOWELS = frozenset("aeiou")
_SHORTEST_FUZZY = 6
_LONGEST_HASHTAG = 40
_FUZZY_REGENCY, _FUZZY_DISTRICT = 2, 3


def repair(word: str, gazetteer: Gazetteer, *, placed: bool, hashed: bool, marker: str | None) -> str | None:
    """Return the folded name that an unknown word most likely stands for, ``None`` if that is not clear.

    :param word: a folded word that is no name itself.
    :param placed: whether the words around say that a place is meant; letters are changed only then.
    :param hashed: whether it is a hashtag or an address on a social medium.
    :param marker: the kind of region that the word before it names.
    """
    glued = _unglue(word, gazetteer, hashed=hashed)
    if glued is not None or not placed or _is_word(word) or not word.isalpha():
        return glued
    if len(word) >= _SHORTEST_FUZZY:
        return _one_letter_off(word, gazetteer, marker)
    if sum(c in _VOWELS for c in word) <= 1:
        found = _skeletons(gazetteer.regions).get(word) or _skeletons(gazetteer.regions).get(_skeleton(word))
        return found or None
    return None


def _is_word(word: str) -> bool:
    return word in W.NEVER_PLACES or word in W.ordinary_words() or word in W.common_words()


def _unglue(word: str, gazetteer: Gazetteer, *, hashed: bool) -> str | None:
    if word.startswith(W.GLUED_PREFIXES):
        for prefix in W.GLUED_PREFIXES:
            rest = word[len(prefix) :]
            if len(rest) >= 5 and word.startswith(prefix) and _is_regency(rest, gazetteer):
                return rest
    if hashed and len(word) <= _LONGEST_HASHTAG:
        for length in range(len(word) - 3, 5, -1):
            for rest in (word[:length], word[-length:]):
                if _is_regency(rest, gazetteer):
                    return rest
    if word.endswith("nya") and _is_regency(word[:-3], gazetteer):
        return word[:-3]
    return None


def _is_regency(key: str, gazetteer: Gazetteer) -> bool:
    if key not in gazetteer.keys:
        return False
    entry = gazetteer.entry(key, (key,))
    return entry is not None and entry.level <= _FUZZY_REGENCY and entry.strength == "plain"


def _one_letter_off(word: str, gazetteer: Gazetteer, marker: str | None) -> str | None:
    deepest = _FUZZY_DISTRICT if marker == "kecamatan" else _FUZZY_REGENCY
    found: set[str] = set()
    regencies: set[frozenset[str]] = set()
    buckets = _buckets(gazetteer.regions, deepest)
    for length in (len(word) - 1, len(word), len(word) + 1):
        for candidate in buckets.get((word[0], length), ()):
            if not near(word, candidate):
                continue
            entry = gazetteer.entry(candidate, (candidate,))
            if entry is not None and entry.level <= deepest and entry.strength == "plain":
                found.add(candidate)
                regencies.add(frozenset(code[:5] for code, share in entry.targets if share > 0.2))
    return min(found) if len(regencies) == 1 else None


@cache
def _buckets(regions: Regions, deepest: int) -> dict[tuple[str, int], tuple[str, ...]]:
    """Sort the names that a misspelling may stand for by first letter and length."""
    names = {
        name_key(_REGENCY_PREFIX.sub("", name)) for code, name in regions.names() if len(code) <= (2, 5, 8)[deepest - 1]
    }
    names |= {key for key, alias in load_aliases().items() if alias.kind in ("ibu_kota", "ejaan")}
    buckets: dict[tuple[str, int], list[str]] = {}
    for name in sorted(names):
        if len(name) >= _SHORTEST_FUZZY - 1:
            buckets.setdefault((name[0], len(name)), []).append(name)
    return {key: tuple(bucket) for key, bucket in buckets.items()}


def near(a: str, b: str) -> bool:
    """Tell whether two different words are one deletion, insertion, replacement or exchange of neighbours apart.

    >>> near("sidorjo", "sidoarjo"), near("bnadung", "bandung"), near("bantul", "bangli")
    (True, True, False)
    """
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = 0
    shorter = min(len(a), len(b))
    while start < shorter and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]


def _skeleton(word: str) -> str:
    return word[:1] + "".join(c for c in word[1:] if c not in _VOWELS)


@cache
def _skeletons(regions: Regions) -> dict[str, str]:
    """Map the consonants of a regency's name to the name, where only one has them."""
    found: dict[str, str] = {}
    for code in regions.upper_codes:
        if len(code) == 5:
            key = name_key(regions.get(code).name)
            skeleton = _skeleton(key)
            if len(skeleton) >= 4:
                found[skeleton] = key if found.get(skeleton, key) == key else ""
    return found
