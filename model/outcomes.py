"""Hint at reports that ended badly at this desk before: archived, expired unanswered, or waiting to be completed.

A head learns it from a deployment's own history, where the export tells how reports ended. It is a hint to the admin
and nothing else: it never changes the status, refuses nothing, and asks for a person's eye. Each hint states its
probability, and is given only where hints as sure held often enough on reports that the head had not seen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import PilahError
from data.outcomes import ARCHIVED, EXPIRED, FOLLOWED, OUTCOMES, WAITING
from model.assessment import Finding
from model.classifier import Head
from model.confidence import Scale, Signals
from model.features import Floats
from model.reading import Reading

FILE = "outcome.json"
HEAD = "outcome"
KIND = "riwayat_serupa"
"""Kind of the finding; its ``detail`` is the outcome."""
SIGNALS = ("lead", "words", "place", "number", "table")

_SAYS = {
    ARCHIVED: "laporan serupa kerap diarsipkan admin ({share}); mohon periksa bukti dan kejelasannya",
    EXPIRED: "laporan serupa kerap kedaluwarsa tanpa tanggapan ({share}); mohon pastikan ada yang menanggapi",
    WAITING: "laporan serupa kerap menunggu kelengkapan dari pelapor ({share}); mohon periksa apa yang kurang",
}
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class OutcomeScale:
    """State how likely one outcome is.

    :param scale: turns the signals into a probability.
    :param shown: hints are given from this probability on; ``None`` where none was often enough right.
    :param n: unseen reports that were at least so likely, ``right`` of them ended so.
    """

    scale: Scale
    shown: float | None
    n: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Hold the scale of each outcome."""

    scales: Mapping[str, OutcomeScale]

    def to_document(self) -> dict[str, Any]:
        """Return the scales as JSON."""
        return {
            name: {
                "bias": found.scale.bias,
                "weights": dict(found.scale.weights),
                "shown": found.shown,
                "n": found.n,
                "right": found.right,
            }
            for name, found in sorted(self.scales.items())
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Outcomes:
        """Read the scales.

        :raises PilahError: PLH-205 if a field is missing, unknown or not a finite number.
        """
        try:
            scales = {}
            for name, item in document.items():
                weights = {str(k): float(v) for k, v in item["weights"].items()}
                bias, shown = float(item["bias"]), item["shown"]
                numbers = [bias, *weights.values(), 0.5 if shown is None else float(shown)]
                if name not in OUTCOMES or not set(weights) <= set(SIGNALS) or not all(map(math.isfinite, numbers)):
                    raise ValueError(name)
                scale = Scale(bias, weights, {})
                threshold = None if shown is None else float(shown)
                scales[name] = OutcomeScale(scale, threshold, int(item["n"]), int(item["right"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PilahError("PLH-205", repr(error)) from error
        return cls(scales)

    def probabilities(self, head: Head, margins: Floats, reading: Reading) -> dict[str, float]:
        """Return how likely each outcome is.

        :param margins: of the head, one score a group.
        """
        common = reading_signals(reading)
        return {
            name: found.scale.probability({**common, "lead": lead}, name)
            for name, found in self.scales.items()
            if (lead := lead_of(head, margins, name)) is not None
        }

    def findings(self, stated: Mapping[str, float]) -> tuple[Finding, ...]:
        """Return the hints that held often enough, the likeliest first.

        :param stated: probabilities of the outcomes.
        """
        shown = {name: found.shown for name, found in self.scales.items() if found.shown is not None}
        found = [Finding(KIND, round(p, 4), (), None, name) for name, p in stated.items() if p >= shown.get(name, 2.0)]
        return tuple(sorted(found, key=lambda f: -f.probability))


def lead_of(head: Head, margins: NDArray[np.floating[Any]], outcome: str) -> float | None:
    """Return by how much the head prefers an outcome to a follow-up; ``None`` where it does not know one of them."""
    here, usual = head.group_of.get(outcome), head.group_of.get(FOLLOWED)
    return None if here is None or usual is None else float(margins[here]) - float(margins[usual])


def reading_signals(reading: Reading) -> Signals:
    """Return what tells beside the words: how much was written, whether a place or a number is given, the table's say.

    Who the reporter is, and whether the name is hidden, does not count.
    """
    complaint = reading.complaint
    named = any(candidate.span is not None for candidate in reading.places.candidates)
    return {
        "words": math.log1p(len(complaint.text.split())) - 4.0,
        "place": float(bool(complaint.location) or named),
        "number": float(_NUMBER.search(complaint.text) is not None),
        "table": max(reading.matters.probabilities.values(), default=0.0),
    }


def sayings(findings: Sequence[Finding]) -> list[str]:
    """Write the hints as sentences for the admin."""
    return [
        f"Perlu ditinjau orang: {_SAYS[f.detail].format(share=f'{f.probability:.0%}'.replace('%', ' %'))}. "
        "Ini petunjuk, bukan alasan menolak."
        for f in findings
        if f.kind == KIND and f.detail in _SAYS
    ]
