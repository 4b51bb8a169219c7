"""``pilah duplicates`` on real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from service.commands import duplicates as command

ROWS = [
    {"id": "a", "text": "Lampu PJU di Jl. Cempaka depan balai desa Sukaraja padam sejak Senin", "date": "2024-03-01"},
    {"id": "b", "text": "lampu pju jln cempaka dpn balai desa sukaraja mati sejak senin", "date": "2024-03-02"},
    {"id": "c", "text": "Sampah di Pasar Legi sebelah timur menumpuk dan berbau", "date": "2024-03-02"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def run(*arguments: str) -> list[dict[str, Any]]:
    app = typer.Typer()
    command.register(app)
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> str:
    return write(tmp_path / "in.jsonl", ROWS)


def test_pairs_and_incidents_of_a_file(source: str, tmp_path: Path) -> None:
    incidents = tmp_path / "incidents.jsonl"
    (pair,) = run(source, "--incidents", str(incidents))
    assert (pair["a"], pair["b"], pair["relation"]) == ("b", "a", "same")
    assert 0.6 <= pair["probability"] <= 1
    assert "jalan yang sama: Cempaka" in pair["reasons"]
    assert json.loads(incidents.read_text(encoding="utf-8"))["members"] == ["a", "b"]


def test_against_another_file(source: str, tmp_path: Path) -> None:
    other = write(tmp_path / "q.jsonl", [{"id": "q", "text": "Sampah menumpuk dan bau di Pasar Legi sebelah timur"}])
    output = tmp_path / "out.jsonl"
    assert run(other, "--against", source, "--min-probability", "0", "--top", "1", "-o", str(output)) == []
    assert [json.loads(line)["b"] for line in output.read_text(encoding="utf-8").splitlines()] == ["c"]


def test_given_pairs_are_scored_whatever_their_probability(source: str, tmp_path: Path) -> None:
    pairs = write(tmp_path / "pairs.jsonl", [{"a": "a", "b": "c"}, {"a": "b", "b": "a"}])
    found = run(source, "--pairs", pairs)
    assert [(pair["a"], pair["b"]) for pair in found] == [("b", "a"), ("a", "c")]
    assert set(found[0]) == {"a", "b", "relation", "probability", "reasons"}


def test_the_share_of_repeats_is_told_with_its_interval(source: str) -> None:
    app = typer.Typer()
    command.register(app)
    result = CliRunner().invoke(app, [source, "--rate"], catch_exceptions=False)
    assert [json.loads(line)["b"] for line in result.stdout.splitlines()] == ["a"]
    assert "of 3 (95 % interval" in result.stderr


def test_the_scorer_of_a_bundle_is_used(source: str, tmp_path: Path) -> None:
    from dataclasses import replace

    from model.bundle import load
    from model.duplicates.scorer import BASE_WEIGHTS
    from model.duplicates.weights import OWN, read_packed
    from model.triage import BASE

    packed = read_packed(BASE_WEIGHTS)
    own = {
        **packed,
        "about": {**packed["about"], "origin": OWN},
        "calibration": {"knots": [0, 1], "values": [-3, -2.9]},
    }
    bundle = load(BASE)
    replace(bundle, extras={**bundle.extras, BASE_WEIGHTS.name: own}).save(tmp_path / "bundle")
    (shipped,) = run(source, "--min-probability", "0.5")
    assert shipped["probability"] > 0.5
    assert run(source, "--bundle", str(tmp_path / "bundle"), "--min-probability", "0.5") == []
