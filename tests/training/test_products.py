"""Inner products: dense where columns are frequent, sparse elsewhere, the same as all dense."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from training import products
from training.products import inner_products, split


@pytest.fixture
def features() -> sp.csr_array:
    """Return rows whose columns run from frequent to rare, as words do."""
    rng = np.random.default_rng(0)
    shares = np.geomspace(0.9, 0.005, 80)
    dense = rng.random((130, 80)) * (rng.random((130, 80)) < shares)
    return sp.csr_array(dense.astype(np.float32))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 1.0])
@pytest.mark.parametrize("piece", [1_000, 32])
def test_every_cut_gives_the_inner_products_plus_one(
    features: sp.csr_array, share: float, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "_ROWS", piece)
    monkeypatch.setattr(products, "_COLUMNS", piece)
    dense = features.toarray().astype(float)
    found = inner_products(features, share)
    np.testing.assert_allclose(found, dense @ dense.T + 1, atol=1e-4)
    np.testing.assert_array_equal(found, found.T)


def test_a_column_is_in_one_part_and_an_empty_one_in_none(features: sp.csr_array) -> None:
    parts = split(features, 0.1)
    used = np.flatnonzero(np.bincount(features.indices, minlength=features.shape[1]))
    assert sorted([*parts.frequent.tolist(), *parts.rare.tolist()]) == used.tolist()
    assert parts.often.nnz + parts.seldom.nnz == features.nnz
    assert parts.frequent.size and parts.rare.size


def test_no_frequent_column_and_no_row_are_no_fault() -> None:
    assert inner_products(sp.csr_array(np.eye(3, dtype=np.float32)), 0.5).tolist() == (np.eye(3) + 1).tolist()
    assert inner_products(sp.csr_array((0, 4), dtype=np.float32)).shape == (0, 0)
