"""Ridge regression on dense vectors gives what the kernel matrix gives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from training.ridge import Ridge
from training.solvers import ABSENT, Penalty, Solver


@pytest.mark.parametrize("penalty", [Penalty(1.0, 0.5), Penalty(0.3, 1.0), Penalty(3.0, 0.0)])
def test_it_is_the_solution_through_the_kernel_matrix(penalty: Penalty) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(80, 6)).astype(np.float32)
    target, rows, asked = rng.integers(0, 3, 80), np.arange(60), np.arange(60, 80)
    solver = Solver(sp.csr_array(vectors), np.ones(80), 0, n_words=0, n_counted=0)
    wanted = solver.margins(rows, target, 4, asked, penalty)
    found = Ridge(vectors).margins(rows, target, 4, asked, penalty)
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_a_group_without_rows_never_wins() -> None:
    vectors = np.eye(4, dtype=np.float32)
    weights, bias = Ridge(vectors).fit(np.arange(4), np.array([0, 1, 0, 1]), 3, Penalty())
    assert bias[2] == ABSENT
    assert not weights[:, 2].any()
