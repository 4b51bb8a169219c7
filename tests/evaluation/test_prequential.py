"""Prequential evaluation: asked first, told later, learned at night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from data.complaint import Complaint, Labels, Record
from data.dates import JAKARTA
from data.errors import PilahError
from evaluation.prequential import parse_delay, run_prequential
from evaluation.protocols import Answer, Answers

START = datetime(2024, 3, 1, 8, tzinfo=JAKARTA)


def record(number: int, hours: float, agency: str | None = "Dinas A") -> Record:
    complaint = Complaint(id=str(number), text=f"laporan nomor {number}", date=START + timedelta(hours=hours))
    return Record(complaint, Labels(agency=agency))


class Diary:
    """Note what is asked and told, in order."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        self.notes += [f"ask {r.complaint.id}" for r in records]
        return [{"agency": Answer(("Dinas A",), 0.5)} for _ in records]

    def reveal(self, records: Sequence[Record]) -> None:
        self.notes += [f"tell {r.complaint.id}" for r in records]

    def refit(self) -> None:
        self.notes.append("night")


def test_each_row_is_asked_before_its_label_is_known() -> None:
    diary = Diary()
    run_prequential([record(3, 50), record(1, 0), record(2, 30)], {"x": diary}, timedelta(days=1))
    assert diary.notes == ["night", "ask 1", "night", "tell 1", "ask 2", "night", "ask 3"]


def test_what_is_known_by_midnight_is_learned_at_night() -> None:
    diary = Diary()
    run_prequential([record(1, 0), record(2, 60)], {"x": diary}, timedelta(days=1))
    assert diary.notes == ["night", "ask 1", "tell 1", "night", "ask 2"]


def test_rows_of_one_moment_do_not_teach_each_other() -> None:
    diary = Diary()
    run_prequential([record(1, 0), record(2, 0)], {"x": diary}, timedelta(hours=1))
    assert [note for note in diary.notes if note.startswith("tell")] == []


def test_rows_without_labels_are_not_counted() -> None:
    cases = run_prequential([record(1, 0), record(2, 1, None)], {"x": Diary()}, timedelta(days=1))
    assert [case.id for case in cases] == ["1"]


def test_a_file_without_dates_is_refused() -> None:
    undated = Record(Complaint(id="1", text="tanpa tanggal"), Labels(agency="Dinas A"))
    with pytest.raises(PilahError, match="PLH-107"):
        run_prequential([undated], {}, timedelta(days=1))


@pytest.mark.parametrize("text", ["", "1", "d", "-1d", "1 month", "nan d"])
def test_a_delay_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PilahError, match="PLH-303"):
        parse_delay(text)
