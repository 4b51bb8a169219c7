"""Damaged, hostile and odd files: a clear error, a named row, or the good rows; nothing else."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from fuzzing import DOCUMENTS, ODD, fuzz, mutated, replaced

from data.complaint import Complaint
from data.errors import PilahError
from data.readers import BadRow, read_records
from model.triage import Triage

CELL = st.one_of(
    st.text(max_size=30), st.floats().map(str), st.integers().map(str), ODD.map(lambda b: b.decode("latin-1"))
)
NAMES = (
    "id text isi_laporan title judul location lokasi area date tanggal waktu latitude lat longitude confidentiality "
    "agency instansi category kategori type klasifikasi status reporter claimed_agency provinsi kota"
).split()


def read_all(path: Path) -> None:
    """Read a file as the commands do."""
    bad: list[BadRow] = []
    try:
        for record in read_records(path, on_bad_row=bad.append):
            assert record.complaint.text.strip()
            assert not set(record.complaint.text) & set("\x00\ud800")
    except PilahError as error:
        assert error.code.startswith("PLH-1"), error
    assert all(row.reason for row in bad)


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    header = draw(st.lists(st.sampled_from(NAMES) | CELL, min_size=1, max_size=8))
    rows = draw(st.lists(st.lists(CELL, max_size=9), max_size=8))
    separator = draw(st.sampled_from(",;\t|"))
    quote = draw(st.sampled_from(['"', "'", ""]))
    lines = [separator.join(f"{quote}{cell}{quote}" for cell in row) for row in (header, *rows)]
    return (
        draw(st.sampled_from(["\n", "\r\n", "\r"]))
        .join(lines)
        .encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])), "replace")
    )


@st.composite
def jsonl_files(draw: st.DrawFn) -> bytes:
    row = st.dictionaries(st.sampled_from(NAMES), CELL | DOCUMENTS, max_size=6) | DOCUMENTS
    lines = [json.dumps(one) for one in draw(st.lists(row, max_size=8))]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_text_file_is_read_or_refused(suffix: str, sample_path: Path, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    lines = sample_path.read_bytes().splitlines()[:10]
    if suffix == "csv":
        fields = ["id", "text", "date", "agency"]
        rows = [json.loads(line) for line in lines]
        text = "\n".join([",".join(fields), *(",".join(json.dumps(str(row.get(f))) for f in fields) for row in rows)])
        lines = text.encode().splitlines()

    def check(content: bytes) -> None:
        path.write_bytes(content)
        read_all(path)

    made = csv_files() if suffix == "csv" else jsonl_files()
    assert fuzz(mutated(b"\n".join(lines)) | made, check, 0.5) > 5


def test_a_spreadsheet_is_read_or_refused(workbook_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    whole = workbook_path.read_bytes()
    with zipfile.ZipFile(workbook_path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    # The sheet is cut to a few rows, so that each case is quick.
    sheet = next(name for name in parts if "worksheets/sheet" in name)
    rows = parts[sheet].split(b"</row>")
    parts[sheet] = b"</row>".join([*rows[:14], rows[-1]])

    def packed(change: tuple[str, bytes]) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in parts.items():
                book.writestr(name, change[1] if name == change[0] else content)
        return target.getvalue()

    inside = st.sampled_from(sorted(parts)).flatmap(lambda name: st.tuples(st.just(name), mutated(parts[name])))

    def check(content: bytes) -> None:
        path.write_bytes(content)
        read_all(path)

    assert fuzz(inside.map(packed) | inside.map(packed) | inside.map(packed) | mutated(whole), check) > 5


def test_a_parquet_file_is_read_or_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["1", "2"], "text": ["lampu mati", "sampah"], "latitude": [1.0, 2.0]}), path)
    whole = path.read_bytes()

    def check(content: bytes) -> None:
        path.write_bytes(content)
        read_all(path)

    assert fuzz(mutated(whole), check, 0.5) > 5


def test_a_bundle_that_somebody_made_up_is_refused_or_answers(bundle_path: Path, tmp_path: Path) -> None:
    """The hashes fit what was changed, as with a bundle made by somebody who means harm."""
    copy = Path(shutil.copytree(bundle_path, tmp_path / "copy"))
    documents = {
        path.name: json.loads(path.read_text()) for path in copy.glob("*.json") if path.name != "manifest.json"
    }
    manifest = json.loads((copy / "manifest.json").read_text())
    arrays = (copy / "arrays.safetensors").read_bytes()
    originals = {path.name: path.read_bytes() for path in copy.iterdir()}

    path_in = st.lists(st.integers(0, 50), max_size=5)
    edited = st.sampled_from(sorted(documents)).flatmap(
        lambda name: st.tuples(st.just(name), path_in, DOCUMENTS | st.sampled_from([10**30, -1, 0, 1e308, "", [], {}]))
    )

    def put(name: str, content: bytes) -> None:
        (copy / name).write_bytes(content)
        files = {**manifest["files"], name: hashlib.sha256(content).hexdigest()}
        (copy / "manifest.json").write_text(json.dumps({**manifest, "files": files}))

    def check(case: Any) -> None:
        for name, content in originals.items():
            (copy / name).write_bytes(content)
        if isinstance(case, bytes):
            put("arrays.safetensors", case)
        elif isinstance(case, dict):
            (copy / "manifest.json").write_text(json.dumps(case))
        else:
            name, where, value = case
            put(name, json.dumps(replaced(documents[name], where, value)).encode())
        try:
            triage = Triage.load(copy)
        except PilahError as error:
            assert error.code.startswith("PLH-"), error
            return
        answer = triage.assess(Complaint(id="1", text="Lampu jalan mati di Bandung, mohon diperbaiki"))
        json.dumps(answer.to_dict())

    manifests = st.tuples(path_in, DOCUMENTS).map(lambda made: replaced(manifest, made[0], made[1]))
    manifests = manifests.filter(lambda made: isinstance(made, dict))
    assert fuzz(edited | edited | mutated(arrays) | manifests, check) > 5
