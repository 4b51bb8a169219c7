"""Fit many one-vs-rest linear models at once.

Up to :data:`DENSE_ROWS` rows: ridge regression on targets of plus and minus one, solved exactly through the kernel
matrix, which all heads and calibration folds share; a little better with rare labels. Beyond: linear support vector
machines, whose time and memory grow with the data only. They also tell a few labels apart where there are many rows,
in a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from training.machines import fit_machines
from training.products import inner_products

Rows = NDArray[np.int64]
Floats64 = NDArray[np.float64]
Weights = NDArray[np.floating[Any]]

DENSE_ROWS = 12_000
_MANY_ROWS, _FEW_GROUPS = 5_000, 8
ABSENT = -3.0
"""Bias of a group without rows: it never wins."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """Set how a model is fitted.

    :param ridge: larger is smoother.
    :param balance: 0 counts every row alike, 1 every group alike.
    """

    ridge: float = 1.0
    balance: float = 0.5


@dataclass(frozen=True)
class Solver:
    """Fit linear models on rows of one feature matrix.

    :param features: shape (n, n_features).
    :param weights: of each row, shape (n,).
    :param n_words: how many of the columns are word features; the rest are character features.
    :param n_counted: how many are word or character features; the rest are an encoder's dimensions.
    :param minima: in how many texts a word and a character feature must occur to be in the vocabulary.
    """

    features: sp.csr_array
    weights: Floats64
    seed: int
    n_words: int = 0
    n_counted: int | None = None
    minima: tuple[int, int] = (1, 1)

    @property
    def dense(self) -> bool:
        """Tell whether the exact solution through the kernel matrix is used."""
        return bool(self.features.shape[0] <= DENSE_ROWS)

    @cached_property
    def kernel(self) -> NDArray[np.float32]:
        """Return the inner products of all rows plus one, which stands for the bias."""
        return inner_products(self.features)

    def margins(self, rows: Rows, target: Rows, n_groups: int, asked: Rows, penalty: Penalty) -> Floats64:
        """Fit on ``rows`` and score the rows ``asked`` as if the vocabulary came from ``rows`` alone.

        :param target: group of every row, shape (n,).
        :return: shape (len(asked), n_groups).
        """
        weights, bias = self.fit(rows, target, n_groups, penalty)
        return np.asarray(self._as_new(rows, asked) @ weights + bias)

    def _as_new(self, rows: Rows, asked: Rows) -> sp.csr_array:
        """Take what ``rows`` would not have in their vocabulary out of the rows ``asked``, and normalise them again.

        Otherwise words that only the asked row has would dilute its other features, its margins would be smaller than
        those of new complaints, and the probabilities fitted on them too bold.
        """
        seen = np.bincount(self.features[rows].indices, minlength=self.features.shape[1])
        columns = np.arange(seen.size)
        is_word = columns < self.n_words
        is_dense = columns >= (seen.size if self.n_counted is None else self.n_counted)
        kept = seen >= np.where(is_word, *self.minima)
        blocks = [sp.csr_array(self.features[asked] * is_dense[None, :])]
        for block in (is_word & kept, ~is_word & ~is_dense & kept):
            part = self.features[asked] * block[None, :]
            norm = np.sqrt(np.asarray(part.multiply(part).sum(axis=1)).ravel())
            blocks.append(sp.diags_array(1.0 / np.maximum(norm, 1e-12)) @ part)
        return sp.csr_array(blocks[0] + blocks[1] + blocks[2])

    def fit(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Weights, Floats64]:
        """Fit on ``rows``.

        :return: weights, shape (n_features, n_groups), and bias, shape (n_groups,).
        """
        if not self.dense or (self.features.shape[0] > _MANY_ROWS and n_groups <= _FEW_GROUPS):
            return self._machines(rows, target, n_groups, penalty)
        dual, bias = self._duals(rows, target, n_groups, penalty)
        return np.asarray(self.features[rows].T @ dual), np.where(np.isnan(bias), ABSENT, bias)

    def _sample(self, labels: Rows, rows: Rows, n_groups: int, balance: float) -> Floats64:
        return sample_weights(labels, self.weights[rows], n_groups, balance)

    def _duals(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Floats64, Floats64]:
        """Return dual coefficients, shape (len(rows), n_groups), and biases, ``nan`` for groups without rows."""
        labels = target[rows]
        root = np.sqrt(self._sample(labels, rows, n_groups, penalty.balance)).astype(np.float32)
        system = self.kernel[np.ix_(rows, rows)]  # in place from here on: it is the largest there is
        system *= root[:, None]
        system *= root[None, :]
        system[np.diag_indices_from(system)] += penalty.ridge
        wanted = np.full((rows.size, n_groups), -1.0, np.float32)
        wanted[np.arange(rows.size), labels] = 1.0
        factor = cho_factor(system.T, overwrite_a=True, check_finite=False)  # symmetric, and in the order of columns
        dual = np.asarray(root[:, None] * cho_solve(factor, root[:, None] * wanted, check_finite=False), np.float64)
        absent = np.bincount(labels, minlength=n_groups) == 0
        dual[:, absent] = 0.0
        bias = dual.sum(axis=0)
        bias[absent] = np.nan
        return dual, bias

    def _machines(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Weights, Floats64]:
        labels = target[rows]
        counts = self._sample(labels, rows, n_groups, penalty.balance)
        features = sp.csr_matrix(self.features if rows.size == target.size else self.features[rows])
        weights, bias = fit_machines(features, labels, n_groups, counts, penalty.ridge, self.seed)
        return weights, np.where(np.isnan(bias), ABSENT, bias)


def sample_weights(labels: Rows, weights: Floats64, n_groups: int, balance: float) -> Floats64:
    """Return how much each row counts.

    :param labels: group of each row, shape (n,).
    :param weights: of each row by itself, shape (n,).
    :param balance: 0 counts every row alike, 1 every group alike.
    """
    counts = np.bincount(labels, weights=weights, minlength=n_groups)
    mean = counts.sum() / np.count_nonzero(counts)
    return np.asarray(weights * (mean / counts[labels]) ** balance)
