"""The weights with which head, table and memory are pooled, and the forms in which a bundle has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import Calibration

AS_SUMMED = Calibration(1.0, 0.0, 2.0)
"""Leaves the sums as they are."""

FEATURES = (
    "head",
    "known",
    "share",
    "unlearned",
    "absent",
    "absent_best",
    "absent_known",
    "absent_margin",
    "absent_memory",
    "custom",
    "similar",
    "rejected",
    "recent",
    "count",
    "correction",
)
"""What speaks for a candidate: see :func:`model.pooling.evidence`."""

REJECTED = -1.5
"""Weight of a return: history cannot teach it, since exports hold only the last decision; about twice that of
``similar``, because a return says more about the office than a disposition about the others."""


@dataclass(frozen=True, slots=True)
class PoolModel:
    """Hold the learned weights and what turns the sums into probabilities.

    :param weights: by name in :data:`FEATURES`.
    :param calibration: of the sums.
    :param custom: by agency id how far local custom follows the table, see :func:`model.pooling.customs`.
    """

    weights: Mapping[str, float]
    calibration: Calibration = field(default=AS_SUMMED)
    custom: Mapping[str, float] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Return the form in which a bundle keeps it."""
        return {"weights": dict(self.weights), "calibration": asdict(self.calibration), "custom": dict(self.custom)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> PoolModel:
        """Read what :meth:`to_document` wrote.

        :raises ValueError: if a weight has an unknown name.
        """
        weights = {str(name): float(value) for name, value in document["weights"].items()}
        unknown = set(weights) - set(FEATURES)
        if unknown:
            raise ValueError(f"unknown weights {sorted(unknown)}")
        custom = {str(name): float(value) for name, value in document.get("custom", {}).items()}
        return cls(weights, Calibration(**document["calibration"]), custom)

    def vector(self) -> NDArray[np.float64]:
        """Return the weights in the order of :data:`FEATURES`."""
        return np.array([self.weights.get(name, 0.0) for name in FEATURES])

    def probabilities(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each candidate.

        :param matrix: shape (n_candidates, n_features).
        """
        return self.calibration.apply(matrix @ self.vector())


FILE = "mixing.json"
"""Where a bundle keeps its pool model."""

KNOWLEDGE_ONLY = PoolModel({"known": 1.0, "similar": 1.0, "rejected": REJECTED, "recent": 0.3, "correction": 0.4})
"""For a bundle that learned no offices: with an empty memory the composed answer stays as it is."""

LOCAL = PoolModel({
    "head": 0.53, "known": 0.34, "share": -0.33, "unlearned": -0.18, "absent": -0.36, "absent_best": 0.81,
    "absent_known": 0.62, "absent_margin": -0.64, "similar": 0.62, "rejected": REJECTED, "recent": 0.42,
    "count": -0.31, "correction": 0.41,
})  # fmt: skip
"""For a bundle with too little dated history to replay: what replaying Kabupaten Bandung 2021 to 2024 gave."""
