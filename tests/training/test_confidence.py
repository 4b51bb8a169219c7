"""Test the calibration of the joined answers."""

from __future__ import annotations

import numpy as np
import pytest

from data.complaint import Complaint
from data.errors import PilahError
from evaluation.metrics import ece, simulate_ece
from model.assessment import AgencyAnswer, Alternative, LabelAnswer, ParentAgency
from model.bundle import Bundle
from model.confidence import Confidence, Scale, logit
from model.policy import FILE as POLICY
from model.policy import TARGETS, read_policies
from model.triage import Triage
from training.confidence import Answered, choose_signals, cross_fit, fit_scale


def answered(n: int, bend: float, seed: int, offset: float = 0.0) -> list[Answered]:
    """Draw answers whose raw log-odds are ``bend`` times the true ones; answers "b" are worse by ``offset``."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        true = float(rng.normal(0.8, 1.2))
        label = "b" if rng.random() < 0.3 else "a"
        right = rng.random() < 1 / (1 + np.exp(-(true - (offset if label == "b" else 0.0))))
        signals = {"logit": bend * true, "lead": true, "agree": 0.0, "bend": (bend * true) ** 2 / 4}
        found.append(Answered(i, i % 5, label, signals, bool(right)))
    return found


@pytest.mark.parametrize("bend", [0.5, 1.0, 2.5])
def test_bent_probabilities_become_true(bend: float) -> None:
    scale = fit_scale("agency", answered(3000, bend, 1), ("logit",), False)
    fresh = answered(3000, bend, 2)
    stated = np.array([scale.probability(a.signals, a.label) for a in fresh])
    right = np.array([a.right for a in fresh], float)
    assert (simulate_ece(stated, np.random.default_rng(0)) >= ece(stated, right)).mean() > 0.01


def test_few_rows_leave_the_raw_probability_nearly_as_it_is() -> None:
    scale = fit_scale("agency", answered(8, 1.0, 3), ("logit",), False)
    for raw in (0.3, 0.7, 0.9):
        assert scale.probability({"logit": logit(raw)}, "a") == pytest.approx(raw, abs=0.15)


def test_a_label_that_is_often_wrong_gets_its_own_term_and_others_do_not() -> None:
    assert choose_signals("agency", answered(2500, 1.0, 4, offset=2.0))[1]
    assert choose_signals("agency", answered(1500, 1.0, 4)) == (("logit",), False)


def test_folds_that_differ_keep_the_scale_nearer_to_the_raw_probability() -> None:
    calm = answered(400, 1.0, 5)
    wild = [Answered(a.row, a.fold, a.label, a.signals, a.fold < 2) for a in calm]
    steady = [Answered(a.row, a.row % 5, a.label, a.signals, a.row % 400 < 160) for a in calm]
    moved = [fit_scale("agency", rows, ("logit",), False).weights["logit"] for rows in (wild, steady)]
    assert abs(moved[0] - 1) < abs(moved[1] - 1)


def test_cross_fitted_rows_are_scored_by_scales_that_did_not_see_them() -> None:
    rows = answered(300, 2.0, 6)
    stated = cross_fit("agency", rows, ("logit",), True)
    others = [a for a in rows if a.fold != 0]
    scale = fit_scale("agency", others, ("logit",), True)
    assert stated[0] == pytest.approx(scale.probability(rows[0].signals, rows[0].label))


def test_a_scale_states_agency_government_and_alternatives_together() -> None:
    scales = {"agency": Scale(0.0, {"logit": 2.0}, {"A": -1.0}), "parent": Scale(-5.0, {"above": 1.0}, {})}
    answer = AgencyAnswer("A", 0.6, parent=ParentAgency("P", "p", 0.9), alternatives=(Alternative("B", 0.3),))
    found = Confidence(scales).agency(answer, {"logit": logit(0.6), "above": logit(0.9)})
    assert found.probability == pytest.approx(1 / (1 + np.exp(-(2 * logit(0.6) - 1))), abs=1e-5)
    assert found.parent is not None and found.parent.probability == found.probability  # never less than its office
    assert found.alternatives[0].probability <= min(found.probability, 1 - found.probability)
    same = LabelAnswer("x", 0.5)
    assert Confidence(scales).label("category", same, {}) == same


def test_scales_survive_json_and_wrong_ones_are_refused() -> None:
    confidence = Confidence({"category": Scale(0.5, {"logit": 1.0, "table": 0.2}, {"x": 0.1})})
    assert Confidence.from_document(confidence.to_document()) == confidence
    good = confidence.to_document()["category"]
    for wrong in ({"other": good}, {"category": {**good, "bias": "nan"}}, {"category": {"bias": 1}},
                  {"category": {**good, "weights": {"unknown": 1.0}}}):  # fmt: skip
        with pytest.raises(PilahError) as caught:
            Confidence.from_document(wrong)
        assert caught.value.code == "PLH-205"


def test_a_trained_bundle_carries_a_policy_for_every_target(bundle: Bundle) -> None:
    chosen, policies = read_policies(bundle.extras[POLICY])
    assert chosen == 0.05
    assert set(TARGETS) <= set(policies)
    answers = [Triage.of(bundle, target=target).model.policy for target in sorted(policies)]
    assert len(set(answers)) == len(answers)
    with pytest.raises(PilahError, match="PLH-206"):
        Triage.of(bundle, target=0.033)


def test_answers_of_a_trained_bundle_say_how_the_bound_stands(triage: Triage) -> None:
    decision = triage.assess(Complaint(id="x", text="Lampu jalan di Soreang mati", location="Soreang")).decision
    assert decision.guarantee is not None
    assert decision.guarantee.target == 0.05
    assert decision.eligible or any("Perlu ditinjau orang" in reason for reason in decision.reasons)
