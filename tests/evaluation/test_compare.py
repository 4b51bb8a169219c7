"""Paired comparison, outside predictions, rows that a bundle was trained on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from data.complaint import Record
from data.errors import PilahError
from data.hygiene import clean_records
from evaluation.compare import compare, paired
from evaluation.metrics import Prediction
from evaluation.outside import Spellings, read_predictions
from evaluation.together import ask_together, predictions_of
from evaluation.unseen import unseen_by
from model.bundle import Bundle


def answers(rights: list[bool]) -> list[Prediction]:
    return [Prediction(str(i), "a", ("a",) if right else ("b",), 0.5) for i, right in enumerate(rights)]


def test_a_system_differs_not_from_itself() -> None:
    same = answers([True, False] * 20)
    found = paired(same, same)
    assert (found.difference, found.p, found.f1, found.low, found.high) == (0.0, 1.0, 0.0, 0.0, 0.0)


def test_the_paired_test_sees_what_two_intervals_would_not() -> None:
    base = [i % 3 != 0 for i in range(300)]
    better = [right or i % 30 == 0 for i, right in enumerate(base)]
    found = paired(answers(better), answers(base))
    assert found.only_first == 10
    assert found.only_second == 0
    assert found.p < 0.01
    assert found.low > 0


def test_equal_systems_are_rarely_called_different() -> None:
    rng = np.random.default_rng(1)
    called = sum(
        paired(answers(list(rng.random(80) < 0.6)), answers(list(rng.random(80) < 0.6))).p < 0.05 for _ in range(60)
    )
    assert called <= 6


def test_other_rows_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same rows"):
        paired(answers([True, True]), answers([True]))


def test_every_pair_is_compared() -> None:
    rows = answers([True, False])
    found = compare({"a": rows, "b": rows, "c": rows})
    assert found is not None
    assert list(found.pairs) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_nothing_to_compare() -> None:
    assert compare({"a": [], "b": []}) is None


def test_outside_labels_are_read_in_all_forms(sample_records: list[Record], tmp_path: Path) -> None:
    raw = sample_records[:4]
    lines: list[dict[str, object]] = [
        {"id": "1", "agency": "Dinas Lingkungan Hidup Kab. Kendal", "type": "Pengaduan Berkadar Pengawasan"},
        {"id": "2", "category": {"label": "Pengelolaan Sampah", "probability": 0.5, "alternatives": [{"label": "X"}]}},
        {"id": "3", "type": {"ranked": ["aspirasi", "pengaduan"], "confidence": None}},
    ]
    path = tmp_path / "p.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = read_predictions(path, Spellings(raw, clean_records(raw)))
    assert found["1"]["agency"].ranked == ("Dinas Lingkungan Hidup Kabupaten Kendal",)
    assert found["1"]["type"].ranked == ("pengaduan",)
    assert found["2"]["category"].confidence == 0.5
    assert found["3"]["type"].ranked == ("aspirasi", "pengaduan")


@pytest.mark.parametrize("line", ["no json", '{"agency": "x"}', '{"id": "1", "type": 3}', "[]"])
def test_a_broken_line_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "0"}\n' + line, encoding="utf-8")
    with pytest.raises(PilahError, match=r"PLH-305.*line 2"):
        read_predictions(path, Spellings([], []))


def test_rows_without_an_outside_answer_count_as_wrong(sample_records: list[Record]) -> None:
    cases = ask_together(sample_records[:5], {}, {"x": {}, "y": {}})
    assert predictions_of(cases, "agency", ["x", "y"]) == {}
    known = {sample_records[0].complaint.id: {"agency": paired_answer(cases[0].truth.agency)}}
    cases = ask_together(sample_records[:5], {}, {"x": known, "y": known})
    assert [p.right for p in predictions_of(cases, "agency", ["x", "y"])["x"]] == [True, False, False, False, False]


def paired_answer(label: str | None) -> object:
    from evaluation.protocols import Answer

    return Answer((str(label),), 0.9)


def test_training_rows_are_left_out(bundle: Bundle, sample_records: list[Record], make_record: object) -> None:
    with pytest.raises(PilahError, match="PLH-304"):
        unseen_by(sample_records, [bundle])


def test_new_rows_stay(bundle: Bundle, sample_records: list[Record]) -> None:
    new = Record(sample_records[0].complaint.__class__(id="n", text="Kucing tetangga naik ke atap gudang beras lama"))
    near = Record(new.complaint.__class__(id="m", text=sample_records[5].complaint.text + " ya"))
    found = unseen_by([new, near, sample_records[7]], [bundle])
    assert [r.complaint.id for r in found.records] == ["n"]
    assert found.left_out == {"m": "near", sample_records[7].complaint.id: "exact"}
