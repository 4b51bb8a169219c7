"""Let a small transformer vote beside the linear heads: the optional accurate tier of a bundle.

Probabilities are mixed question by question with a weight that was learned on rows neither part had seen; a question
that the transformer does not help has none. What comes out is written as margins again, so that calibration, routing,
memory and explanation work on it as on the linear heads alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from model.classifier import Head
from model.features import Floats
from model.transformer import Transformer

NETWORK, TOKENIZER, ARRAYS, SETTINGS = (
    "transformer.onnx",
    "tokenizer.json",
    "transformer.safetensors",
    "transformer.json",
)
FILES = (NETWORK, TOKENIZER, ARRAYS, SETTINGS)


@dataclass(frozen=True, slots=True)
class Vote:
    """Say how much the transformer counts in one question.

    :param weight: of its probabilities, in (0, 1).
    :param linear: temperature that turns the linear head's margins into probabilities.
    :param own: the same for the transformer's.
    """

    weight: float
    linear: float
    own: float

    def __post_init__(self) -> None:
        """Check the ranges.

        :raises ValueError: if a number is outside.
        """
        if not (0 < self.weight < 1 and self.linear > 0 and self.own > 0):
            raise ValueError(f"{self}")

    def join(self, margins: NDArray[Any], own: NDArray[Any]) -> NDArray[np.float64]:
        """Mix probabilities and return them as margins on the scale of the linear head's, same shape.

        :param margins: of the linear head, groups along the last axis.
        :param own: of the transformer's.

        >>> vote = Vote(0.5, linear=1.0, own=1.0)
        >>> vote.join(np.array([2.0, 0.0]), np.array([2.0, 0.0])).round(6).tolist()
        [2.0, 0.0]
        """
        scaled = np.asarray(margins, np.float64) / self.linear
        total = _log_sum(scaled)
        theirs = np.asarray(own, np.float64) / self.own
        mixed = np.logaddexp(np.log1p(-self.weight) + scaled - total, np.log(self.weight) + theirs - _log_sum(theirs))
        return np.asarray(self.linear * (mixed + total))


def _log_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of the sum of exponentials along the last axis, which is kept."""
    top = values.max(axis=-1, keepdims=True)
    return np.asarray(top + np.log(np.exp(values - top).sum(axis=-1, keepdims=True)))


@dataclass(frozen=True, slots=True)
class Accurate:
    """Hold the transformer with its heads.

    :param centre: mean vector of the training rows, shape (width,).
    :param weights: by question, shape (width, n_groups).
    :param biases: by question, shape (n_groups,).
    :param votes: by question; those that the transformer does not help are left out.
    """

    transformer: Transformer
    centre: Floats
    weights: Mapping[str, Floats]
    biases: Mapping[str, Floats]
    votes: Mapping[str, Vote]

    def join(self, margins: Floats, heads: Mapping[str, Head], text: str) -> Floats:
        """Return the margins of all heads with the transformer's votes in them.

        :param margins: of the linear heads, shape (n_groups of all heads,).
        :param text: the normalised document.
        """
        features = direction(self.transformer.encode(text), self.centre)
        joined = margins.copy()
        for name, vote in self.votes.items():
            own = features @ self.weights[name] + self.biases[name]
            joined[heads[name].columns] = vote.join(margins[heads[name].columns], own)
        return joined

    def save(self, directory: Path) -> None:
        """Write the files of a bundle that hold it."""
        (directory / NETWORK).write_bytes(self.transformer.network)
        (directory / TOKENIZER).write_text(self.transformer.tokenizer, encoding="utf-8")
        arrays = {"centre": self.centre}
        for name in self.votes:
            arrays |= {f"weights.{name}": self.weights[name], f"bias.{name}": self.biases[name]}
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, directory / ARRAYS)
        settings = {
            "max_tokens": self.transformer.max_tokens,
            "prefix": self.transformer.prefix,
            "votes": {name: asdict(vote) for name, vote in self.votes.items()},
        }
        (directory / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, heads: Mapping[str, Head]) -> Accurate:
        """Read what :meth:`save` wrote; the network is started when the first text comes.

        :raises ValueError: if shapes do not agree.
        """
        settings = json.loads((directory / SETTINGS).read_text(encoding="utf-8"))
        arrays = load_file(directory / ARRAYS)
        votes = {str(name): Vote(**vote) for name, vote in settings["votes"].items()}
        weights = {name: arrays[f"weights.{name}"] for name in votes}
        biases = {name: arrays[f"bias.{name}"] for name in votes}
        for name in votes:
            groups = len(heads[name].groups)
            if weights[name].shape != (arrays["centre"].size, groups) or biases[name].shape != (groups,):
                raise ValueError(f"votes of {name}: weights {weights[name].shape} for {groups} groups")
        transformer = Transformer(
            (directory / NETWORK).read_bytes(),
            (directory / TOKENIZER).read_text(encoding="utf-8"),
            int(settings["max_tokens"]),
            str(settings["prefix"]),
        )
        return cls(transformer, arrays["centre"], weights, biases, votes)


def direction(vectors: NDArray[Any], centre: Floats) -> Floats:
    """Return vectors seen from the centre, of length one.

    :param vectors: shape (..., width).
    """
    moved = vectors - centre
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9), np.float32)
