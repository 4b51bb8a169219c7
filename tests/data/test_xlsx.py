"""Spreadsheets: the export's layout, what programs get wrong, and files made to overload."""

import zipfile
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import xlsx
from data.complaint import Confidentiality
from data.errors import PilahError
from data.readers import BadRow, read_records

HEADER = [
    *("Tracking ID", "Tanggal Laporan Masuk", "Waktu Laporan Masuk", "Klasifikasi Laporan", "ID Kategori", "Kategori"),
    *("Judul Laporan", "Isi Laporan Awal", "Isi Laporan Akhir", "Tipe Laporan (Anonim/Rahasia)", "Sumber Laporan"),
    *("Instansi Induk", "Instansi Terdisposisi", "Status Laporan", "Alasan Tunda/Arsip", "Provinsi", "Kota/Kabupaten"),
]
PREAMBLE = [
    ["Judul Laporan", None, "Laporan Ringkas"],
    ["Nama Instansi", None, "Pemerintah Kabupaten Contoh"],
    ["Tanggal Generate", None, "1 Juni 2024"],
    [],
    ["Periode Masuk", None, "1 Januari 2024 - 31 Mei 2024"],
    ["Pengelola", None, "Admin Instansi"],
    [],
]


def export(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in [*PREAMBLE, HEADER, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def row(**cells: object) -> list[object]:
    return [cells.get(name.replace(" ", "_").replace("/", "_")) for name in HEADER]


def test_reads_the_export_laporan_ringkas(tmp_path: Path) -> None:
    cells = row(
        Tracking_ID=9165816, Tanggal_Laporan_Masuk="29 Mei 2023", Waktu_Laporan_Masuk="14:05:00",
        Klasifikasi_Laporan="Aspirasi", ID_Kategori=928, Kategori="Parkir Liar", Judul_Laporan="Parkir",
        Isi_Laporan_Awal="Yang dikirim warga", Isi_Laporan_Akhir="Yang disunting admin",
        Instansi_Terdisposisi="Dinas Perhubungan", Status_Laporan="Selesai", Provinsi="Jawa Barat",
    )  # fmt: skip
    cells[HEADER.index("Tipe Laporan (Anonim/Rahasia)")] = "Anonim, Rahasia"
    record = next(read_records(export(tmp_path / "a.xlsx", cells)))
    complaint = record.complaint
    assert (complaint.id, complaint.text, complaint.province) == ("9165816", "Yang dikirim warga", "Jawa Barat")
    assert complaint.date is not None
    assert complaint.date.isoformat() == "2023-05-29T14:05:00+07:00"
    assert complaint.confidentiality is Confidentiality.RAHASIA
    assert (record.labels.category_external_id, record.labels.category) == ("928", "Parkir Liar")
    assert (record.labels.agency, record.status, record.row) == ("Dinas Perhubungan", "Selesai", 9)


def test_reads_dates_and_times_that_are_real_cells(tmp_path: Path) -> None:
    cells = row(
        Isi_Laporan_Awal="isi laporan", Tanggal_Laporan_Masuk=datetime(2024, 3, 1), Waktu_Laporan_Masuk=time(8, 30)
    )
    date = next(read_records(export(tmp_path / "a.xlsx", cells))).complaint.date
    assert date is not None
    assert date.isoformat() == "2024-03-01T08:30:00+07:00"


def test_three_bad_rows_of_a_hundred_are_named(tmp_path: Path) -> None:
    rows = [row(Tracking_ID=n, Isi_Laporan_Awal=f"Laporan {n}") for n in range(100)]
    rows[0] = row(Tracking_ID=0)
    rows[41] = row(Tracking_ID=41, Isi_Laporan_Awal="isi", Tanggal_Laporan_Masuk="entah")
    rows[99] = row(Tracking_ID=98, Isi_Laporan_Awal="id ganda")
    bad: list[BadRow] = []
    records = list(read_records(export(tmp_path / "a.xlsx", *rows), on_bad_row=bad.append))
    assert len(records) == 97
    assert [(b.row, b.field) for b in bad] == [(9, "text"), (50, "date"), (108, "id")]


def test_takes_the_sheet_that_has_the_complaints(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Rekap", "Jumlah"])
    second = book.create_sheet("Data")
    second.append(["Isi Laporan", "Kategori"])
    second.append(["Jalan rusak", "Jalan"])
    book.save(tmp_path / "a.xlsx")
    assert [record.complaint.text for record in read_records(tmp_path / "a.xlsx")] == ["Jalan rusak"]


def test_a_sheet_without_a_text_column_lists_its_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Rekap", "Jumlah"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(PilahError, match=r"PLH-105.*'Rekap', 'Jumlah'"):
        read_records(tmp_path / "a.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", 2**22)
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2**22 + 1))
    assert path.stat().st_size < 2**14
    with pytest.raises(PilahError) as caught:
        read_records(path)
    assert caught.value.code == "PLH-106"


def changed(path: Path, part: str, content: bytes) -> Path:
    """Write a copy of a workbook with one part replaced."""
    out = path.with_name(f"{path.stem}-2.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_an_xml_bomb_is_refused(tmp_path: Path, part: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    path = changed(export(tmp_path / "a.xlsx", row(Isi_Laporan_Awal="isi")), part, bomb)
    with pytest.raises(PilahError, match=r"PLH-10[16]"):
        list(read_records(path))


def test_a_sheet_that_breaks_off_keeps_the_rows_before(tmp_path: Path) -> None:
    path = export(tmp_path / "a.xlsx", *(row(Isi_Laporan_Awal=f"Laporan {n}") for n in range(400)))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bad: list[BadRow] = []
    records = list(
        read_records(changed(path, "xl/worksheets/sheet1.xml", sheet[: len(sheet) // 2]), on_bad_row=bad.append)
    )
    assert len(records) > 100
    assert "rest of the sheet" in bad[-1].reason


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_workbook_is_read_or_refused_with_a_code(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("rusak")
    damaged = bytearray(export(folder / "a.xlsx", row(Isi_Laporan_Awal="isi laporan")).read_bytes())
    for place, byte in damage:
        damaged[int(place * len(damaged))] = byte
    path = folder / "b.xlsx"
    path.write_bytes(bytes(damaged))
    try:
        list(read_records(path, on_bad_row=lambda bad: None))
    except PilahError as error:
        assert error.code in {"PLH-101", "PLH-105", "PLH-106"}
