"""The exported network computes what the BERT paper says, and nearly the same in one byte a weight."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny import MARKS, tiny

from model.transformer import Pieces, Transformer
from training.transformer_onnx import export, quantise
from training.transformer_weights import POSITIONS, TYPES, WORDS, Shape, Source

WORDS_KNOWN = ("lampu", "jalan", "mati", "rusak", "banjir", "air", "sekolah")
TEXTS = ("lampu jalan mati", "banjir", "jalan rusak rusak rusak dekat sekolah air")
SHAPES = (Shape(layers=2, heads=2, width=8, inner=16), Shape(layers=1, heads=4, width=16, inner=8, first=2))


def served(source: Source, *, quantised: bool) -> Transformer:
    return Transformer(export(source, quantised=quantised), json.dumps(source.tokenizer), 64, source.prefix)


def worked_out(source: Source, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the mean of the last layer in plain numpy, one head after the other."""
    w, shape = source.weights, source.shape
    gelu = np.vectorize(lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))))

    def norm(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + shape.epsilon)
        return np.asarray(scaled * w[f"{name}.weight"] + w[f"{name}.bias"])

    def dense(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return np.asarray(x @ w[f"{name}.weight"].T.astype(float) + w[f"{name}.bias"])

    places = w[POSITIONS][shape.first : shape.first + ids.size]
    hidden = norm(w[WORDS][ids].astype(float) + places + w[TYPES][0], "embeddings.LayerNorm")
    size = shape.width // shape.heads
    for layer in range(shape.layers):
        before = f"encoder.layer.{layer}."
        query, key, value = (dense(hidden, f"{before}attention.self.{n}") for n in ("query", "key", "value"))
        mixed = np.zeros_like(hidden)
        for start in range(0, shape.width, size):
            part = slice(start, start + size)
            scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(size))
            mixed[:, part] = scores / scores.sum(1, keepdims=True) @ value[:, part]
        attended = dense(mixed, f"{before}attention.output.dense")
        hidden = norm(attended + hidden, f"{before}attention.output.LayerNorm")
        inner = gelu(dense(hidden, f"{before}intermediate.dense"))
        hidden = norm(dense(inner, f"{before}output.dense") + hidden, f"{before}output.LayerNorm")
    return np.asarray(hidden.mean(0))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_exact_network_is_the_formula(shape: Shape) -> None:
    source = tiny(WORDS_KNOWN, shape)
    transformer, pieces = served(source, quantised=False), Pieces(json.dumps(source.tokenizer), 64, "")
    for text in TEXTS:
        np.testing.assert_allclose(transformer.encode(text), worked_out(source, pieces(text)), atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_byte_a_weight_is_near(shape: Shape) -> None:
    source = tiny(WORDS_KNOWN, shape)
    exact, small = served(source, quantised=False), served(source, quantised=True)
    for text in TEXTS:
        a, b = exact.encode(text), small.encode(text)
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.99


def test_the_small_network_is_small() -> None:
    source = tiny(WORDS_KNOWN, Shape(layers=2, heads=2, width=64, inner=256))
    assert len(export(source)) < 0.45 * len(export(source, quantised=False))


def test_rounding_is_within_half_a_step_of_seven_bits() -> None:
    values = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    rounded, scales = quantise(values, axis=0)
    assert scales.shape == (1, 5)
    assert np.abs(rounded).max() == 63
    assert (np.abs(rounded * scales - values) <= 0.5001 * scales).all()


def test_a_text_is_cut_at_the_longest_length_and_masks_are_read_as_one() -> None:
    pieces = Pieces(json.dumps(tiny(WORDS_KNOWN).tokenizer), 6, "")
    assert pieces("lampu jalan mati rusak banjir air").size == 6
    assert pieces("air ********").tolist() == pieces("air *").tolist()
    assert pieces("").tolist() == [MARKS.index("<s>"), MARKS.index("</s>")]


def test_the_prefix_stands_before_every_text() -> None:
    source = tiny(WORDS_KNOWN)
    with_prefix = Pieces(json.dumps(source.tokenizer), 64, "jalan ")
    assert with_prefix("rusak").tolist() == Pieces(json.dumps(source.tokenizer), 64, "")("jalan rusak").tolist()
