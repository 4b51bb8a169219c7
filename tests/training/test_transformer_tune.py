"""Fine-tuning: the same network as the served one, moved towards the labels, and the same every time."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny import tiny

from model.transformer import Pieces
from training.config import TransformerConfig
from training.transformer_build import encode_all
from training.transformer_tune import Question, tune
from training.transformer_weights import WORDS, Shape, Source

torch = pytest.importorskip("torch")

from training.transformer_tune import encode  # noqa: E402

KNOWN = tuple(f"kata{letter}" for letter in "abcdefghijklmnop")
LAST = "encoder.layer.1.output.dense.weight"


@pytest.fixture
def source() -> Source:
    return tiny(KNOWN, Shape(layers=2, heads=2, width=16, inner=32))


@pytest.fixture
def rows(source: Source) -> tuple[list[NDArray[np.int64]], list[str], NDArray[np.int64]]:
    """Return texts whose label is the half of the vocabulary that their words are from."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 120)
    texts = [" ".join(KNOWN[i] for i in rng.integers(0, 8, rng.integers(2, 7)) + 8 * label) for label in labels]
    cut = Pieces(json.dumps(source.tokenizer), 64, "")
    return [cut(text) for text in texts], texts, labels.astype(np.int64)


def config(**settings: object) -> TransformerConfig:
    return TransformerConfig.model_validate({"learning_rate": 5e-3, "frozen_layers": 0, **settings})


def test_a_batch_gives_what_the_served_network_gives_text_by_text(source: Source) -> None:
    texts = ["kataa", "kataa katab katac katad", "katap zz"]
    cut = Pieces(json.dumps(source.tokenizer), 64, "")
    weights = {name: torch.from_numpy(values) for name, values in source.weights.items()}
    found = encode(weights, source.shape, [cut(text) for text in texts]).numpy()
    np.testing.assert_allclose(found, encode_all(source, texts), atol=1e-5)


def test_tuning_moves_texts_of_one_label_together(
    source: Source, rows: tuple[list[NDArray[np.int64]], list[str], NDArray[np.int64]]
) -> None:
    pieces, texts, labels = rows
    tuned = tune(source, pieces, [Question(labels, 2)], config(), 0)

    def apart(model: Source) -> float:
        vectors = encode_all(model, texts)
        between = vectors[labels == 0].mean(0) - vectors[labels == 1].mean(0)
        return float(np.linalg.norm(between) / vectors.std())

    assert apart(tuned) > 1.5 * apart(source)


def test_word_vectors_and_frozen_layers_stay(
    source: Source, rows: tuple[list[NDArray[np.int64]], list[str], NDArray[np.int64]]
) -> None:
    pieces, _, labels = rows
    tuned = tune(source, pieces, [Question(labels, 2)], config(frozen_layers=1, epochs=1), 0)
    changed = {name for name in source.weights if not np.array_equal(source.weights[name], tuned.weights[name])}
    assert LAST in changed
    assert WORDS not in changed
    assert not [name for name in changed if not name.startswith("encoder.layer.1.")]


def test_tuning_twice_gives_the_same(
    source: Source, rows: tuple[list[NDArray[np.int64]], list[str], NDArray[np.int64]]
) -> None:
    pieces, _, labels = rows
    unknown = np.where(np.arange(labels.size) % 3 == 0, -1, labels)
    asked = [Question(labels, 2), Question(unknown, 2)]
    once, again = (tune(source, pieces, asked, config(epochs=1), 5) for _ in range(2))
    np.testing.assert_array_equal(once.weights[LAST], again.weights[LAST])
    other = tune(source, pieces, asked, config(epochs=1), 6)
    assert not np.array_equal(once.weights[LAST], other.weights[LAST])


def test_rows_without_any_label_teach_nothing(
    source: Source, rows: tuple[list[NDArray[np.int64]], list[str], NDArray[np.int64]]
) -> None:
    pieces, _, labels = rows
    tuned = tune(source, pieces, [Question(np.full(labels.size, -1), 2)], config(epochs=1), 0)
    # only the decay of the weights moves them
    assert np.abs(tuned.weights[LAST] - source.weights[LAST]).max() < 1e-3
