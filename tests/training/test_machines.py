"""Support vector machines on many rows: a shortlist of negatives answers as all of them do."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from training import machines
from training.machines import fit_machines

GROUPS, ROWS, FEATURES = 60, 3_000, 400


@pytest.fixture(scope="module")
def many() -> tuple[sp.csr_matrix, np.ndarray]:
    """Return texts of many labels: each label has favourite words that its neighbours share in part."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, GROUPS, ROWS)
    favourite = rng.integers(0, FEATURES, (GROUPS, 12))
    favourite[1:, :6] = favourite[:-1, :6]
    counts = np.zeros((ROWS, FEATURES))
    for row, label in enumerate(labels):
        np.add.at(counts[row], rng.choice(favourite[label], 8), 1)
        np.add.at(counts[row], rng.integers(0, FEATURES, 8), 1)
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    return sp.csr_matrix(counts.astype(np.float32)), labels


def right(weights: np.ndarray, bias: np.ndarray, features: sp.csr_matrix, labels: np.ndarray) -> float:
    return float(((features @ weights + bias).argmax(axis=1) == labels).mean())


def test_a_shortlist_of_negatives_is_as_right_as_all_of_them(many: tuple[sp.csr_matrix, np.ndarray]) -> None:
    features, labels = many
    learned, asked = slice(0, 2_000), slice(2_000, ROWS)
    ours = fit_machines(features[learned], labels[learned], GROUPS, np.ones(2_000), 1.0, 0)
    everything = LinearSVC(C=0.5, random_state=0).fit(features[learned], labels[learned])
    usual = right(everything.coef_.T, everything.intercept_, features[asked], labels[asked])
    assert usual > 0.5
    assert right(*ours, features[asked], labels[asked]) >= usual - 0.02


def test_a_machine_sees_a_small_part_of_the_rows_which_stands_for_all(many: tuple[sp.csr_matrix, np.ndarray]) -> None:
    features, labels = many
    weights = np.random.default_rng(1).random(ROWS) + 0.5
    seen = list(machines._shortlists(features, labels, GROUPS, weights, 0))
    assert [group for group, _, _ in seen] == list(range(GROUPS))
    for group, rows, counts in seen:
        assert set(np.flatnonzero(labels == group)) <= set(rows.tolist())
        assert rows.size < ROWS / 2
        assert counts.sum() == pytest.approx(weights.sum(), rel=0.25)


def test_few_groups_are_told_apart_by_all_rows(many: tuple[sp.csr_matrix, np.ndarray]) -> None:
    features, labels = many
    few = labels % 4
    weights, bias = fit_machines(features, few, 5, np.ones(ROWS), 1.0, 0)
    reference = LinearSVC(C=0.5, random_state=0, tol=0.1, max_iter=20).fit(features, few)
    np.testing.assert_allclose(weights[:, :4], reference.coef_.T, atol=1e-3)
    assert np.isnan(bias[4])
    assert not weights[:, 4].any()


def test_the_same_seed_gives_the_same_machines(many: tuple[sp.csr_matrix, np.ndarray]) -> None:
    features, labels = many
    one, other = (fit_machines(features, labels, GROUPS, np.ones(ROWS), 1.0, 3) for _ in range(2))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
