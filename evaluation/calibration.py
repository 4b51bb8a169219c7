"""Report whether stated probabilities are true, and how far the promise of the policy carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import Prediction, debiased_ece, ece, simulate_ece

TARGETS = (0.05, 0.1, 0.2)
CONFIDENCE = 0.9
_BINS = 10
_LEAST_SLICE = 30
_DRAWS = 50

FindThreshold = Callable[[NDArray[np.float64], NDArray[np.bool_], float, float], tuple[float, int, int] | None]
"""Find a proved threshold from confidences, outcomes, target and confidence; ``training.policy.find_threshold``."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Compare stated and observed shares of a slice.

    :param name: what the slice is: a label, a region, ``semua``.
    :param expected: raw ECE that a perfectly calibrated system of this size would show.
    :param p: chance that such a system shows an ECE as large; below 0.05 is rejected.
    :param bins: mean confidence, observed accuracy and rows of each equal-mass bin.
    """

    name: str
    n: int
    accuracy: float
    confidence: float
    ece: float
    raw: float
    expected: float
    p: float
    bins: tuple[tuple[float, float, int], ...]


def reliability(name: str, predictions: Sequence[Prediction], seed: int = 0) -> Reliability | None:
    """Measure the calibration of a slice; ``None`` where no probabilities are stated.

    :param seed: of the simulation of a perfect system.
    """
    confidence, right = _arrays(predictions)
    if not confidence.size or bool(np.isnan(confidence).any()):
        return None
    raw = ece(confidence, right)
    simulated = simulate_ece(confidence, np.random.default_rng(seed))
    order = np.array_split(np.argsort(confidence, kind="stable"), min(_BINS, confidence.size))
    bins = tuple((float(confidence[part].mean()), float(right[part].mean()), int(part.size)) for part in order)
    return Reliability(
        name,
        len(predictions),
        float(right.mean()),
        float(confidence.mean()),
        debiased_ece(confidence, right),
        raw,
        float(simulated.mean()),
        float((simulated >= raw).mean()),
        bins,
    )


def reliability_by(
    predictions: Sequence[Prediction], slice_of: Callable[[Prediction], str | None], seed: int = 0
) -> list[Reliability]:
    """Measure every slice that has enough rows, the overall one first.

    :param slice_of: names the slice of a prediction, e.g. its answer or its region; ``None`` leaves it out.
    """
    slices: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        name = slice_of(prediction)
        if name is not None:
            slices.setdefault(name, []).append(prediction)
    found = [reliability("semua", predictions, seed)]
    found += [reliability(name, rows, seed) for name, rows in sorted(slices.items()) if len(rows) >= _LEAST_SLICE]
    return [r for r in found if r is not None]


def policy_report(
    predictions: Sequence[Prediction], find: FindThreshold, ordered: bool, seed: int = 0
) -> dict[str, Any]:
    """Report for each target what the policy would have let through, and whether the promise was kept.

    Thresholds are fitted on one half of the predictions and used on the other.

    :param find: fits a threshold.
    :param ordered: whether the predictions are in order of time: then the earlier half is fitted on, once; otherwise
        random halves are drawn, and coverage and error are averages over them.
    :return: by target ``coverage``, ``error`` among those let through, ``valid`` (share of the halves in which a
        threshold was proved), ``broken`` (share in which the error on the other half is above the target), and
        ``oracle``: the coverage that the best threshold could reach in hindsight.
    """
    confidence, right = _arrays(predictions)
    if confidence.size < 2 or bool(np.isnan(confidence).any()):
        return {}
    rng = np.random.default_rng(seed)
    rows = np.arange(confidence.size)
    orders = [rows] if ordered else [rng.permutation(rows) for _ in range(_DRAWS)]
    report = {}
    for target in TARGETS:
        through: list[float] = []
        wrong: list[float] = []
        broken = proved = 0
        for order in orders:
            first, second = np.array_split(order, 2)
            found = find(confidence[first], right[first].astype(bool), target, CONFIDENCE)
            eligible = confidence[second] >= found[0] if found is not None else np.zeros(second.size, bool)
            proved += found is not None
            through.append(float(eligible.mean()))
            if eligible.any():
                error = float(1 - right[second][eligible].mean())
                wrong.append(error)
                broken += error > target
        report[f"{target:g}"] = {
            "coverage": round(float(np.mean(through)), 4),
            "error": round(float(np.mean(wrong)), 4) if wrong else None,
            "valid": round(proved / len(orders), 4),
            "broken": round(broken / len(orders), 4),
            "oracle": round(oracle_coverage(confidence, right, target), 4),
        }
    return report


def oracle_coverage(confidence: NDArray[np.float64], right: NDArray[np.float64], target: float) -> float:
    """Return the largest share of rows that a threshold chosen in hindsight lets through within the target.

    >>> oracle_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 1.0]), 0.25)
    1.0
    """
    order = np.argsort(-confidence, kind="stable")
    ranked, wrong = confidence[order], np.cumsum(1 - right[order])
    counts = np.arange(1, ranked.size + 1)
    last = np.append(ranked[1:] != ranked[:-1], True)  # a threshold takes all rows of equal confidence
    fit = np.flatnonzero((wrong / counts <= target) & last)
    return float(counts[fit[-1]] / ranked.size) if fit.size else 0.0


def _arrays(predictions: Sequence[Prediction]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.array([p.confidence for p in predictions], np.float64),
        np.array([p.right for p in predictions], np.float64),
    )
