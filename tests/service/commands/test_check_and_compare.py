"""``pilah check-data`` and ``pilah compare`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli import run


@pytest.fixture(scope="module")
def halves(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("halves")
    lines = sample_path.read_text(encoding="utf-8").splitlines()
    first, second = folder / "first.jsonl", folder / "second.jsonl"
    first.write_text("\n".join(lines[:220]), encoding="utf-8")
    second.write_text("\n".join(lines[220:]), encoding="utf-8")
    return first, second


@pytest.fixture(scope="module")
def trained(halves: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trained") / "bundle"
    assert run(["train", str(halves[0]), "-o", str(path)]) == 0
    return path


def test_sound_data_passes(sample_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "check.html"
    assert run(["check-data", str(sample_path), "-o", str(page)]) == 0
    printed = capsys.readouterr().out
    assert "0 blocking" in printed
    assert "agency_suspects" in printed
    shown = page.read_text(encoding="utf-8")
    assert "http" not in shown
    assert "<script" not in shown


def test_no_complaint_is_quoted(sample_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "check.html"
    run(["check-data", str(sample_path), "--no-noise", "-o", str(page)])
    shown = page.read_text(encoding="utf-8") + capsys.readouterr().out
    rows = [json.loads(line) for line in sample_path.read_text(encoding="utf-8").splitlines()]
    assert not [row["id"] for row in rows if row["text"][:40] in shown]


def test_a_leak_exits_with_2(sample_path: Path, tmp_path: Path) -> None:
    leaked = tmp_path / "leaked.jsonl"
    rows: list[dict[str, Any]] = [json.loads(line) for line in sample_path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["text"] += f" ({row['agency']})"
    leaked.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run(["check-data", str(leaked), "--no-noise"]) == 2


def test_two_bundles_and_an_outside_file_on_the_same_rows(
    trained: Path, halves: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = Path(__file__).parents[3] / "model" / "base"
    scores, figures = tmp_path / "scores.jsonl", tmp_path / "compare.json"
    assert run(["score", str(halves[1]), "-o", str(scores)]) == 0
    arguments = [str(trained), str(base), str(halves[1]), "--predictions", str(scores), "-o", str(figures)]
    assert run(["compare", *arguments]) == 0
    assert "McNemar p" in capsys.readouterr().out
    document = json.loads(figures.read_text(encoding="utf-8"))
    pairs = {(pair["first"][:1], pair["second"][:1]): pair for pair in document["agency"]["pairs"]}
    assert pairs["B", "s"]["difference"] == 0.0
    assert len({entry["n"] for entry in document["agency"]["systems"].values()}) == 1


def test_a_bundle_is_not_measured_on_its_own_rows(
    trained: Path, halves: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", str(trained), str(trained), str(halves[0])]) == 1
    assert "PLH-304" in capsys.readouterr().err


@pytest.mark.parametrize("extra", [[], ["x.jsonl"]])
def test_one_bundle_alone_is_bad_usage(trained: Path, extra: list[str]) -> None:
    assert run(["compare", str(trained), *extra]) == 2
