"""Test the calibration report and the report of the promise."""

from __future__ import annotations

import numpy as np

from evaluation.calibration import oracle_coverage, policy_report, reliability, reliability_by
from evaluation.metrics import Prediction
from training.policy import find_threshold


def draw(n: int, bend: float = 1.0) -> list[Prediction]:
    """Draw predictions whose error is ``bend`` times what they state."""
    rng = np.random.default_rng(5)
    confidence = 1 - rng.beta(1, 4, n)
    wrong = rng.random(n) < bend * (1 - confidence)
    answers = zip(confidence, wrong, strict=True)
    return [Prediction(str(i), "b" if w else "a", ("a", "b"), float(c)) for i, (c, w) in enumerate(answers)]


def test_true_probabilities_are_not_rejected_and_wrong_ones_are() -> None:
    good, bad = reliability("semua", draw(2000)), reliability("semua", draw(2000, 2.0))
    assert good is not None and bad is not None
    assert good.p > 0.05 > bad.p
    assert abs(good.ece) < 0.02 < bad.ece
    assert sum(n for _, _, n in good.bins) == 2000


def test_small_slices_are_left_out() -> None:
    found = reliability_by(draw(200), lambda p: "kecil" if int(p.id) < 10 else "besar")
    assert [r.name for r in found] == ["semua", "besar"]


def test_the_promise_is_reported_by_target() -> None:
    for ordered in (True, False):
        report = policy_report(draw(2000), find_threshold, ordered)
        assert list(report) == ["0.05", "0.1", "0.2"]
        assert report["0.2"]["coverage"] > report["0.05"]["coverage"] > 0
        for target, entry in report.items():
            assert entry["coverage"] <= entry["oracle"] + 0.1
            assert entry["error"] <= float(target) + 0.03
            assert entry["valid"] >= 0.9


def test_nothing_is_let_through_where_all_is_wrong() -> None:
    report = policy_report([Prediction(str(i), "x", ("y",), 0.9) for i in range(300)], find_threshold, False)
    assert all(entry["coverage"] == 0 and entry["valid"] == 0 for entry in report.values())


def test_rows_of_equal_confidence_go_together() -> None:
    assert oracle_coverage(np.array([0.9, 0.9]), np.array([1.0, 0.0]), 0.1) == 0
