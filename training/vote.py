"""Learn how much a second model's vote counts beside the linear head's, on rows that neither has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from model.accurate import Vote

WEIGHTS = tuple(round(0.1 * step, 1) for step in range(1, 10))
_LEAST_ROWS = 60
"""A question with fewer unseen rows is not voted on."""

Floats64 = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Learned:
    """Hold a vote and what it gained on rows that it was not fitted on either.

    :param vote: ``None`` if there is no gain.
    :param rows: unseen labelled rows.
    :param accuracy: by how much the share of right answers rose, with its standard error.
    :param loss: by how much the logarithmic loss fell, with its standard error.
    """

    vote: Vote | None
    rows: int
    accuracy: tuple[float, float] = (0.0, 0.0)
    loss: tuple[float, float] = (0.0, 0.0)


def learn_vote(margins: Floats64, own: Floats64, target: Rows, folds: Rows) -> Learned:
    """Fit the weight, and keep it only if it pays.

    It pays if, with weights fitted on the other folds, the logarithmic loss falls and the share of right answers rises,
    each by more than one standard error: a vote that only makes probabilities better is not worth its time.

    :param margins: of the linear head, shape (n, n_groups); ``own``, the second model's, alike.
    :param target: the right group, shape (n,).
    :param folds: which fold each row is of.
    """
    n = target.size
    if n < _LEAST_ROWS or np.unique(folds).size < 2:
        return Learned(None, n)
    rows = np.arange(n)
    gained, right = np.zeros(n), np.zeros(n)
    for fold in np.unique(folds):
        inside, outside = folds == fold, folds != fold
        vote = fit_vote(margins[outside], own[outside], target[outside])
        alone = log_softmax(margins[inside] / vote.linear, axis=1)
        joined = log_softmax(vote.join(margins[inside], own[inside]) / vote.linear, axis=1)
        truth = target[inside]
        at = rows[: truth.size]
        gained[inside] = joined[at, truth] - alone[at, truth]
        right[inside] = (joined.argmax(axis=1) == truth).astype(float) - (alone.argmax(axis=1) == truth)
    accuracy, loss = _gain(right), _gain(gained)
    pays = all(mean > error for mean, error in (accuracy, loss))
    return Learned(fit_vote(margins, own, target) if pays else None, n, accuracy, loss)


def _gain(differences: Floats64) -> tuple[float, float]:
    return float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(differences.size))


def fit_vote(margins: Floats64, own: Floats64, target: Rows) -> Vote:
    """Return the vote with the smallest logarithmic loss, each model at its own best temperature."""
    linear, theirs = temperature(margins, target), temperature(own, target)
    votes = [Vote(weight, linear, theirs) for weight in WEIGHTS]
    return min(votes, key=lambda vote: _loss(vote.join(margins, own) / linear, target))


def temperature(margins: Floats64, target: Rows) -> float:
    """Return the temperature at which a softmax of the margins fits best."""
    found = minimize_scalar(lambda x: _loss(margins / np.exp(x), target), bounds=(-5.0, 3.0), method="bounded")
    return round(float(np.exp(found.x)), 6)


def _loss(scores: Floats64, target: Rows) -> float:
    return float(-log_softmax(scores, axis=1)[np.arange(target.size), target].mean())
