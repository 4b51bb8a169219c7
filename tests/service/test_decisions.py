"""The memory of decisions on the disk: a start takes it up where it was, and mistrusts what is not of this log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.complaint import Complaint, Labels, Record
from model.triage import Triage
from service.archive import Reader, import_records, prepare
from service.decisions import DecisionBook
from service.following import remember_tail
from service.storage.record import erase
from service.storage.store import Store
from service.viewer import EVERYTHING

PLACES = "Soreang Baleendah Majalaya Ciparay Banjaran Pangalengan".split()


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage.load()


@pytest.fixture
def store(tmp_path: Path, triage: Triage) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'pilah.db'}", serving=True)
    records = [
        Record(
            Complaint(id=f"c{i}", text=f"Lampu jalan padam di depan kantor Kecamatan {place} Kabupaten Bandung"),
            Labels(agency="Dinas Perhubungan" if i % 2 else "Dinas Pekerjaan Umum"),
        )
        for i, place in enumerate(PLACES)
    ]
    list(import_records(opened, (prepare(Reader(triage, triage.registry), record) for record in records)))
    yield opened
    opened.close()


def followed(book: DecisionBook) -> DecisionBook:
    while book.follow(2):
        pass
    return book


def said(book: DecisionBook) -> dict[str, dict[str, str]]:
    return {row.id: dict(row.labels) for row in book.experience.memory}


def test_a_start_takes_up_what_an_import_wrote_down(tmp_path: Path, store: Store, triage: Triage) -> None:
    path = tmp_path / "decisions.npz"
    assert sum(remember_tail(store, triage, path)) == len(PLACES)
    restored, fresh = DecisionBook(store, triage, path), followed(DecisionBook(store, triage))
    restored.restore()
    assert said(restored) == said(fresh)
    followed(restored)
    _, lessons = restored.begin_refit()
    assert sorted(lesson.document for lesson in lessons) == sorted(x.document for x in fresh.begin_refit()[1])
    asked = triage.read(Complaint(id="x", text="Lampu jalan padam Kecamatan Soreang"))
    ours, theirs = (book.experience.recall(asked, "agency") for book in (restored, fresh))
    assert (ours.similar, ours.counts) == (theirs.similar, theirs.counts)


def test_what_was_erased_since_is_forgotten_by_the_next_start(tmp_path: Path, store: Store, triage: Triage) -> None:
    path = tmp_path / "decisions.npz"
    list(remember_tail(store, triage, path))
    store.write(lambda connection: erase(connection, "c1", EVERYTHING, actor="a")).result()
    book = DecisionBook(store, triage, path)
    book.restore()
    followed(book)
    assert "c1" not in said(book)
    assert "c1" not in {lesson.id for lesson in book.begin_refit()[1]}
    book.save()
    with np.load(path, allow_pickle=False) as arrays:
        assert b'"c1"' not in arrays["rows"].tobytes()


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, store: Store, triage: Triage, content: bytes) -> None:
    path = tmp_path / "decisions.npz"
    path.write_bytes(content)
    book = DecisionBook(store, triage, path)
    book.restore()
    assert len(said(followed(book))) == len(PLACES)


def test_the_memory_of_another_log_is_not_believed(tmp_path: Path, store: Store, triage: Triage) -> None:
    path = tmp_path / "decisions.npz"
    list(remember_tail(store, triage, path))
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    book = DecisionBook(other, triage, path)
    book.restore()
    other.close()
    assert not said(book)
