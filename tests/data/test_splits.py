"""Splits: near-identical texts stay together, days stay whole, results repeat."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import near_duplicates
from data.complaint import Complaint, Record
from data.dates import JAKARTA
from data.errors import PilahError
from data.near_duplicates import near_duplicate_groups
from data.similar import jaccard, shingles
from data.splits import grouped_folds, time_split

WORDS = ["jalan", "rusak", "lampu", "mati", "desa", "sampah", "banjir", "mohon", "segera", "pasar"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=25)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([0.3, 0.5, 0.6, 0.8, 1.0]), st.sampled_from([1, 2, 1_000]))
def test_groups_are_exactly_the_connected_similar_texts(texts: list[str], threshold: float, block: int) -> None:
    sets = [shingles(text) for text in texts]
    expected = list(range(len(texts)))
    changed = True
    while changed:
        changed = False
        for a in range(len(texts)):
            for b in range(a):
                if jaccard(sets[a], sets[b]) >= threshold and expected[a] != expected[b]:
                    low = min(expected[a], expected[b])
                    expected = [low if group in (expected[a], expected[b]) else group for group in expected]
                    changed = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_duplicates, "_BLOCK", block)
        assert near_duplicate_groups(texts, threshold).tolist() == expected


def test_groups_hold_in_a_larger_set() -> None:
    rng = np.random.default_rng(7)
    vocabulary = ["".join(rng.choice(list("abcdefghijklmnop"), 6)) for _ in range(300)]
    texts = [" ".join(rng.choice(vocabulary, 25)) for _ in range(400)]
    copies = [text.replace(text.split()[3], "diganti") for text in texts[:80]]
    groups = near_duplicate_groups(texts + copies)
    assert groups[400:].tolist() == list(range(80))
    assert len(set(groups.tolist())) == 400


def test_case_and_punctuation_make_no_other_text() -> None:
    assert near_duplicate_groups(["Lampu PJU mati!!", "lampu pju  mati", ""]).tolist() == [0, 0, 2]


def test_texts_without_words_stay_alone() -> None:
    assert near_duplicate_groups(["", "...", "!"]).tolist() == [0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(lambda texts: len(texts) > 6), st.integers(2, 4), st.integers(0, 5))
def test_no_near_duplicate_pair_is_on_both_sides(texts: list[str], k: int, seed: int) -> None:
    try:
        folds = grouped_folds(texts, k, seed)
    except PilahError as error:
        assert error.code == "PLH-107"
        return
    sets = [shingles(text) for text in texts]
    for a in range(len(texts)):
        for b in range(a):
            assert folds[a] == folds[b] or jaccard(sets[a], sets[b]) < 0.5
    assert set(folds.tolist()) == set(range(k))


def distinct(count: int) -> list[str]:
    return [f"{chr(97 + n % 26) * 9} {chr(97 + n // 26 % 26) * 9} {n * 7919}" for n in range(count)]


def test_folds_are_even_in_size_and_in_labels() -> None:
    texts = distinct(200)
    labels = ["a"] * 150 + ["b"] * 40 + ["c"] * 10
    folds = grouped_folds(texts, 5, 3, labels)
    assert np.bincount(folds).tolist() == [40] * 5
    assert np.bincount(folds[190:], minlength=5).tolist() == [2] * 5
    assert np.bincount(folds[150:190], minlength=5).tolist() == [8] * 5


def test_a_seed_repeats_and_another_changes() -> None:
    texts = distinct(60)
    assert grouped_folds(texts, 3, 1).tolist() == grouped_folds(texts, 3, 1).tolist()
    assert grouped_folds(texts, 3, 1).tolist() != grouped_folds(texts, 3, 2).tolist()


def test_fewer_groups_than_folds_is_an_error() -> None:
    with pytest.raises(PilahError, match="PLH-107"):
        grouped_folds(["lampu jalan mati"] * 10, 2, 0)


def records(days: list[int | None]) -> list[Record]:
    start = datetime(2024, 1, 1, 9, tzinfo=JAKARTA)
    return [
        Record(Complaint(str(n), "isi", date=None if day is None else start + timedelta(days=day, minutes=n)))
        for n, day in enumerate(days)
    ]


@given(st.lists(st.none() | st.integers(0, 12), max_size=60), st.sampled_from([0.1, 0.2, 0.5]))
def test_the_test_side_is_later_and_no_day_is_on_both(days: list[int | None], fraction: float) -> None:
    if len({day for day in days if day is not None}) < 2:
        with pytest.raises(PilahError, match="PLH-107"):
            time_split(records(days), fraction)
        return
    split = time_split(records(days), fraction)
    assert sorted([*split.train, *split.test, *split.undated]) == list(range(len(days)))
    train = [day for index in split.train if (day := days[index]) is not None]
    test = [day for index in split.test if (day := days[index]) is not None]
    assert max(train) < min(test)
    assert all(days[index] is None for index in split.undated)


def test_the_cut_is_the_one_nearest_to_the_fraction() -> None:
    split = time_split(records([day for day in range(50) for _ in range(2)]), 0.2)
    assert (len(split.train), len(split.test)) == (80, 20)


def test_days_are_those_of_jakarta() -> None:
    late = datetime.fromisoformat("2024-01-01T23:30:00+00:00")  # already the 2nd in Jakarta
    dates = [datetime(2024, 1, 1, tzinfo=JAKARTA), datetime(2024, 1, 2, 1, tzinfo=JAKARTA), late]
    split = time_split([Record(Complaint(str(n), "isi", date=date)) for n, date in enumerate(dates)], 0.3)
    assert (split.train.tolist(), split.test.tolist()) == ([0], [1, 2])
