"""Read which matters a complaint is about from the cues of the responsibility table.

Cues are compared by light stems (``model/stems.py``). A phrase counts more than a word, a longer phrase hides the
shorter ones inside it, and words beside a landmark ("depan puskesmas"), in an address ("Kepada Yth ...") or about a
body that refused ("kata PLN bukan wewenang") count little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from data.body_matters import body_matters
from data.complaint import Complaint
from data.functions import Tier
from data.matters import Matter, matters
from model.assessment import Span
from model.cues import CueIndex, CueMatch, CueToken
from model.text import Normalised, normalise
from model.tiers import TierReading, read_tiers, redirects

_DECAY = 0.62
"""Each further cue of a matter counts this much of the one before, best first."""
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


class MatterMatcher:
    """Match texts against a responsibility table.

    :param table: the matters; by default the shipped ones and the names of bodies.
    """

    def __init__(self, table: Sequence[Matter] | None = None) -> None:
        self.table = tuple(table) if table is not None else (*matters(), *body_matters())
        self._index = CueIndex(self.table)

    def read_complaint(self, complaint: Complaint) -> MatterReading:
        """Read a complaint that has not been normalised yet."""
        title = normalise(complaint.title) if complaint.title else None
        return self.read(normalise(complaint.text), title)

    def read(self, text: Normalised, title: Normalised | None = None) -> MatterReading:
        """Read a complaint.

        :param text: the normalised text.
        :param title: the normalised title, if there is one.
        """
        tokens, matches = self._index.find(text, title)
        scores = self._scores(matches, text, title)
        told = read_tiers(text, title, {self.table[position].slot or "" for position in scores})
        told_by: dict[tuple[int, tuple[int, ...]], CueMatch] = {}
        for match in sorted(matches, key=lambda match: -match.weight):
            if match.weight > 0 and match.entry.matter in scores:
                told_by.setdefault((match.entry.matter, match.tokens), match)
        hits = tuple(self._hit(match, tokens, text, title) for match in list(told_by.values())[:_MOST_HITS])
        return self._reading(scores, hits, told)

    def probabilities(self, text: Normalised) -> dict[str, float]:
        """Return what :attr:`MatterReading.probabilities` of a text would be, without reading all the rest.

        >>> matcher = shipped_matcher()
        >>> sample = normalise("lampu jalan mati")
        >>> matcher.probabilities(sample) == matcher.read(sample).probabilities
        True
        """
        scores = self._scores(self._index.find(text)[1], text, None)
        return _probabilities({name: _strength(group) for name, group in self._by_function(scores).items()})

    def _scores(self, matches: list[CueMatch], text: Normalised, title: Normalised | None) -> dict[int, float]:
        """Return the scores of the matters that stand behind the best one not too far."""
        by_matter: dict[int, list[CueMatch]] = defaultdict(list)
        for match in matches:
            by_matter[match.entry.matter].append(match)
        scores = {position: self._score(found) for position, found in by_matter.items()}
        factors = redirects(text, title)
        scores = {
            position: score * factors.get(self.table[position].function, 1.0)
            for position, score in scores.items()
            if score > 0
        }
        if not scores:
            return scores
        least = max(scores.values()) * _LEAST_SHARE
        return {position: score for position, score in scores.items() if score >= least}

    def _by_function(self, scores: Mapping[int, float]) -> dict[str, list[tuple[float, int]]]:
        """Gather the matters of each function, best first."""
        by_function: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for position, score in scores.items():
            by_function[self.table[position].function].append((score, position))
        for group in by_function.values():
            group.sort(reverse=True)
        return by_function

    @staticmethod
    def _score(found: list[CueMatch]) -> float:
        """Add the cues of one matter, each further one for less; words already counted add almost nothing."""
        if len(found) == 1:
            return found[0].weight
        score, rank, used = 0.0, 1.0, set[int]()
        for match in sorted(found, key=lambda match: -match.weight):
            if match.weight <= 0:
                score += match.weight
                continue
            length = len(match.tokens)
            fresh = (length - len(used.intersection(match.tokens))) / length
            used.update(match.tokens)
            score += match.weight * rank * max(fresh, 0.1)
            rank *= 1 - (1 - _DECAY) * fresh
        return score

    def _reading(self, scores: dict[int, float], hits: tuple[CueHit, ...], told: TierReading) -> MatterReading:
        functions: dict[str, float] = {}
        places: dict[str, Mapping[tuple[str | None, Tier], float]] = {}
        found: list[MatterScore] = []
        for function, group in self._by_function(scores).items():
            functions[function] = _strength(group)
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
        chances = _probabilities(functions)
        return MatterReading(
            functions={name: functions[name] for name in chances},
            probabilities=chances,
            matters=tuple(found),
            places=places,
            hits=hits,
            tiers=told,
        )

    def _hit(self, match: CueMatch, tokens: list[CueToken], text: Normalised, title: Normalised | None) -> CueHit:
        first, last = tokens[min(match.tokens)], tokens[max(match.tokens)]
        if last.field != first.field:  # the parts of a cue may stand in title and body: show the first
            last = first
        source = title if first.field == "title" and title is not None else text
        start, end = source.raw_span(first.start, last.end)
        span = Span("title" if first.field == "title" else "text", start, end)
        return CueHit(match.entry.cue.text, self.table[match.entry.matter].id, span, match.weight)


def _strength(group: Sequence[tuple[float, int]]) -> float:
    """Return how much speaks for a function, given the scores of its matters, best first."""
    return group[0][0] + 0.25 * sum([score for score, _ in group[1:3]])


def _probabilities(functions: Mapping[str, float]) -> dict[str, float]:
    """Turn the scores of functions into probabilities, best first, beside a share for "none of these"."""
    names = sorted(functions, key=functions.__getitem__, reverse=True)
    return dict(zip(names, _softmax([functions[name] for name in names] + [0.0]), strict=False))


def _softmax(scores: Sequence[float], scale: float = _SOFTMAX) -> list[float]:
    top = max(scores)
    raised = [math.exp(scale * (score - top)) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


@cache
def shipped_matcher() -> MatterMatcher:
    """Return the matcher of the shipped table."""
    return MatterMatcher()
