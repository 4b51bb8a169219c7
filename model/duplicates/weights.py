"""The plain weights of the pair scorer: a linear part and small trees, averaged and calibrated; JSON, no code."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.errors import PilahError
from model.duplicates.signals import SIGNALS

SCHEMA: Final = 2
OWN: Final = "own"
"""The origin, in ``about``, of weights that were trained on judgements of one's own."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Hold a logistic regression on standardised signals.

    :param weights: one per signal; 0 for signals that it does not use.
    """

    mean: list[float]
    scale: list[float]
    weights: list[float]
    bias: float

    def logits(self, values: Floats) -> Floats:
        """Return a logit for each row of signals.

        :param values: (rows, signals).
        """
        return Line(self).logits(values)


@dataclass(frozen=True, slots=True)
class Trees:
    """Hold boosted trees as full binary trees of one depth.

    :param feature: per tree the signal that each inner node tests, the root first, then level by level.
    :param threshold: a row goes right where its signal is above it.
    :param value: per tree the logit of each leaf, left to right.
    :param bias: the logit before any tree.
    """

    feature: list[list[int]]
    threshold: list[list[float]]
    value: list[list[float]]
    bias: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Hold the rising line, straight between its knots, that turns logits into log odds.

    :param knots: logits in ascending order; beyond the first and the last the line is level.
    :param values: the log odds at each.
    """

    knots: list[float]
    values: list[float]


def probability(logits: Floats) -> Floats:
    """Return probabilities for log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), dtype=np.float64)


def calibrated(logits: Floats, calibration: Calibration) -> Floats:
    """Return calibrated probabilities for logits."""
    return probability(np.interp(logits, calibration.knots, calibration.values))


class Line:
    """Evaluate a linear part on many rows at once."""

    def __init__(self, linear: Linear) -> None:
        self._mean, self._scale = np.array(linear.mean), np.array(linear.scale)
        self._weights, self._bias = np.array(linear.weights), linear.bias

    def logits(self, values: Floats) -> Floats:
        """Return a logit for each row of signals."""
        return np.asarray((values - self._mean) / self._scale @ self._weights + self._bias, dtype=np.float64)


class Forest:
    """Evaluate trees on many rows at once."""

    def __init__(self, trees: Trees) -> None:
        # One place of all trees lies together, which is read fastest; no trees are one of a single leaf.
        self._feature = np.array(trees.feature or [[]], dtype=np.intp).T.copy()
        self._threshold = np.array(trees.threshold or [[]]).T.copy()
        self._value = np.array(trees.value or [[0.0]]).T.copy()
        self._bias = trees.bias

    def logits(self, values: Floats) -> Floats:
        """Return a logit for each row of signals."""
        # All tests at once are cheaper than picking, level by level, those that a row comes to.
        right = values.take(self._feature, axis=1) > self._threshold
        value = np.broadcast_to(self._value, (len(values), *self._value.shape))
        while half := value.shape[1] // 2:  # from the leaves up
            value = np.where(right[:, half - 1 : 2 * half - 1], value[:, 1::2], value[:, ::2])
        return np.asarray(value[:, 0].sum(axis=1) + self._bias, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ScorerWeights:
    """Hold all that a trained scorer needs.

    :param same: the linear part for ``same``.
    :param trees: the trees for ``same``.
    :param calibration: turns the mean logit into log odds.
    :param followup: the linear model for ``followup``, calibrated by itself.
    :param shifts: how much the log odds change where a rule of :mod:`model.duplicates.relations` holds.
    :param about: rows, date and figures of the training, for people.
    """

    same: Linear
    trees: Trees
    calibration: Calibration
    followup: Linear
    about: dict[str, Any]
    shifts: dict[str, float] = field(default_factory=dict)

    def shifted(self, same: float, rules: Iterable[str]) -> float:
        """Return a calibrated probability once it is known which rules hold."""
        moved = sum(self.shifts.get(rule, 0.0) for rule in rules)
        return same if not moved else 1.0 / (1.0 + (1.0 - same) / max(same, 1e-12) * math.exp(-moved))


def save_weights(weights: ScorerWeights, path: Path) -> None:
    """Write weights as JSON, rounded to six digits, which changes no probability by more than a millionth."""
    packed = {"schema": SCHEMA, "signals": list(SIGNALS), **asdict(weights)}

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.6g}")
        if isinstance(value, list | tuple):
            return [rounded(item) for item in value]
        return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(packed), separators=(",", ":")) + "\n", encoding="utf-8")


def read_packed(path: Path) -> Any:
    """Read a file of weights as the JSON document that a bundle carries, checked.

    :raises PilahError: PLH-603 if the file is missing, damaged or made for other signals.
    """
    try:
        packed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PilahError("PLH-603", path.name) from error
    parse_weights(packed, path.name)
    return packed


def load_weights(path: Path) -> ScorerWeights:
    """Read weights.

    :raises PilahError: PLH-603 if the file is missing, damaged or made for other signals.
    """
    return parse_weights(read_packed(path), path.name)


def parse_weights(document: Any, name: str) -> ScorerWeights:
    """Read weights from a JSON document.

    :param name: what the error names.
    :raises PilahError: PLH-603 if it is damaged or made for other signals.
    """
    try:
        packed = dict(document)
        if packed.pop("schema") != SCHEMA or packed.pop("signals") != list(SIGNALS):
            raise PilahError("PLH-603", f"{name}: other signals")
        return ScorerWeights(
            same=Linear(**packed.pop("same")),
            trees=Trees(**packed.pop("trees")),
            followup=Linear(**packed.pop("followup")),
            calibration=Calibration(**packed.pop("calibration")),
            **packed,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PilahError("PLH-603", name) from error
