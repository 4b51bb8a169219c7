"""What check-data finds without a fitted model, planted into the sample."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from data.check_labels import agreement, nearest
from data.check_leaks import leaked_questions
from data.checks import check_records
from data.complaint import Labels, Origin, Record
from data.findings import Finding, Severity
from data.hygiene import clean_records
from data.language import language

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def found(records: list[Record]) -> dict[str, Finding]:
    return {finding.kind: finding for finding in check_records(records, NOW)}


def with_text(record: Record, text: str) -> Record:
    return replace(record, complaint=replace(record.complaint, text=text))


def test_the_sample_has_no_blocking_fault(sample_records: list[Record]) -> None:
    assert not [f for f in check_records(sample_records, NOW) if f.severity is Severity.BLOCKING]


def test_rows_and_labels_are_counted(sample_records: list[Record]) -> None:
    findings = found(sample_records)
    assert "326 rows; 326 are dated (2024-09-03 to 2026-02-24)" in findings["rows"].says
    assert "326 of 326 rows are labelled" in findings["agency_labels"].says


def test_a_label_written_into_the_text_blocks(sample_records: list[Record]) -> None:
    planted = [with_text(r, f"{r.complaint.text} diteruskan unit {r.labels.agency}") for r in sample_records]
    assert found(planted)["agency_leak"].severity is Severity.BLOCKING


def test_a_code_that_stands_for_the_label_blocks(sample_records: list[Record]) -> None:
    codes = {name: f"kd{i:03}" for i, name in enumerate(sorted({str(r.labels.agency) for r in sample_records}))}
    planted = [with_text(r, f"{codes[str(r.labels.agency)]} {r.complaint.text}") for r in sample_records]
    leak = found(planted)["agency_leak"]
    assert leak.severity is Severity.BLOCKING
    assert leak.table[0][0].startswith("kd")


def test_training_learns_which_question_leaks(sample_records: list[Record]) -> None:
    planted = [with_text(r, f"{r.complaint.text} {r.labels.category}") for r in sample_records]
    assert leaked_questions(clean_records(sample_records)) == []
    assert leaked_questions(clean_records(planted)) == ["category"]


def test_a_cluster_on_both_sides_of_the_split_is_named(sample_records: list[Record]) -> None:
    ordered = sorted(sample_records, key=lambda r: r.complaint.date or NOW)
    text = ordered[3].complaint.text + " Mohon ditindaklanjuti oleh dinas terkait, terima kasih banyak."
    planted = list(ordered)
    for i, place in enumerate((3, 150, 320)):
        planted[place] = with_text(ordered[place], f"{text} {i}")
    ids = {planted[place].complaint.id for place in (3, 150, 320)}
    assert ids <= set(found(planted)["across_time"].rows)


def test_future_dates_are_found(sample_records: list[Record]) -> None:
    first = sample_records[0]
    planted = replace(first, complaint=replace(first.complaint, date=NOW + timedelta(days=40)))
    assert found([planted, *sample_records[1:]])["future_dates"].rows == (first.complaint.id,)


def test_no_label_with_two_values_blocks(sample_records: list[Record]) -> None:
    bare = [replace(r, labels=Labels()) for r in sample_records]
    assert found(bare)["no_labels"].severity is Severity.BLOCKING


def test_a_label_not_in_the_catalog_gets_the_nearest_official_name(sample_records: list[Record]) -> None:
    first = sample_records[0]
    planted = replace(first, labels=replace(first.labels, category="Pengelolaan Sampahh"))
    finding = found([planted, *sample_records[1:]])["category_not_in_catalog"]
    assert finding.rows == (first.complaint.id,)
    assert "Pengelolaan Sampah" in finding.table[0][2]


def test_nothing_near_is_no_name() -> None:
    assert nearest("category", "zzzz qqqq") is None


def test_confidential_personal_and_short_texts_are_counted(sample_records: list[Record]) -> None:
    planted = [
        with_text(sample_records[0], "NIK saya 3204012501900003 mohon dibantu"),
        with_text(sample_records[1], "tes"),
        *sample_records[2:],
    ]
    findings = found(planted)
    assert findings["personal_data"].rows == (planted[0].complaint.id,)
    assert findings["short_texts"].rows == (planted[1].complaint.id,)
    assert findings["confidential"].severity is Severity.WARNING


def test_agreement_counts_pairs_of_a_cluster() -> None:
    assert agreement(["a", "a", "b", "a", None], np.array([0, 0, 0, 3, 0])) == (1, 3, [0, 1, 2])


def test_origins_tell_what_was_seen(sample_records: list[Record]) -> None:
    seen = Origin(decided_by="admin", suggestion_shown=True, returned=1)
    planted = [replace(sample_records[0], origin=seen), *sample_records[1:]]
    table = {(what, value): n for what, value, n in found(planted)["origins"].table}
    assert table["suggestion shown", "yes"] == "1"
    assert table["decided by", "admin"] == "1"


def test_the_blind_audit_sample_is_pointed_out(sample_records: list[Record]) -> None:
    planted = [replace(sample_records[0], origin=Origin(audit=True)), *sample_records[1:]]
    assert found(planted)["audit_sample"].rows == (sample_records[0].complaint.id,)


def test_languages_are_told_apart() -> None:
    assert language("listrik mati seng ada kabar, kitong su lapor trada jawaban") == "melayu timur"
    assert language("jalan dusun indak elok, awak nan tingga di siko alah lamo manunggu") == "minang"
