"""A run can be repeated, and one that is broken off leaves nothing half-made."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from data.complaint import Confidentiality, Origin, Record
from evaluation.protocols import run_split
from model.bundle import load
from training.config import Config, read_config
from training.learner import PilahLearner
from training.train import train

ROOT = Path(__file__).parents[2]


def test_two_runs_of_one_config_answer_alike(sample_records: list[Record]) -> None:
    first, second = (
        run_split(sample_records, "time:0.3", {"pilah": PilahLearner(Config(seed=5))}, 5) for _ in range(2)
    )
    assert first == second


def test_the_bundle_states_what_repeats_it(sample_records: list[Record], tmp_path: Path) -> None:
    created = datetime(2026, 3, 1, tzinfo=UTC)
    digest = train(sample_records, Config(seed=3), created, quiet=True).save(tmp_path / "a")
    stated = load(tmp_path / "a")
    (tmp_path / "config.toml").write_text(stated.config, encoding="utf-8")
    again = train(sample_records, read_config(tmp_path / "config.toml"), created, quiet=True)
    assert again.save(tmp_path / "b") == digest
    assert {"data", "versions", "faults"} <= set(stated.metadata)


def test_an_interrupted_run_leaves_nothing(sample_path: Path, tmp_path: Path) -> None:
    # A run of the tests in the background may have been told to ignore the signal, and hands that on.
    program = "import signal as s; s.signal(s.SIGINT, s.default_int_handler); from service.cli import main; main()"
    command = [sys.executable, "-c", program, "train", str(sample_path), "-o", str(tmp_path / "out" / "bundle")]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert running.stderr is not None
    shown = ""
    while "step" not in shown:  # the progress bar stands from the first step on
        shown += running.stderr.read(1)
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_words_of_one_reporter_do_not_leave_the_house(sample_records: list[Record]) -> None:
    """Six different complaints of one person hold a word of theirs; six of different people may share one."""
    own = [
        replace(
            r,
            complaint=replace(
                r.complaint,
                text=f"{r.complaint.text} {word}",
                reporter=reporter,
                confidentiality=Confidentiality.BIASA,
            ),
        )
        for i, r in enumerate(sample_records[:12])
        for word, reporter in [("xqsaya", "p-1") if i < 6 else ("xqkami", f"p-{i}")]
    ]
    words = train([*own, *sample_records[12:]], Config(shareable=True), quiet=True).vectoriser.words
    assert "xqkami" in words
    assert "xqsaya" not in words


def test_the_blind_audit_sample_is_never_learned(sample_records: list[Record]) -> None:
    audited = [replace(r, origin=Origin(audit=True)) for r in sample_records[:100]]
    bundle = train([*audited, *sample_records[100:]], Config(), quiet=True)
    assert bundle.metadata["data"]["rows"] == len(sample_records) - 100
