"""Fit probabilities on rows that come later than, or apart from, the rows a model was fitted on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from model.classifier import Calibration, Head

_LEAST = 1e-6  # no probability is stated closer to zero or one while fitting
_USUAL_WEIGHT = 0.1
_KNOWLEDGE_START = 0.03  # small: the loss has a second valley at large weights, which did worse on later months
_LATEST = 0.2  # calibrated on the latest fifth: the nearest there is to the future,
_ENOUGH = 200  # unless that is fewer rows than this: then on twice as many,
_MOST = 0.5  # as long as so large a part remains to be learned from
MOST_ASKED = 4_000
"""Unseen rows that are asked about; more of them change nothing and cost time."""
_MANY = 5_000  # rows from which on a few more of them make no other model: one serves all folds


@dataclass(frozen=True, slots=True)
class Fold:
    """Name the rows a calibration model is fitted on and the rows it is then asked about."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def calibration_folds(
    dates: Sequence[datetime | None], groups: NDArray[np.int64], n_folds: int, seed: int
) -> list[Fold]:
    """Cut the rows into folds that look as the future will.

    Where at least four in five rows are dated: forward chaining, each slice of the latest fifth predicted from all that
    came before it, near-duplicates of earlier rows and undated rows left out; of up to the latest half where a fifth is
    too few to calibrate on. Otherwise groups of near-duplicates are
    kept together.

    With many rows no more are asked about than :data:`MOST_ASKED`: of dated rows the latest, by one model of all that
    came before them (the folds then share their array ``train``); of others the first folds that are enough, or, with
    very many, slices that one model is asked about.

    :param groups: near-duplicate group of each row, shape (n,).
    """
    n = len(dates)
    dated = np.array([i for i, date in enumerate(dates) if date is not None], np.int64)
    if dated.size >= 0.8 * n and len({dates[i] for i in dated}) > n_folds:
        return _forward(dates, dated, groups, n_folds)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    if n > n_folds * MOST_ASKED:
        return _held_out(groups, order, n_folds)
    fold_of = {int(group): i % n_folds for i, group in enumerate(order)}
    assigned = np.array([fold_of[int(group)] for group in groups], np.int64)
    rows = np.arange(n)
    folds = [Fold(rows[assigned != k], rows[assigned == k]) for k in range(n_folds)]
    asked = np.cumsum([fold.test.size for fold in folds])
    return folds[: max(2, 1 + int(np.searchsorted(asked, MOST_ASKED)))]


def _held_out(groups: NDArray[np.int64], order: NDArray[np.int64], n_folds: int) -> list[Fold]:
    """Ask about some groups of near-duplicates, in slices, by one model of all the others.

    :param order: groups, the ones to ask about first.
    """
    sizes = np.bincount(groups)[order]
    asked = order[: max(n_folds, int(np.searchsorted(np.cumsum(sizes), MOST_ASKED)))]
    fold_of = np.full(int(groups.max()) + 1, -1)
    fold_of[asked] = np.arange(asked.size) % n_folds
    train = np.flatnonzero(fold_of[groups] < 0)
    return [Fold(train, np.flatnonzero(fold_of[groups] == k)) for k in range(n_folds)]


def _forward(
    dates: Sequence[datetime | None], dated: NDArray[np.int64], groups: NDArray[np.int64], n_folds: int
) -> list[Fold]:
    stamps = np.array([dates[i].timestamp() for i in dated])
    order = dated[np.argsort(stamps, kind="stable")]
    asked = _LATEST if _LATEST * order.size >= _ENOUGH else min(_MOST, 2 * _ENOUGH / order.size)
    many = order.size > _MANY
    if many:
        asked = min(asked, MOST_ASKED / order.size)
    bounds = np.linspace((1 - asked) * order.size, order.size, n_folds + 1).astype(int)
    folds: list[Fold] = []
    for start, stop in itertools.pairwise(bounds):
        train, test = folds[0].train if folds and many else order[:start], order[start:stop]
        seen = set(groups[order[:start]].tolist())
        fresh = [i for i in test if int(groups[i]) not in seen]
        folds.append(Fold(train, np.array(fresh, np.int64)))
    return folds


def fit_calibration(
    head: Head,
    margins: NDArray[np.float64],
    truths: Sequence[str],
    mentioned: Sequence[Mapping[str, float]],
    hints: NDArray[np.float64] | None = None,
) -> tuple[Calibration, float]:
    """Fit the probabilities on unseen rows, first of all that of the first answer.

    The loss is the log loss of "is the first answer right?", in which a label that the head does not know counts as a
    miss, plus a tenth of the usual log loss, which keeps the alternatives sensible.

    :param margins: scores on rows that the model has not seen, shape (n, n_groups).
    :param truths: their labels.
    :param hints: logarithms of the responsibility table's probabilities, same shape; their weight is fitted too.
    :return: the calibration and its loss on these rows.
    """
    sizes = [len(group.members) for group in head.groups]
    within = np.stack([head.within(m) for m in mentioned])
    position = {label: i for i, label in enumerate(head.labels)}
    truth = np.array([position.get(label, -1) for label in truths])
    rows = np.arange(truth.size)

    def loss(x: NDArray[np.float64]) -> float:
        tried = _calibration(x)
        scores = margins if hints is None else margins + tried.knowledge * hints
        stated = np.repeat(tried.apply(scores), sizes, axis=1) * within
        stated = np.clip(stated, _LEAST, 1 - _LEAST)
        top = stated.argmax(axis=1)
        confidence = stated[rows, top]
        first = np.where(top == truth, np.log(confidence), np.log1p(-confidence))
        usual = np.where(truth >= 0, np.log(stated[rows, truth]), np.log(_LEAST))
        return float(-first.mean() - _USUAL_WEIGHT * usual.mean())

    start = [np.log(0.1), -1.0, np.log(0.4)]
    if hints is not None:
        start.append(np.log(_KNOWLEDGE_START))
    found = minimize(loss, np.array(start), method="Nelder-Mead", options={"maxiter": 400})
    return _calibration(found.x), float(found.fun)


def _calibration(x: NDArray[np.float64]) -> Calibration:
    temperature = float(np.exp(np.clip(x[0], -5, 3)))
    return Calibration(
        temperature=temperature,
        doubt=float(1 / (1 + np.exp(-x[1]))),
        flat=temperature + float(np.exp(np.clip(x[2], -5, 3))),
        knowledge=float(np.exp(np.clip(x[3], -12, 1))) if x.size > 3 else 0.0,
    )
