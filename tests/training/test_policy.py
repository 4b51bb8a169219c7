"""Test that the promise of the policy is kept."""

from __future__ import annotations

import numpy as np
import pytest
from mapie.risk_control import BinaryClassificationController
from numpy.typing import NDArray
from scipy.stats import binomtest

from model.policy import EVERYTHING, Policy
from training.policy import GRID, Judged, fewest_rows, find_threshold, fit_bound, fit_policy, upper_bound

Floats = NDArray[np.float64]


def draw(rng: np.random.Generator, n: int, worst: float) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Draw confidences, outcomes and true error rates; the confidence overstates, as models do on later data."""
    confidence = rng.beta(2.5, 1.2, n)
    error = np.clip(worst * (1 - confidence) ** 0.8, 0, 1)
    return confidence, rng.random(n) >= error, error


@pytest.mark.parametrize(
    ("target", "worst", "n"), [(0.05, 0.4, 400), (0.1, 0.5, 250), (0.2, 0.9, 300), (0.05, 0.2, 120)]
)
def test_the_promise_is_broken_no_more_often_than_stated(target: float, worst: float, n: int) -> None:
    rng = np.random.default_rng(7)
    big, _, error = draw(rng, 100_000, worst)
    broken = 0
    for _ in range(600):
        confidence, right, _ = draw(rng, n, worst)
        found = find_threshold(confidence, right, target, 0.9)
        if found is not None:
            broken += float(error[big >= found[0]].mean()) > target
    # 600 calibrations: a true rate of 10 % shows more than 13.5 % less than once in three hundred tests
    assert broken / 600 <= 0.135


def test_something_is_gained_where_the_answers_are_good() -> None:
    rng = np.random.default_rng(1)
    confidence, right, _ = draw(rng, 1500, 0.25)
    bound = fit_bound(confidence, right, 0.05, 0.9, EVERYTHING)
    assert bound.threshold is not None
    assert bound.n >= 105


def test_one_unlucky_row_at_the_top_does_not_end_the_walk() -> None:
    confidence = np.linspace(0.995, 0.9, 400)
    right = np.ones(400, bool)
    right[0] = False
    found = find_threshold(confidence, right, 0.1, 0.9)
    assert found is not None
    assert found[1] == 400


def test_where_the_walk_starts_depends_on_no_outcome() -> None:
    confidence = np.linspace(0.995, 0.5, 300)
    first = confidence > 0.97
    seen = [find_threshold(confidence, right, 0.2, 0.9) for right in (np.ones(300, bool), ~first)]
    assert seen[0] is not None
    assert seen[1] is None  # wrong where it starts: nothing below is asked


@pytest.mark.parametrize("seed", range(3))
def test_the_promise_is_kept_with_bold_and_with_shy_probabilities(seed: int) -> None:
    """Where the walk starts follows the stated probabilities, true or not; the promise does not."""
    bend = (0.4, 1.0, 2.5)[seed]
    rng = np.random.default_rng(seed)
    broken = 0
    population = rng.beta(5, 1.2, 100_000)
    stated = population**bend
    for _ in range(500):
        drawn = rng.integers(0, population.size, 300)
        found = find_threshold(stated[drawn], rng.random(300) < population[drawn], 0.1, 0.9)
        if found is not None:
            broken += float(1 - population[stated >= found[0]].mean()) > 0.1
    assert broken / 500 <= 0.14


def test_an_impossible_target_makes_nothing_eligible() -> None:
    rng = np.random.default_rng(2)
    right = rng.random(1000) < 0.7
    bound = fit_bound(rng.random(1000), right, 0.01, 0.95, EVERYTHING)
    assert not bound.valid
    assert bound.missing is None


def test_too_few_rows_say_how_many_are_missing() -> None:
    bound = fit_bound(np.full(20, 0.99), np.ones(20, bool), 0.05, 0.9, EVERYTHING)
    assert not bound.valid
    assert bound.missing is not None
    assert 25 <= bound.missing <= 200


def test_no_rows_at_all_need_the_fewest_that_could_prove_it() -> None:
    bound = fit_bound(np.empty(0), np.empty(0, bool), 0.05, 0.9, EVERYTHING)
    assert bound.missing == 45


@pytest.mark.parametrize(
    ("target", "level", "errors"), [(0.05, 0.1, 0), (0.05, 0.1, 3), (0.2, 0.05, 1), (0.01, 0.1, 0)]
)
def test_fewest_rows_agree_with_an_exact_test(target: float, level: float, errors: int) -> None:
    n = fewest_rows(target, level, errors)
    assert binomtest(errors, n, target, alternative="less").pvalue <= level
    assert binomtest(errors, n - 1, target, alternative="less").pvalue > level


def test_a_proved_threshold_has_its_clopper_pearson_bound_below_the_target() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        confidence, right, _ = draw(rng, 500, 0.3)
        bound = fit_bound(confidence, right, 0.1, 0.9, EVERYTHING)
        if bound.threshold is not None:
            assert bound.threshold in GRID
            interval = binomtest(bound.errors, bound.n).proportion_ci(0.8, method="exact")  # 90 % on each side
            assert upper_bound(bound.errors, bound.n, 0.9) == pytest.approx(interval.high)
            assert interval.high <= 0.1


def test_scopes_have_bounds_of_their_own_and_survive_json() -> None:
    rng = np.random.default_rng(4)
    confidence, right, _ = draw(rng, 900, 0.2)
    tiers = ["kabkota" if i % 3 else "pusat" for i in range(900)]
    regions = ["32.04" if i % 3 else None for i in range(900)]
    policy = fit_policy(Judged(confidence, right, tiers, regions), target=0.1)
    assert {"semua", "tingkat:kabkota", "tingkat:pusat", "wilayah:32.04"} == set(policy.bounds)
    assert Policy.from_document(policy.to_document()) == policy
    assert policy.knows("32.04.12") and policy.knows("32") and policy.knows(None)
    assert not policy.knows("33.01")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_mapie_proves_no_threshold_that_is_not_proved_here() -> None:
    """Its bound (Hoeffding and Bentkus) is wider than the exact binomial one: it may stop earlier, never later."""
    found = 0
    for seed in range(8):
        confidence, right, _ = draw(np.random.default_rng(seed), 900, 0.3)
        ours = find_threshold(confidence, right, 0.1, 0.9)
        tested = np.array([t for t in GRID if (confidence >= t).sum() >= fewest_rows(0.1, 1 - 0.9, 2)])
        oracle = BinaryClassificationController(
            lambda x: np.column_stack([1 - x[:, 0], x[:, 0]]),
            "precision",
            0.9,
            confidence_level=0.9,
            list_predict_params=tested,
            fwer_method="fixed_sequence",
        )
        oracle.calibrate(confidence[:, None], right.astype(int))
        valid = np.asarray(oracle.valid_predict_params)
        if valid.size:
            found += 1
            assert ours is not None
            assert ours[0] <= valid.min()
    assert found >= 3
