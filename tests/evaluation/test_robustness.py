"""Test that other ways of writing change little, and some nothing at all."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, replace

import numpy as np
import pytest

from data.complaint import Complaint, Record
from evaluation.robustness import CHANGES, UNTITLED, changed, robustness, robustness_lines, robustness_section, typos
from model.assessment import Assessment
from model.triage import Triage
from training.learner import TriagePredictor

COMPLAINT = Complaint(
    id="x",
    title="Lampu jalan padam",
    text="Lampu jalan di depan Pasar Soreang, Kabupaten Bandung, sudah padam seminggu. Mohon diperbaiki.",
)


def heart(assessment: Assessment) -> tuple[object, ...]:
    assert assessment.agency and assessment.category and assessment.type
    labels = assessment.agency.label, assessment.category.label, assessment.type.label
    regions = [c.code for c in assessment.region.candidates]
    return *labels, assessment.agency.probability, regions, assessment.screening, assessment.decision.reasons


def written(text: str, title: str | None = COMPLAINT.title) -> Complaint:
    return replace(COMPLAINT, text=text, title=title)


@pytest.mark.parametrize(
    "text",
    [
        COMPLAINT.text.upper(),
        COMPLAINT.text.replace(" ", "  \n"),
        unicodedata.normalize("NFKD", COMPLAINT.text),
        COMPLAINT.text.translate({ord(" "): "\u00a0"}),
        "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in COMPLAINT.text),
    ],
)
def test_case_spaces_and_unicode_form_change_nothing(triage: Triage, text: str) -> None:
    assert heart(triage.assess(written(text))) == heart(triage.assess(COMPLAINT))


def test_politeness_changes_no_answer(triage: Triage) -> None:
    polite = changed(Record(COMPLAINT), CHANGES["salam dan penutup"], np.random.default_rng(0)).complaint
    polite = replace(polite, title=COMPLAINT.title)
    plain, kind = triage.assess(COMPLAINT), triage.assess(polite)
    assert plain.agency and kind.agency
    assert plain.agency.label == kind.agency.label
    assert (plain.type or kind.type) and plain.type and kind.type and plain.type.label == kind.type.label
    assert plain.screening.status == kind.screening.status


def test_every_change_is_measured(triage: Triage, sample_records: list[Record]) -> None:
    losses = robustness(sample_records[:8], TriagePredictor(triage))
    assert {loss.change for loss in losses} == {"asli", UNTITLED, *CHANGES}
    assert all(loss.lost == 0 for loss in losses if loss.change in ("asli", "huruf besar"))


def test_typos_hit_about_one_letter_in_twenty() -> None:
    text = "jalan rusak parah " * 200
    wrong = typos(text, np.random.default_rng(0))
    assert 0.9 * len(text) < len(wrong) < 1.1 * len(text)
    assert sum(a != b for a, b in zip(text.split(), wrong.split(), strict=False)) > 60


def test_the_table_says_what_each_change_costs(triage: Triage, sample_records: list[Record]) -> None:
    losses = [asdict(loss) for loss in robustness(sample_records[:6], TriagePredictor(triage))]
    lines = robustness_lines(losses)
    assert len(lines) == 2 + len(CHANGES)
    assert lines[0].startswith("asli: agency ")
    assert any(line.startswith("huruf besar: agency +0.0") for line in lines)
    page = robustness_section({"robustness": losses})
    assert page.count("<tr") >= len(losses)
    assert robustness_section({}) == ""
