"""State how sure the final answers are: the probability of the answer that is shown, not that of one head alone.

The agency that is answered joins what was learned with what was composed from function, tier and place, and the
category joins the head with the responsibility table; the sum of two calibrated parts need not be calibrated. So a
small logistic model, fitted on answers about rows that no part had seen (``training/confidence.py``), turns the raw
probability and a few signals of agreement into the probability that is stated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.errors import PilahError
from model.assessment import AgencyAnswer, Alternative, LabelAnswer
from model.category_mixing import matter_categories
from model.matters import MatterReading
from model.mixing import Candidate
from model.routing import Routing

FILE = "confidence.json"
QUESTIONS = ("agency", "parent", "category", "type")
_LEAST = 1e-4
_UNKNOWN = 0.02
"""What a category counts as having in the responsibility table at least."""

Signals = dict[str, float]
"""What speaks for an answer being right, by name; see the functions below."""


def logit(probability: float) -> float:
    """Return the log-odds, kept finite.

    >>> round(logit(0.9), 4), round(logit(1.0), 2)
    (2.1972, 9.21)
    """
    p = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(p / (1 - p))


@dataclass(frozen=True, slots=True)
class Scale:
    """Turn signals into a probability: a logistic model.

    :param weights: by signal; signals without one do not count.
    :param labels: what is added for an answer that was right more, or less, often than others stated alike.
    """

    bias: float
    weights: Mapping[str, float]
    labels: Mapping[str, float]

    def probability(self, signals: Signals, label: str) -> float:
        """Return how likely the answer is right, in (0, 1)."""
        total = self.bias + self.labels.get(label, 0.0)
        for name, weight in self.weights.items():
            total += weight * signals[name]
        total = min(max(total, -30.0), 30.0)
        return 1 / (1 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class Confidence:
    """Hold the scale of each question; a question without one keeps its raw probability."""

    scales: Mapping[str, Scale]

    def to_document(self) -> dict[str, Any]:
        """Return the scales as JSON."""
        return {
            name: {"bias": scale.bias, "weights": dict(scale.weights), "labels": dict(scale.labels)}
            for name, scale in sorted(self.scales.items())
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Confidence:
        """Read the scales.

        :raises PilahError: PLH-205 if a field is missing, unknown or not a finite number.
        """
        try:
            scales = {
                name: Scale(float(item["bias"]), _numbers(item["weights"]), _numbers(item["labels"]))
                for name, item in document.items()
            }
            for name, scale in scales.items():
                if name not in QUESTIONS or not set(scale.weights) <= set(SIGNALS[name]):
                    raise ValueError(name)
                if not math.isfinite(scale.bias):
                    raise ValueError(scale.bias)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PilahError("PLH-205", repr(error)) from error
        return cls(scales)

    def agency(self, answer: AgencyAnswer, signals: Signals) -> AgencyAnswer:
        """State the agency and its government with what was found on unseen rows."""
        scale = self.scales.get("agency")
        if scale is not None:
            stated = scale.probability(signals, answer.label)
            answer = replace(
                answer,
                probability=round(stated, 6),
                alternatives=_rescaled(answer.alternatives, answer.probability, stated),
            )
        scale = self.scales.get("parent")
        if scale is not None and answer.parent is not None:
            above = round(scale.probability(signals, answer.parent.label), 6)
            # the government is right wherever its office is
            answer = replace(answer, parent=replace(answer.parent, probability=max(above, answer.probability)))
        return answer

    def label(self, question: str, answer: LabelAnswer, signals: Signals) -> LabelAnswer:
        """State a category or a type."""
        scale = self.scales.get(question)
        if scale is None:
            return answer
        stated = scale.probability(signals, answer.label)
        rest = _rescaled(answer.alternatives, answer.probability, stated)
        return replace(answer, probability=round(stated, 6), alternatives=rest)


def _rescaled(alternatives: Sequence[Alternative], raw: float, stated: float) -> tuple[Alternative, ...]:
    """Give the alternatives what the answer leaves, in their proportions; none gets more than the answer."""
    factor = (1 - stated) / max(1 - raw, _LEAST)
    return tuple(replace(a, probability=round(min(a.probability * factor, stated), 6)) for a in alternatives)


SIGNALS: Mapping[str, Sequence[str]] = {
    "agency": ("logit", "lead", "agree", "bend"),
    "parent": ("above", "logit"),
    "category": ("logit", "lead", "table", "bend"),
    "type": ("logit", "lead", "bend"),
}
"""Signals of each question; see :func:`agency_signals` and :func:`label_signals`."""


def agency_signals(answer: AgencyAnswer, candidates: Sequence[Candidate], routing: Routing) -> Signals:
    """Return what speaks for the agency.

    ``logit`` is of the raw probability, ``lead`` the logarithm of how far it leads the next candidate, ``agree``
    whether function, tier and place name the same agency first, ``above`` the log-odds of the government. ``bend`` is
    the square of ``logit``: a line through the log-odds may be too stiff where there are rows enough to see it.
    """
    first = routing.agencies[0].agency.id if routing.agencies else None
    return {
        **_own(answer.probability),
        "lead": _lead(answer.probability, candidates[1].probability if len(candidates) > 1 else 0.0),
        "agree": float(answer.id is not None and answer.id == first),
        "above": logit(answer.parent.probability) if answer.parent is not None else 0.0,
    }


def label_signals(answer: LabelAnswer) -> Signals:
    """Return what speaks for a type: ``logit``, ``lead`` and ``bend`` as for the agency."""
    runner = answer.alternatives[0].probability if answer.alternatives else 0.0
    return {**_own(answer.probability), "lead": _lead(answer.probability, runner)}


def category_signals(answer: LabelAnswer, matters: MatterReading) -> Signals:
    """Return what speaks for a category; ``table`` is the logarithm of what the responsibility table gives it."""
    known = matter_categories(matters).get(answer.label, 0.0)
    return {**label_signals(answer), "table": math.log(max(known, _UNKNOWN))}


def _own(probability: float) -> Signals:
    odds = logit(probability)
    return {"logit": odds, "bend": odds * odds / 4}


def _lead(first: float, second: float) -> float:
    return math.log(max(first, _LEAST) / max(second, _LEAST))


def _numbers(found: Mapping[str, Any]) -> dict[str, float]:
    numbers = {str(name): float(value) for name, value in found.items()}
    if not all(map(math.isfinite, numbers.values())):
        raise ValueError(numbers)
    return numbers
