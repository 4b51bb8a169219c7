"""Report what screening finds among archived, expired and waiting reports, and what it costs the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.outcomes import FOLLOWED, OUTCOMES
from evaluation.metrics import debiased_ece, ece, simulate_ece
from evaluation.page import table
from evaluation.protocols import SCREENING, Case

REFUSALS = ("darurat", "spam", "sengketa_pribadi", "proses_hukum", "tidak_jelas")
"""Statuses that take a report out of the ordinary way."""
_STOPPED = tuple(outcome for outcome in OUTCOMES if outcome != FOLLOWED)
_COLUMNS = ("found by", "rows", "found", "right", "precision", "recall")


def outcome_report(cases: Sequence[Case], system: str) -> dict[str, Any]:
    """Report precision and recall of what was found, by what it should find; empty where no outcome is known.

    ``aturan`` are rules: a status that takes a report out of the ordinary way, and anything said to be missing.
    ``petunjuk`` are learned hints.
    """
    told = [
        (case.truth.outcome, case.answers[system][SCREENING])
        for case in cases
        if case.truth.outcome is not None and SCREENING in case.answers.get(system, {})
    ]
    if not told:
        return {}
    truths = np.array([outcome for outcome, _ in told])
    stopped = np.asarray(truths != FOLLOWED)
    refused = np.array([answer.ranked[0] in REFUSALS for _, answer in told])
    lacking = np.array(["kurang_lengkap" in answer.ranked for _, answer in told])
    hinted = {name: np.array([name in answer.ranked for _, answer in told]) for name in _STOPPED}
    report: dict[str, Any] = {
        "rows": {name: int((truths == name).sum()) for name in OUTCOMES},
        "found": {
            "aturan: status luar biasa / semua yang terhenti": _found(refused, stopped),
            "aturan: ada yang kurang / menunggu kelengkapan": _found(lacking, truths == "menunggu kelengkapan"),
            "petunjuk / semua yang terhenti": _found(np.any(list(hinted.values()), axis=0), stopped),
            **{f"petunjuk {name} / {name}": _found(hinted[name], truths == name) for name in _STOPPED},
        },
        "stated": {},
    }
    for name in _STOPPED:
        stated = np.array([dict(answer.scores).get(name, np.nan) for _, answer in told])
        said = ~np.isnan(stated)  # a fold may have had too few reports that ended so
        if said.any():
            report["stated"][name] = _stated(stated[said], np.asarray(truths == name, float)[said])
    return report


def _found(found: NDArray[np.bool_], meant: NDArray[np.bool_]) -> dict[str, Any]:
    right = int((found & meant).sum())
    return {
        "rows": int(meant.sum()),
        "found": int(found.sum()),
        "right": right,
        "precision": round(right / int(found.sum()), 4) if found.any() else None,
        "recall": round(right / int(meant.sum()), 4) if meant.any() else None,
    }


def _stated(stated: NDArray[np.float64], right: NDArray[np.float64]) -> dict[str, Any]:
    """Say whether stated probabilities of an outcome are true, and how well they tell it from the others."""
    simulated, raw = simulate_ece(stated, np.random.default_rng(0)), ece(stated, right)
    best = np.argsort(-stated, kind="stable")
    return {
        "n": int(right.size),
        "share": round(float(right.mean()), 4),
        "mean_stated": round(float(stated.mean()), 4),
        "auc": round(auc(stated, right), 4) if 0 < right.sum() < right.size else None,
        "right_of_surest": {str(k): round(float(right[best[:k]].mean()), 4) for k in (10, 25, 50) if k <= right.size},
        "ece": round(debiased_ece(stated, right), 4),
        "ece_expected": round(float(simulated.mean()), 4),
        "calibration_p": round(float((simulated >= raw).mean()), 4),
    }


def auc(stated: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the chance that a row that is right is stated surer than one that is not (Mann and Whitney).

    >>> auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    0.875
    """
    yes, no = stated[right > 0], np.sort(stated[right == 0])
    below, up_to = np.searchsorted(no, yes, side="left"), np.searchsorted(no, yes, side="right")
    return float((below + up_to).mean() / 2 / no.size)


def outcome_section(metrics: Mapping[str, Any]) -> str:
    """Return the part of a report page on screening; empty where no outcome is known."""
    report = metrics.get("screening")
    if not report:
        return ""
    rows = [[name, *(item[c] for c in _COLUMNS[1:])] for name, item in report["found"].items()]
    stated = [[name, *item.values()] for name, item in report["stated"].items()]
    parts = ["<h2>screening</h2>", table(list(_COLUMNS), rows)]
    if stated:
        names = next(iter(report["stated"].values())).keys()
        parts.append(table(["outcome", *(name.replace("_", " ") for name in names)], stated))
    return "".join(parts)


def outcome_lines(report: Mapping[str, Any]) -> list[str]:
    """Write the report for the terminal."""
    lines = []
    for name, item in report.get("found", {}).items():
        shares = ", ".join(f"{k} {item[k]:.2f}" for k in ("precision", "recall") if item[k] is not None)
        lines.append(f"{name}: {item['right']} of {item['found']} found are right, {item['rows']} rows; {shares}")
    for name, item in report.get("stated", {}).items():
        discerned = f"AUC {item['auc']:.2f}, " if item["auc"] is not None else ""
        lines.append(
            f"{name}: stated {item['mean_stated']:.3f}, is {item['share']:.3f}, {discerned}ECE {item['ece']:.3f} "
            f"(expected {item['ece_expected']:.3f}, p {item['calibration_p']:.2f})"
        )
    return lines
