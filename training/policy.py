"""Find the thresholds above which an error bound is proved (learn then test, fixed-sequence testing).

For each threshold ``t`` of a fixed grid the hypothesis is "more than ``target`` of the complaints with confidence of at
least ``t`` are answered wrongly". Given how many calibration rows lie above ``t``, the number of wrong ones is
binomial, so the exact binomial tail is a valid p-value. The thresholds are tested from the highest down, each at the
full level, and the walk stops at the first that is not rejected: this keeps the chance of any false claim at
``1 - confidence`` (Angelopoulos et al. 2021, "Learn then Test"). Where the walk starts is free as long as no outcome
has a say in it: it starts at the highest threshold that the stated probabilities foresee to be proved with room to
spare, so that a single unlucky row among the few at the very top does not end it. Let ``j`` be the first threshold
whose hypothesis is true: it is tested only if the walk gets there, and given its count its p-value is uniform or
larger; if the walk starts below ``j``, the rows there are wrong at least as often as long as the error does not fall
with falling confidence. So the promise needs no more than exchangeable rows and a confidence that does not rank worse
answers higher.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import beta, binom

from model.policy import EVERYTHING, Bound, Policy

GRID = tuple(round(0.995 - 0.005 * step, 3) for step in range(190))
_LEAST_SCOPE = 40
"""A tier or region gets a bound of its own from this many labelled rows on."""
_MOST_MISSING = 100_000
_FORGIVEN = 2
_SPARE = 0.1
"""The walk starts where the foreseen p-value is this part of the level."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold out-of-time predictions with their truth, row by row.

    :param confidence: stated probability of the agency that was answered, shape (n,).
    :param right: whether it was right, shape (n,).
    :param tiers: tier of the answer.
    :param regions: region of the answer as Kemendagri code of a regency or province.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    tiers: Sequence[str | None] = ()
    regions: Sequence[str | None] = ()


def fit_policy(judged: Judged, target: float = 0.05, confidence: float = 0.9) -> Policy:
    """Fit the bounds of all scopes that have enough rows.

    Each bound holds with the stated confidence by itself.
    """
    bounds = {EVERYTHING: fit_bound(judged.confidence, judged.right, target, confidence, EVERYTHING)}
    scopes: Mapping[str, Sequence[str | None]] = {
        "tingkat": judged.tiers,
        "wilayah": [code[:5] if code else None for code in judged.regions],
    }
    for kind, values in scopes.items():
        for value in sorted({v for v in values if v is not None}):
            rows = np.array([v == value for v in values])
            if rows.sum() >= _LEAST_SCOPE:
                scope = f"{kind}:{value}"
                bounds[scope] = fit_bound(judged.confidence[rows], judged.right[rows], target, confidence, scope)
    seen = {code[:size] for code in judged.regions if code for size in (2, 5)}
    return Policy(target, confidence, bounds, frozenset(seen))


def fit_bound(
    confidence_of: NDArray[np.float64], right: NDArray[np.bool_], target: float, confidence: float, scope: str
) -> Bound:
    """Find the lowest proved threshold of one scope, or say how many rows are missing.

    :param confidence_of: stated probability of each row's answer, shape (n,).
    """
    found = find_threshold(confidence_of, right, target, confidence)
    if found is not None:
        return Bound(scope, *found, int(right.size))
    return Bound(scope, None, 0, 0, int(right.size), _missing(confidence_of, right, target, 1 - confidence))


def find_threshold(
    confidence_of: NDArray[np.float64], right: NDArray[np.bool_], target: float, confidence: float, least: int = 0
) -> tuple[float, int, int] | None:
    """Walk down the grid while the hypothesis of each threshold is rejected.

    :param least: thresholds with fewer rows above them are not asked about.
    :return: the last threshold, the rows above it and how many of them are wrong; ``None`` if none was proved.
    """
    level = 1 - confidence
    n, errors = _above(confidence_of, right)
    tested = np.flatnonzero(n >= max(least, fewest_rows(target, level)))
    if not tested.size:
        return None
    tested = tested[_start(confidence_of, n[tested], target, level) :]
    rejected = np.asarray(binom.cdf(errors[tested], n[tested], target) <= level, np.bool_)
    steps = int(np.argmin(rejected)) if not rejected.all() else rejected.size
    if steps == 0:
        return None
    last = int(tested[steps - 1])
    return GRID[last], int(n[last]), int(errors[last])


def _start(confidence_of: NDArray[np.float64], n: NDArray[np.int64], target: float, level: float) -> int:
    """Return where the walk starts, from stated probabilities alone.

    :param n: rows above each threshold, from the highest threshold down.
    :return: the first that is foreseen to be proved with room to spare; where none is, the one that is foreseen to come
        nearest to it among those where a few errors are forgiven.
    """
    wrong = np.concatenate([[0.0], np.cumsum(1 - np.sort(confidence_of)[::-1])])[n]
    foreseen = betainc(np.maximum(n - wrong, 1e-9), wrong + 1, 1 - target)  # binomial tail, errors as a real number
    sure = np.flatnonzero(foreseen <= _SPARE * level)
    forgiving = np.flatnonzero(n >= fewest_rows(target, level, _FORGIVEN))
    if sure.size:
        return int(sure[0])
    return int(forgiving[foreseen[forgiving].argmin()]) if forgiving.size else 0


def _above(confidence_of: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the rows and the wrong ones at or above each threshold of the grid."""
    grid = np.array(GRID)
    everyone, wrong = np.sort(confidence_of), np.sort(confidence_of[~right])
    counts = (values.size - np.searchsorted(values, grid, side="left") for values in (everyone, wrong))
    n, errors = (np.asarray(c, np.int64) for c in counts)
    return n, errors


@cache
def fewest_rows(target: float, level: float, errors: int = 0) -> int:
    """Return how many rows prove the target although so many of them are wrong.

    >>> fewest_rows(0.05, 0.1), fewest_rows(0.05, 0.1, 2)
    (45, 105)
    """
    n = math.ceil(math.log(level) / math.log1p(-target))
    while binom.cdf(errors, n, target) > level:
        n += 1
    return n


def upper_bound(errors: int, n: int, confidence: float) -> float:
    """Return the one-sided Clopper-Pearson bound of an error rate."""
    return 1.0 if errors >= n else float(beta.ppf(confidence, errors + 1, n - errors))


def _missing(confidence_of: NDArray[np.float64], right: NDArray[np.bool_], target: float, level: float) -> int | None:
    """Estimate how many more labelled rows would prove the target at the most promising threshold."""
    total = int(right.size)
    if not total:
        return fewest_rows(target, level)
    needed: list[int] = []
    for n, errors in set(zip(*(counts.tolist() for counts in _above(confidence_of, right)), strict=True)):
        rate = (errors + 0.5) / (n + 1)
        rows = _rows_to_prove(rate, target, level) if n and rate < target else None
        if rows is not None:
            needed.append(max(1, math.ceil(rows * total / n) - total))
    return min(needed, default=None)


def _rows_to_prove(rate: float, target: float, level: float) -> int | None:
    """Return the number of rows at which an observed error rate would prove the target."""
    sizes = np.unique(np.geomspace(fewest_rows(target, level), _MOST_MISSING, 100).astype(np.int64))
    proved = np.flatnonzero(binom.cdf(np.floor(rate * sizes), sizes, target) <= level)
    return int(sizes[proved[0]]) if proved.size else None
