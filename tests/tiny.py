"""A tiny random transformer, made in the test that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.transformer_weights import POSITIONS, TYPES, WORDS, Floats, Shape, Source

MARKS = ("<s>", "<pad>", "</s>", "<unk>")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.*"


def tokenizer(words: Sequence[str]) -> dict[str, object]:
    """Return the document of a Unigram tokenizer that knows these words and single letters."""
    pieces = [*((mark, 0.0) for mark in MARKS), *((f"▁{word}", -5.0) for word in words)]
    pieces += [("▁", -9.0), *((letter, -10.0) for letter in LETTERS)]
    mark = {"id": 0, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{**mark, "id": i, "content": content} for i, content in enumerate(MARKS)],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {
                content: {"id": content, "ids": [i], "tokens": [content]} for i, content in ((0, "<s>"), (2, "</s>"))
            },
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [list(piece) for piece in pieces], "byte_fallback": False},
    }


def tiny(
    words: Sequence[str], shape: Shape | None = None, vectors: Mapping[str, Floats] | None = None, seed: int = 0
) -> Source:
    """Return a random transformer.

    :param vectors: of some words, instead of random ones; shape (width,) each.
    """
    shape = shape or Shape(layers=2, heads=2, width=8, inner=16)
    rng = np.random.default_rng(seed)
    n = len(MARKS) + len(words) + 1 + len(LETTERS)
    width, inner = shape.width, shape.inner

    def drawn(*size: int, spread: float = 0.3) -> Floats:
        return rng.normal(0.0, spread, size).astype(np.float32)

    weights = {WORDS: drawn(n, width, spread=1.0), POSITIONS: drawn(80, width), TYPES: drawn(2, width)}
    names = ["embeddings.LayerNorm"]
    for layer in range(shape.layers):
        before = f"encoder.layer.{layer}."
        sizes = {f"attention.self.{name}": (width, width) for name in ("query", "key", "value")}
        sizes |= {"attention.output.dense": (width, width), "intermediate.dense": (inner, width)}
        sizes |= {"output.dense": (width, inner)}
        for name, size in sizes.items():
            weights |= {f"{before}{name}.weight": drawn(*size), f"{before}{name}.bias": drawn(size[0])}
        names += [f"{before}attention.output.LayerNorm", f"{before}output.LayerNorm"]
    for name in names:
        weights |= {f"{name}.weight": 1 + drawn(width, spread=0.1), f"{name}.bias": drawn(width, spread=0.1)}
    for word, vector in (vectors or {}).items():
        weights[WORDS][len(MARKS) + list(words).index(word)] = vector
    return Source(shape, weights, tokenizer(words), "")
