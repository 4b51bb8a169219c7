"""Report what the policy lets through, whether its promise is kept, and draw both."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.agencies import AgencyRegistry
from evaluation.calibration import TARGETS, FindThreshold, Reliability, policy_report, reliability, reliability_by
from evaluation.metrics import Prediction
from evaluation.protocols import QUESTIONS, Case

_SIZE, _EDGE = 300, 40
_SHOWN = 12
"""Slices shown, the largest first."""


def predictions(cases: Sequence[Case], system: str, question: str) -> list[Prediction]:
    """Return the answers of one system to one question; rows without a label do not count."""
    found = []
    for case in cases:
        label = getattr(case.truth, question)
        answer = case.answers.get(system, {}).get(question)
        if label is not None and answer is not None:
            found.append(Prediction(case.id, label, answer.ranked, answer.confidence))
    return found


def promise_report(cases: Sequence[Case], system: str) -> dict[str, dict[str, Any]]:
    """Report for each target what the system's own policy would have let through, and how much of it is wrong.

    The policy was fitted on the system's training rows, before the cases. It is about agencies, not about their names:
    another name of the agency that was decided is right, as it was for the policy.
    """
    registry = AgencyRegistry.load()
    told = [(case.truth.agency, answers["agency"]) for case in cases if "agency" in (answers := case.answers[system])]
    rows = [
        (same_agency(registry, truth, answer.ranked[0]), answer.eligible) for truth, answer in told if truth is not None
    ]
    report = {}
    for target in TARGETS if rows else ():
        through = [right for right, eligible in rows if target in eligible]
        errors = len(through) - sum(through)
        report[f"{target:g}"] = {
            "of": len(rows),
            "n": len(through),
            "errors": errors,
            "coverage": round(len(through) / len(rows), 4),
            "error": round(errors / len(through), 4) if through else None,
            "kept": not through or errors <= target * len(through),
        }
    return report


def same_agency(registry: AgencyRegistry, one: str, other: str) -> bool:
    """Tell whether two names are of one agency, as far as the registry knows.

    >>> same_agency(AgencyRegistry.load(), "Dishub Kota Bandung", "Dinas Perhubungan Kota Bandung")
    True
    """
    if one == other:
        return True
    first, second = registry.resolve(one), registry.resolve(other)
    return first is not None and second is not None and first.id == second.id


def trust_report(cases: Sequence[Case], system: str, find: FindThreshold, ordered: bool) -> dict[str, Any]:
    """Report the promise, the coverage that thresholds fitted on half of the answers reach, and the reliability.

    :param find: fits a threshold.
    :param ordered: whether the cases are in order of time.
    """
    halves, slices = {}, {}
    for question in QUESTIONS:
        found = predictions(cases, system, question)
        overall = reliability("semua", found) if found else None
        if overall is None:
            continue
        halves[question] = policy_report(found, find, ordered)
        by_answer = reliability_by(found, lambda p: p.ranked[0])
        slices[question] = [_entry(item) for item in by_answer]
    return {"promise": promise_report(cases, system), "halves": halves, "reliability": slices}


def _entry(item: Reliability) -> dict[str, Any]:
    return {
        "slice": item.name,
        "n": item.n,
        "accuracy": round(item.accuracy, 4),
        "confidence": round(item.confidence, 4),
        "ece": round(item.ece, 4),
        "ece_raw": round(item.raw, 4),
        "ece_expected": round(item.expected, 4),
        "p": round(item.p, 4),
        "bins": [[round(stated, 4), round(right, 4), n] for stated, right, n in item.bins],
    }


def trust_section(metrics: Mapping[str, Any], question: str) -> str:
    """Return the part of a report page on one question: coverage by target, reliability by answer, diagrams."""
    trust = metrics.get("trust", {})
    slices = trust.get("reliability", {}).get(question)
    if not slices:
        return ""
    rows = [
        (f"{100 * float(target):g} %", "thresholds of one half on the other", item["coverage"], item["error"])
        for target, item in trust["halves"].get(question, {}).items()
    ]
    oracle = [
        (f"{100 * float(target):g} %", "best threshold in hindsight", item["oracle"], None)
        for target, item in trust["halves"].get(question, {}).items()
    ]
    own = trust["promise"] if question == "agency" else {}
    shipped = [
        (f"{100 * float(target):g} %", "the bundle's own policy", item["coverage"], item["error"])
        for target, item in own.items()
    ]
    covered = _table(("at most wrong", "threshold", "share let through", "share wrong"), [*shipped, *rows, *oracle])
    shown = [slices[0], *sorted(slices[1:], key=lambda item: -item["n"])[:_SHOWN]]
    names = ("slice", "n", "accuracy", "confidence", "ece", "ece_expected", "p")
    sliced = _table(names, [tuple(item[name] for name in names) for item in shown])
    return f"<h3>Trust</h3>{reliability_svg(slices[0]['bins'])}{covered}{sliced}"


def reliability_svg(bins: Sequence[Sequence[float]]) -> str:
    """Draw stated against observed shares; the area of a dot is its number of rows.

    :param bins: mean stated probability, share right and number of rows of each bin.
    """
    total = sum(n for _, _, n in bins) or 1

    def at(x: float, y: float) -> tuple[float, float]:
        return _EDGE + x * _SIZE, 10 + (1 - y) * _SIZE

    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts = [
        f'<svg role="img" viewBox="0 0 {_SIZE + _EDGE + 20} {_SIZE + _EDGE + 20}" width="{_SIZE + _EDGE + 20}" '
        'xmlns="http://www.w3.org/2000/svg"><title>Reliability</title>',
        f'<path d="M{x0:g} {y1:g}V{y0:g}H{x1:g}M{x0:g} {y0:g}L{x1:g} {y1:g}" fill="none" stroke="#888"/>',
    ]
    points = [at(stated, right) for stated, right, _ in bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#0a5"/>')
    for (x, y), (_, _, n) in zip(points, bins, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 8 * float(np.sqrt(n / total)):.1f}" fill="#0a5"/>')
    for share in (0.0, 0.5, 1.0):
        x, _ = at(share, 0)
        _, y = at(0, share)
        parts.append(f'<text x="{x:g}" y="{y0 + 16:g}" font-size="12" text-anchor="middle">{share:g}</text>')
        parts.append(f'<text x="{x0 - 6:g}" y="{y + 4:g}" font-size="12" text-anchor="end">{share:g}</text>')
    parts.append(f'<text x="{(x0 + x1) / 2:g}" y="{y0 + 34:g}" font-size="12" text-anchor="middle">stated</text>')
    return "".join(parts) + "</svg>"


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def cell(value: Any) -> str:
        return "" if value is None else f"{value:.3f}" if isinstance(value, float) else html.escape(str(value))

    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{cell(v)}</td>' for v in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
