"""Where a feature stands among the sorted features of a segment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.duplicates.segments import Places

HASHES = st.integers(0, 2**32 - 1)


@given(st.sets(HASHES, min_size=1, max_size=300), st.lists(HASHES, max_size=50))
def test_every_key_is_found_and_nothing_else(held: set[int], asked: list[int]) -> None:
    keys = np.array(sorted(held), dtype=np.uint32)
    wanted = np.array([*asked, *held], dtype=np.uint32)
    at = Places.among(keys).of(keys, wanted)
    assert ((at >= 0) & (at < len(keys))).all()
    assert (keys[at] == wanted).tolist() == [key in held for key in wanted.tolist()]


@pytest.mark.parametrize("first", [0, 2**31, 2**32 - 500])
def test_keys_that_lie_close_together_are_found_too(first: int) -> None:
    keys = np.arange(first, first + 500, dtype=np.uint64).astype(np.uint32)
    assert Places.among(keys).of(keys, keys).tolist() == list(range(500))
