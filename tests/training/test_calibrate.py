"""Calibration: folds that look as the future will, probabilities that are true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.metrics import ece, simulate_ece
from model.classifier import Calibration, Group, Head
from training.calibrate import MOST_ASKED, calibration_folds, fit_calibration

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = st.lists(st.integers(0, 60) | st.none(), min_size=20, max_size=80)


def dates_of(days: list[int | None]) -> list[datetime | None]:
    return [None if day is None else START + timedelta(days=day) for day in days]


@settings(deadline=None)
@given(DAYS, st.integers(2, 5), st.integers(0, 9), st.data())
def test_no_row_is_asked_of_a_model_that_saw_it_or_its_near_duplicate(
    days: list[int | None], n_folds: int, seed: int, data: st.DataObject
) -> None:
    groups = np.array(data.draw(st.lists(st.integers(0, 15), min_size=len(days), max_size=len(days))))
    for fold in calibration_folds(dates_of(days), groups, n_folds, seed):
        assert not set(groups[fold.train].tolist()) & set(groups[fold.test].tolist())


@settings(deadline=None)
@given(st.lists(st.integers(0, 200), min_size=30, max_size=80, unique=True), st.integers(2, 5))
def test_dated_rows_are_never_asked_of_a_later_model(days: list[int], n_folds: int) -> None:
    dates = dates_of(list(days))
    folds = calibration_folds(dates, np.arange(len(days)), n_folds, seed=0)
    assert len(folds) == n_folds
    for fold in folds:
        assert max(days[i] for i in fold.train) <= min((days[i] for i in fold.test), default=10**9)


@pytest.mark.parametrize(("rows", "first"), [(3000, 2400), (800, 400), (100, 50)])
def test_the_latest_rows_are_asked_once_each_and_enough_of_them(rows: int, first: int) -> None:
    rng = np.random.default_rng(0)
    days = rng.permutation(rows)
    folds = calibration_folds(dates_of(days.tolist()), np.arange(rows), 5, seed=0)
    assert sorted(days[np.concatenate([f.test for f in folds])].tolist()) == list(range(first, rows))
    assert [f.train.size for f in folds] == [first + k * (rows - first) // 5 for k in range(5)]


def test_undated_rows_are_each_asked_once_by_groups() -> None:
    groups = np.repeat(np.arange(20), 3)
    folds = calibration_folds([None] * 60, groups, 4, seed=0)
    assert sorted(np.concatenate([f.test for f in folds]).tolist()) == list(range(60))
    for fold in folds:
        assert sorted([*fold.train.tolist(), *fold.test.tolist()]) == list(range(60))


def test_a_few_rows_without_a_date_do_not_stop_the_future() -> None:
    days: list[int | None] = [*range(90), *[None] * 10]
    folds = calibration_folds(dates_of(days), np.arange(100), 3, seed=0)
    assert all(fold.test.max() < 90 for fold in folds)


def test_equal_seeds_give_equal_folds() -> None:
    groups = np.arange(50)
    one, other = (calibration_folds([None] * 50, groups, 5, seed=3) for _ in range(2))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, other, strict=True))
    third = calibration_folds([None] * 50, groups, 5, seed=4)
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(one, third, strict=True))


def simulate(n: int, sharpness: float, seed: int) -> tuple[Head, np.ndarray, list[str]]:
    """Draw margins and labels that a softmax of ``sharpness`` times the margins describes truly."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 0.6, (n, 6))
    true = np.exp(margins * sharpness)
    true /= true.sum(axis=1, keepdims=True)
    drawn = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1)
    head = Head("x", tuple(Group(str(k), "single", (str(k),), (1.0,)) for k in range(6)), Calibration(), slice(0, 6))
    return head, margins, [str(k) for k in drawn]


def p_value(calibration: Calibration, margins: np.ndarray, truths: list[str]) -> float:
    stated = calibration.apply(margins)
    confidence = stated.max(axis=1)
    right = (stated.argmax(axis=1) == np.array([int(t) for t in truths])).astype(float)
    return float(np.mean(simulate_ece(confidence, np.random.default_rng(0)) >= ece(confidence, right)))


@pytest.mark.parametrize("sharpness", [1.5, 4.0, 12.0])
def test_fitted_probabilities_are_true_on_new_rows(sharpness: float) -> None:
    head, margins, truths = simulate(6000, sharpness, seed=1)
    fitted = fit_calibration(head, margins[:4000], truths[:4000], [{}] * 4000)[0]
    assert p_value(fitted, margins[4000:], truths[4000:]) > 0.05


def test_an_over_confident_head_is_repaired() -> None:
    head, margins, truths = simulate(6000, 3.0, seed=2)
    over = Calibration(temperature=0.05)
    fitted = fit_calibration(head, margins[:4000], truths[:4000], [{}] * 4000)[0]
    assert p_value(over, margins[4000:], truths[4000:]) < 0.001
    assert p_value(fitted, margins[4000:], truths[4000:]) > 0.05


def test_noisy_labels_are_met_with_doubt() -> None:
    head, margins, truths = simulate(4000, 30.0, seed=3)
    rng = np.random.default_rng(4)
    noisy = [str(rng.integers(6)) if rng.random() < 0.3 else truth for truth in truths]
    fitted = fit_calibration(head, margins, noisy, [{}] * len(noisy))[0]
    # The clearest case is right in 0.7 + 0.3 / 6 of the rows.
    assert abs(float(fitted.apply(np.array([5.0, -5, -5, -5, -5, -5])).max()) - 0.75) < 0.08


def test_labels_that_the_head_does_not_know_lower_its_confidence() -> None:
    head, margins, truths = simulate(3000, 6.0, seed=5)
    unknown = [truth if i % 4 else "an agency of later years" for i, truth in enumerate(truths)]
    knows, doubts = (fit_calibration(head, margins, t, [{}] * 3000)[0] for t in (truths, unknown))
    ratio = doubts.apply(margins).max(axis=1).mean() / knows.apply(margins).max(axis=1).mean()
    assert abs(ratio - 0.75) < 0.05


def test_knowledge_gets_weight_where_it_helps() -> None:
    head, margins, truths = simulate(2000, 4.0, seed=6)
    told = np.full((2000, 6), np.log(0.02))
    told[np.arange(2000), [int(t) for t in truths]] = np.log(0.9)
    rng = np.random.default_rng(0)
    helpful = fit_calibration(head, margins, truths, [{}] * 2000, told)[0]
    useless = fit_calibration(head, margins, truths, [{}] * 2000, rng.permuted(told, axis=0))[0]
    assert helpful.knowledge > 5 * useless.knowledge
    assert fit_calibration(head, margins, truths, [{}] * 2000)[0].knowledge == 0


def test_many_dated_rows_are_asked_about_by_one_model_of_what_came_before() -> None:
    n = 3 * MOST_ASKED
    folds = calibration_folds(dates_of(list(range(n))), np.arange(n), 5, seed=0)
    assert all(fold.train is folds[0].train for fold in folds)
    assert folds[0].train.max() < min(int(fold.test.min()) for fold in folds)
    assert sum(fold.test.size for fold in folds) == n // 5


def test_no_more_rows_are_asked_about_than_help() -> None:
    n = 30 * MOST_ASKED
    later = calibration_folds(dates_of([i // 50 for i in range(n)]), np.arange(n), 5, seed=0)
    assert sum(fold.test.size for fold in later) == pytest.approx(MOST_ASKED, abs=5)
    groups = np.arange(n) // 3 * 3
    apart = calibration_folds([None] * n, groups, 5, seed=0)
    asked = np.concatenate([fold.test for fold in apart])
    assert MOST_ASKED - 3 <= asked.size <= MOST_ASKED
    assert len({*groups[asked].tolist()} & {*groups[apart[0].train].tolist()}) == 0
    assert all(fold.train is apart[0].train for fold in apart)
    assert apart[0].train.size + asked.size == n


def test_enough_folds_of_undated_rows_are_enough() -> None:
    n = 2 * MOST_ASKED
    folds = calibration_folds([None] * n, np.arange(n), 5, seed=0)
    assert len(folds) == 3
    assert sum(fold.test.size for fold in folds) >= MOST_ASKED
