"""Turn tested cases into measures and files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.baseline import NAME as BASELINE
from evaluation.calibration import FindThreshold
from evaluation.coverage import predictions, trust_report
from evaluation.metrics import bootstrap, measure
from evaluation.outcomes import outcome_report
from evaluation.protocols import QUESTIONS, Case

SYSTEM = "pilah"
__all__ = ["SYSTEM", "predictions", "summarise", "write_results"]


def summarise(
    cases: Sequence[Case], about: dict[str, Any], find: FindThreshold | None = None, ordered: bool = False
) -> dict[str, Any]:
    """Compute ``metrics.json``: each question, the same without titles, and the baseline beside it.

    :param about: data, split, seed and the like, stated in the file.
    :param find: fits a threshold of the error bound; with it ``metrics["trust"]`` says how far the promise carries.
    :param ordered: whether the cases are in order of time.
    """
    metrics: dict[str, Any] = {"about": about}
    baseline: dict[str, Any] = {}
    for question in QUESTIONS:
        measured = measure(predictions(cases, SYSTEM, question))
        if measured is None:
            continue
        entry: dict[str, Any] = measured.to_dict()
        untitled = measure(predictions(cases, f"{SYSTEM} untitled", question))
        entry["untitled"] = untitled.to_dict() if untitled else None
        compared = measure(predictions(cases, BASELINE, question))
        if compared is not None:
            baseline[question] = compared.to_dict()
            entry["gain"] = _gain(cases, question)
        metrics[question] = entry
    if baseline:
        metrics["baseline"] = baseline
    screened = outcome_report(cases, SYSTEM)
    if screened:
        metrics["screening"] = screened
    if find is not None:
        metrics["trust"] = trust_report(cases, SYSTEM, find, ordered)
    return metrics


def _gain(cases: Sequence[Case], question: str) -> dict[str, float] | None:
    """Return the accuracy gained over the baseline on the same rows, with a paired 95 % bootstrap interval."""
    pairs = [
        (ours.right, theirs.right)
        for case in cases
        for ours in predictions([case], SYSTEM, question)
        for theirs in predictions([case], BASELINE, question)
    ]
    if not pairs:
        return None
    differences = np.array([float(ours) - float(theirs) for ours, theirs in pairs])
    low, high = bootstrap(differences, np.random.default_rng(0))
    return {"accuracy": round(float(differences.mean()), 4), "low": round(low, 4), "high": round(high, 4)}


def write_results(cases: Sequence[Case], metrics: dict[str, Any], directory: Path) -> None:
    """Write ``metrics.json`` and ``predictions.jsonl``; the latter holds ids and labels, never texts."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for case in cases:
            file.write(json.dumps(_line(case), ensure_ascii=False) + "\n")
    text = json.dumps(metrics, ensure_ascii=False, indent=2)
    (directory / "metrics.json").write_text(text + "\n", encoding="utf-8")


def _line(case: Case) -> dict[str, Any]:
    line: dict[str, Any] = {"id": case.id, "fold": case.fold}
    for question in QUESTIONS:
        label = getattr(case.truth, question)
        found = {name: answers[question] for name, answers in case.answers.items() if question in answers}
        if label is None or not found:
            continue
        line[question] = {
            "truth": label,
            **{
                name: {"ranked": answer.ranked[:5], "confidence": _finite(answer.confidence)}
                for name, answer in found.items()
            },
        }
    return line


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 6)
