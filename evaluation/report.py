"""Write one self-contained page with the measures, slices and plots of an evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.coverage import trust_section
from evaluation.evaluate import SYSTEM, predictions
from evaluation.metrics import Prediction
from evaluation.outcomes import outcome_section
from evaluation.page import Line, escape, page, plot, table
from evaluation.protocols import QUESTIONS, Case
from evaluation.robustness import robustness_section

_COLUMNS = ("n", "accuracy", "macro_f1", "top3", "mean_confidence", "ece", "ece_expected", "calibration_p")
_CONFUSIONS, _EXAMPLES = 12, 3
_TARGET = 0.05  # the operating point shown: the largest share answered with at most so many errors


def write_report(
    cases: Sequence[Case], metrics: Mapping[str, Any], directory: Path, examples: Mapping[str, str] | None = None
) -> None:
    """Write ``report.html``; it holds ids and labels and loads nothing.

    :param examples: masked texts by id, where they may be shown; without it no text is.
    """
    about = "".join(f"<li>{escape(k)}: {escape(_short(v))}</li>" for k, v in metrics["about"].items())
    parts = [f"<ul>{about}</ul>"]
    parts += [_section(cases, metrics, question, examples or {}) for question in QUESTIONS if question in metrics]
    parts += [outcome_section(metrics), robustness_section(metrics)]
    (directory / "report.html").write_text(page("pilah evaluate", parts), encoding="utf-8")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else f"{text[:300]} …"


def _section(cases: Sequence[Case], metrics: Mapping[str, Any], question: str, examples: Mapping[str, str]) -> str:
    found = predictions(cases, SYSTEM, question)
    ours = metrics[question]
    systems = {"pilah": ours, "pilah, no title": ours["untitled"]}
    systems["baseline"] = metrics.get("baseline", {}).get(question)
    systems["live model"] = metrics.get("against", {}).get(question)
    rows = [[name, *(values.get(column) for column in _COLUMNS)] for name, values in systems.items() if values]
    parts = [f"<h2>{question}</h2>", table(["system", *(c.replace("_", " ") for c in _COLUMNS)], rows)]
    parts.append(f"<p>{_sentences(ours, metrics, question)}</p>")
    parts += [_plots(found, metrics, question), trust_section(metrics, question)]
    sliced = metrics.get("slices", {}).get(question, {})
    if sliced.get("errors"):
        parts += ["<h3>Kinds of error</h3>", table(["wrong first", "n"], sliced["errors"].items())]
    parts.append(_confusions(found, examples))
    for kind, listed in sliced.get("slices", {}).items():
        lines = [[s["name"], s["n"], s["accuracy"], f"{s['low']:.3f} to {s['high']:.3f}"] for s in listed]
        shown = table([kind, "n", "accuracy", "95 % interval"], lines)
        parts.append(f"<details><summary>By {escape(kind)} ({len(listed)})</summary>{shown}</details>")
    return "".join(parts)


def _sentences(ours: Mapping[str, Any], metrics: Mapping[str, Any], question: str) -> str:
    said = [f"95 % interval of the accuracy: {ours['accuracy_low']:.3f} to {ours['accuracy_high']:.3f}."]
    for other, key in (("the baseline", "gain"), ("the live model", "gain_live")):
        gain = ours.get(key)
        if gain:
            tested = f", McNemar p {gain['p']:.3g}" if "p" in gain else ""
            said.append(
                f"Gain over {other}: {gain['accuracy']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f}{tested})."
            )
    ceiling = metrics.get("slices", {}).get(question, {}).get("ceiling")
    if ceiling:
        said.append(
            f"Noise ceiling: near-identical reports have one label in {ceiling['agreement']:.3f} of {ceiling['pairs']} "
            f"pairs ({ceiling['low']:.3f} to {ceiling['high']:.3f}); about this much is the most that is possible."
        )
    return " ".join(said)


def _confusions(found: Sequence[Prediction], examples: Mapping[str, str]) -> str:
    wrong: dict[tuple[str, str], list[str]] = {}
    for answer in found:
        if not answer.right:
            wrong.setdefault((answer.truth, answer.ranked[0] if answer.ranked else ""), []).append(answer.id)
    counts = Counter({pair: len(ids) for pair, ids in wrong.items()})
    rows = []
    for pair, n in counts.most_common(_CONFUSIONS):
        ids = wrong[pair][:_EXAMPLES]
        rows.append([*pair, n, "; ".join(f"{i}: {examples[i]}" if i in examples else i for i in ids)])
    return f"<h3>Most frequent errors</h3>{table(['truth', 'answer', 'n', 'ids'], rows)}"


def _plots(found: Sequence[Prediction], metrics: Mapping[str, Any], question: str) -> str:
    confidence = np.array([p.confidence for p in found])
    right = np.array([p.right for p in found], float)
    drawn = []
    if confidence.size and not np.isnan(confidence).any():
        drawn += [_reliability(confidence, right), _coverage(confidence, right)]
    curve = [(point["rows"], point[question]) for point in metrics.get("learning_curve", ()) if question in point]
    if curve:
        most = max(rows for rows, _ in curve)
        drawn.append(plot("Learning curve", "training rows", "accuracy", [Line("pilah", curve, True)], x=(0, most)))
    months = metrics.get("slices", {}).get(question, {}).get("slices", {}).get("month", [])
    if len(months) > 2:
        points = [(float(i), entry["accuracy"]) for i, entry in enumerate(months)]
        across = f"month, {months[0]['name']} to {months[-1]['name']}"
        drawn.append(plot("By month", across, "accuracy", [Line("pilah", points, True)], x=(0, len(points) - 1)))
    return "".join(drawn)


def _reliability(confidence: np.typing.NDArray[np.float64], right: np.typing.NDArray[np.float64]) -> str:
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(15, confidence.size))
    points = [(float(confidence[part].mean()), float(right[part].mean())) for part in parts]
    lines = [Line("", [(0.0, 0.0), (1.0, 1.0)]), Line("pilah", points, True)]
    return plot("Reliability", "stated probability", "share right", lines)


def _coverage(confidence: np.typing.NDArray[np.float64], right: np.typing.NDArray[np.float64]) -> str:
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, order.size + 1)
    risk = 1 - np.cumsum(right[order]) / answered
    keep = np.unique(np.linspace(0, order.size - 1, min(200, order.size)).astype(int))
    points = [(float(answered[i] / order.size), float(risk[i])) for i in keep]
    within = np.flatnonzero(risk <= _TARGET)
    marks = []
    if within.size:
        last = int(within[-1])
        marks = [(float(answered[last] / order.size), float(risk[last]), f"{_TARGET:.0%} wrong")]
    lines = [Line("pilah", points)]
    return plot("Risk and coverage", "share answered, surest first", "share wrong", lines, marks=marks)
