"""Sample pairs for two people to judge blind, and measure how far they agree.

How a page uses it:

1. ``scored = [ScoredPair(a, b, probability), ...]`` from the stored candidates (each complaint's matches).
2. ``chosen = sample_pairs(scored, 100, seed)``: spread over the whole range of probabilities, so that doubtful pairs
   are not drowned by plain ones; keep the list (or the seed and the pairs) so that both people judge the same pairs.
3. Show person P the pairs of ``blind_order(chosen, P)``: each person in an order of their own, the sides of a pair
   swapped at random, and neither the probability nor the relation that the machine or the other person gave.
4. Store one :class:`Judgement` per pair and person; ``agreement(judgements, one, other)`` gives the raw share and
   Cohen's kappa with an interval, for all four relations and for ``same`` against the rest.
5. ``agreed(judgements, one, other)`` returns the pairs on which both agree, ready for ``training.duplicates``;
   ``disputed(...)`` those to talk about.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np

from model.duplicates.match import Relation

RELATIONS: Final[tuple[str, ...]] = get_args(Relation)
"""What a person may answer."""

_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Hold a candidate pair with the probability of ``same`` that the machine gives it, which judges do not see."""

    a: str
    b: str
    probability: float

    @property
    def key(self) -> tuple[str, str]:
        """Return the two ids in a fixed order: a pair is the same whichever side is shown first."""
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold what one person said of one pair.

    :param judge: who said it; an opaque name.
    :param relation: one of :data:`RELATIONS`.
    """

    a: str
    b: str
    judge: str
    relation: str

    @property
    def key(self) -> tuple[str, str]:
        """Return the two ids in a fixed order."""
        return (self.a, self.b) if self.a <= self.b else (self.b, self.a)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold how far two people agree.

    :param pairs: how many pairs both judged.
    :param raw: the share on which they agree.
    :param kappa: Cohen's kappa (1960): the share beyond chance; 1.0 where both always gave one and the same answer.
    :param low: lower bound of the 95 % interval of kappa, by drawing the pairs again.
    :param high: upper bound.
    """

    pairs: int
    raw: float
    kappa: float
    low: float
    high: float


def sample_pairs(scored: Iterable[ScoredPair], count: int, seed: int = 0) -> list[ScoredPair]:
    """Draw pairs evenly from ten classes of probability, each class at random; the result follows from the seed.

    A class with too few pairs gives all it has, and the others share what is left. A pair that comes twice counts once.

    :param count: at most this many.

    >>> pairs = [ScoredPair(str(n), "x", n / 100) for n in range(100)]
    >>> sorted(int(pair.probability * 10) for pair in sample_pairs(pairs, 10))
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    known = {pair.key: pair for pair in sorted(scored, key=lambda pair: (pair.key, pair.probability))}
    classes: list[list[ScoredPair]] = [[] for _ in range(_BINS)]
    for pair in known.values():
        classes[min(int(pair.probability * _BINS), _BINS - 1)].append(pair)
    rng = np.random.default_rng(seed)
    waiting = [[held[place] for place in rng.permutation(len(held))] for held in classes]
    chosen: list[ScoredPair] = []
    while len(chosen) < count and any(waiting):
        for held in (part for part in rng.permutation(_BINS) if waiting[part]):
            if len(chosen) < count:
                chosen.append(waiting[held].pop())
    return sorted(chosen, key=lambda pair: pair.key)


def blind_order(pairs: Sequence[ScoredPair], judge: str) -> list[tuple[str, str]]:
    """Return the ids of pairs as one person sees them: an order and sides of their own, the same at every call.

    >>> blind_order([ScoredPair("1", "2", 0.9), ScoredPair("3", "4", 0.1)], "p") == blind_order(
    ...     [ScoredPair("2", "1", 0.9), ScoredPair("3", "4", 0.1)], "p")
    True
    """

    def draw(pair: ScoredPair) -> bytes:
        return hashlib.blake2b(repr((judge, pair.key)).encode("utf-8", "surrogatepass"), digest_size=8).digest()

    return [pair.key if draw(pair)[-1] & 1 else pair.key[::-1] for pair in sorted(pairs, key=draw)]


def _by_pair(judgements: Iterable[Judgement], judge: str) -> dict[tuple[str, str], str]:
    """Return the last answer of one person for each pair."""
    return {told.key: told.relation for told in judgements if told.judge == judge}


def cohen_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Return Cohen's kappa (1960): the agreement beyond what the shares of the answers give by chance.

    >>> round(cohen_kappa(["same", "same", "related", "related"], ["same", "related", "related", "related"]), 3)
    0.5
    """
    count = len(one)
    raw = sum(a == b for a, b in zip(one, other, strict=True)) / count
    shares = Counter(one), Counter(other)
    chance = sum(shares[0][answer] * shares[1][answer] for answer in shares[0]) / count**2
    return 1.0 if chance >= 1.0 else (raw - chance) / (1.0 - chance)


def agreement(
    judgements: Iterable[Judgement],
    one: str,
    other: str,
    *,
    only: Iterable[str] | None = None,
    rounds: int = 1000,
    seed: int = 0,
) -> Agreement | None:
    """Measure how far two people agree; ``None`` while there is no pair that both judged.

    :param only: relations that count as one answer against all others: ``{"same"}`` asks whether they agree on what
        is a duplicate.

    >>> told = [Judgement(str(n), "x", who, "same" if n % 2 else "related") for n in range(10) for who in "pq"]
    >>> agreement(told, "p", "q")
    Agreement(pairs=10, raw=1.0, kappa=1.0, low=1.0, high=1.0)
    """
    told = list(judgements)
    first, second = _by_pair(told, one), _by_pair(told, other)
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return None
    merged = frozenset(only) if only is not None else None

    def answers(of: Mapping[tuple[str, str], str]) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        given = [of[key] for key in shared]
        return np.array(given if merged is None else ["+" if relation in merged else "-" for relation in given])

    a, b = answers(first), answers(second)
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(len(shared), size=len(shared)) for _ in range(rounds)]
    values = [cohen_kappa(a[rows].tolist(), b[rows].tolist()) for rows in drawn]
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    return Agreement(len(shared), float(np.mean(a == b)), cohen_kappa(a.tolist(), b.tolist()), low, high)


def agreed(judgements: Iterable[Judgement], one: str, other: str) -> list[tuple[str, str, str]]:
    """Return ``(a, b, relation)`` of the pairs to which both people gave one answer, in the order of their ids."""
    told = list(judgements)
    first, second = _by_pair(told, one), _by_pair(told, other)
    return [(*key, first[key]) for key in sorted(first.keys() & second.keys()) if first[key] == second[key]]


def disputed(judgements: Iterable[Judgement], one: str, other: str) -> list[tuple[str, str, str, str]]:
    """Return ``(a, b, answer of one, answer of the other)`` of the pairs on which they differ."""
    told = list(judgements)
    first, second = _by_pair(told, one), _by_pair(told, other)
    both = sorted(first.keys() & second.keys())
    return [(*key, first[key], second[key]) for key in both if first[key] != second[key]]
