"""The word index: small arrays and the latest entries together say what a plain sum says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.word_index import WordIndex

WORDS = st.dictionaries(st.sampled_from("lampu jalan air sampah guru pasar".split()), st.floats(0.1, 1.0), max_size=5)


@given(st.lists(st.one_of(WORDS, st.integers(0, 30), st.none()), max_size=40), WORDS)
def test_any_course_of_adding_erasing_and_merging_gives_the_plain_sums(
    course: list[dict[str, float] | int | None], asked: dict[str, float]
) -> None:
    index = WordIndex()
    kept: list[dict[str, float] | None] = []
    for step in course:
        if step is None:  # merge, and number the slots anew
            moved = np.full(len(kept), -1, np.int32)
            left = [i for i, words in enumerate(kept) if words is not None]
            moved[left] = np.arange(len(left))
            index.merge(moved)
            kept = [kept[i] for i in left]
        elif isinstance(step, int):
            if step < len(kept):
                kept[step] = None
        else:
            index.add(len(kept), step)
            kept.append(step)
    scores = index.scores(asked, len(kept))
    for score, words in zip(scores.tolist(), kept, strict=True):
        if words is not None:
            assert score == pytest.approx(sum(asked[w] * words[w] for w in asked.keys() & words.keys()), rel=1e-5)


def test_what_was_erased_is_not_in_the_arrays() -> None:
    index = WordIndex()
    index.add(0, {"lampu": 1.0})
    index.add(1, {"air": 1.0})
    index.merge(np.array([-1, 0], np.int32))
    assert {name: array.size for name, array in index.arrays().items()} == {
        "keys": 1, "starts": 2, "slots": 1, "weights": 1,
    }  # fmt: skip
