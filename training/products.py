"""Inner products of texts: the few columns that many texts have are multiplied dense, the many rare ones sparse.

Nearly all the work of a sparse product is in its frequent columns, and there a dense one is ten times faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg.blas import ssyrk

Floats32 = NDArray[np.float32]

_COLUMNS, _ROWS = 512, 1_000  # that are worked on at once: what is dense for a moment stays small


@dataclass(frozen=True, slots=True)
class Split:
    """Hold a matrix in two parts.

    :param frequent: numbers of the frequent columns, shape (n_frequent,); ``rare``, of the others.
    :param often: the frequent columns, by column.
    :param seldom: the others, by row.
    """

    frequent: NDArray[np.int64]
    rare: NDArray[np.int64]
    often: sp.csc_array
    seldom: sp.csr_array


def split(features: sp.csr_array, share: float) -> Split:
    """Cut a matrix into the columns that more than a share of its rows have, and the others."""
    counts = np.bincount(features.indices, minlength=features.shape[1])
    often = counts > share * features.shape[0]
    frequent, rare = np.flatnonzero(often), np.flatnonzero(~often & (counts > 0))
    columns = sp.csc_array(features)
    return Split(frequent, rare, sp.csc_array(columns[:, frequent]), sp.csr_array(columns[:, rare]))


def inner_products(features: sp.csr_array, share: float = 0.05) -> Floats32:
    """Return the inner products of all rows plus one, which stands for the bias, shape (n, n).

    :param share: of the rows that have a frequent column; at a twentieth both ways of multiplying cost alike.
    """
    n = features.shape[0]
    parts = split(features, share)
    found = np.ones((n, n), np.float32, order="F")
    for start in range(0, parts.frequent.size, _COLUMNS):
        block = np.ascontiguousarray(parts.often[:, start : start + _COLUMNS].toarray(), np.float32)
        found = ssyrk(1.0, block.T, beta=1.0, c=found, trans=1, lower=1, overwrite_c=1)
    for start, stop in _pieces(n):
        found[start:stop, :stop] += (parts.seldom[start:stop] @ parts.seldom[:stop].T).toarray()
        square = np.tril(found[start:stop, start:stop])
        found[start:stop, start:stop] = square + np.tril(square, -1).T
        found[:start, start:stop] = found[start:stop, :start].T
    return np.asarray(found)


def _pieces(n: int) -> Iterator[tuple[int, int]]:
    for start in range(0, n, _ROWS):
        yield start, min(start + _ROWS, n)
