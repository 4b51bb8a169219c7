"""Reduce Indonesian words, as citizens write them, to light stems: spelling, short forms, clitics, affixes.

The stems need not be words: text and cues go through the same rules, so that only sameness counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from data.word_forms import whole_words, word_forms

_REPEATED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
_VOWELS = "aeiou"
_NO_VOWELS = str.maketrans("", "", _VOWELS)


def fold(word: str) -> str:
    """Undo typing habits: ``bangettt``, ``lobang2``, short and regional forms.

    >>> fold("lobang2"), fold("jln"), fold("parahhh")
    ('lubang', 'jalan', 'parah')
    """
    if _REPEATED.search(word):  # few words: looking costs less than replacing nothing
        word = _REPEATED.sub(r"\1", word)
    if word[-1:] == "2" and len(word) > 3 and word[:-1].isalpha():
        word = word[:-1]
    return word_forms().get(word, word)


def _strip_clitic(word: str) -> str:
    if word.endswith("nya") and len(word) >= 6:
        return word[:-3]
    if word.endswith(("lah", "kah")) and len(word) >= 8:
        return word[:-3]
    return word


def _strip_prefix(word: str) -> str:
    """Strip one prefix with the nasal undone; return the word as it is when too little would be left."""
    rest = word
    if word.startswith("di"):
        rest = word[2:]
    elif word.startswith(("meny", "peny")) and word[4:5] in _VOWELS:
        rest = "s" + word[4:]
    elif word.startswith(("meng", "peng")):
        rest = word[4:]
    elif word.startswith(("mem", "pem")) and len(word) > 3:
        rest = "p" + word[3:] if word[3] in _VOWELS else word[3:]
    elif word.startswith(("men", "pen")) and len(word) > 3:
        rest = "t" + word[3:] if word[3] in _VOWELS else word[3:]
    elif word.startswith(("ber", "ter", "per")) and word[3:4] not in _VOWELS:
        rest = word[3:]
    elif (word.startswith(("me", "pe")) and word[2:3] in "rlwynm" and word[3:4] in _VOWELS) or (
        word.startswith("ke") and word.endswith("an")
    ):
        rest = word[2:]
    elif word.startswith("ny") and word[2:3] in _VOWELS:
        rest = "s" + word[2:]
    elif word.startswith("ng") and word[2:3] in _VOWELS:
        rest = word[2:]
    return rest if len(rest) >= 4 else word


@lru_cache(maxsize=65_536)
def plain_form(word: str) -> str:
    """Return a word without typing habits and clitics, its affixes kept.

    >>> plain_form("penerangannya")
    'penerangan'
    """
    return fold(_strip_clitic(fold(word)))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the light stem of a normalised word.

    >>> stem("pemadaman"), stem("dipadamkan"), stem("berlubang"), stem("penerangan"), stem("jalannya")
    ('padam', 'padam', 'lubang', 'terang', 'jalan')
    """
    word = fold(word)
    if len(word) < 6 or word in whole_words():
        return word
    word = fold(_strip_clitic(word))
    if word in whole_words():
        return word
    rest = _strip_prefix(word)
    if rest == word:
        return fold(word[:-3]) if word.endswith("kan") and len(word) >= 8 else word
    if rest.startswith("per") and len(rest) >= 7 and rest[3] not in _VOWELS:
        rest = rest[3:]  # memper-, diper-
    for suffix in ("kan", "an", "i"):
        if rest.endswith(suffix) and len(rest) - len(suffix) >= 4:
            rest = rest[: -len(suffix)]
            break
    return fold(rest)


def skeleton(word: str) -> str:
    """Return the consonants of a word, which is what SMS spelling keeps.

    >>> skeleton("jembatan") == skeleton("jmbtn")
    True
    """
    return word.translate(_NO_VOWELS)


class StemIndex:
    """Find the known stem that a written word stands for, tolerating regional endings, SMS spelling and slips.

    :param stems: the known stems, in order of preference where two are equally near.
    """

    def __init__(self, stems: Iterable[str]) -> None:
        self._stems = dict.fromkeys(stems)
        self._letters = {_letters(known) for known in self._stems}
        self._skeletons: dict[str, str] = {}
        for known in self._stems:
            bones = skeleton(known)
            if len(bones) >= 4 and known.isalpha():
                self._skeletons.setdefault(bones, known)

    def find(self, word: str) -> str | None:
        """Return the known stem for a word, ``None`` if there is none.

        :param word: a normalised word.
        """
        for candidate in self._endings(word):
            if candidate in self._stems:
                return candidate
        if not word.isalpha():
            return None
        return self._by_skeleton(word) or self._by_slip(word)

    @staticmethod
    def _endings(word: str) -> Iterator[str]:
        folded = fold(word)
        yield folded
        yield stem(word)
        # Javanese -e/-ne, Sundanese -na, Makassar -ki/-mi/-ji, colloquial -in/-an, Banjar -nya is a clitic already
        for suffix in ("ne", "na", "ki", "mi", "ji", "in", "an", "e", "i", "ka", "ta", "nyo", "no", "ku"):
            if folded.endswith(suffix) and len(folded) - len(suffix) >= 4:
                yield fold(folded[: -len(suffix)])
                yield stem(folded[: -len(suffix)])
        if folded.startswith("ba") and len(folded) >= 6:  # Minang, Banjar, Manado, Papua ba- = ber-
            yield fold(folded[2:])
        if folded.startswith("ta") and len(folded) >= 7:
            yield fold(folded[2:])

    def _by_skeleton(self, word: str) -> str | None:
        """Undo SMS spelling, which drops most vowels: ``jmbtn``."""
        bones = skeleton(word)
        if len(word) < 4 or len(word) - len(bones) > 1:
            return None
        known = self._skeletons.get(bones)
        return known if known is not None and known[0] == word[0] and len(word) < len(known) else None

    def _by_slip(self, word: str) -> str | None:
        """Undo a vowel too many or too few, a doubled consonant, or two letters swapped.

        Other slips are left: one consonant apart there are too many other words (belakang, belalang).
        """
        if len(word) < 7:
            return None
        single = _DOUBLED.sub(r"\1", word)
        if single in self._stems:
            return single
        if _letters(word) in self._letters:
            for variant in _swaps(word):
                if variant in self._stems:
                    return variant
        known = self._skeletons.get(skeleton(word))
        if known is None or abs(len(known) - len(word)) != 1:
            return None
        shorter, longer = sorted((known, word), key=len)
        return known if any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))) else None


def _letters(word: str) -> str:
    """Return the letters of a word in order: the same for words that differ by a swap."""
    return "".join(sorted(word))


def _swaps(word: str) -> Iterator[str]:
    for place in range(1, len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
