"""Turn tested cases into measures and files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.baseline import NAME as BASELINE
from evaluation.metrics import Prediction, bootstrap, measure
from evaluation.protocols import QUESTIONS, Case

SYSTEM = "pilah"


def predictions(cases: Sequence[Case], system: str, question: str) -> list[Prediction]:
    """Return the answers of one system to one question; rows without a label do not count."""
    found = []
    for case in cases:
        label = getattr(case.truth, question)
        answer = case.answers.get(system, {}).get(question)
        if label is not None and answer is not None:
            found.append(Prediction(case.id, label, answer.ranked, answer.confidence))
    return found


def summarise(cases: Sequence[Case], about: dict[str, Any]) -> dict[str, Any]:
    """Compute ``metrics.json``: each question, the same without titles, and the baseline beside it.

    :param about: data, split, seed and the like, stated in the file.
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
