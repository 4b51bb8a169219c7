"""The commands that work on files: train, score, evaluate, from a real export to an answer."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from data.errors import PilahError
from data.readers import read_records
from model.bundle import load
from model.triage import BASE
from service.cli import exit_code
from service.commands import evaluate, score, train

COLUMNS = ("id", "title", "text", "location", "date", "confidentiality", "type", "category", "agency")
BAD_ROWS = {7: ("text", ""), 40: ("date", "kemarin sore"), 93: ("confidentiality", "entah")}


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str
    error: PilahError | None


def pilah(*arguments: str | Path) -> Outcome:
    """Run the program."""
    app = typer.Typer()
    app.callback()(lambda: None)
    for command in (train, score, evaluate):
        command.register(app)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    error = result.exception if isinstance(result.exception, PilahError) else None
    if result.exception is not None and error is None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(exit_code(error) if error else result.exit_code, result.stdout, result.stderr, error)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def rows(sample_path: Path) -> list[dict[str, Any]]:
    return [{name: row.get(name) or "" for name in COLUMNS} for row in read_jsonl(sample_path)[:100]]


@pytest.fixture(scope="module")
def flawed(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 100 rows of which 3 are bad; the header is row 1."""
    path = tmp_path_factory.mktemp("input") / "ekspor.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=";")
        writer.writeheader()
        for i, row in enumerate(rows):
            writer.writerow({**row, **dict([BAD_ROWS[i]] if i in BAD_ROWS else [])})
    return path


@pytest.fixture(scope="module")
def trained(flawed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """Train on the flawed file."""
    directory = tmp_path_factory.mktemp("models") / "new"
    return directory, pilah("train", flawed, "-o", directory)


def assert_names_the_bad_rows(outcome: Outcome) -> None:
    lines = [line for line in outcome.err.splitlines() if line.startswith("PLH-102")]
    assert len(lines) == 3
    for line, (i, (field, _)) in zip(lines, BAD_ROWS.items(), strict=True):
        assert f"ekspor.csv, row {i + 2}, field {field}: " in line


def test_train_keeps_the_good_rows_and_names_the_bad(trained: tuple[Path, Outcome]) -> None:
    directory, outcome = trained
    assert outcome.code == 0
    assert_names_the_bad_rows(outcome)
    assert load(directory).metadata["data"]["rows"] == 97


def test_train_says_what_it_wrote(trained: tuple[Path, Outcome]) -> None:
    directory, outcome = trained
    bundle = load(directory)
    assert f"{directory}: {bundle.id}, 97 rows, {bundle.digest}" in outcome.out
    assert "# Model card" in (directory / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "pilah train" in outcome.err  # the progress bar


def test_score_answers_the_good_rows_in_their_order(
    trained: tuple[Path, Outcome], flawed: Path, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    outcome = pilah("score", flawed, "--bundle", trained[0], "-o", tmp_path / "out.jsonl")
    assert outcome.code == 0
    assert_names_the_bad_rows(outcome)
    answers = read_jsonl(tmp_path / "out.jsonl")
    assert [a["id"] for a in answers] == [row["id"] for i, row in enumerate(rows) if i not in BAD_ROWS]


def test_score_writes_assessments_of_the_contract(bundle_path: Path, flawed: Path, tmp_path: Path) -> None:
    pilah("score", flawed, "--bundle", bundle_path, "-o", tmp_path / "out.jsonl")
    keys = {"id", "model", "type", "category", "agency", "co_agencies", "region", "claim", "screening", "decision"}
    for answer in read_jsonl(tmp_path / "out.jsonl"):
        assert keys <= set(answer)
        for question in ("type", "category", "agency"):
            found = answer[question]
            probabilities = [found["probability"], *(a["probability"] for a in found["alternatives"])]
            assert probabilities == sorted(probabilities, reverse=True)
            assert sum(probabilities) <= 1 + 1e-4
            assert found["label"] not in [a["label"] for a in found["alternatives"]]
        assert len(answer["agency"]["alternatives"]) >= 3
        assert answer["model"]["bundle"] == load(bundle_path).digest


def test_score_without_output_writes_to_standard_output(bundle_path: Path, flawed: Path) -> None:
    outcome = pilah("score", flawed, "--bundle", bundle_path)
    assert len([json.loads(line) for line in outcome.out.splitlines()]) == 97


def test_score_makes_the_folder_of_its_output(bundle_path: Path, flawed: Path, tmp_path: Path) -> None:
    assert pilah("score", flawed, "--bundle", bundle_path, "-o", tmp_path / "var" / "out.jsonl").code == 0
    assert len(read_jsonl(tmp_path / "var" / "out.jsonl")) == 97


@pytest.mark.parametrize("command", ["train", "score"])
def test_strict_refuses_a_file_with_a_bad_row(command: str, flawed: Path, bundle_path: Path, tmp_path: Path) -> None:
    more = ["--bundle", bundle_path] if command == "score" else []
    outcome = pilah(command, flawed, "-o", tmp_path / "out", "--strict", *more)
    assert_names_the_bad_rows(outcome)
    assert outcome.error is not None
    assert (outcome.code, outcome.error.code) == (2, "PLH-108")
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_good_row_is_refused(bundle_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "kosong.csv"
    path.write_text("id,text\n1,\n2,\n")
    outcome = pilah("score", path, "--bundle", bundle_path)
    assert outcome.error is not None
    assert outcome.error.code == "PLH-108"


def test_columns_of_other_names_are_taken_by_option(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    named = {"text": "kolom a", "title": "kolom b", "agency": "kolom c", "category": "kolom d", "type": "kolom e"}
    path = tmp_path / "lain.jsonl"
    path.write_text("".join(json.dumps({c: row[f] for f, c in named.items()}) + "\n" for row in rows))
    options = [part for field, column in named.items() for part in (f"--{field}-column", column)]
    outcome = pilah("train", path, "-o", tmp_path / "bundle", *options)
    assert outcome.code == 0
    assert {"type", "category", "agency"} <= set(load(tmp_path / "bundle").heads)


def test_a_column_that_is_not_there_is_named(flawed: Path, tmp_path: Path) -> None:
    outcome = pilah("train", flawed, "-o", tmp_path / "bundle", "--agency-column", "dinas")
    assert outcome.error is not None
    assert outcome.error.code == "PLH-104"
    assert "dinas" in outcome.error.detail


def test_the_export_laporan_ringkas_trains_and_scores(workbook_path: Path, tmp_path: Path) -> None:
    assert pilah("train", workbook_path, "-o", tmp_path / "bundle").code == 0
    assert load(tmp_path / "bundle").metadata["data"]["rows"] == 100
    outcome = pilah("score", workbook_path, "--bundle", tmp_path / "bundle", "-o", tmp_path / "out.jsonl")
    assert outcome.code == 0
    ids = [record.complaint.id for record in read_records(workbook_path)]
    assert [answer["id"] for answer in read_jsonl(tmp_path / "out.jsonl")] == ids


def test_shareable_leaves_confidential_rows_out(sample_path: Path, bundle_path: Path, tmp_path: Path) -> None:
    assert pilah("train", sample_path, "-o", tmp_path / "shared", "--shareable").code == 0
    found = load(tmp_path / "shared")
    assert "shareable = true" in found.config
    assert found.metadata["data"]["rows"] < load(bundle_path).metadata["data"]["rows"]


def test_several_files_are_learned_together(flawed: Path, workbook_path: Path, tmp_path: Path) -> None:
    assert pilah("train", flawed, workbook_path, "-o", tmp_path / "bundle").code == 0
    assert load(tmp_path / "bundle").metadata["data"]["rows"] == 197


def test_a_configuration_file_is_followed(flawed: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('name = "kendal"\nagency = "functions"\n')
    assert pilah("train", flawed, "-o", tmp_path / "bundle", "--config", tmp_path / "config.toml").code == 0
    found = load(tmp_path / "bundle")
    assert found.id.startswith("kendal-")
    assert "agency" not in found.heads


def test_evaluate_in_a_split_writes_the_three_files(flawed: Path, tmp_path: Path) -> None:
    outcome = pilah("evaluate", flawed, "--split", "time:0.3", "-o", tmp_path / "report")
    assert outcome.code == 0
    assert_names_the_bad_rows(outcome)
    assert sorted(p.name for p in (tmp_path / "report").iterdir()) == [
        "metrics.json", "predictions.jsonl", "report.html"
    ]  # fmt: skip
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["about"]["data"] == ["ekspor.csv"]
    assert metrics["about"]["rows"] == 97
    assert metrics["agency"]["n"] == len(read_jsonl(tmp_path / "report" / "predictions.jsonl"))
    for question in ("agency", "category", "type"):
        assert f"{question}: n {metrics[question]['n']}, accuracy " in outcome.out
        assert question in metrics["baseline"]


def test_evaluate_a_bundle_on_rows_that_it_has_not_seen(flawed: Path, tmp_path: Path) -> None:
    outcome = pilah("evaluate", flawed, "--bundle", BASE, "-o", tmp_path / "report")
    assert outcome.code == 0
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["agency"]["n"] == 97
    assert metrics["about"]["digest"] == load(BASE).digest
    assert "baseline" not in metrics


def test_rows_without_labels_do_not_count(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "sebagian.jsonl"
    labelled = [{**row, "agency": row["agency"] if i < 10 else ""} for i, row in enumerate(rows[:20])]
    path.write_text("".join(json.dumps(row) + "\n" for row in labelled))
    pilah("evaluate", path, "--bundle", BASE, "-o", tmp_path / "report")
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["agency"]["n"], metrics["category"]["n"]) == (10, 20)


def test_a_file_without_labels_cannot_be_evaluated(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "tanpa.jsonl"
    path.write_text("".join(json.dumps({"id": row["id"], "text": row["text"]}) + "\n" for row in rows[:20]))
    outcome = pilah("evaluate", path, "--bundle", BASE, "-o", tmp_path / "report")
    assert outcome.error is not None
    assert outcome.error.code == "PLH-301"


@pytest.mark.parametrize("options", [[], ["--bundle", "b", "--split", "time:0.2"], ["--split", "half"]])
def test_evaluate_wants_a_bundle_or_a_split(options: list[str], flawed: Path, tmp_path: Path) -> None:
    outcome = pilah("evaluate", flawed, "-o", tmp_path / "report", *options)
    assert outcome.error is not None
    assert outcome.error.code == "PLH-303"


@pytest.mark.parametrize("command", ["score", "evaluate"])
def test_a_bundle_that_is_not_there_is_refused(command: str, flawed: Path, tmp_path: Path) -> None:
    outcome = pilah(command, flawed, "--bundle", tmp_path / "nowhere", "-o", tmp_path / "out")
    assert outcome.error is not None
    assert outcome.error.code == "PLH-201"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for command in ("train", "score", "evaluate"):
        outcome = pilah(command, tmp_path / "nowhere.csv", "-o", tmp_path / "out", *_split(command))
        assert outcome.error is not None
        assert outcome.error.code == "PLH-101"


def _split(command: str) -> list[str]:
    return ["--split", "time:0.2"] if command == "evaluate" else []


@pytest.mark.parametrize("arguments", [("train", "x.csv"), ("score",), ("evaluate", "x.csv"), ("score", "--no-such")])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert pilah(*arguments).code == 2


def test_offices_that_join_are_asked_about_and_shown_on_the_card(sample_path: Path, tmp_path: Path) -> None:
    joined = pilah("evaluate", sample_path, "--joining", "Dinas Sosial, Dinas Perhubungan", "-o", tmp_path / "R")
    assert joined.code == 0
    found = json.loads((tmp_path / "R" / "metrics.json").read_text(encoding="utf-8"))["joining"]
    unknown, corrected = found.values()
    assert unknown["n"] > corrected["n"] > 0
    pilah("train", sample_path, "-o", tmp_path / "B", "--figures", tmp_path / "R")
    card = (tmp_path / "B" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"| without a label | {unknown['n']} | {unknown['accuracy']:.3f}" in card


def test_a_report_that_is_none_is_named(sample_path: Path, tmp_path: Path) -> None:
    done = pilah("train", sample_path, "-o", tmp_path / "B", "--figures", tmp_path)
    assert done.error is not None
    assert done.error.code == "PLH-101"
