"""Fit how likely a report is to end archived, expired or waiting, on reports that the head had not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.outcomes import FOLLOWED
from model.confidence import Scale
from model.outcomes import HEAD, SIGNALS, Outcomes, OutcomeScale, lead_of, reading_signals
from training.calibrate import Fold
from training.confidence import Floats64, Read, fit_logistic, unseen_rows
from training.examples import Example
from training.heads import FittedHead
from training.policy import find_threshold

_LEAST = 10
"""An outcome needs so many unseen reports that ended so."""
_LEAST_SHOWN = 20
"""Hints are judged on at least so many unseen reports: a handful at the top proves little."""
PRECISION = 1 / 3
"""At least this share of the hints must be right, shown with :data:`SURE` confidence; the hint states its own share."""
SURE = 0.9
_SPREAD = {"lead": 1.0}
_OTHER_SPREAD = 0.5
_BIAS_SPREAD = 1.0


def fit_outcomes(
    read: Read, examples: Sequence[Example], heads: Sequence[FittedHead], folds: Sequence[Fold], seed: int
) -> Outcomes | None:
    """Fit the scale of every outcome that occurs often enough among unseen rows, and from where on it is hinted at.

    :param read: reads the example of a number.
    :return: ``None`` where nothing can be said.
    """
    fitted = next((head for head in heads if head.head.name == HEAD), None)
    if fitted is None:
        return None
    asked = [(row, fold) for row, fold in unseen_rows([fitted], folds, seed) if examples[row].truth.outcome is not None]
    if not asked:
        return None
    truths = np.array([examples[row].truth.outcome for row, _ in asked])
    numbers = np.array([fold for _, fold in asked])
    common = [reading_signals(read(row)) for row, _ in asked]
    scales = {}
    for outcome in sorted(set(truths.tolist()) - {FOLLOWED}):
        right = np.asarray(truths == outcome)
        leads = [lead_of(fitted.head, fitted.unseen[row], outcome) for row, _ in asked]
        if right.sum() < _LEAST or any(lead is None for lead in leads):
            continue
        matrix = np.array(
            [[{**c, "lead": lead}[name] for name in SIGNALS] for c, lead in zip(common, leads, strict=True)], float
        )
        scales[outcome] = _fit(matrix, right, numbers)
    return Outcomes(scales) if scales else None


def _fit(matrix: Floats64, right: NDArray[np.bool_], folds: NDArray[np.int64]) -> OutcomeScale:
    """Fit one scale; where hints begin is found on probabilities that the other folds gave.

    :param matrix: signals, shape (n, n_signals).
    """
    crossed = np.empty(right.size)
    for fold in np.unique(folds):
        inside = folds == fold
        if right[~inside].any():
            crossed[inside] = _probability(_weights(matrix[~inside], right[~inside]), matrix[inside])
        else:
            crossed[inside] = 0.0
    found = find_threshold(crossed, right, 1 - PRECISION, SURE, _LEAST_SHOWN)
    weights = _weights(matrix, right)
    scale = Scale(round(float(weights[0]), 6), dict(zip(SIGNALS, weights[1:].round(6).tolist(), strict=True)), {})
    if found is None:
        return OutcomeScale(scale, None)
    threshold, n, errors = found
    return OutcomeScale(scale, threshold, n, n - errors)


def _weights(matrix: Floats64, right: NDArray[np.bool_]) -> Floats64:
    """Return bias and weights, likeliest under priors around "as often as ever"."""
    share = (right.sum() + 0.5) / (right.size + 1)
    mean = np.array([np.log(share / (1 - share)), *[0.0] * len(SIGNALS)])
    spread = np.array([_BIAS_SPREAD, *(_SPREAD.get(name, _OTHER_SPREAD) for name in SIGNALS)])
    return fit_logistic(np.column_stack([np.ones(right.size), matrix]), right.astype(float), mean, spread)


def _probability(weights: Floats64, matrix: Floats64) -> Floats64:
    return np.asarray(1 / (1 + np.exp(-(weights[0] + matrix @ weights[1:]))))
