"""Find the cues of a responsibility table in a text: phrases, words near each other, single words, in context."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from data.matters import Cue, Matter
from model.cue_context import context_factors
from model.stems import StemIndex, plain_form, stem
from model.text import Normalised, normalise, words

_FILLERS = frozenset(
    "yang yg di ke dari dan atau ini itu tsb tersebut sudah pada dengan untuk saya kami kita sangat sekali banget "
    "juga masih ada adalah akan oleh karena para si sang nya pun lah kok sih deh dong ya se nang neng ning nek sing "
    "teh mah anu nu ka lan karo iku iki kuwi niki niku pe pu punya agar supaya".split()
)
_STRONG = (1.8, 2.7, 3.2, 3.4)
"""Weights of strong phrases of one, two, three, more words."""
_DECISIVE, _NEAR, _COMMON, _BODY, _WEAK, _NEGATIVE = 3.0, 2.3, 1.3, 1.2, 0.5, 0.7
_WINDOW = 6
_TITLE = 1.6


@dataclass(frozen=True, slots=True)
class CueEntry:
    """Hold one cue of one matter, ready for matching.

    :param matter: the position of the matter in the table.
    :param words: the stems that must be there.
    :param exact: the written form that is asked for, if the stem alone would say too little.
    """

    matter: int
    cue: Cue
    weight: float
    words: tuple[str, ...]
    exact: str | None = None


class CueToken(NamedTuple):
    """Hold one word of a text.

    :param stem: ``None`` for the wall between title and text.
    :param word: as it stands in the text.
    :param factor: how much the word counts here.
    """

    stem: str | None
    word: str
    field: Literal["title", "text"]
    start: int
    end: int
    factor: float


class CueMatch(NamedTuple):
    """Hold one cue found, with the positions of its words."""

    entry: CueEntry
    tokens: tuple[int, ...]
    weight: float


def cue_words(text: str) -> tuple[str, ...]:
    """Return the stems of a cue without filler words."""
    found = [stem(word) for word, _, _ in words(normalise(text.replace("+", " ")).text)]
    return tuple(word for word in found if word not in _FILLERS) or tuple(found)


def _exact(cue: Cue, stems: tuple[str, ...]) -> str | None:
    """Return the form that a lone derived word must have: its stem alone would match other derivations.

    ``penerangan`` (street lights) is not ``keterangan`` (a statement), though both are stemmed to ``terang``.
    """
    plain = plain_form(cue.text)
    return plain if len(stems) == 1 and plain.isalpha() and plain != stems[0] else None


class CueIndex:
    """Find the cues of a table in texts."""

    def __init__(self, table: Sequence[Matter]) -> None:
        entries: list[CueEntry] = []
        shared: dict[tuple[bool, tuple[str, ...]], set[str]] = defaultdict(set)
        for position, matter in enumerate(table):
            for cues, kind in ((matter.strong, 1), (matter.weak, 0), (matter.negative, -1)):
                for cue in cues:
                    stems = cue_words(cue.text)
                    weight = _WEAK if kind == 0 else -_NEGATIVE if kind < 0 else self._weight(cue, len(stems))
                    entries.append(CueEntry(position, cue, weight, stems))
                    if kind > 0:
                        shared[cue.near, stems].add(matter.function)
        self._phrases: dict[str, dict[tuple[str | None, ...], list[CueEntry]]] = defaultdict(dict)
        windows: dict[str, dict[tuple[str, ...], list[CueEntry]]] = defaultdict(dict)
        self._longest: dict[str, tuple[int, ...]] = {}
        counts: dict[str, int] = defaultdict(int)
        for entry in entries:
            functions = len(shared[entry.cue.near, entry.words]) or 1
            scaled = CueEntry(
                entry.matter,
                entry.cue,
                entry.weight / math.sqrt(functions),
                entry.words,
                _exact(entry.cue, entry.words),
            )
            for word in entry.words:
                counts[word] += 1
            if entry.cue.near and len(entry.words) >= 2:
                first, *others = sorted(set(entry.words), key=lambda word: (-len(word), word)) or [""]
                if others:
                    windows[first].setdefault(tuple(others), []).append(scaled)
            else:
                self._phrases[entry.words[0]].setdefault(entry.words, []).append(scaled)
        for word, phrases in self._phrases.items():
            self._longest[word] = tuple(sorted({len(phrase) for phrase in phrases}, reverse=True))
        # By the first word, then by the second: a text is asked only for pairs of words that it has.
        self._windows: dict[str, dict[str, list[_Window]]] = {}
        for first, group in windows.items():
            pairs = self._windows[first] = {}
            for rank, (further, listed) in enumerate(group.items()):
                pairs.setdefault(further[0], []).append((rank, further, listed))
        self._stems = StemIndex(sorted(counts, key=lambda word: -counts[word]))
        self._stem = lru_cache(maxsize=65_536)(self._stem_of)

    @staticmethod
    def _weight(cue: Cue, length: int) -> float:
        if cue.decisive:
            return _DECISIVE
        if cue.common:
            return _COMMON
        if cue.body:
            return _BODY
        return _NEAR if cue.near else _STRONG[min(length, 4) - 1]

    def _stem_of(self, word: str) -> str | None:
        """Return the stem of a word, ``None`` for a filler."""
        if word in _FILLERS:
            return None
        found = self._stems.find(word) or word
        return None if found in _FILLERS else found

    def find(self, text: Normalised, title: Normalised | None = None) -> tuple[list[CueToken], list[CueMatch]]:
        """Return the words of a complaint and the cues found in them."""
        tokens = self._tokens(text, title)
        return tokens, _hide(self._find(tokens), len(tokens))

    def _tokens(self, text: Normalised, title: Normalised | None) -> list[CueToken]:
        tokens: list[CueToken] = []
        sources: tuple[tuple[Literal["title", "text"], Normalised | None], ...] = (("title", title), ("text", text))
        for name, normalised in sources:
            if normalised is None:
                continue
            found = [
                (stem_, word, start, end)
                for word, start, end in words(normalised.text)
                if (stem_ := self._stem(word)) is not None
            ]
            factors = context_factors([stem_ for stem_, _, _, _ in found])
            boost = _TITLE if name == "title" else 1.0
            for place, ((stem_, word, start, end), factor) in enumerate(zip(found, factors, strict=True)):
                early = 1.0 if place < 40 else 40.0 / place if place < 160 else 0.25
                tokens.append(CueToken(stem_, word, name, start, end, factor * boost * (0.4 + 0.6 * early)))
            tokens.append(CueToken(None, "", name, 0, 0, 0.0))  # a wall: no phrase runs over it
        return tokens

    def _find(self, tokens: list[CueToken]) -> list[CueMatch]:
        stems = [token.stem for token in tokens]
        factors = [token.factor for token in tokens]
        found: dict[int, CueMatch] = {}
        for entry, places in itertools.chain(self._phrases_in(tokens, stems), self._windows_in(stems)):
            weight = entry.weight
            if weight > 0:
                weight *= factors[places[0]] if len(places) == 1 else min([factors[place] for place in places])
            old = found.get(id(entry))
            if old is None or abs(weight) > abs(old.weight):
                found[id(entry)] = CueMatch(entry, places, weight)
        return list(found.values())

    def _phrases_in(
        self, tokens: list[CueToken], stems: list[str | None]
    ) -> Iterator[tuple[CueEntry, tuple[int, ...]]]:
        """Yield the phrases whose words follow each other."""
        for position, word in enumerate(stems):
            phrases = self._phrases.get(word) if word is not None else None
            if phrases is None or word is None:
                continue
            for length in self._longest[word]:
                entries = phrases.get(tuple(stems[position : position + length]) if length > 1 else (word,))
                if entries is None:
                    continue
                places = tuple(range(position, position + length))
                for entry in entries:
                    if entry.exact is None or entry.exact == plain_form(tokens[position].word):
                        yield entry, places

    def _windows_in(self, stems: list[str | None]) -> Iterator[tuple[CueEntry, tuple[int, ...]]]:
        """Yield the cues whose words stand near each other."""
        where: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(stems):
            if word is not None:
                where[word].append(position)
        for word, places in where.items():
            pairs = self._windows.get(word)
            if pairs is None:
                continue
            near = [window for second in pairs.keys() & where.keys() for window in pairs[second]]
            near.sort(key=_rank)
            for _, others, entries in near:
                if len(others) == 1 or all(other in where for other in others):
                    group = _nearest(places, [where[other] for other in others])
                    if group is not None:
                        for entry in entries:
                            yield entry, group


_Window = tuple[int, tuple[str, ...], list[CueEntry]]
"""The place of a near cue among those of its first word, its other words, and its entries."""


def _rank(window: _Window) -> int:
    return window[0]


def _hide(matches: list[CueMatch], length: int) -> list[CueMatch]:
    """Let a longer phrase take most of the weight of the phrases inside it."""
    cover = [0] * length
    for entry, places, _ in matches:
        words = len(places)
        if words > 1 and entry.weight > 0 and not entry.cue.near:
            for place in places:
                cover[place] = max(cover[place], words)
    longest = max(cover, default=0)
    kept = []
    for match in matches:
        entry, places, weight = match
        words = len(places)
        if weight > 0 and words < longest and min([cover[place] for place in places]) > words:
            kept.append(CueMatch(entry, places, weight * 0.35))
        else:
            kept.append(match)
    return kept


def _nearest(places: Sequence[int], others: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
    """Find positions, one of each list, that lie within the window; ``None`` if there are none."""
    for place in places:
        group = [place]
        for candidates in others:
            index = bisect_right(candidates, place)
            near = [
                candidate
                for candidate in candidates[max(0, index - 1) : index + 1]
                if candidate != place and abs(candidate - place) <= _WINDOW
            ]
            if not near:
                break
            group.append(min(near, key=lambda candidate: abs(candidate - place)))
        else:
            return tuple(sorted(group))
    return None
