"""Write one self-contained page with the measures and plots of an evaluation."""

from __future__ import annotations

import html
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.coverage import trust_section
from evaluation.evaluate import SYSTEM, predictions
from evaluation.metrics import Prediction
from evaluation.protocols import QUESTIONS, Case

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;border-bottom:1px solid #ccc;"
    "text-align:right}td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}"
)
_COLUMNS = ("n", "accuracy", "macro_f1", "top3", "mean_confidence", "ece", "ece_expected", "calibration_p")


def write_report(cases: Sequence[Case], metrics: dict[str, Any], directory: Path) -> None:
    """Write ``report.html``; it holds ids and labels, never texts, and loads nothing."""
    about = "".join(f"<li>{html.escape(k)}: {html.escape(str(v))}</li>" for k, v in metrics["about"].items())
    parts = [f"<h1>pilah evaluate</h1><ul>{about}</ul>"]
    for question in QUESTIONS:
        if question in metrics:
            parts.append(_section(cases, metrics, question))
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>pilah evaluate</title>"
        f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )
    (directory / "report.html").write_text(page, encoding="utf-8")


def _section(cases: Sequence[Case], metrics: dict[str, Any], question: str) -> str:
    found = predictions(cases, SYSTEM, question)
    ours = metrics[question]
    rows = {"pilah": ours, "pilah, no title": ours["untitled"], "baseline": metrics.get("baseline", {}).get(question)}
    body = "".join(_row(name, values) for name, values in rows.items() if values)
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in ("system", *_COLUMNS))
    interval = f"95 % interval of the accuracy: {ours['accuracy_low']:.3f} to {ours['accuracy_high']:.3f}."
    gain = ours.get("gain")
    if gain:
        interval += f" Gain over the baseline: {gain['accuracy']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})."
    return (
        f"<h2>{question}</h2><table><tr>{head}</tr>{body}</table><p>{interval}</p>{_plots(found)}"
        f"{trust_section(metrics, question)}{_confusions(found)}"
    )


def _row(name: str, values: dict[str, Any]) -> str:
    cells = ("" if (v := values.get(c)) is None else f"{v:.3f}" if isinstance(v, float) else str(v) for c in _COLUMNS)
    return f"<tr><td>{name}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _confusions(found: Sequence[Prediction], limit: int = 10) -> str:
    wrong = Counter((p.truth, p.ranked[0]) for p in found if not p.right)
    rows = "".join(
        f"<tr><td>{html.escape(truth)}</td><td>{html.escape(answer)}</td><td>{n}</td></tr>"
        for (truth, answer), n in wrong.most_common(limit)
    )
    return f"<h3>Most frequent errors</h3><table><tr><th>truth</th><th>answer</th><th>n</th></tr>{rows}</table>"


def _plots(found: Sequence[Prediction]) -> str:
    """Draw the reliability diagram and the risk-coverage curve."""
    import matplotlib  # noqa: PLC0415 - slow to load, and only a report needs it

    matplotlib.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    confidence = np.array([p.confidence for p in found])
    right = np.array([p.right for p in found], float)
    if np.isnan(confidence).any():
        return ""
    with plt.rc_context({"svg.hashsalt": "pilah", "svg.fonttype": "none"}):
        figure, (left, curve) = plt.subplots(1, 2, figsize=(10, 4))
        parts = np.array_split(np.argsort(confidence, kind="stable"), min(15, confidence.size))
        left.plot([0, 1], [0, 1], color="#888", linewidth=1)
        left.plot([confidence[p].mean() for p in parts], [right[p].mean() for p in parts], "o-", color="#0a5")
        left.set(xlabel="stated probability", ylabel="share right", title="Reliability", xlim=(0, 1), ylim=(0, 1))
        order = np.argsort(-confidence, kind="stable")
        coverage = np.arange(1, order.size + 1) / order.size
        curve.plot(coverage, 1 - np.cumsum(right[order]) / np.arange(1, order.size + 1), color="#05a")
        curve.set(xlabel="share answered, surest first", ylabel="share wrong", title="Risk and coverage", ylim=(0, 1))
        figure.tight_layout()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        plt.close(figure)
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]
