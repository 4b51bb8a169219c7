"""Hash a complaint to what it is found by: words, neighbouring words, spellings of rarer words, the whole text."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.common import common_words
from model.duplicates.lexicon import STOP_WORDS

Hashes = npt.NDArray[np.uint32]

_EXACT_SALT: Final = 0x2545F491
_GRAM: Final = 4
_MULTIPLIERS: Final = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F], dtype=np.uint32)
_FIRST: Final = 0x9E3779B1
_SECOND: Final = 0x85EBCA6B
_ALL: Final = 0xFFFFFFFF
_WORD, _PAIR, _SPELLING = 1.0, 0.5, 0.3
_READ_AGAIN: Final = 32
"""A complaint that was searched for is stored next: it is hashed once for both."""


@lru_cache(maxsize=1 << 16)
def hash_word(word: str) -> int:
    """Hash a word to 32 bits, the same in every process and version."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def hash_phrase(phrase: str) -> int:
    """Hash a word, or two neighbouring words with a space between them, as :func:`features` does.

    >>> hash_phrase("jalan rusak") == hash_phrase("rusak jalan")
    False
    """
    first, space, second = phrase.partition(" ")
    if not space:
        return hash_word(phrase)
    a, b = hash_word(first) * _FIRST & _ALL, hash_word(second) * _SECOND & _ALL
    return a ^ (b >> 15 | b << 17 & _ALL)


def _pairs(words: Hashes) -> Hashes:
    """Hash neighbouring words, given the hash of each, as :func:`hash_phrase` does."""
    if len(words) < 2:
        return words[:0]
    second = words[1:] * np.uint32(_SECOND)
    return (words[:-1] * np.uint32(_FIRST)) ^ ((second >> np.uint32(15)) | (second << np.uint32(17)))


def exact_hash(words: Sequence[str]) -> int:
    """Hash a whole normalised text: equal texts up to case, spacing, punctuation and spelling have one hash."""
    return zlib.crc32(" ".join(words).encode("utf-8", "surrogatepass"), _EXACT_SALT)


def _grams(words: Sequence[str]) -> Hashes:
    """Hash the character 4-grams of each word, its borders included."""
    text = " " + " ".join(words) + " "
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) < _GRAM:
        return np.empty(0, dtype=np.uint32)
    mixed = np.zeros(len(codes) - _GRAM + 1, dtype=np.uint32)
    inside = np.ones(len(mixed), dtype=bool)
    for place in range(_GRAM):
        part = codes[place : place + len(mixed)]
        mixed ^= (part * _MULTIPLIERS[place]) ^ (part >> np.uint32(3))
        mixed = (mixed << np.uint32(5)) | (mixed >> np.uint32(27))
        if 0 < place < _GRAM - 1:
            inside &= part != ord(" ")
    return mixed[inside]


@dataclass(frozen=True, slots=True)
class Features:
    """Hold the hashed features of one document, without repeats and in ascending order.

    :param hashes: words, neighbouring word pairs, character 4-grams and the hash of the whole text.
    :param weights: the weight of the kind of each.
    :param exact: the hash of the whole text, which is one of ``hashes``.
    """

    hashes: Hashes
    weights: npt.NDArray[np.float64]
    exact: int


@lru_cache(maxsize=_READ_AGAIN)
def features(title: tuple[str, ...], text: tuple[str, ...]) -> Features:
    """Hash what a document is found by.

    Words that are common in complaints at large are not cut into 4-grams: another spelling of one says nothing about
    the incident, and the lists of their 4-grams would be the longest of the index. The arrays are not to be changed.

    :param title: canonical words of the title.
    :param text: canonical words of the text.
    """
    useful = [word for word in (*title, *text) if word not in STOP_WORDS]
    common = common_words()
    exact = exact_hash(text)
    words = np.array([hash_word(word) for word in useful], dtype=np.uint32)
    grams = _grams([word for word in dict.fromkeys(useful) if word not in common])
    pairs = _pairs(words)
    flat = np.concatenate((np.array([exact], dtype=np.uint32), words, pairs, grams))
    # Sorted by hash and then by kind, so that of equal hashes the one of the heavier kind is kept.
    kinds = np.repeat(np.arange(3, dtype=np.uint64), (1 + len(words), len(pairs), len(grams)))
    packed = np.sort(flat.astype(np.uint64) << np.uint64(2) | kinds)
    hashes = (packed >> np.uint64(2)).astype(np.uint32)
    first = np.append(True, hashes[1:] != hashes[:-1])
    return Features(hashes[first], _WEIGHTS[(packed[first] & np.uint64(3)).astype(np.intp)], exact)


_WEIGHTS: Final = np.array([_WORD, _PAIR, _SPELLING])
