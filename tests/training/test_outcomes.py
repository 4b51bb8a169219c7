"""The learned hints: calibrated, given only where they held, explained, and never more than hints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.complaint import Complaint, Labels, Record
from data.errors import PilahError
from evaluation.evaluate import summarise
from evaluation.outcomes import auc, outcome_lines, outcome_section
from evaluation.protocols import run_bundle
from model.bundle import Bundle
from model.explain import contrasts, lead
from model.outcomes import FILE, HEAD, KIND, Outcomes
from model.policy import admitted_targets
from model.triage import Triage
from training.config import Config
from training.learner import TriagePredictor
from training.train import train

PLACES = ("Soreang", "Baleendah", "Majalaya", "Ciparay", "Paseh", "Ibun", "Cicalengka", "Rancaekek")
OFFICES = {
    "lampu jalan": "Dinas Perhubungan Kabupaten Bandung",
    "halte": "Dinas Perhubungan Kabupaten Bandung",
    "jembatan": "Dinas Pekerjaan Umum dan Tata Ruang Kabupaten Bandung",
    "saluran air": "Dinas Pekerjaan Umum dan Tata Ruang Kabupaten Bandung",
    "taman": "Dinas Perumahan dan Kawasan Permukiman Kabupaten Bandung",
    "pasar": "Dinas Perdagangan Kabupaten Bandung",
    "puskesmas": "Dinas Kesehatan Kabupaten Bandung",
    "sekolah": "Dinas Pendidikan Kabupaten Bandung",
}
OBJECTS = tuple(OFFICES)
TROUBLES = ("mati", "rusak", "kotor", "roboh", "bau", "gelap", "tersumbat", "retak")
INSULTS = "zalim pengkhianat munafik serakah pembohong penipu busuk biadab durhaka licik kejam culas".split()
BLAMED = "dasar munafik serakah licik semuanya"


def history(n: int, seed: int, rule: float = 0.9) -> list[Record]:
    """Make reports of which those that rail at people were archived, mostly, and no others."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        railing = i % 5 == 0
        place, thing, trouble = (str(rng.choice(words)) for words in (PLACES, OBJECTS, TROUBLES))
        insult = f"dasar {' '.join(rng.choice(INSULTS, 3, replace=False))} semuanya"
        said = f"{insult}, {thing} {place}" if railing else f"{thing} {trouble} di {place} nomor {i}"
        archived = railing and rng.random() < rule
        found.append(
            Record(
                Complaint(f"r{seed}-{i}", said),
                Labels(agency=None if archived else OFFICES[thing]),
                status_detail="Diarsipkan oleh Admin" if archived else "Ditutup oleh Sistem",
                source="riwayat.jsonl",
            )
        )
    return found


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return train(history(250, 1), Config(), quiet=True)


def test_a_report_like_the_archived_ones_gets_a_hint_and_stays_a_report(bundle: Bundle) -> None:
    triage = Triage.of(bundle)
    railing = triage.assess(Complaint("x", f"{BLAMED}, taman Soreang"))
    hints = [f for f in railing.screening.findings if f.kind == KIND]
    assert [f.detail for f in hints] == ["diarsipkan"]
    assert 0.6 < hints[0].probability < 1
    assert railing.screening.status in ("ok", "kurang_lengkap")
    assert any("bukan alasan menolak" in reason for reason in railing.decision.reasons)
    assert not railing.decision.eligible
    assert admitted_targets(triage.policies, railing) == ()
    plain = triage.assess(Complaint("y", "lampu jalan mati di Soreang nomor 3"))
    assert KIND not in {f.kind for f in plain.screening.findings}


def test_a_hint_is_explained_with_the_numbers_of_the_model(bundle: Bundle) -> None:
    triage = Triage.of(bundle)
    reading = triage.read(Complaint("x", f"{BLAMED}, taman Soreang"))
    words = [e for e in triage.answer(reading).explanation if e.about == "screening" and e.rule is None]
    assert any(e.weight > 0 and set(e.text.split()) & set(BLAMED.split()) for e in words)
    head = bundle.heads[HEAD]
    margins = bundle.linear.margins(reading.features)[head.columns]
    rival = lead(head, margins, {}, "diarsipkan")
    assert rival is not None
    part = contrasts(bundle, reading, [rival], bundle.vectoriser.occurrences(reading.document))[0]
    assert part.margin == pytest.approx(float(margins[rival.best] - margins[rival.other]), abs=1e-4)


def test_stated_shares_are_true_on_new_reports(bundle: Bundle) -> None:
    cases = run_bundle(history(250, 2), "pilah", TriagePredictor(Triage.of(bundle)))
    report = summarise(cases, {})["screening"]
    stated = report["stated"]["diarsipkan"]
    assert stated["calibration_p"] > 0.01
    assert stated["auc"] > 0.9
    found = report["found"]["petunjuk diarsipkan / diarsipkan"]
    assert found["precision"] > 0.75
    assert found["recall"] > 0.9
    assert any("diarsipkan" in line for line in outcome_lines(report))
    assert "<table" in outcome_section({"screening": report})


def test_where_the_text_tells_nothing_no_hint_is_given() -> None:
    rng = np.random.default_rng(5)
    rows = [
        replace(r, status_detail="Diarsipkan oleh Admin" if rng.random() < 0.1 else "Ditutup oleh Sistem")
        for r in history(200, 3)
    ]
    found = Outcomes.from_document(train(rows, Config(), quiet=True).extras[FILE])
    assert found.scales["diarsipkan"].shown is None
    assert found.findings({"diarsipkan": 0.99}) == ()


def test_without_outcomes_or_in_a_shareable_bundle_nothing_is_learned() -> None:
    rows = history(120, 4)
    untold = train([replace(r, status_detail=None) for r in rows], Config(), quiet=True)
    shared = train(rows, Config(shareable=True, agency="functions"), quiet=True)
    for bundle in (untold, shared):
        assert HEAD not in bundle.heads
        assert FILE not in bundle.extras


def test_hints_survive_writing_and_reading(bundle: Bundle, tmp_path: Path) -> None:
    bundle.save(tmp_path / "b")
    complaint = Complaint("x", f"{BLAMED}, taman Soreang")
    assert Triage.load(tmp_path / "b").assess(complaint).screening == Triage.of(bundle).assess(complaint).screening


@pytest.mark.parametrize(
    "broken",
    [
        {"diarsipkan": {"bias": 0.0, "weights": {"age": 1.0}, "shown": None, "n": 0, "right": 0}},
        {"diarsipkan": {"bias": float("nan"), "weights": {}, "shown": None, "n": 0, "right": 0}},
        {"hilang": {"bias": 0.0, "weights": {}, "shown": None, "n": 0, "right": 0}},
        {"diarsipkan": {"bias": 0.0}},
        {"diarsipkan": 3},
    ],
)
def test_a_broken_document_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(PilahError, match="PLH-205"):
        Outcomes.from_document(broken)


def test_equal_statements_tell_nothing_apart() -> None:
    assert auc(np.full(4, 0.3), np.array([1.0, 0.0, 1.0, 0.0])) == 0.5
