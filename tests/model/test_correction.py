"""Corrections: a fitted head learns what was decided since."""

from __future__ import annotations

import numpy as np

from model.classifier import Calibration, Group, Head, LinearModel
from model.correction import Correction, Lesson, Refit, Rows
from model.features import Vectoriser

WORDS = ("air", "banjir", "jalan", "lampu", "padam", "rusak", "sampah")
VECTORISER = Vectoriser(WORDS, (), np.ones(len(WORDS), np.float32))
HEAD = Head(
    "agency",
    (Group("DLH", "single", ("DLH",), (1.0,)), Group("PU", "single", ("PU",), (1.0,))),
    Calibration(),
    slice(0, 2),
)


def linear() -> LinearModel:
    weights = np.zeros((len(WORDS), 2))
    weights[WORDS.index("sampah"), 0] = weights[WORDS.index("jalan"), 1] = 2.0
    return LinearModel.quantise(weights, np.array([-1.0, -1.0]))


def row(number: int, text: str, label: str) -> Lesson:
    return Lesson(str(number), text, {"agency": label})


def margins(correction: Correction, text: str) -> np.ndarray:
    features = VECTORISER.transform(text)
    added = correction.apply(features)
    return np.concatenate([linear().margins(features) + added[:2], added[2:]])


def test_two_corrections_teach_an_office_that_the_head_does_not_know() -> None:
    rows = [row(1, "lampu jalan padam", "Dishub"), row(2, "lampu padam", "Dishub")]
    correction = Refit(VECTORISER, linear(), {"agency": HEAD})(rows, ("agency",))["agency"]
    assert correction.added == ("Dishub",)
    assert margins(correction, "lampu padam").argmax() == 2
    assert margins(correction, "sampah").argmax() == 0


def test_what_was_right_is_left_alone() -> None:
    rows = [row(i, "sampah", "DLH") for i in range(3)]
    correction = Refit(VECTORISER, linear(), {"agency": HEAD})(rows, ("agency",))["agency"]
    features = VECTORISER.transform("jalan rusak")
    assert np.abs(correction.apply(features)).max() < 0.2


def test_refitting_step_by_step_is_refitting_at_once() -> None:
    rows = [row(i, " ".join(WORDS[i : i + 3]), "Dishub" if i % 2 else "PU") for i in range(5)]
    refit = Refit(VECTORISER, linear(), {"agency": HEAD})
    refit(rows[:2], ("agency",))
    refit([rows[3], rows[1]], ("agency",))
    stepwise = refit(rows, ("agency",))["agency"]
    at_once = Refit(VECTORISER, linear(), {"agency": HEAD})(rows, ("agency",))["agency"]
    assert np.allclose(stepwise.weights, at_once.weights, atol=1e-5)
    assert np.allclose(stepwise.bias, at_once.bias, atol=1e-5)


def test_a_bundle_without_the_head_learns_all_labels_anew() -> None:
    rows = [row(1, "lampu padam", "Dishub"), row(2, "sampah air", "DLH")]
    correction = Refit(VECTORISER, linear(), {})(rows, ("agency",))["agency"]
    assert correction.n_groups == 0
    best = correction.apply(VECTORISER.transform("sampah")).argmax()
    assert correction.added[best] == "DLH"


def test_one_decision_is_too_few() -> None:
    assert Refit(VECTORISER, linear(), {"agency": HEAD})([row(1, "lampu", "Dishub")], ("agency",)) == {}


def test_products_and_sums_are_those_of_the_dense_matrix() -> None:
    texts = ["lampu jalan padam", "sampah", "", "jalan rusak lampu", *["lampu banjir"] * 12]
    vectors = [VECTORISER.transform(text) for text in texts]
    dense = np.zeros((len(vectors), len(WORDS)), np.float32)
    for i, vector in enumerate(vectors):
        dense[i, vector.indices] = vector.values
    rows = Rows(vectors, len(WORDS))
    assert np.allclose(rows.products(np.arange(len(vectors))), dense @ dense.T, atol=1e-6)
    some, weights = np.array([0, 3, 5]), np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, 0.0]], np.float32)
    assert np.allclose(rows.weighted(some, weights), dense[some].T @ weights, atol=1e-6)
