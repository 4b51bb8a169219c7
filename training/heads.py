"""Fit the linear heads and their calibration."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from model.classifier import Calibration, Group, Head, group_by_label
from training.calibrate import Fold, fit_calibration
from training.config import HeadConfig
from training.groups import build_groups

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """State one question to learn.

    :param name: the head's name.
    :param labels: of every example; ``None`` where unknown.
    :param parent_of: a label's parent, under which rare labels are learned.
    """

    name: str
    labels: Sequence[str | None]
    parent_of: Callable[[str], str | None] = lambda label: None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hold the features of the examples: as sent, and once more without the title where there is one.

    :param full: shape (n, n_features).
    :param untitled: shape (n, n_features); equal to ``full`` in rows without a title.
    :param has_title: shape (n,).
    :param weights: of each example, shape (n,).
    """

    full: sp.csr_array
    untitled: sp.csr_array
    has_title: NDArray[np.bool_]
    weights: Floats64


@dataclass(frozen=True, slots=True)
class FittedHead:
    """Hold a head with its weights, shape (n_features, n_groups), and bias, shape (n_groups,)."""

    head: Head
    weights: Floats64
    bias: Floats64


def fit_head(
    task: Task,
    matrix: Matrix,
    mentioned: Sequence[dict[str, float]],
    folds: Sequence[Fold],
    config: HeadConfig,
    seed: int,
    progress: Callable[[], object] = bool,
) -> FittedHead | None:
    """Fit one head on all labelled examples and its calibration on examples that the fold's model has not seen.

    :param mentioned: of each example, see :func:`model.classifier.mentions`.
    :return: ``None`` if there are fewer than two groups to tell apart.
    """
    known = np.array([i for i, label in enumerate(task.labels) if label is not None], np.int64)
    if known.size == 0:
        return None
    groups = build_groups([str(task.labels[i]) for i in known], config.min_rows, task.parent_of)
    if len(groups) < 2:
        return None
    index = group_by_label(groups)
    target = np.full(len(task.labels), -1, np.int64)
    target[known] = [index[str(task.labels[i])] for i in known]
    calibration = _calibration(task, groups, target, matrix, mentioned, folds, config, seed, progress)
    weights, bias = _fit(matrix, known, target, len(groups), config, seed)
    progress()
    return FittedHead(Head(task.name, groups, calibration, slice(0, len(groups))), weights, bias)


def _calibration(
    task: Task,
    groups: tuple[Group, ...],
    target: NDArray[np.int64],
    matrix: Matrix,
    mentioned: Sequence[dict[str, float]],
    folds: Sequence[Fold],
    config: HeadConfig,
    seed: int,
    progress: Callable[[], object],
) -> Calibration:
    margins, truths, mentions = [], [], []
    for fold in folds:
        train = fold.train[target[fold.train] >= 0]
        test = fold.test[target[fold.test] >= 0]
        if test.size == 0 or np.unique(target[train]).size < 2:
            continue
        weights, bias = _fit(matrix, train, target, len(groups), config, seed)
        margins.append(matrix.full[test] @ weights + bias)
        truths += [str(task.labels[i]) for i in test]
        mentions += [mentioned[i] for i in test]
        progress()
    if not margins:
        return Calibration()
    head = Head(task.name, groups, Calibration(), slice(0, len(groups)))
    return fit_calibration(head, np.concatenate(margins), truths, mentions)


def _fit(
    matrix: Matrix, rows: NDArray[np.int64], target: NDArray[np.int64], n_groups: int, config: HeadConfig, seed: int
) -> tuple[Floats64, Floats64]:
    """Fit one-vs-rest support vector machines; groups without rows get a margin that never wins."""
    features: Any = matrix.full[rows]
    labels = target[rows]
    sample = matrix.weights[rows].copy()
    titled = rows[matrix.has_title[rows]]
    if config.title_dropout > 0 and titled.size:
        features = sp.vstack([features, matrix.untitled[titled]]).tocsr()
        labels = np.concatenate([labels, target[titled]])
        sample = np.concatenate([sample, matrix.weights[titled] * config.title_dropout])
    counts = np.bincount(labels, weights=sample, minlength=n_groups)
    present = np.flatnonzero(counts)
    weight = {int(g): float((counts.sum() / (present.size * counts[g])) ** config.balance) for g in present}
    model = LinearSVC(C=config.c, class_weight=weight, random_state=seed, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a looser solution of a rare group costs nothing
        model.fit(sp.csr_matrix(features), labels, sample_weight=sample)
    coefficients, intercepts = np.asarray(model.coef_), np.asarray(model.intercept_)
    if present.size == 2:  # scikit-learn keeps one column for two classes
        coefficients = np.concatenate([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    weights = np.zeros((features.shape[1], n_groups))
    bias = np.full(n_groups, -3.0)
    weights[:, present] = coefficients.T
    bias[present] = intercepts
    return weights, bias
