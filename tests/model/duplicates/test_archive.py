"""Archives: pairs once and best first, exact pairs, incidents."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.complaint import Complaint, Record
from data.errors import PilahError
from model.duplicates.archive import Archive, Pair, best_pairs_first, prepare_entries, read_pair_ids, share_out
from model.duplicates.document import Document, build_document
from model.duplicates.scorer import base_scorer

TEXTS = {
    "a": "Lampu PJU di Jl. Cempaka depan balai desa Sukaraja padam sejak Senin",
    "b": "lampu pju jln cempaka dpn balai desa sukaraja mati sejak senin",
    "c": "Sampah di Pasar Legi sebelah timur menumpuk dan berbau",
    "d": "Antrean di Puskesmas Cilongok lama karena hanya satu loket",
}


def records() -> list[Record]:
    return [Record(Complaint(id=name, text=text)) for name, text in TEXTS.items()]


def documents() -> list[Document]:
    return [build_document(record.complaint) for record in records()]


def filled(archive: Archive) -> Archive:
    assert sum(archive.fill(records())) == len(TEXTS)
    return archive


def pairs(archive: Archive) -> list[Pair]:
    return best_pairs_first(pair for _, found in archive.pairs(top=10, minimum=0.5) for pair in found)


def test_each_pair_of_an_archive_is_found_once() -> None:
    with Archive(base_scorer()) as archive:
        found = pairs(filled(archive))
        assert [(pair.a, pair.match.id, pair.match.relation) for pair in found] == [("b", "a", "same")]
        assert [row["members"] for row in archive.incidents(found)] == [("a", "b")]


def test_another_corpus_is_searched_for_each_query() -> None:
    query = build_document(Complaint(id="q", text="Sampah menumpuk dan bau di Pasar Legi sebelah timur"))
    with Archive(base_scorer()) as archive:
        found = filled(archive).search([query], top=1, minimum=0.0)
    assert [(pair.a, pair.match.id) for pair in found] == [("q", "c")]


def test_a_row_that_replaces_another_is_compared_once() -> None:
    with Archive(base_scorer()) as archive:
        list(filled(archive).fill([Record(Complaint(id="a", text=TEXTS["a"]))]))
        assert [(pair.a, pair.match.id) for pair in pairs(archive)] == [("a", "b")]


def test_work_shared_out_comes_back_in_order() -> None:
    texts = [["Lampu padam"], ["Jalan rusak", "Sampah"], ["Banjir"]]
    tasks = [[Record(Complaint(id=text, text=text)) for text in part] for part in texts]
    found = [[entry.id for entry in entries] for entries in share_out(prepare_entries, tasks, 2)]
    assert found == texts


def test_exactly_the_pairs_asked_for_are_scored_best_first() -> None:
    with Archive(base_scorer()) as archive:
        found = filled(archive).score_pairs([("a", "c"), ("a", "b")], documents())
        assert [(pair.a, pair.match.id) for pair in found] == [("a", "b"), ("a", "c")]
        with pytest.raises(PilahError, match="PLH-604"):
            archive.score_pairs([("a", "x")], documents())


def test_pair_files_are_read_and_wrong_lines_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"a": "1", "b": 2}\n\n', encoding="utf-8")
    assert read_pair_ids(path) == [("1", "2")]
    path.write_text('{"a": "1", "b": "2"}\n{"a": "1"}\n', encoding="utf-8")
    with pytest.raises(PilahError, match=r"PLH-605.*line 2"):
        read_pair_ids(path)
    with pytest.raises(PilahError, match="PLH-101"):
        read_pair_ids(tmp_path / "missing.jsonl")
