"""Fit one-vs-rest linear support vector machines on many rows, each label against the rows that could be taken for it.

With hundreds of labels nearly every row is an easy negative of nearly every label. So a label's machine sees its own
rows, the rows to whose text it is among the nearest labels (by centroid), and of all other rows a draw that stands for
them by its weight. Negatives from such a shortlist are the usual way with very many labels (Prabhu et al. 2018,
Parabel; Jain et al. 2019, Slice).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

Rows = NDArray[np.int64]
Floats32 = NDArray[np.float32]
Floats64 = NDArray[np.float64]

_NEAREST = 12
"""Labels whose machines see a row that is not theirs; within 0.3 points of all of them (docs/training.md)."""
_DRAWN = 12
"""Labels beside them that a row is drawn for, on average."""
_PASSES, _TOLERANCE = 20, 0.1  # more and tighter changed no accuracy measured; a looser one stops early on few rows
_BLOCK = 4_000  # rows that are compared with all centroids at once


def fit_machines(
    features: sp.csr_matrix, labels: Rows, n_groups: int, weights: Floats64, ridge: float, seed: int
) -> tuple[Floats32, Floats64]:
    """Fit a machine for each group that has rows.

    :param features: shape (n, n_features), 32-bit indices.
    :param labels: group of each row, shape (n,); two of them at least.
    :param weights: how much each row counts, shape (n,).
    :param ridge: larger is smoother.
    :return: weights, shape (n_features, n_groups), and bias, shape (n_groups,); ``nan`` for groups without rows.
    """
    found = np.zeros((features.shape[1], n_groups), np.float32, order="F")
    bias = np.full(n_groups, np.nan)
    for group, rows, counts in _shortlists(features, labels, n_groups, weights, seed):
        machine = LinearSVC(C=0.5 / ridge, random_state=seed, tol=_TOLERANCE, max_iter=_PASSES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a looser solution of a rare group costs nothing
            machine.fit(features if rows.size == labels.size else features[rows], labels[rows] == group, counts)
        found[:, group], bias[group] = machine.coef_[0], machine.intercept_[0]
    return found, bias


def _shortlists(
    features: sp.csr_matrix, labels: Rows, n_groups: int, weights: Floats64, seed: int
) -> Iterator[tuple[int, Rows, Floats64]]:
    """Yield each group with the rows its machine is fitted on, ascending, and how much they count."""
    present = np.unique(labels)
    everything = np.arange(labels.size)
    if present.size <= _NEAREST + _DRAWN:
        for group in present.tolist():
            yield group, everything, weights
        return
    near = _near(features, labels, present, weights)
    rng = np.random.default_rng(seed)
    share = _DRAWN / present.size
    for place, group in enumerate(present.tolist()):
        inside = near[:, place] | (labels == group)
        drawn = ~inside & (rng.random(labels.size) < share)
        rows = np.flatnonzero(inside | drawn)
        yield group, rows, np.where(drawn[rows], weights[rows] / share, weights[rows])


def _near(features: sp.csr_matrix, labels: Rows, present: Rows, weights: Floats64) -> NDArray[np.bool_]:
    """Tell which groups a text is nearest to by centroid, shape (n, n_present)."""
    everything = np.arange(labels.size)
    own = sp.csr_matrix((weights, (everything, np.searchsorted(present, labels))), (labels.size, present.size))
    centroids = np.asarray((features.T @ own).todense(), np.float32)
    centroids /= np.maximum(np.linalg.norm(centroids, axis=0), 1e-12)  # of texts without a known word: zero
    near = np.zeros((labels.size, present.size), bool)
    for start in range(0, labels.size, _BLOCK):
        closeness = features[start : start + _BLOCK] @ centroids
        nearest = np.argpartition(-closeness, _NEAREST, axis=1)[:, :_NEAREST]
        np.put_along_axis(near[start : start + _BLOCK], nearest, values=True, axis=1)
    return near
