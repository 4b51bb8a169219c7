"""Replaying history: what counts how much is learned from what was asked before it was known."""

from __future__ import annotations

import numpy as np

from model.pool_model import FEATURES, PoolModel
from model.pooling import customs
from training.replay import Sum, fit_sum_calibration, fit_weights


def sums(n: int, useful: str, seed: int = 0) -> list[Sum]:
    """Make cases in which one column points at the truth and the others at random."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        matrix = rng.normal(size=(6, len(FEATURES)))
        truth = int(rng.integers(6))
        matrix[truth, FEATURES.index(useful)] += 2.0
        made.append(Sum(matrix, truth, True))
    return made


def test_what_points_at_the_truth_gets_the_weight() -> None:
    weights = fit_weights(sums(300, "known"))
    others = [abs(w) for name, w in zip(FEATURES, weights, strict=True) if name not in ("known", "rejected")]
    assert weights[FEATURES.index("known")] > 4 * max(others)


def test_returns_keep_their_weight_against_an_office() -> None:
    assert fit_weights(sums(50, "head"))[FEATURES.index("rejected")] < 0


def test_stated_probabilities_are_as_often_right() -> None:
    cases = sums(600, "head")
    weights = fit_weights(cases)
    scores = [case.matrix @ weights for case in cases]
    calibration = fit_sum_calibration(scores, [case.truth for case in cases])
    stated = np.mean([calibration.apply(s).max() for s in scores])
    right = np.mean([s.argmax() == case.truth for s, case in zip(scores, cases, strict=True)])
    assert abs(stated - right) < 0.03


def test_custom_tells_what_the_table_is_worth_here() -> None:
    past = [({"32.04:dishub": 1.0}, "32.04:dishub")] * 8 + [({"32.04:dlh": 1.0}, "32.04.32")] * 8
    custom = customs(past)
    assert custom["32.04:dishub"] > -0.2 > -2 > custom["32.04:dlh"]


def test_the_model_survives_its_document() -> None:
    model = PoolModel({"known": 0.3}, custom={"32.04:dlh": -1.0})
    assert PoolModel.from_document(model.to_document()) == model
