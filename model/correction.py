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
from model.features import Floats, SparseVector, Vectoriser

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


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold a complaint with what was decided, to learn from.

    :param document: normalised, masked title and body.
    :param labels: decided label by question.
    """

    id: str
    document: str
    labels: Mapping[str, str]


class Refit:
    """Refit corrections from decisions; inner products that were computed once are kept.

    :param vectoriser: of the bundle.
    :param linear: the weights of the bundle's heads.
    :param heads: the bundle's heads by question.
    """

    def __init__(self, vectoriser: Vectoriser, linear: LinearModel, heads: Mapping[str, Head]) -> None:
        self._vectoriser = vectoriser
        self._linear = linear
        self._heads = heads
        self._order: list[Lesson] = []
        self._features: list[SparseVector] = []
        self._kernel: NDArray[np.float32] = np.empty((0, 0), np.float32)
        self._margins: NDArray[np.float32] = np.empty((0, linear.bias.size), np.float32)

    def __call__(self, lessons: Sequence[Lesson], questions: Sequence[str]) -> dict[str, Correction]:
        """Learn from decisions.

        :param lessons: oldest first; the latest :data:`LIMIT` count.
        :return: by question; a question with too few decisions is left out.
        """
        self._follow(list(lessons)[-LIMIT:])
        found = {}
        for question in questions:
            correction = self._fit(question)
            if correction is not None:
                found[question] = correction
        return found

    def _follow(self, rows: list[Lesson]) -> None:
        """Bring the kernel matrix to these rows; what was there before and still is keeps its values."""
        place = {id(row): i for i, row in enumerate(self._order)}
        old = np.array([place.get(id(row), -1) for row in rows], np.int64)
        known, new = np.flatnonzero(old >= 0), np.flatnonzero(old < 0)
        transform = self._vectoriser.transform
        features = [self._features[i] if i >= 0 else transform(rows[j].document) for j, i in enumerate(old.tolist())]
        kernel = np.zeros((len(rows), len(rows)), np.float32)
        kernel[np.ix_(known, known)] = self._kernel[np.ix_(old[known], old[known])]
        margins = np.empty((len(rows), self._linear.bias.size), np.float32)
        margins[known] = self._margins[old[known]]
        products = Products(features, self._linear.weights.shape[0])
        for i in new.tolist():
            kernel[i, :] = kernel[:, i] = products.of(features[i])
            margins[i] = self._linear.margins(features[i])
        self._order, self._features, self._kernel, self._margins = rows, features, kernel, margins

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
            features = self._features[row]
            weights[features.indices] += features.values[:, None] * dual[i].astype(np.float32)
        bias = dual.sum(axis=0)
        bias[n_groups:] -= 1.0
        return Correction(weights, bias.astype(np.float32), n_groups, added)


class Products:
    """Multiply a vector with many, going only through the features that it has.

    :param vectors: the many.
    :param size: how many features there are.
    """

    def __init__(self, vectors: Sequence[SparseVector], size: int) -> None:
        owners = np.repeat(np.arange(len(vectors)), [v.indices.size for v in vectors])
        columns = np.concatenate([v.indices for v in vectors] or [np.empty(0, np.int64)])
        order = np.argsort(columns, kind="stable")
        self._n = len(vectors)
        self._owners = owners[order]
        self._values = np.concatenate([v.values for v in vectors] or [np.empty(0, np.float32)])[order]
        self._starts = np.searchsorted(columns[order], np.arange(size + 1))

    def of(self, vector: SparseVector) -> Floats:
        """Return the inner product with each, shape (n_vectors,)."""
        starts, ends = self._starts[vector.indices], self._starts[vector.indices + 1]
        parts = [slice(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        owners = np.concatenate([self._owners[part] for part in parts] or [np.empty(0, np.int64)])
        values = np.concatenate([self._values[part] for part in parts] or [np.empty(0, np.float32)])
        return np.bincount(owners, values * np.repeat(vector.values, ends - starts), self._n).astype(np.float32)
