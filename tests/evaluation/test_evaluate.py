"""The files of an evaluation: metrics.json, predictions.jsonl, report.html."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from data.complaint import Record
from data.hygiene import Truth
from evaluation.baseline import NAME, BaselineLearner
from evaluation.evaluate import SYSTEM, predictions, summarise, write_results
from evaluation.protocols import Answer, Case, run_split
from evaluation.report import write_report
from training.config import Config
from training.learner import PilahLearner

MEASURES = {"n", "accuracy", "macro_f1", "top3", "ece", "ece_expected", "calibration_p", "mean_confidence"}


@pytest.fixture(scope="module")
def cases(sample_records: list[Record]) -> list[Case]:
    learners = {SYSTEM: PilahLearner(Config()), NAME: BaselineLearner()}
    return run_split(sample_records, "time:0.2", learners, seed=0)


@pytest.fixture(scope="module")
def metrics(cases: list[Case]) -> dict[str, Any]:
    return summarise(cases, {"data": ["<sample>"], "split": "time:0.2"})


@pytest.fixture(scope="module")
def results(cases: list[Case], metrics: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report") / "new"
    write_results(cases, metrics, directory)
    write_report(cases, metrics, directory)
    return directory


def test_metrics_have_the_shape_of_the_contract(results: Path, cases: list[Case]) -> None:
    found = json.loads((results / "metrics.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert {"about", "agency", "category", "type", "baseline"} <= set(found)
    for question in ("agency", "category", "type"):
        assert set(found[question]) >= MEASURES
        assert found[question]["n"] == found["baseline"][question]["n"] == len(cases)
        assert set(found[question]["untitled"]) >= MEASURES
        assert found["baseline"][question]["ece"] is None
        assert found[question]["gain"]["low"] <= found[question]["gain"]["accuracy"] <= found[question]["gain"]["high"]


def test_the_gain_is_the_difference_of_the_accuracies(metrics: dict[str, Any]) -> None:
    for question in ("agency", "category", "type"):
        difference = metrics[question]["accuracy"] - metrics["baseline"][question]["accuracy"]
        assert metrics[question]["gain"]["accuracy"] == pytest.approx(difference, abs=2e-4)


def test_predictions_hold_ids_and_labels_but_no_texts(results: Path, sample_records: list[Record]) -> None:
    raw = (results / "predictions.jsonl").read_text(encoding="utf-8")
    by_id = {record.complaint.id: record.complaint for record in sample_records}
    lines = [json.loads(line) for line in raw.splitlines()]
    for line in lines:
        complaint = by_id[line["id"]]
        assert complaint.text not in raw
        assert set(line) <= {"id", "fold", "agency", "category", "type", "function"}
        assert line["agency"]["truth"]
        assert line["agency"][NAME]["confidence"] is None
        assert 0 < line["agency"][SYSTEM]["confidence"] <= 1
    assert len(lines) == len({line["id"] for line in lines})


def test_the_measures_follow_from_the_predictions(results: Path, metrics: dict[str, Any]) -> None:
    lines = [json.loads(line) for line in (results / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    right = [line["agency"]["truth"] == line["agency"][SYSTEM]["ranked"][0] for line in lines]
    assert metrics["agency"]["accuracy"] == pytest.approx(sum(right) / len(right), abs=1e-4)


def test_the_report_loads_nothing(results: Path) -> None:
    page = (results / "report.html").read_text(encoding="utf-8")
    loaders = r"""(?:src|href|srcset|action)\s*=\s*["']?[^#"'\s]|url\(\s*["']?[^#"'\s]|@import|<script|<link|<iframe"""
    assert re.findall(loaders, page) == []
    assert page.count("<svg") >= 3


def test_the_report_shows_every_question_without_texts(results: Path, sample_records: list[Record]) -> None:
    page = (results / "report.html").read_text(encoding="utf-8")
    for question in ("agency", "category", "type"):
        assert f"<h2>{question}</h2>" in page
    assert "baseline" in page
    assert not any(record.complaint.text in page for record in sample_records)


def test_what_is_shown_is_escaped(results: Path) -> None:
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "<sample>" not in page
    assert "&lt;sample&gt;" in page


def test_the_same_cases_give_the_same_report(results: Path, cases: list[Case], metrics: dict[str, Any]) -> None:
    before = (results / "report.html").read_bytes()
    write_report(cases, metrics, results)
    assert (results / "report.html").read_bytes() == before


def case(id: str, agency: str | None, *answers: tuple[str, str]) -> Case:
    return Case(id, 0, Truth(agency=agency), {name: {"agency": Answer((best, "z"), 0.5)} for name, best in answers})


def test_rows_without_a_label_do_not_count() -> None:
    rows = [case("1", "a", (SYSTEM, "a")), case("2", None, (SYSTEM, "a")), case("3", "b", (SYSTEM, "a"))]
    assert [p.id for p in predictions(rows, SYSTEM, "agency")] == ["1", "3"]
    found = summarise(rows, {})
    assert (found["agency"]["n"], found["agency"]["accuracy"]) == (2, 0.5)


def test_a_row_without_a_label_is_listed_without_answers(tmp_path: Path) -> None:
    write_results([case("2", None, (SYSTEM, "a"))], {}, tmp_path)
    assert json.loads((tmp_path / "predictions.jsonl").read_text()) == {"id": "2", "fold": 0}


def test_without_a_baseline_none_is_stated() -> None:
    found = summarise([case("1", "a", (SYSTEM, "a"))], {})
    assert "baseline" not in found
    assert "gain" not in found["agency"]
    assert found["agency"]["untitled"] is None


def test_rows_of_two_files_with_the_same_id_are_compared_each_with_itself() -> None:
    rows = [case("1", "a", (SYSTEM, "a"), (NAME, "b")), case("1", "b", (SYSTEM, "a"), (NAME, "b"))]
    assert summarise(rows, {})["agency"]["gain"]["accuracy"] == 0


def test_questions_that_nobody_asked_are_left_out() -> None:
    assert set(summarise([case("1", "a", (SYSTEM, "a"))], {"x": 1})) == {"about", "agency"}
