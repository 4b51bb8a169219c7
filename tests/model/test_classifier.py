"""Heads: probabilities sum to one, keep their order, and no label is dropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import classifier
from model.bundle import Bundle
from model.classifier import Calibration, Distribution, Group, Head, LinearModel, group_by_label, mentions
from model.features import SparseVector

MARGINS = st.lists(st.floats(-3, 3, width=32), min_size=2, max_size=12).map(lambda m: np.array(m, np.float32))
CALIBRATIONS = st.builds(Calibration, temperature=st.floats(0.05, 3), doubt=st.floats(0, 1), flat=st.floats(0.1, 20))
RARE = Group("Kesehatan", "rare", ("Gizi", "Imunisasi"), (0.25, 0.75))
PLACES = Group("Kecamatan", "place", ("Kecamatan Bale Endah", "Kecamatan Paseh"), (0.9, 0.1), ("baleendah", "paseh"))
HEAD = Head(
    "agency",
    (Group("Dinas X", "single", ("Dinas X",), (1.0,)), PLACES, RARE),
    Calibration(0.3, 0.1, 1.0),
    slice(0, 3),
)


@given(MARGINS, CALIBRATIONS)
def test_calibrated_probabilities_sum_to_one(margins: np.ndarray, calibration: Calibration) -> None:
    found = calibration.apply(margins)
    assert abs(found.sum() - 1) < 1e-9
    assert np.all(found >= 0)


@given(MARGINS, CALIBRATIONS)
def test_calibration_keeps_the_order_of_the_margins(margins: np.ndarray, calibration: Calibration) -> None:
    found = calibration.apply(margins)
    assert np.all(np.diff(found[np.argsort(margins, kind="stable")]) >= -1e-12)


@given(st.lists(st.tuples(*[st.floats(-3, 3)] * 4), min_size=1, max_size=4), CALIBRATIONS)
def test_many_rows_are_calibrated_as_each_alone(margins: list[tuple[float, ...]], calibration: Calibration) -> None:
    rows = [np.array(row) for row in margins]
    together = calibration.apply(np.stack(rows))
    np.testing.assert_allclose(together, [calibration.apply(row) for row in rows])


def test_a_shift_of_all_margins_changes_nothing() -> None:
    margins = np.array([0.5, -1.0, 0.2], np.float32)
    calibration = Calibration(0.2, 0.3, 2.0)
    np.testing.assert_allclose(calibration.apply(margins + 5), calibration.apply(margins), atol=1e-6)


def test_doubt_is_a_ceiling_that_no_margin_passes() -> None:
    found = Calibration(0.01, 0.3, 1e6).apply(np.array([50.0, -50.0]))
    np.testing.assert_allclose(found, [0.85, 0.15], atol=1e-4)


def test_the_labels_of_a_head_share_one_distribution() -> None:
    found = HEAD.distribution(np.array([0.1, -0.2, -0.4], np.float32), {})
    assert sorted(found.labels) == sorted(HEAD.labels)
    assert abs(float(found.probabilities.sum()) - 1) < 1e-6
    assert np.all(np.diff(found.probabilities) <= 0)


def test_a_place_group_picks_the_mentioned_place() -> None:
    margins = np.array([-1.0, 1.0, -1.0], np.float32)
    assert HEAD.distribution(margins, {}).best == "Kecamatan Bale Endah"
    assert HEAD.distribution(margins, mentions({"text": "banjir di paseh"})).best == "Kecamatan Paseh"
    assert HEAD.distribution(margins, mentions({"location": "baleendah"})).best == "Kecamatan Bale Endah"


def test_the_location_field_says_more_than_the_text() -> None:
    mentioned = mentions({"location": "Paseh".lower(), "text": "arah bale endah"})
    assert HEAD.distribution(np.array([-1.0, 1.0, -1.0], np.float32), mentioned).best == "Kecamatan Paseh"


def test_rare_labels_share_the_probability_of_their_group_by_past_rows() -> None:
    found = HEAD.distribution(np.array([0.0, 0.0, 0.5], np.float32), {}).as_dict()
    assert found["Gizi"] > 0
    assert abs(found["Imunisasi"] / found["Gizi"] - 3) < 1e-4


def test_no_label_of_a_trained_head_is_dropped(bundle: Bundle) -> None:
    margins = bundle.linear.margins(bundle.vectoriser.transform("jalan berlubang di boja"))
    for head in bundle.heads.values():
        found = head.distribution(margins[head.columns], mentions({"text": "jalan berlubang di boja"}))
        assert sorted(found.labels) == sorted(head.labels)
        assert float(found.probabilities.min()) > 0


def test_each_label_of_a_head_belongs_to_one_group(bundle: Bundle) -> None:
    for head in bundle.heads.values():
        assert len(set(head.labels)) == len(head.labels)
        index = group_by_label(head.groups)
        assert all(label in head.groups[index[label]].members for label in head.labels)
        assert all(abs(sum(group.shares) - 1) < 1e-9 for group in head.groups)


def test_mentions_join_words_that_are_written_apart() -> None:
    assert mentions({"title": "kec. bale endah"})["baleendah"] == 2.0
    assert mentions({"channel": "paseh"}) == {}


def test_equal_scores_are_ranked_by_label() -> None:
    assert Distribution.from_scores({"b": 1.0, "a": 1.0, "c": 2.0}).labels == ("c", "a", "b")


def test_one_byte_weights_give_the_margins_of_the_exact_ones() -> None:
    rng = np.random.default_rng(3)
    weights, bias = rng.normal(0, 0.4, (400, 30)) * rng.gamma(1, 1, 30), rng.normal(0, 1, 30)
    model = LinearModel.quantise(weights, bias)
    assert model.weights.dtype == np.int8
    for _ in range(50):
        indices = np.sort(rng.choice(400, 40, replace=False))
        values = rng.random(40).astype(np.float32)
        values /= np.sqrt(values @ values)
        found = model.margins(SparseVector(indices, values))
        # Each weight is off by half a step at most.
        bound = np.abs(values).sum() * np.abs(weights).max(axis=0) / 127 / 2 + 1e-4
        assert np.all(np.abs(found - (values @ weights[indices] + bias)) <= bound)


def test_a_group_without_weights_keeps_its_bias() -> None:
    model = LinearModel.quantise(np.zeros((5, 2)), np.array([-3.0, 0.5]))
    features = SparseVector(np.array([1, 3]), np.array([0.6, 0.8], np.float32))
    np.testing.assert_allclose(model.margins(features), [-3.0, 0.5])


def test_without_features_the_bias_answers() -> None:
    model = LinearModel.quantise(np.ones((5, 2)), np.array([0.25, -1.0]))
    empty = SparseVector(np.empty(0, np.int64), np.empty(0, np.float32))
    np.testing.assert_allclose(model.margins(empty), [0.25, -1.0])


@pytest.mark.parametrize("at_once", [1, 20, 100_000])
def test_margins_are_the_same_however_many_weights_are_read_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    linear = LinearModel.quantise(rng.normal(size=(50, 7)), rng.normal(size=7))
    features = SparseVector(np.arange(0, 50, 3), rng.random(17).astype(np.float32))
    monkeypatch.setattr(classifier, "_AT_ONCE", at_once)
    dense = linear.weights[features.indices] * linear.scales
    np.testing.assert_allclose(linear.margins(features), features.values @ dense + linear.bias, atol=1e-5)
