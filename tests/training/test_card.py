"""The model card shows what was measured, and says so where nothing was."""

from __future__ import annotations

from typing import Any

from training.card import figures_of

VALUES = {"n": 40, "accuracy": 0.5, "accuracy_low": 0.4, "accuracy_high": 0.6, "macro_f1": 0.25, "top3": 0.75}


def test_a_report_becomes_a_table_with_gain_and_learning_curve() -> None:
    agency: dict[str, Any] = {**VALUES, "calibration_p": 0.3, "gain": {"accuracy": 0.06, "low": 0.01, "high": 0.11}}
    report = {
        "about": {"data": ["a.jsonl"], "split": "time:0.2", "seed": 0},
        "agency": agency,
        "learning_curve": [{"rows": 10, "agency": 0.3}, {"rows": 20, "agency": 0.5}],
    }
    text = figures_of([report])
    assert "data a.jsonl, split time:0.2, seed 0" in text
    assert "| agency | 40 | 0.500 (0.400 to 0.600) | 0.250 | 0.750 | 0.300 | +0.060 (+0.010 to +0.110) |" in text
    assert "- 20: 0.500" in text


def test_without_reports_there_are_no_figures() -> None:
    assert figures_of([]) == ""
