"""Solvers: the exact solution, and the one for large data."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from training import solvers
from training.solvers import Penalty, Solver

N, FEATURES, GROUPS = 60, 25, 4
PENALTY = Penalty(ridge=0.7, balance=0.5)


@pytest.fixture
def target() -> np.ndarray:
    return np.random.default_rng(1).integers(0, GROUPS, N)


@pytest.fixture
def ours() -> Solver:
    """Return a solver of rows of length one, as those of texts are."""
    rng = np.random.default_rng(0)
    dense = rng.random((N, FEATURES)) * (rng.random((N, FEATURES)) < 0.4)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    return Solver(sp.csr_array(dense.astype(np.float32)), np.ones(N), seed=0)


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_the_exact_solution_is_ridge_regression(ours: Solver, target: np.ndarray, balance: float) -> None:
    weights, bias = ours.fit(np.arange(N), target, GROUPS, Penalty(0.7, balance))
    # scikit-learn's closed form; the penalised bias is one more column of ones.
    counts = np.bincount(target)
    sample = (counts.mean() / counts[target]) ** balance
    design = np.hstack([ours.features.toarray().astype(float), np.ones((N, 1))])
    wanted = np.where(target[:, None] == np.arange(GROUPS), 1.0, -1.0)
    reference = Ridge(alpha=0.7, fit_intercept=False, solver="cholesky").fit(design, wanted, sample_weight=sample)
    np.testing.assert_allclose(np.vstack([weights, bias]), reference.coef_.T, atol=2e-4)


@pytest.mark.parametrize("dense_rows", [solvers.DENSE_ROWS, 0])
def test_margins_are_those_of_the_fitted_weights(
    ours: Solver, target: np.ndarray, dense_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solvers, "DENSE_ROWS", dense_rows)
    rows, asked = np.arange(40), np.arange(40, N)
    weights, bias = ours.fit(rows, target, GROUPS, PENALTY)
    expected = ours.features[asked] @ weights + bias
    np.testing.assert_allclose(ours.margins(rows, target, GROUPS, asked, PENALTY), expected, atol=1e-4)


@pytest.mark.parametrize("dense_rows", [solvers.DENSE_ROWS, 0])
def test_only_the_asked_rows_are_learned(
    ours: Solver, target: np.ndarray, dense_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solvers, "DENSE_ROWS", dense_rows)
    rows = np.arange(40)
    changed = target.copy()
    changed[40:] = (changed[40:] + 1) % GROUPS
    for one, other in zip(
        ours.fit(rows, target, GROUPS, PENALTY), ours.fit(rows, changed, GROUPS, PENALTY), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dense_rows", [solvers.DENSE_ROWS, 0])
def test_an_absent_group_never_wins(
    ours: Solver, target: np.ndarray, dense_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solvers, "DENSE_ROWS", dense_rows)
    target = np.where(target == 2, 3, target)
    margins = ours.margins(np.arange(40), target, GROUPS, np.arange(40, N), PENALTY)
    weights, bias = ours.fit(np.arange(40), target, GROUPS, PENALTY)
    assert np.all(margins.argmax(axis=1) != 2)
    assert np.all(weights[:, 2] == 0)
    assert bias[2] == margins[:, 2].max() == margins[:, 2].min()


@pytest.mark.parametrize("dense_rows", [solvers.DENSE_ROWS, 0])
def test_two_groups_are_mirror_images(
    ours: Solver, target: np.ndarray, dense_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solvers, "DENSE_ROWS", dense_rows)
    weights, bias = ours.fit(np.arange(N), target % 2, 2, PENALTY)
    np.testing.assert_allclose(weights[:, 0], -weights[:, 1], atol=1e-4)
    np.testing.assert_allclose(bias[0], -bias[1], atol=1e-4)


def test_beyond_the_limit_machines_are_fitted(
    ours: Solver, target: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ours.dense
    monkeypatch.setattr(solvers, "DENSE_ROWS", N - 1)
    assert not ours.dense
    weights, bias = ours.fit(np.arange(N), target, GROUPS, PENALTY)
    assert "kernel" not in vars(ours)
    right = (ours.features @ weights + bias).argmax(axis=1) == target
    assert right.mean() > 0.5


def test_both_solutions_separate_what_can_be_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    target = np.arange(N) % GROUPS
    features = sp.csr_array(np.eye(GROUPS, dtype=np.float32)[target])
    for dense_rows in (N, 0):
        monkeypatch.setattr(solvers, "DENSE_ROWS", dense_rows)
        ours = Solver(features, np.ones(N), seed=0)
        assert np.all(
            ours.margins(np.arange(40), target, GROUPS, np.arange(40, N), PENALTY).argmax(axis=1) == target[40:]
        )


def test_balance_lifts_the_rare_group(ours: Solver) -> None:
    target = np.where(np.arange(N) < 5, 0, 1)
    rows = np.arange(N)
    rare = [ours.margins(rows, target, 2, rows, Penalty(0.7, b))[:, 0].mean() for b in (0.0, 0.5, 1.0)]
    assert rare[0] < rare[1] < rare[2]
