"""Measures agree with scikit-learn, hand examples and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from evaluation.metrics import Prediction, bootstrap, debiased_ece, ece, macro_f1, measure, simulate_ece

LABELS = st.sampled_from("abcd")


@settings(deadline=None)
@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=40))
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truths, answers = zip(*pairs, strict=True)
    assert abs(macro_f1(truths, answers) - f1_score(truths, answers, average="macro")) < 1e-12


def test_ece_of_an_example_by_hand() -> None:
    # Two rows in each of 15 bins: stated 0.8, one of two right, so each bin is off by 0.3.
    confidence, right = np.full(30, 0.8), np.tile([0.0, 1.0], 15)
    assert ece(confidence, right) == pytest.approx(0.3)


def test_ece_bins_hold_equally_many_rows() -> None:
    # 15 rows are a bin each: the gaps are the plain absolute errors.
    rng = np.random.default_rng(0)
    confidence, right = rng.random(15), (rng.random(15) < 0.5).astype(float)
    assert ece(confidence, right) == pytest.approx(np.abs(confidence - right).mean())


def test_opposite_errors_in_different_bins_do_not_cancel() -> None:
    confidence = np.repeat([0.2, 0.8], [140, 160])
    right = np.repeat([1.0, 0.0], [140, 160])
    assert ece(confidence, right) == pytest.approx(0.8)
    assert debiased_ece(confidence, right) == pytest.approx(0.8)


def perfect(rng: np.random.Generator, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    confidence = rng.uniform(0.3, 1.0, n)
    return confidence, (rng.random(n) < confidence).astype(float)


def test_debiasing_takes_off_a_part_of_what_noise_adds() -> None:
    rng = np.random.default_rng(1)
    raw, debiased = np.array([(ece(*p), debiased_ece(*p)) for p in (perfect(rng) for _ in range(200))]).T
    assert np.all(debiased < raw)
    # The published correction starts from the observed gaps, so it takes off about two fifths, not all.
    assert debiased.mean() < 0.7 * raw.mean()


def test_the_debiased_ece_of_true_confidences_goes_to_zero() -> None:
    rng = np.random.default_rng(8)
    found = [np.mean([debiased_ece(*perfect(rng, n)) for _ in range(60)]) for n in (300, 3000, 30_000)]
    assert found[0] > found[1] > found[2]
    assert found[2] < 0.006


def test_debiasing_is_that_of_the_paper() -> None:
    # Kumar, Liang and Ma 2019: redraw the accuracy of each bin and take off what that adds on average.
    rng = np.random.default_rng(9)
    confidence, right = perfect(rng)
    parts = np.array_split(np.argsort(confidence, kind="stable"), 15)
    stated, observed = (np.array([values[p].mean() for p in parts]) for values in (confidence, right))
    weights = np.array([p.size for p in parts]) / 300
    deviations = np.sqrt(observed * (1 - observed) / [p.size for p in parts])
    redrawn = rng.normal(observed, deviations, (40_000, 15))
    plain = float(weights @ np.abs(stated - observed))
    bias = float((np.abs(stated - redrawn) @ weights).mean()) - plain
    assert debiased_ece(confidence, right) == pytest.approx(plain - bias, abs=5e-4)


def test_debiasing_keeps_a_real_error() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(100):
        confidence, right = perfect(rng, 2000)
        found.append(debiased_ece(np.minimum(confidence + 0.15, 1.15), right))
    assert np.mean(found) == pytest.approx(0.15, abs=0.01)


def test_the_simulated_ece_is_that_of_true_confidences() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.uniform(0.3, 1.0, 300)
    drawn = [ece(confidence, (rng.random(300) < confidence).astype(float)) for _ in range(400)]
    assert simulate_ece(confidence, rng).mean() == pytest.approx(np.mean(drawn), abs=0.003)


def predictions_of(confidence: np.ndarray, right: np.ndarray) -> list[Prediction]:
    return [
        Prediction(str(i), "a" if r else "b", ("a", "b", "c"), float(c))
        for i, (c, r) in enumerate(zip(confidence, right, strict=True))
    ]


def test_true_confidences_are_rejected_as_often_as_stated() -> None:
    rng = np.random.default_rng(4)
    values = []
    for _ in range(300):
        confidence, right = perfect(rng, 200)
        values.append(float(np.mean(simulate_ece(confidence, rng, 400) >= ece(confidence, right))))
    rejected = sum(p < 0.05 for p in values)
    assert binomtest(rejected, 300, 0.05).pvalue > 0.001
    assert abs(np.mean(values) - 0.5) < 0.06


def test_over_confidence_is_rejected() -> None:
    confidence, right = perfect(np.random.default_rng(5), 600)
    found = measure(predictions_of(np.sqrt(confidence), right))
    assert found is not None
    assert found.calibration_p is not None
    assert found.calibration_p < 0.01


def test_the_bootstrap_covers_the_mean_as_often_as_stated() -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(200):
        low, high = bootstrap((rng.random(150) < 0.7).astype(float), rng, n=200)
        covered += low <= 0.7 <= high
    # 95 % with the usual small shortfall of percentile intervals.
    assert 0.88 <= covered / 200 <= 0.99


def test_all_measures_of_a_small_example() -> None:
    rows = [
        Prediction("1", "a", ("a", "b", "c"), 0.9),
        Prediction("2", "b", ("a", "b", "c"), 0.6),
        Prediction("3", "d", ("c", "a", "b", "d"), 0.5),
        Prediction("4", "c", ("c",), 1.0),
    ]
    found = measure(rows)
    assert found is not None
    assert (found.n, found.accuracy, found.top3, found.mean_confidence) == (4, 0.5, 0.75, 0.75)
    assert found.accuracy_low <= 0.5 <= found.accuracy_high
    assert found.macro_f1 == pytest.approx(f1_score(list("abdc"), list("aacc"), average="macro", zero_division=0))


def test_without_confidences_there_is_no_calibration() -> None:
    found = measure([Prediction(str(i), "a", ("a", "b"), math.nan) for i in range(5)])
    assert found is not None
    assert found.accuracy == 1
    assert found.ece is found.ece_raw is found.calibration_p is found.mean_confidence is None


def test_nothing_measured_is_nothing_said() -> None:
    assert measure([]) is None


def test_equal_predictions_measure_equally() -> None:
    rows = predictions_of(*perfect(np.random.default_rng(7), 100))
    assert measure(rows) == measure(rows)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_measures_stay_within_their_bounds(rows: list[tuple[float, bool]]) -> None:
    found = measure(predictions_of(np.array([c for c, _ in rows]), np.array([r for _, r in rows])))
    assert found is not None
    for name, value in found.to_dict().items():
        assert value is not None
        assert name == "n" or -1e-9 <= value <= 1 + 1e-9, name
