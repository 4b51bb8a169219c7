"""Read which matters a complaint is about from the cues of the responsibility table.

Cues are compared by light stems (``model/stems.py``). A phrase counts more than a word, a longer phrase hides the
shorter ones inside it, and words beside a landmark ("depan puskesmas"), in an address ("Kepada Yth ...") or about a
body that refused ("kata PLN bukan wewenang") count little.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from data.complaint import Complaint
from data.functions import Tier
from data.matters import Cue, Matter, matters
from model.assessment import Span
from model.stems import StemIndex, plain_form, stem
from model.text import Normalised, normalise, words
from model.tiers import TierReading, read_tiers, redirects

_FILLERS = frozenset(
    "yang yg di ke dari dan atau ini itu tsb tersebut sudah pada dengan untuk saya kami kita sangat sekali banget "
    "juga masih ada adalah akan oleh karena para si sang nya pun lah kok sih deh dong ya se nang neng ning nek sing "
    "teh mah anu nu ka lan karo iku iki kuwi niki niku pe pu punya agar supaya".split()
)
_LANDMARK = frozenset(
    "depan dekat deket samping sebelah belakang seberang sekitar menuju arah sebrang ngarep ngarepe cedak cerak caket "
    "payun tukang dakek muka sabalah ngajeng wingking mburi sandiang pinggir".split()
)
"""A noun right after one of these says where, not what."""
_WHERE = frozenset("kantor gedung simpang pertigaan perempatan jalan gang komplek".split())
_ADDRESS = frozenset("yth yang_terhormat kepada kpd ditujukan assalamualaikum".split())
_REFUSED = (
    ("bukan", "wewenang"), ("bukan", "kewenangan"), ("bukan", "urusan"), ("bukan", "ranah"), ("bukan", "tugas"),
    ("lempar", ""), ("lepas", "tangan"), ("bukan", "tanggung"), ("bukan", "tanggungjawab"), ("bukan", "kewenangannya"),
    ("bukan", "wewenangnya"), ("bukan", "bagian"), ("saling", "lempar"),
)  # fmt: skip

_STRONG = (1.8, 2.7, 3.2, 3.4)
"""Weights of strong phrases of one, two, three, more words."""
_DECISIVE, _NEAR, _COMMON, _BODY, _WEAK, _NEGATIVE = 3.0, 2.3, 1.3, 1.4, 0.5, 0.7
_WINDOW = 6
_DECAY = 0.62
"""Each further cue of a matter counts this much of the one before, best first."""
_TITLE = 1.6
_SOFTMAX = 1.0
_LEAST_SHARE = 0.1
"""Matters with less than this share of the best one's score are left out."""
_MOST_HITS = 60


@dataclass(frozen=True, slots=True)
class CueHit:
    """Hold one cue found, with its weight after context."""

    cue: str
    matter: str
    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class MatterScore:
    """Hold how much speaks for one matter.

    :param share: its share of the probability of its function.
    """

    matter: Matter
    score: float
    share: float
    tiers: Mapping[Tier, float]


@dataclass(frozen=True, slots=True)
class MatterReading:
    """Hold what the table's cues say about a complaint.

    :param functions: a score by function (0 where nothing speaks for it; higher is stronger).
    :param probabilities: the same as probabilities with a share for "none of these".
    :param matters: the matters found, best first.
    :param places: for (function, office, tier) the share within the function; ``office`` may be ``None``.
    """

    functions: Mapping[str, float] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    matters: tuple[MatterScore, ...] = ()
    places: Mapping[str, Mapping[tuple[str | None, Tier], float]] = field(default_factory=dict)
    hits: tuple[CueHit, ...] = ()
    tiers: TierReading = field(default_factory=TierReading)

    @property
    def best(self) -> Matter | None:
        """Return the matter that most speaks for."""
        return self.matters[0].matter if self.matters else None


@dataclass(frozen=True, slots=True)
class _Entry:
    matter: int
    cue: Cue
    weight: float
    words: tuple[str, ...]
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    stem: str | None
    plain: str
    field: str
    start: int
    end: int
    factor: float


@dataclass(frozen=True, slots=True)
class _Match:
    entry: _Entry
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


class MatterMatcher:
    """Match texts against a responsibility table.

    :param table: the matters; by default the shipped ones.
    """

    def __init__(self, table: Sequence[Matter] | None = None) -> None:
        self.table = tuple(matters() if table is None else table)
        entries: list[_Entry] = []
        shared: dict[tuple[bool, tuple[str, ...]], set[str]] = defaultdict(set)
        for position, matter in enumerate(self.table):
            for cues, kind in ((matter.strong, 1), (matter.weak, 0), (matter.negative, -1)):
                for cue in cues:
                    stems = cue_words(cue.text)
                    weight = _WEAK if kind == 0 else -_NEGATIVE if kind < 0 else self._weight(cue, len(stems))
                    entries.append(_Entry(position, cue, weight, stems))
                    if kind > 0:
                        shared[cue.near, stems].add(matter.function)
        self._phrases: dict[str, dict[tuple[str | None, ...], list[_Entry]]] = defaultdict(dict)
        self._windows: dict[str, dict[tuple[str, ...], list[_Entry]]] = defaultdict(dict)
        self._longest: dict[str, tuple[int, ...]] = {}
        counts: dict[str, int] = defaultdict(int)
        for entry in entries:
            functions = len(shared[entry.cue.near, entry.words]) or 1
            scaled = _Entry(
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
                    self._windows[first].setdefault(tuple(others), []).append(scaled)
            else:
                self._phrases[entry.words[0]].setdefault(entry.words, []).append(scaled)
        for word, phrases in self._phrases.items():
            self._longest[word] = tuple(sorted({len(phrase) for phrase in phrases}, reverse=True))
        self._stems = StemIndex(sorted(counts, key=lambda word: -counts[word]))

    @staticmethod
    def _weight(cue: Cue, length: int) -> float:
        if cue.decisive:
            return _DECISIVE
        if cue.common:
            return _COMMON
        if cue.body:
            return _BODY
        return _NEAR if cue.near else _STRONG[min(length, 4) - 1]

    def read_complaint(self, complaint: Complaint) -> MatterReading:
        """Read a complaint that has not been normalised yet."""
        title = normalise(complaint.title) if complaint.title else None
        return self.read(normalise(complaint.text), title)

    def read(self, text: Normalised, title: Normalised | None = None) -> MatterReading:
        """Read a complaint.

        :param text: the normalised text.
        :param title: the normalised title, if there is one.
        """
        tokens = self._tokens(text, title)
        matches = self._hide(self._find(tokens), len(tokens))
        by_matter: dict[int, list[_Match]] = defaultdict(list)
        for match in matches:
            by_matter[match.entry.matter].append(match)
        scores = {position: self._score(found) for position, found in by_matter.items()}
        factors = redirects(text, title)
        scores = {
            position: score * factors.get(self.table[position].function, 1.0)
            for position, score in scores.items()
            if score > 0
        }
        if scores:
            least = max(scores.values()) * _LEAST_SHARE
            scores = {position: score for position, score in scores.items() if score >= least}
        told = read_tiers(text, title, {self.table[position].slot or "" for position in scores})
        told_by = [match for match in matches if match.weight > 0 and match.entry.matter in scores]
        told_by.sort(key=lambda match: -match.weight)
        told_by = list({(match.entry.matter, match.tokens): match for match in reversed(told_by)}.values())[::-1]
        hits = tuple(self._hit(match, tokens, text, title) for match in told_by[:_MOST_HITS])
        return self._reading(scores, hits, told)

    def _tokens(self, text: Normalised, title: Normalised | None) -> list[_Token]:
        tokens: list[_Token] = []
        for name, normalised in (("title", title), ("text", text)):
            if normalised is None:
                continue
            found = [
                (stem, start, end)
                for word, start, end in words(normalised.text)
                if word not in _FILLERS and (stem := self._stems.find(word) or word) not in _FILLERS
            ]
            plains = [plain_form(normalised.text[start:end]) for _, start, end in found]
            factors = _context([word for word, _, _ in found])
            boost = _TITLE if name == "title" else 1.0
            for place, ((stem_, start, end), factor) in enumerate(zip(found, factors, strict=True)):
                early = 1.0 if place < 40 else 40.0 / place if place < 160 else 0.25
                tokens.append(_Token(stem_, plains[place], name, start, end, factor * boost * (0.4 + 0.6 * early)))
            tokens.append(_Token(None, "", name, 0, 0, 0.0))  # a wall: no phrase runs over it
        return tokens

    def _find(self, tokens: list[_Token]) -> list[_Match]:
        stems = [token.stem for token in tokens]
        found: dict[int, _Match] = {}
        for entry, places in itertools.chain(self._phrases_in(tokens, stems), self._windows_in(stems)):
            weight = entry.weight
            if weight > 0:
                weight *= min(tokens[place].factor for place in places)
            old = found.get(id(entry))
            if old is None or abs(weight) > abs(old.weight):
                found[id(entry)] = _Match(entry, places, weight)
        return list(found.values())

    def _phrases_in(self, tokens: list[_Token], stems: list[str | None]) -> Iterator[tuple[_Entry, tuple[int, ...]]]:
        """Yield the phrases whose words follow each other."""
        for position, word in enumerate(stems):
            phrases = self._phrases.get(word) if word is not None else None
            if phrases is None or word is None:
                continue
            for length in self._longest[word]:
                entries = phrases.get(tuple(stems[position : position + length]))
                for entry in entries or ():
                    if entry.exact is None or entry.exact == tokens[position].plain:
                        yield entry, tuple(range(position, position + length))

    def _windows_in(self, stems: list[str | None]) -> Iterator[tuple[_Entry, tuple[int, ...]]]:
        """Yield the cues whose words stand near each other."""
        where: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(stems):
            if word is not None:
                where[word].append(position)
        for word, places in where.items():
            for others, entries in self._windows.get(word, {}).items():
                if all(other in where for other in others):
                    group = _nearest(places, [where[other] for other in others])
                    if group is not None:
                        for entry in entries:
                            yield entry, group

    @staticmethod
    def _hide(matches: list[_Match], length: int) -> list[_Match]:
        """Let a longer phrase take most of the weight of the phrases inside it."""
        cover = [0] * length
        for match in matches:
            if match.entry.weight > 0 and len(match.tokens) > 1 and not match.entry.cue.near:
                for place in match.tokens:
                    cover[place] = max(cover[place], len(match.tokens))
        kept = []
        for match in matches:
            if match.weight > 0 and all(cover[place] > len(match.tokens) for place in match.tokens):
                kept.append(_Match(match.entry, match.tokens, match.weight * 0.35))
            else:
                kept.append(match)
        return kept

    @staticmethod
    def _score(found: list[_Match]) -> float:
        """Add the cues of one matter, each further one for less; words already counted add almost nothing."""
        score, rank, used = 0.0, 1.0, set[int]()
        for match in sorted(found, key=lambda match: -match.weight):
            if match.weight <= 0:
                score += match.weight
                continue
            fresh = sum(place not in used for place in match.tokens) / len(match.tokens)
            used.update(match.tokens)
            score += match.weight * rank * max(fresh, 0.1)
            rank *= 1 - (1 - _DECAY) * fresh
        return score

    def _reading(self, scores: dict[int, float], hits: tuple[CueHit, ...], told: TierReading) -> MatterReading:
        by_function: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for position, score in scores.items():
            by_function[self.table[position].function].append((score, position))
        functions: dict[str, float] = {}
        places: dict[str, Mapping[tuple[str | None, Tier], float]] = {}
        found: list[MatterScore] = []
        for function, group in by_function.items():
            group.sort(reverse=True)
            functions[function] = group[0][0] + 0.25 * sum(score for score, _ in group[1:3])
            shares = _softmax([score for score, _ in group])
            mixed: dict[tuple[str | None, Tier], float] = defaultdict(float)
            for (score, position), share in zip(group, shares, strict=True):
                if share < 0.02:
                    break
                matter = self.table[position]
                tiers = told.apply(matter)
                found.append(MatterScore(matter, score, share, tiers))
                for tier, probability in tiers.items():
                    mixed[matter.office(tier), tier] += share * probability
            places[function] = dict(sorted(mixed.items(), key=lambda item: -item[1]))
        found.sort(key=lambda score: -score.score)
        names = sorted(functions, key=lambda name: -functions[name])
        chances = _softmax([functions[name] for name in names] + [0.0])
        return MatterReading(
            functions={name: functions[name] for name in names},
            probabilities=dict(zip(names, chances, strict=False)),
            matters=tuple(found),
            places=places,
            hits=hits,
            tiers=told,
        )

    def _hit(self, match: _Match, tokens: list[_Token], text: Normalised, title: Normalised | None) -> CueHit:
        first, last = tokens[min(match.tokens)], tokens[max(match.tokens)]
        source = title if first.field == "title" and title is not None else text
        start, end = source.raw_span(first.start, last.end)
        span = Span("title" if first.field == "title" else "text", start, end)
        return CueHit(match.entry.cue.text, self.table[match.entry.matter].id, span, match.weight)


def _softmax(scores: Sequence[float], scale: float = _SOFTMAX) -> list[float]:
    top = max(scores)
    raised = [math.exp(scale * (score - top)) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


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


def _context(stems: Sequence[str]) -> list[float]:
    """Return how much each word counts in its context, from 0 to 1."""
    factors = [1.0] * len(stems)
    for place, word in enumerate(stems):
        if word in _LANDMARK:
            reach = place + 1
            while reach < len(stems) and stems[reach] in _WHERE and reach < place + 2:
                reach += 1
            for other in range(place + 1, min(reach + 1, len(stems))):
                factors[other] = min(factors[other], 0.25)
        elif word in _ADDRESS:
            for other in range(place + 1, min(place + 8, len(stems))):
                factors[other] = min(factors[other], 0.45)
        elif word == "bukan" and place + 1 < len(stems):
            factors[place + 1] = min(factors[place + 1], 0.2)
        for first, second in _REFUSED:
            if word == first and (not second or stems[place + 1 : place + 2] == [second]):
                for other in range(max(0, place - 6), place):
                    factors[other] = min(factors[other], 0.45)
    return factors


@cache
def shipped_matcher() -> MatterMatcher:
    """Return the matcher of the shipped table."""
    return MatterMatcher()
