"""Correct the margins of a fitted head by what was decided since, in seconds and without its training rows.

A bundle holds weights, not complaints. What people decided after it was made is learned as ridge regression on what
its margins got wrong (the residuals of targets plus and minus one), solved exactly through the kernel matrix of the
remembered complaints. Labels that the head does not know start from a margin of minus one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.classifier import Head, LinearModel
from model.features import Floats, SparseVector, Vectoriser
from model.word_index import ranges

LIMIT = 2_000  # latest decisions that are learned from: a refit stays a matter of seconds and some 20 MB
RIDGE = 2.0
_LEAST_ROWS = 2
_MOST_ADDED = 128  # labels that are learned anew; those decided most often


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
        return np.asarray(features.values @ self.weights.take(features.indices, axis=0) + self.bias, np.float32)


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
        matrix = self._follow(list(lessons)[-LIMIT:])
        found = {}
        for question in questions:
            correction = self._fit(question, matrix)
            if correction is not None:
                found[question] = correction
        return found

    def _follow(self, rows: list[Lesson]) -> Rows:
        """Bring the kernel matrix to these rows and return them; what was there before keeps its values."""
        place = {id(row): i for i, row in enumerate(self._order)}
        old = np.array([place.get(id(row), -1) for row in rows], np.int64)
        known, new = np.flatnonzero(old >= 0), np.flatnonzero(old < 0)
        transform, before = self._vectoriser.transform, self._features
        features = [before[i] if i >= 0 else transform(rows[j].document) for j, i in enumerate(old.tolist())]
        kernel = np.zeros((len(rows), len(rows)), np.float32)
        kernel[np.ix_(known, known)] = self._kernel[np.ix_(old[known], old[known])]
        margins = np.empty((len(rows), self._linear.bias.size), np.float32)
        margins[known] = self._margins[old[known]]
        matrix = Rows(features, self._linear.weights.shape[0])
        products = matrix.products(new)
        kernel[new, :], kernel[:, new] = products, products.T
        for i in new.tolist():
            margins[i] = self._linear.margins(features[i])
        self._order, self._features, self._kernel, self._margins = rows, features, kernel, margins
        return matrix

    def _fit(self, question: str, matrix: Rows) -> Correction | None:
        used = [i for i, row in enumerate(self._order) if question in row.labels]
        if len(used) < _LEAST_ROWS:
            return None
        head = self._heads.get(question)
        groups = head.group_of if head is not None else {}
        n_groups = len(head.groups) if head is not None else 0
        labels = [self._order[i].labels[question] for i in used]
        unknown = Counter(label for label in labels if label not in groups)
        added = tuple(sorted(sorted(unknown, key=lambda label: (-unknown[label], label))[:_MOST_ADDED]))
        column = {label: n_groups + j for j, label in enumerate(added)}
        rows = np.array(used, np.int64)
        residuals = np.zeros((rows.size, n_groups + len(added)), np.float32)
        if head is not None:
            residuals[:, :n_groups] = -1.0 - self._margins[rows, head.columns]
        for i, label in enumerate(labels):
            target = groups.get(label, column.get(label))
            if target is not None:
                residuals[i, target] += 2.0
        system = self._kernel[np.ix_(rows, rows)]
        system += 1.0
        system[np.diag_indices_from(system)] += RIDGE
        dual = np.linalg.solve(system, residuals)
        weights = matrix.weighted(rows, dual)
        bias = dual.sum(axis=0)
        bias[n_groups:] -= 1.0
        return Correction(weights, bias, n_groups, added)


class Rows:
    """Hold vectors as the rows of a matrix: features that many have as a dense part, the others one by one.

    :param size: how many features there are.
    """

    def __init__(self, vectors: Sequence[SparseVector], size: int) -> None:
        self.vectors = vectors
        n = len(vectors)
        owners = np.repeat(np.arange(n), [v.indices.size for v in vectors])
        columns = np.concatenate([v.indices for v in vectors] or [np.empty(0, np.int64)])
        values = np.concatenate([v.values for v in vectors] or [np.empty(0, np.float32)])
        counts = np.bincount(columns, minlength=size)
        common = counts > max(_DENSE, n // 16)
        self._common = np.flatnonzero(common)
        self._dense = np.zeros((n, self._common.size), np.float32)
        inside = common[columns]
        self._dense[owners[inside], np.searchsorted(self._common, columns[inside])] = values[inside]
        owners, columns, values = owners[~inside], columns[~inside], values[~inside]
        order = np.argsort(columns, kind="stable")
        self._owners, self._values = owners[order], values[order]  # by feature
        self._starts = np.searchsorted(columns[order], np.arange(size + 1))
        self._columns, self._listed = columns, values  # by row
        self._first = np.searchsorted(owners, np.arange(n + 1))

    def products(self, rows: NDArray[np.int64]) -> Floats:
        """Return the inner products of some rows with each, shape (rows.size, n_rows)."""
        found = self._dense[rows] @ self._dense.T
        for i, row in enumerate(rows.tolist()):
            own = slice(self._first[row], self._first[row + 1])
            columns = self._columns[own]
            starts, ends = self._starts[columns], self._starts[columns + 1]
            entries = ranges(starts, ends)
            values = np.repeat(self._listed[own], ends - starts) * self._values[entries]
            found[i] += np.bincount(self._owners[entries], values, len(self.vectors))
        return found

    def weighted(self, rows: NDArray[np.int64], weights: Floats) -> Floats:
        """Return the sums of rows under several weightings, shape (n_features, n_weightings).

        :param rows: which rows.
        :param weights: shape (rows.size, n_weightings).
        """
        sums = np.zeros((self._starts.size - 1, weights.shape[1]), np.float32)
        sums[self._common] = self._dense[rows].T @ weights
        for i, row in enumerate(rows.tolist()):
            own = slice(self._first[row], self._first[row + 1])
            sums[self._columns[own]] += self._listed[own, None] * weights[i]
        return sums


_DENSE = 8
"""Vectors that may share a feature before it is worth a column."""
