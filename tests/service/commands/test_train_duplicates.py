"""``pilah train duplicates``: a branch of ``pilah train`` with its own inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.complaint import Complaint
from model.bundle import load
from model.duplicates.index import DuplicateIndex
from model.duplicates.scorer import base_scorer, scorer_of
from model.duplicates.weights import OWN, read_packed
from model.triage import BASE
from service.cli import run


@pytest.mark.parametrize("files", [[], ["pairs.jsonl"]])
def test_it_needs_pairs_and_complaints(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "duplicates", *files, "-o", str(tmp_path / "out")]) == 2
    assert "PLH-400" in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "duplicates", "pairs.jsonl", "rows.jsonl", "-o", str(tmp_path / "out")]) == 2
    assert "PLH-101: " in capsys.readouterr().err


def test_a_bundle_brings_the_scorer_that_was_trained_on_own_judgements() -> None:
    from dataclasses import replace

    from model.duplicates.document import build_document
    from model.duplicates.scorer import BASE_WEIGHTS

    bundle = load(BASE)
    assert scorer_of(bundle) is base_scorer()
    packed = read_packed(BASE_WEIGHTS)
    own = {**packed, "about": {**packed["about"], "origin": OWN}}
    scorer = scorer_of(replace(bundle, extras={BASE_WEIGHTS.name: own}))
    assert scorer is not base_scorer()
    a, b = (build_document(Complaint(id=name, text="Lampu Jl. Mawar mati")) for name in "ab")
    index = DuplicateIndex()
    assert scorer.judge(a, [b], index) == base_scorer().judge(a, [b], index)
