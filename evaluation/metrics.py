"""Measures of predictions: accuracy, macro-F1, top-3, calibration, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

_BINS = 15


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hold one answer beside the truth.

    :param ranked: labels, best first; at least three where there are that many.
    :param confidence: stated probability of the first; ``nan`` where the system states none.
    """

    id: str
    truth: str
    ranked: tuple[str, ...]
    confidence: float

    @property
    def right(self) -> bool:
        """Tell whether the first answer is the truth."""
        return bool(self.ranked) and self.ranked[0] == self.truth


@dataclass(frozen=True, slots=True)
class Metrics:
    """Hold the measures of one question.

    :param ece: top-label, 15 equal-mass bins, debiased; ``None`` without confidences.
    :param ece_expected: the raw ECE of a perfectly calibrated system with these confidences.
    :param calibration_p: chance that such a system shows a raw ECE as large as this one; below 0.05 is rejected.
    """

    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    top3: float
    mean_confidence: float | None
    ece: float | None
    ece_raw: float | None
    ece_expected: float | None
    calibration_p: float | None

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the measures rounded to four places."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def measure(predictions: Sequence[Prediction], seed: int = 0) -> Metrics | None:
    """Compute the measures; ``None`` without predictions.

    :param seed: of the bootstrap and the calibration simulation.
    """
    if not predictions:
        return None
    rng = np.random.default_rng(seed)
    right = np.array([p.right for p in predictions], float)
    confidence = np.array([p.confidence for p in predictions], float)
    low, high = bootstrap(right, rng)
    calibrated = not bool(np.isnan(confidence).any())
    raw = ece(confidence, right) if calibrated else None
    simulated = simulate_ece(confidence, rng) if calibrated else np.empty(0)
    return Metrics(
        n=len(predictions),
        accuracy=float(right.mean()),
        accuracy_low=low,
        accuracy_high=high,
        macro_f1=macro_f1([p.truth for p in predictions], [p.ranked[0] if p.ranked else "" for p in predictions]),
        top3=float(np.mean([p.truth in p.ranked[:3] for p in predictions])),
        mean_confidence=float(confidence.mean()) if calibrated else None,
        ece=debiased_ece(confidence, right) if calibrated else None,
        ece_raw=raw,
        ece_expected=float(simulated.mean()) if calibrated else None,
        calibration_p=float(np.mean(simulated >= raw)) if raw is not None else None,
    )


def macro_f1(truths: Sequence[str], answers: Sequence[str]) -> float:
    """Average the F1 of every label that occurs among truths or answers.

    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
    0.6666666666666666
    """
    scores = []
    for label in sorted(set(truths) | set(answers)):
        hits = sum(t == a == label for t, a in zip(truths, answers, strict=True))
        scores.append(2 * hits / (sum(t == label for t in truths) + sum(a == label for a in answers)))
    return float(np.mean(scores))


def _bins(confidence: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    order = np.argsort(confidence, kind="stable")
    return [part for part in np.array_split(order, min(_BINS, confidence.size)) if part.size]


def ece(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the top-label expected calibration error over equal-mass bins."""
    gaps = [part.size * abs(confidence[part].mean() - right[part].mean()) for part in _bins(confidence)]
    return float(sum(gaps) / confidence.size)


def debiased_ece(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the ECE less what sampling noise alone adds (Kumar, Liang and Ma 2019, with the normal approximation).

    In each bin the observed accuracy varies around the true one; the expected absolute gap of a folded normal is taken
    off, bin by bin.
    """
    total = 0.0
    for part in _bins(confidence):
        accuracy = right[part].mean()
        gap = abs(confidence[part].mean() - accuracy)
        deviation = np.sqrt(accuracy * (1 - accuracy) / part.size)
        total += part.size * (2 * gap - _folded_mean(gap, float(deviation)))
    return float(max(total / confidence.size, 0.0))


def _folded_mean(mean: float, deviation: float) -> float:
    """Return the mean of the absolute value of a normal variable."""
    if deviation == 0:
        return abs(mean)
    ratio = mean / deviation
    return deviation * sqrt(2 / pi) * exp(-(ratio**2) / 2) + mean * erf(ratio / sqrt(2))


def simulate_ece(confidence: NDArray[np.float64], rng: np.random.Generator, n: int = 1000) -> NDArray[np.float64]:
    """Draw the raw ECE of a system whose stated confidences are all true, shape (n,)."""
    parts = _bins(confidence)
    total = np.zeros(n)
    for part in parts:
        drawn = rng.random((n, part.size)) < confidence[part]
        total += part.size * np.abs(confidence[part].mean() - drawn.mean(axis=1))
    return total / confidence.size


def bootstrap(
    values: NDArray[np.float64],
    rng: np.random.Generator,
    statistic: Callable[[NDArray[np.float64]], float] = lambda v: float(v.mean()),
    n: int = 1000,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a statistic of independent rows."""
    draws = [statistic(values[rng.integers(0, values.size, values.size)]) for _ in range(n)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
