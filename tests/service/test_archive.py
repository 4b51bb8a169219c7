"""An archive goes into store, log and index, once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stand_in import KeywordTriage

from data.agencies import AgencyRegistry
from data.complaint import Complaint, Labels, Record
from model.duplicates.index import DuplicateIndex
from service.archive import Counts, Reader, events_of, import_records, prepare
from service.cli import run
from service.following import index_tail
from service.posting import apply_event, apply_events
from service.review.board import Board
from service.settings import Settings
from service.storage import worklist
from service.storage.log import Event
from service.storage.review_tables import tasks
from service.storage.store import Store
from service.viewer import EVERYTHING

DATE = datetime(2023, 5, 29, 8, tzinfo=UTC)


def record(number: int, agency: str | None = "Dishub", status: str | None = "Selesai") -> Record:
    complaint = Complaint(f"L-{number}", f"Lampu nomor {number} di Bandung mati, hub 081234567890", date=DATE)
    return Record(complaint, Labels(type="pengaduan", category="Lampu", agency=agency), status=status)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    yield opened
    opened.close()


def load(store: Store, records: list[Record]) -> Counts:
    reader = Reader(KeywordTriage(), AgencyRegistry.load())
    return list(import_records(store, [prepare(reader, record) for record in records]))[-1]


def test_a_row_becomes_a_complaint_with_its_history(store: Store) -> None:
    assert load(store, [record(1)]) == Counts(new=1, events=2)
    state = store.complaint("L-1", EVERYTHING)
    assert state is not None
    assert (state.agency, state.decided, state.status, state.region_code) == ("Dishub", True, "selesai", "32.04")
    assert "081234567890" not in str(state.content)
    events = store.events_of("L-1")
    assert [event.kind for event in events] == ["received", "disposed", "closed"]
    assert {event.at for event in events} == {"2023-05-29T08:00:00.000000Z"}


def test_the_same_archive_again_changes_nothing(store: Store) -> None:
    rows = [record(number) for number in range(450)]
    assert load(store, rows) == Counts(new=450, events=900)
    last = store.last_seq()
    assert load(store, rows) == Counts(same=450)
    assert store.last_seq() == last


def test_a_later_export_adds_what_is_new(store: Store) -> None:
    load(store, [record(1, agency=None, status="Belum")])
    assert load(store, [record(1, agency="PLN", status="Selesai")]) == Counts(same=1, events=2)
    state = store.complaint("L-1", EVERYTHING)
    assert state is not None
    assert (state.agency, state.status) == ("PLN", "selesai")


@pytest.mark.parametrize(
    ("status", "detail", "kinds"),
    [
        ("Selesai", "Ditutup oleh Sistem", ["closed"]),
        ("Diproses", "Diarsipkan oleh Admin", ["followed_up", "closed"]),
        ("Ditindaklanjuti oleh Instansi", None, ["followed_up"]),
        ("Belum Terverifikasi", None, []),
        (None, None, []),
    ],
)
def test_the_status_says_what_happened(status: str | None, detail: str | None, kinds: list[str]) -> None:
    row = Record(Complaint("L-1", "lampu"), status=status, status_detail=detail)
    assert [event.kind for event in events_of(row)] == kinds


def test_many_events_at_once_do_to_the_index_what_they_do_one_by_one() -> None:
    def event(seq: int, name: str, kind: str, text: str = "") -> Event:
        payload = {"complaint": {"id": name, "text": text}} if text else {}
        at = f"2024-03-{seq:02}T08:00:00+00:00"
        return Event(f"e{seq}", name, kind, at, at, payload, seq=seq)

    events = [
        event(1, "a", "received", "Lampu padam di Jl. Mawar"),
        event(2, "b", "received", "Sampah menumpuk di Pasar Baru"),
        event(3, "a", "closed"),
        event(4, "c", "received", "Jalan berlubang di Desa Sidomulyo"),
        event(5, "b", "updated", "Sampah menumpuk di Pasar Lama"),
        event(6, "c", "deleted"),
        event(7, "c", "received", "Banjir di Desa Sidomulyo"),
        event(8, "c", "closed"),
        event(9, "c", "reopened"),
    ]
    at_once, one_by_one = DuplicateIndex(delta_limit=2), DuplicateIndex()
    for start in (0, 4):
        apply_events(at_once, events[start : start + 4 if start == 0 else None])
    for each in events:
        apply_event(one_by_one, each)
    assert {d.id: d for d in at_once.documents()} == {d.id: d for d in one_by_one.documents()}
    assert len(at_once) == 3


def test_the_index_holds_what_was_imported(store: Store, tmp_path: Path) -> None:
    load(store, [record(number) for number in range(5)])
    index = DuplicateIndex.open(tmp_path / "index")
    assert sum(index_tail(store, index)) == 15
    assert len(DuplicateIndex.open(tmp_path / "index")) == 5
    assert index.cursor == store.last_seq()


def test_the_command_leaves_no_work_for_the_list_of_the_pages(tmp_path: Path) -> None:
    rows = [f"L-{number},Lampu nomor {number} di Bandung mati,Dishub Kabupaten Bandung" for number in range(3)]
    (tmp_path / "a.csv").write_text("\n".join(["id,text,agency", *rows]), encoding="utf-8")
    assert run(["import", str(tmp_path / "a.csv"), "--var", str(tmp_path / "var")]) == 0
    settings = Settings(var=tmp_path / "var")
    opened = Store(settings.store_url)
    assert opened.read(worklist.cursor) == opened.last_seq() > 0
    found = opened.read(lambda connection: connection.execute(tasks.select()).all())
    assert {(row.complaint_id, row.stage) for row in found} == {(f"L-{n}", "tindak_lanjut") for n in range(3)}
    assert Board(opened, settings).step() is False
    opened.close()
