"""Uploads: good rows become complaints, bad ones are named, the file is deleted, a restart goes on."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from office import Office, Person, open_office
from openpyxl import Workbook, load_workbook

from data.readers import BadRow
from service.review.row_faults import row_fault
from service.review.sheet import csv_text, harmless, workbook
from service.storage.uploads import Upload, add_upload, get_upload

ROOT = Path(__file__).parents[3]
NIK = "3204111205890001"
ROWS = [
    ["Tracking ID", "Judul Laporan", "Isi Laporan Awal", "Tanggal Laporan Masuk", "Status", "Instansi Terdisposisi"],
    ["7001", "=1+1", f"Lampu mati di Bandung, NIK saya {NIK}", "20 Nov 2026", "", ""],
    ["7002", "Sampah", "Sampah menumpuk di Cimahi", "20 Nov 2026", "Selesai", "Dinas Lingkungan Hidup Kota Cimahi"],
    ["7003", "Kosong", "", "20 Nov 2026", "", ""],
    ["70/04", "Aneh", "Jalan rusak di Bandung", "20 Nov 2026", "", ""],
]


def send(person: Person, name: str, content: bytes, form: str = "d" * 24) -> Any:
    files = {"berkas": (name, content, "application/octet-stream")}
    return person.client.post("/review/unggah", data={"csrf": person.csrf, "formulir": form}, files=files)


def finish(person: Person, where: str) -> dict[str, Any]:
    for _ in range(300):
        state: dict[str, Any] = person.get(f"{where}/kemajuan").json()
        if state["status"] != "berjalan":
            return state
        time.sleep(0.02)
    raise AssertionError("the upload did not finish")


def export() -> bytes:
    book = Workbook()
    for row in ROWS:
        book.active.append(row)  # type: ignore[union-attr]
    for cell in book.active["B"]:  # type: ignore[index]
        cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_good_rows_are_kept_bad_ones_named_and_the_file_is_gone(office: Office, admin: Any) -> None:
    made = send(admin, "Laporan Ringkas.xlsx", export())
    where = made.headers["location"]
    assert finish(admin, where) == {"status": "selesai", "total": 3, "done": 3}
    page = admin.get(where).text
    assert "baris 4, isi laporan" in page
    assert "baris 5: nomor laporan memuat tanda" in page
    assert NIK not in page
    assert office.kinds("7001") == ["received", "assessed"]
    assert office.kinds("7002") == ["received", "assessed", "disposed", "closed"]
    queue = admin.get("/review").text
    assert "7001" in queue
    assert "7002" not in queue  # it was disposed before
    assert not list((office.server.var / "unggahan").iterdir())
    sheet = load_workbook(io.BytesIO(admin.get(f"{where}/hasil.xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[0] for row in rows[1:]] == ["7001", "7002"]
    assert rows[1][2] == "'=1+1"
    assert NIK not in str(rows)


def test_the_same_form_and_the_same_file_again_add_nothing(office: Office, admin: Any) -> None:
    first = send(admin, "a.xlsx", export())
    finish(admin, first.headers["location"])
    assert send(admin, "a.xlsx", export()).headers["location"] == first.headers["location"]
    again = send(admin, "a.xlsx", export(), "e" * 24).headers["location"]
    assert again != first.headers["location"]
    assert finish(admin, again)["status"] == "selesai"
    assert office.kinds("7001") == ["received", "assessed"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.exe", b"MZ", 422), ("a.xlsx", b"no workbook", 303), ("a.csv", b"", 303), ("a.csv", b"x,y\n1,2\n", 303)],
)
def test_a_wrong_file_is_refused_with_a_reason(admin: Any, name: str, content: bytes, status: int) -> None:
    answer = send(admin, name, content)
    assert answer.status_code == status
    if status == 303:
        assert finish(admin, answer.headers["location"])["status"] == "gagal"
        assert "PLH-10" in admin.get(answer.headers["location"]).text


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with open_office(tmp_path / "var", max_upload=20_000) as office:
        assert send(office.person("nasional"), "a.csv", b"x" * 30_000).status_code == 413


def test_a_restart_goes_on_with_an_upload(tmp_path: Path) -> None:
    with open_office(tmp_path / "var") as office:
        person = office.person("nasional", login="tetap")
        upload = Upload("f" * 24, person.user.id, "a.csv", "2026-11-22T00:00:00.000000Z")
        office.server.store.write(lambda connection: add_upload(connection, upload)).result()
        folder = office.server.var / "unggahan"
        folder.mkdir()
        (folder / f"{upload.id}.csv").write_text("id,text\nR-1,Lampu mati di Bandung\n", encoding="utf-8")
    with open_office(tmp_path / "var") as office:
        for _ in range(300):
            found = office.server.store.read(lambda connection: get_upload(connection, upload.id))
            if found is not None and found.status != "berjalan":
                break
            time.sleep(0.02)
        assert found is not None
        assert (found.status, found.done) == ("selesai", 1)
        assert office.kinds("R-1") == ["received", "assessed"]


def test_another_regions_complaint_cannot_be_changed_by_an_upload(office: Office) -> None:
    office.complain("7001", "Lampu mati di Klaten")
    person = office.person("instansi", region="32.04")
    where = send(person, "a.xlsx", export()).headers["location"]
    finish(person, where)
    assert "sudah dipakai di luar wilayah Anda" in person.get(where).text
    assert office.kinds("7001") == ["received", "assessed"]


@pytest.mark.parametrize("text", ["=1+1", "+62", "-1", "@SUM(A1)", "\t=1", " =1", "|cmd", "\ufeff=1", "%0"])
def test_nothing_is_taken_for_a_formula(text: str) -> None:
    assert str(harmless(text)).startswith("'")
    sheet = load_workbook(io.BytesIO(workbook([[text]], ["isi"]))).active
    cell = sheet["A2"]  # type: ignore[index]
    assert cell.data_type == "s"
    assert f"'{text}"[:3] in csv_text([[text]])


def test_what_is_wrong_with_a_row_is_said_in_indonesian(admin: Any) -> None:
    rows = [
        "id,text,date,latitude,confidentiality",
        "1,Lampu mati di Bandung,2026-11-20,,biasa",
        "2,,2026-11-20,,biasa",
        "3,Lampu mati,besok,,biasa",
        "4,Lampu mati,2026-11-20,200,biasa",
        "5,Lampu mati,2026-11-20,,diam-diam",
        "1,Lampu mati lagi,2026-11-20,,biasa",
        "6,Lampu mati,2026-11-20,,biasa,lebih",
    ]
    where = send(admin, "a.csv", "\n".join(rows).encode()).headers["location"]
    assert finish(admin, where)["status"] == "selesai"
    said = re.findall(r"<li>(baris [^<]*)</li>", admin.get(where).text)
    assert said == [
        "baris 3, isi laporan: kosong",
        "baris 4, tanggal: tanggal tidak dapat dibaca",
        "baris 5, lintang: harus antara -90 dan 90",
        "baris 6, tipe laporan: harus biasa, anonim, atau rahasia",
        "baris 7, nomor laporan: nomor sama dengan baris 2; baris 2 yang dipakai",
        "baris 8: 6 kolom, padahal judul kolomnya 5",
    ]


def test_every_reason_of_the_readers_has_indonesian_words() -> None:
    """A reason that is added to the readers needs a line here, or admins would only read that a row cannot be read."""
    names = ("readers.py", "tables.py", "xlsx.py")
    sources = "".join((ROOT / "data" / name).read_text(encoding="utf-8") for name in names)
    found = re.findall(r'(?:BrokenRow|_FieldError|BadRow)\([^"\n]*(?:"\w+", )*f?"([^"]* [^"]*)"\)', sources)
    assert len(found) > 14
    for reason in found:
        assert row_fault(BadRow("a", 1, "", re.sub(r"\{[^}]*\}", "7", reason))) != "baris 1: tidak dapat dibaca", reason
