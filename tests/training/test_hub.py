"""Rows through ``datasets``: folders of files, saved datasets, names that cannot be reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.complaint import Record
from data.errors import PilahError
from data.readers import BadRow, read_records
from service.inputs import read_inputs
from training.hub import read_dataset

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the library's copies out of the user's home, and the library off the network."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


@pytest.fixture
def folder(sample_path: Path, tmp_path: Path) -> Path:
    """Return a folder with one file a split, as the hub keeps them."""
    lines = sample_path.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "laporan").mkdir()
    (tmp_path / "laporan" / "train.jsonl").write_text("".join(lines[:60]), encoding="utf-8")
    (tmp_path / "laporan" / "test.jsonl").write_text("".join(lines[60:90]), encoding="utf-8")
    return tmp_path / "laporan"


def ids(records: list[Record]) -> list[str]:
    return [record.complaint.id for record in records]


def test_a_folder_gives_the_same_rows_as_its_file(folder: Path) -> None:
    expected = list(read_records(folder / "train.jsonl"))
    found = list(read_dataset(f"hf:{folder}"))
    assert ids(found) == ids(expected)
    assert [r.labels for r in found] == [r.labels for r in expected]
    assert [r.complaint.date for r in found] == [r.complaint.date for r in expected]
    assert ids(list(read_dataset(f"hf:{folder}@test"))) == ids(list(read_records(folder / "test.jsonl")))


def test_commands_take_such_a_source(folder: Path) -> None:
    assert len(read_inputs([Path(f"hf:{folder}@test"), folder / "train.jsonl"], {}, True)) == 90


def test_a_saved_dataset_with_coded_labels_is_read_by_their_names(tmp_path: Path) -> None:
    features = datasets.Features(
        {"isi laporan": datasets.Value("string"), "kategori": datasets.ClassLabel(names=["Jalan", "Air"])}
    )
    rows = datasets.Dataset.from_dict({"isi laporan": ["jalan rusak", "air mati"], "kategori": [0, 1]}, features)
    rows.save_to_disk(str(tmp_path / "saved"))
    assert [r.labels.category for r in read_dataset(f"hf:{tmp_path / 'saved'}")] == ["Jalan", "Air"]


def test_bad_rows_are_named(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    lines = [{"id": "1", "text": "jalan rusak"}, {"id": "2", "text": ""}]
    (tmp_path / "d" / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    bad: list[BadRow] = []
    assert ids(list(read_dataset(f"hf:{tmp_path / 'd'}", None, bad.append))) == ["1"]
    assert [(row.row, row.field) for row in bad] == [(2, "text")]


def test_a_split_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(PilahError, match="there are train, test"):
        list(read_dataset(f"hf:{folder}@dev"))


def test_a_hub_that_cannot_be_reached_is_a_clear_error() -> None:
    with pytest.raises(PilahError, match=r"PLH-109.*nobody/nothing-of-pilah"):
        list(read_dataset("hf:nobody/nothing-of-pilah"))
