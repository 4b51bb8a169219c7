"""Correct the margins of a fitted head by what was decided since, in seconds and without its training rows.

A bundle holds weights, not complaints. What people decided after it was made is learned as ridge regression on what
its margins got wrong (the residuals of targets plus and minus one), solved exactly through the kernel matrix of the
remembered complaints. Labels that the head does not know start from a margin of minus one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.classifier import Head, LinearModel
from model.features import Floats, SparseVector
from model.memory import Memory, Remembered

LIMIT = 3_000  # latest decisions that are learned from: a refit stays a matter of seconds
RIDGE = 2.0
_LEAST_ROWS = 2


@dataclass(frozen=True)
class Correction:
    """Add to the margins of a head, and score labels that it does not know.

    :param weights: shape (n_features, n_groups + n_added).
    :param bias: shape (n_groups + n_added,).
    :param n_groups: columns of the head's own groups, in their order.
    :param added: labels that the head does not know, one column each.
    """

    weights: Floats
    bias: Floats
    n_groups: int
    added: tuple[str, ...] = ()
    column_of: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Give each added label its column."""
        object.__setattr__(self, "column_of", {label: self.n_groups + i for i, label in enumerate(self.added)})

    def apply(self, features: SparseVector) -> Floats:
        """Return what is added to each margin, shape (n_groups + n_added,); unknown labels stand at minus one."""
        return np.asarray(features.values @ self.weights[features.indices] + self.bias, np.float32)


class Refit:
    """Refit corrections from a memory; inner products that were computed once are kept.

    :param linear: the weights of the bundle's heads.
    :param heads: the bundle's heads by question.
    """

    def __init__(self, linear: LinearModel, heads: Mapping[str, Head]) -> None:
        self._linear = linear
        self._heads = heads
        self._order: list[Remembered] = []
        self._kernel: NDArray[np.float32] = np.empty((0, 0), np.float32)
        self._indices: list[NDArray[np.int64]] = []
        self._margins: NDArray[np.float32] = np.empty((0, linear.bias.size), np.float32)

    def __call__(self, rows: Sequence[Remembered] | Memory, questions: Sequence[str]) -> dict[str, Correction]:
        """Learn from the latest decisions.

        :param rows: oldest first.
        :return: by question; a question with too few decisions is left out.
        """
        kept = list(rows)[-LIMIT:]
        self._follow(kept)
        found = {}
        for question in questions:
            correction = self._fit(question)
            if correction is not None:
                found[question] = correction
        return found

    def _follow(self, rows: list[Remembered]) -> None:
        """Bring the kernel matrix to these rows; what was there before and still is keeps its values."""
        place = {id(row): i for i, row in enumerate(self._order)}
        old = np.array([place.get(id(row), -1) for row in rows], np.int64)
        known = np.flatnonzero(old >= 0)
        kernel = np.zeros((len(rows), len(rows)), np.float32)
        kernel[np.ix_(known, known)] = self._kernel[np.ix_(old[known], old[known])]
        margins = np.empty((len(rows), self._linear.bias.size), np.float32)
        margins[known] = self._margins[old[known]]
        sizes = np.array([row.features.indices.size for row in rows], np.int64)
        indices = np.concatenate([row.features.indices for row in rows] or [np.empty(0, np.int64)])
        values = np.concatenate([row.features.values for row in rows] or [np.empty(0, np.float32)])
        owner = np.repeat(np.arange(len(rows)), sizes)
        dense = np.zeros(self._linear.weights.shape[0], np.float32)
        for i in np.flatnonzero(old < 0).tolist():
            features = rows[i].features
            dense[features.indices] = features.values
            products = np.bincount(owner, values * dense[indices], len(rows)).astype(np.float32)
            dense[features.indices] = 0.0
            kernel[i, :] = kernel[:, i] = products
            margins[i] = self._linear.margins(features)
        self._order, self._kernel, self._margins = rows, kernel, margins

    def _fit(self, question: str) -> Correction | None:
        used = [i for i, row in enumerate(self._order) if question in row.labels]
        if len(used) < _LEAST_ROWS:
            return None
        head = self._heads.get(question)
        groups = head.group_of if head is not None else {}
        n_groups = len(head.groups) if head is not None else 0
        labels = [self._order[i].labels[question] for i in used]
        added = tuple(sorted({label for label in labels if label not in groups}))
        column = {label: n_groups + j for j, label in enumerate(added)}
        rows = np.array(used, np.int64)
        residuals = np.zeros((rows.size, n_groups + len(added)))
        if head is not None:
            residuals[:, :n_groups] = -1.0 - self._margins[rows, head.columns]
        targets = [groups[label] if label in groups else column[label] for label in labels]
        residuals[np.arange(rows.size), targets] += 2.0
        system = self._kernel[np.ix_(rows, rows)].astype(np.float64) + 1.0
        system[np.diag_indices_from(system)] += RIDGE
        dual = np.linalg.solve(system, residuals)
        weights = np.zeros((self._linear.weights.shape[0], residuals.shape[1]), np.float32)
        for i, row in enumerate(used):
            features = self._order[row].features
            weights[features.indices] += features.values[:, None] * dual[i].astype(np.float32)
        bias = dual.sum(axis=0)
        bias[n_groups:] -= 1.0
        return Correction(weights, bias.astype(np.float32), n_groups, added)
