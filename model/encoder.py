"""Turn a text into the mean of its words' vectors: what words stand near each other in Indonesian complaints.

The vectors are made by ``training/encoder.py`` from text alone. They are weighted (frequent words count little) and
centred already, so that the direction of the plain sum is the text's vector; numpy is all it takes to serve them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from data.errors import PilahError

TOKEN = re.compile(r"[a-z0-9]+")
"""What a word is; the same pattern is in ``tokenizer.json``."""

Floats = NDArray[np.float32]

ARRAY = "embedding.weight"
UNKNOWN = "[UNK]"
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"


@dataclass(frozen=True)
class Encoder:
    """Encode texts.

    :param words: in the order of the rows; never a rare word.
    :param vectors: int8, shape (n_words, n_dimensions).
    :param scales: one a word, shape (n_words,).
    """

    words: tuple[str, ...]
    vectors: NDArray[np.int8]
    scales: Floats
    _index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the look-up table.

        :raises ValueError: if the shapes do not agree.
        """
        if self.vectors.ndim != 2 or not self.vectors.shape[0] == self.scales.size == len(self.words):
            raise ValueError(f"{len(self.words)} words, vectors {self.vectors.shape}, scales {self.scales.shape}")
        object.__setattr__(self, "_index", {word: i for i, word in enumerate(self.words)})

    @property
    def size(self) -> int:
        """Return the number of dimensions."""
        return int(self.vectors.shape[1])

    def encode(self, text: str) -> Floats:
        """Return the vector of a normalised text, of length one; zeros if no word is known."""
        get = self._index.get
        found = [i for i in map(get, TOKEN.findall(text)) if i is not None]
        if not found:
            return np.zeros(self.size, np.float32)
        rows = np.array(found)
        total: Floats = self.scales[rows] @ self.vectors.take(rows, axis=0).astype(np.float32)
        length = float(np.sqrt(total @ total))
        return total / np.float32(length) if length > 0 else total

    def shares(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Split the vector of a text into the parts of its known words, which sum to it.

        :return: where each word starts in the text, shape (n,), and its part, shape (n, n_dimensions).
        """
        get = self._index.get
        found = [(match.start(), i) for match in TOKEN.finditer(text) if (i := get(match[0])) is not None]
        starts, rows = np.array([f[0] for f in found], np.int64), np.array([f[1] for f in found], np.int64)
        parts: Floats = self.scales[rows, None] * self.vectors.take(rows, axis=0).astype(np.float32)
        total = parts.sum(axis=0)
        length = float(np.sqrt(total @ total))
        return starts, parts / np.float32(length) if length > 0 else parts

    @classmethod
    def quantise(cls, words: tuple[str, ...], vectors: NDArray[np.floating[Any]]) -> Encoder:
        """Store vectors in one byte a number, one scale a word.

        :param vectors: shape (n_words, n_dimensions).
        """
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127.0
        return cls(words, np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32))


def load_encoder(directory: Path) -> Encoder:
    """Read what ``pilah encoder build`` wrote: a ``StaticEmbedding`` of sentence-transformers.

    :raises PilahError: PLH-209 if it cannot be read.
    """
    try:
        vectors = load_file(directory / WEIGHTS)[ARRAY]
        tokenizer = json.loads((directory / TOKENIZER).read_text(encoding="utf-8"))
        vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
        kept = sorted((i, word) for word, i in vocabulary.items() if word != UNKNOWN)
        return Encoder.quantise(tuple(word for _, word in kept), vectors[[i for i, _ in kept]].astype(np.float64))
    except (OSError, KeyError, TypeError, ValueError, IndexError, SafetensorError) as error:
        raise PilahError("PLH-209", f"{directory}: {error!r}") from error
