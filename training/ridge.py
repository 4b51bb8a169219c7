"""Ridge regression on short dense vectors: what :class:`training.solvers.Solver` fits, at a cost that grows with rows.

Through the kernel matrix the same solution costs the cube of the rows; here the cube of the few hundred dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from model.features import Floats
from training.solvers import ABSENT, Floats64, Penalty, Rows, sample_weights


@dataclass(frozen=True, slots=True)
class Ridge:
    """Fit one-vs-rest models on targets of plus and minus one.

    :param features: shape (n, n_dimensions).
    """

    features: Floats

    def margins(self, rows: Rows, target: Rows, n_groups: int, asked: Rows, penalty: Penalty) -> Floats64:
        """Fit on ``rows`` and score the rows ``asked``.

        :param target: group of every row, shape (n,).
        :return: shape (len(asked), n_groups).
        """
        weights, bias = self.fit(rows, target, n_groups, penalty)
        return np.asarray(self.features[asked] @ weights + bias)

    def fit(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Floats64, Floats64]:
        """Fit on ``rows``.

        :return: weights, shape (n_dimensions, n_groups), and bias, shape (n_groups,).
        """
        labels = target[rows]
        counted = sample_weights(labels, np.ones(rows.size), n_groups, penalty.balance)
        matrix = np.concatenate([self.features[rows].astype(np.float64), np.ones((rows.size, 1))], axis=1)
        system = matrix.T @ (counted[:, None] * matrix)
        system[np.diag_indices_from(system)] += penalty.ridge
        wanted = np.full((rows.size, n_groups), -1.0)
        wanted[np.arange(rows.size), labels] = 1.0
        solution = cho_solve(cho_factor(system), matrix.T @ (counted[:, None] * wanted))
        absent = np.bincount(labels, minlength=n_groups) == 0
        solution[:, absent] = 0.0
        solution[-1, absent] = ABSENT
        return np.asarray(solution[:-1]), np.asarray(solution[-1])
