"""Put systems that answered the same rows beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.complaint import Record
from data.privacy import mask
from evaluation.baseline import NAME as BASELINE
from evaluation.compare import paired
from evaluation.evaluate import SYSTEM, predictions
from evaluation.metrics import measure
from evaluation.protocols import QUESTIONS, Case, Split

LIVE = "live"
_SHOWN = 300


def beside(cases: Sequence[Case], others: Sequence[Case]) -> list[Case]:
    """Add the answers of other cases of the same rows, in the same order.

    :param cases: the first; none gives the others as they are.
    """
    if not cases:
        return list(others)
    return [replace(a, answers={**a.answers, **b.answers}) for a, b in zip(cases, others, strict=True)]


def add_paired(metrics: dict[str, Any], cases: Sequence[Case]) -> None:
    """Add the paired comparisons with the baseline and the live model to ``metrics.json``."""
    for question in QUESTIONS:
        if question not in metrics:
            continue
        for other, key in ((BASELINE, "gain"), (LIVE, "gain_live")):
            both = [case for case in cases if all(question in case.answers.get(s, {}) for s in (SYSTEM, other))]
            ours, theirs = predictions(both, SYSTEM, question), predictions(both, other, question)
            if not ours:
                continue
            found = paired(ours, theirs)
            metrics[question][key] = {
                "accuracy": round(found.difference, 4), "low": round(found.low, 4), "high": round(found.high, 4),
                "p": round(found.p, 6), "only_ours": found.only_first, "only_theirs": found.only_second,
                "macro_f1": round(found.f1, 4), "f1_low": round(found.f1_low, 4), "f1_high": round(found.f1_high, 4),
            }  # fmt: skip
            measured = measure(theirs)
            if other == LIVE and measured is not None:
                metrics.setdefault("against", {})[question] = measured.to_dict()


def full_point(metrics: dict[str, Any], split: Split) -> dict[str, Any]:
    """Return the last point of the learning curve: all training rows."""
    found = {q: metrics[q]["accuracy"] for q in QUESTIONS if q in metrics}
    return {"rows": int(split.train.size), **found}


def masked_texts(records: Sequence[Record]) -> dict[str, str]:
    """Return the beginnings of the texts, masked, by id."""
    return {r.complaint.id: mask(r.complaint.text)[:_SHOWN] for r in records}
