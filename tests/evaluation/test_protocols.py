"""Protocols: what is asked was never seen, and says nothing of its label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from data.complaint import Record
from data.errors import PilahError
from data.hygiene import clean_records
from data.near_duplicates import near_duplicate_groups
from evaluation.baseline import BaselineLearner
from evaluation.protocols import (
    Answer,
    Answers,
    from_assessment,
    make_splits,
    run_bundle,
    run_split,
    without_giveaways,
    without_title,
)
from model.triage import Triage

Make = Callable[..., Record]


class Recorder:
    """Learn nothing and answer the majority; remember what was seen."""

    def __init__(self) -> None:
        self.seen: list[set[str]] = []
        self.asked: list[list[Record]] = []

    def fit(self, records: Sequence[Record]) -> Recorder:
        self.seen.append({record.complaint.id for record in records})
        return self

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        self.asked.append(list(records))
        return [{"agency": Answer(("Dinas A",), 0.5)} for _ in records]


@pytest.mark.parametrize("how", ["time:0.2", "grouped:5"])
def test_the_sides_of_a_split_are_disjoint(sample_records: list[Record], how: str) -> None:
    for split in make_splits(sample_records, how, seed=0):
        assert not set(split.train.tolist()) & set(split.test.tolist())
        assert split.train.size
        assert split.test.size


def test_grouped_folds_ask_each_row_once_and_keep_near_duplicates_together(sample_records: list[Record]) -> None:
    splits = make_splits(sample_records, "grouped:4", seed=0)
    assert [s.fold for s in splits] == [0, 1, 2, 3]
    assert sorted(np.concatenate([s.test for s in splits]).tolist()) == list(range(len(sample_records)))
    groups = near_duplicate_groups([f"{r.complaint.title or ''} {r.complaint.text}" for r in sample_records])
    for split in splits:
        assert not set(groups[split.train].tolist()) & set(groups[split.test].tolist())


def test_a_time_split_asks_about_the_latest(sample_records: list[Record]) -> None:
    (split,) = make_splits(sample_records, "time:0.25", seed=0)
    dates = [r.complaint.date for r in sample_records]
    assert max(d for i in split.train if (d := dates[i])) < min(d for i in split.test if (d := dates[i]))
    assert abs(split.test.size / len(dates) - 0.25) < 0.03


@pytest.mark.parametrize(
    "how", ["", "time", "time:0", "time:1", "time:nan", "time:x", "grouped:1", "grouped:2.5", "x:2"]
)
def test_a_wrong_form_is_refused(sample_records: list[Record], how: str) -> None:
    with pytest.raises(PilahError, match="PLH-303"):
        make_splits(sample_records, how, seed=0)


def test_rows_without_dates_have_no_time_split(make_record: Make) -> None:
    rows = [make_record(str(i), f"teks nomor {i}") for i in range(10)]
    with pytest.raises(PilahError, match="PLH-107"):
        make_splits(rows, "time:0.2", seed=0)


def test_no_learner_is_asked_about_what_it_saw(sample_records: list[Record]) -> None:
    learner = Recorder()
    cases = run_split(sample_records, "grouped:3", {"r": learner}, seed=0)
    assert len(cases) == len(sample_records)
    for fold, seen in enumerate(learner.seen):
        asked = {r.complaint.id for r in learner.asked[2 * fold]}
        assert not asked & seen
        assert {case.id for case in cases if case.fold == fold} == asked


def test_each_row_is_asked_with_and_without_its_title(sample_records: list[Record]) -> None:
    learner = Recorder()
    cases = run_split(sample_records, "time:0.3", {"r": learner}, seed=0)
    full, untitled = learner.asked
    assert any(record.complaint.title for record in full)
    assert not any(record.complaint.title for record in untitled)
    assert [r.complaint.id for r in full] == [r.complaint.id for r in untitled] == [case.id for case in cases]
    assert all(set(case.answers) == {"r", "r untitled"} for case in cases)


def test_the_truth_is_cleaned(make_record: Make) -> None:
    rows = [
        make_record(str(i), f"lampu jalan mati nomor {i} di gang {i * 7}", agency=agency)
        for i, agency in enumerate(["Dinas\u00a0Sosial Kab. Kendal", "Dinas Sosial  Kabupaten Kendal", "-"])
    ]
    cases = run_bundle(rows, "r", Recorder())
    assert [case.truth.agency for case in cases] == ["Dinas Sosial Kabupaten Kendal"] * 2 + [None]


def test_what_gives_the_label_away_is_cut_before_asking(make_record: Make) -> None:
    record = make_record(
        "1", "Yth. Dinas Perhubungan, lampu jalan mati sejak Senin", agency="Dinas Perhubungan", title="Lampu"
    )
    learner = Recorder()
    run_bundle([record], "r", learner)
    assert [rows[0].complaint.text for rows in learner.asked] == ["lampu jalan mati sejak Senin"] * 2
    assert without_giveaways(record).complaint.title == "Lampu"


def test_a_title_glued_to_the_text_goes_with_it(make_record: Make) -> None:
    record = make_record("1", "Jalan Rusak di PasehMohon jalan segera diperbaiki", title="Jalan rusak di Paseh")
    found = without_title(record).complaint
    assert (found.title, found.text) == (None, "Mohon jalan segera diperbaiki")


def test_answers_are_the_label_and_its_alternatives(triage: Triage, sample_records: list[Record]) -> None:
    assessment = triage.assess(sample_records[0].complaint)
    answers = from_assessment(assessment)
    assert set(answers) == {"agency", "category", "type", "screening"}
    assert assessment.category is not None
    assert answers["category"].ranked[0] == assessment.category.label
    assert answers["category"].confidence == assessment.category.probability
    assert len(answers["category"].ranked) >= 4


def test_the_baseline_learns_and_ranks(sample_records: list[Record]) -> None:
    records = clean_records(sample_records)
    (split,) = make_splits(records, "time:0.2", seed=0)
    test = [records[i] for i in split.test]
    answers = BaselineLearner().fit([records[i] for i in split.train]).predict(test)
    ranked = [a["agency"].ranked for a in answers]
    assert all(len(set(r)) == 3 for r in ranked)
    assert np.mean([r.labels.agency == found[0] for r, found in zip(test, ranked, strict=True)]) > 0.4
    assert all(np.isnan(a["agency"].confidence) for a in answers)


def test_the_baseline_answers_two_labels_with_both(make_record: Make) -> None:
    rows = [make_record(str(i), "lampu mati" if i % 2 else "obat habis", f"Dinas {i % 2}") for i in range(6)]
    found = BaselineLearner().fit(rows).predict(rows[:2])
    assert [a["agency"].ranked for a in found] == [("Dinas 0", "Dinas 1"), ("Dinas 1", "Dinas 0")]
