"""A confidential, sensitive or self-accusing text leaks nowhere: pages, API, logs, metrics, exports, counts."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from office import Office, Person, hidden, open_office
from openpyxl import load_workbook
from test_access import TABLE, WHERE, address, fields

from data.privacy import mask
from model.duplicates.incidents import incident_id
from service.logs import JsonFormatter

SECRET = "Kembangsepatu"  # noqa: S105 - a word of the hidden complaint
HIDDEN = "RHS-77"
TEXT = f"Lampu jalan mati dekat warung {SECRET} di Bandung sejak seminggu, mohon segera diperbaiki petugas"
CASES: dict[str, dict[str, Any]] = {
    "confidential": {"text": TEXT, "confidentiality": "rahasia"},
    "sensitive": {"text": f"{TEXT}. Ada pelecehan."},
    "accusing": {"text": f"{TEXT}. Oknum dinas meminta uang."},
}
CSV = f'id,text,confidentiality\nU-1,"{TEXT}",rahasia\nU-2,Lampu mati di Bandung,biasa\n'


def everything(person: Person) -> list[tuple[str, str]]:
    """Call every page as a curious person would and return what it answers."""
    seen: list[tuple[str, str]] = []
    own = {"complaint_id": HIDDEN, "incident_id": incident_id(HIDDEN)}
    queries = [
        "",
        f"?q={SECRET}",
        f"?q={HIDDEN}",
        "?tab=selesai",
        "?tab=tindak",
        "?tab=tunda",
        f"?baru={HIDDEN}~{'a' * 24}",
    ]
    for method, path in sorted(TABLE):
        if path in ("/review/keluar", "/review/akun", "/review/orang"):
            continue
        target = re.sub(r"\{(\w+)\}", lambda match: own.get(match.group(1), "x"), path)
        for target_ in {target, address(path)}:
            if method == "GET":
                for query in queries if path == "/review" else [f"?q={SECRET}&mulai=2024-01-01&wilayah=32.04", ""]:
                    seen.append((target_ + query, person.get(target_ + query).text))
            else:
                data = fields(path) | {"lain": HIDDEN, "keperluan": "memeriksa mutu layanan", "keputusan": "a" * 24}
                data |= {"formulir": "a" * 24, "terlihat": "1", "instansi": "id:32.04:dishub"}
                seen.append((f"POST {target_}", person.post(target_, data).text))
    for row in range(1, 4):
        seen.append((f"R-{row}", person.get(f"/review/laporan/R-{row}").text))
        answer = person.post(f"/review/daftar/R-{row}", {"keperluan": "memeriksa mutu layanan"})
        seen.append((f"daftar R-{row}", answer.text))
    return seen


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    with open_office(tmp_path / "var") as office:
        fields_ = dict(CASES[request.param])
        office.complain(HIDDEN, fields_.pop("text"), **fields_)
        for row in range(1, 4):
            office.complain(f"R-{row}", "Lampu jalan mati di Bandung sejak seminggu, mohon segera diperbaiki petugas")
        yield request.param, office


@pytest.mark.parametrize("role", sorted(WHERE))
def test_who_is_not_named_learns_nothing(case: Any, role: str) -> None:
    _, office = case
    person = office.person(role, **WHERE[role])
    asked = (SECRET, HIDDEN)
    for path, page in everything(person):
        page_ = page.replace(f'value="{SECRET}"', "").replace(f'value="{HIDDEN}"', "")
        if "/review/daftar" in path or "q=" in path or "Laporan " in page[:600]:
            page_ = page_.replace("lanjut=", "")
        leaks = [word for word in asked if word in page_]
        assert not leaks, (path, leaks, page_[max(0, page_.find(leaks[0]) - 200) :][:400])


def test_a_named_officer_sees_it(case: Any) -> None:
    _, office = case
    person = office.person("instansi", region="32.04", named=True)
    assert SECRET in person.get(f"/review/laporan/{HIDDEN}").text
    assert HIDDEN in person.get("/review").text


def test_what_complains_about_an_office_is_hidden_from_its_people(tmp_path: Path) -> None:
    with open_office(tmp_path / "var") as office:
        office.complain(HIDDEN, CASES["accusing"]["text"])
        chief = office.person("instansi", region="32.04", office="32.04:dishub", named=True)
        officer = office.person("penghubung", agency="32.04:dishub", named=True)
        other = office.person("instansi", region="32.04", office="32.04:diskominfo", named=True)
        carried = other.hidden(f"/review/laporan/{HIDDEN}")
        given = {"instansi": "id:32.04:dishub", "klasifikasi": "pengaduan", "kategori": "Kategori 2.15"}
        other.post(f"/review/laporan/{HIDDEN}/putusan/verifikasi", carried | given)
        for person in (chief, officer):
            for path, page in everything(person):
                assert SECRET not in page.replace(f'value="{SECRET}"', ""), path
            assert person.get(f"/review/laporan/{HIDDEN}").status_code == 404


def test_counts_do_not_tell(tmp_path: Path) -> None:
    """Two stores that differ only in hidden complaints give the same figures to whoever passes them on."""
    pages = []
    for hidden_ones in (0, 7):
        with open_office(tmp_path / f"var-{hidden_ones}") as office:
            for row in range(6):
                office.complain(f"R-{row}", "Lampu jalan mati di Bandung")
            for row in range(hidden_ones):
                office.complain(f"H-{row}", TEXT, confidentiality="rahasia")
            found = []
            for role in ("nasional", "koordinator", "analis", "instansi"):
                person = office.person(role, login=f"{role}-satu", **WHERE[role])  # type: ignore[arg-type]
                queue = person.get("/review", follow_redirects=True).text
                for path in ("/review/monitor", "/review/monitor/laporan", "/review/monitor/angka.csv"):
                    found.append(_still(person.get(path).text))
                found.append(_still(queue))
                incidents = person.get("/review/kejadian").text
                found.append(_still(incidents))
            named = office.person("nasional", named=True, login="bernama")
            found.append(_still(named.get("/review/monitor/angka.csv").text))
            pages.append(found)
    assert pages[0] == pages[1]


def _still(page: str) -> str:
    """Drop what differs with every page: the token and the ids of forms."""
    return re.sub(r'(data-csrf|value)="[\w-]{16,}"', "", page)


def test_neither_logs_nor_metrics_nor_the_access_log_hold_it(tmp_path: Path) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(mask))
    handler.addFilter(lambda record: not record.name.startswith("http"))  # the client of this test
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    try:
        with open_office(tmp_path / "var") as office:
            person = office.person("nasional", named=True)
            office.complain(HIDDEN, TEXT, confidentiality="rahasia")
            person.get(f"/review?q={SECRET}")
            person.decide(HIDDEN, "tunda", catatan=f"Di mana warung {SECRET}?")
            person.get(f"/review/laporan/{HIDDEN}")
            _upload(person)
            metrics = office.server.client.get("/metrics").text
            log_page = person.get("/review/catatan").text
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    for text in (stream.getvalue(), metrics, log_page):
        assert SECRET not in text
        assert HIDDEN not in text
    assert "request" in stream.getvalue()


def _upload(person: Person) -> str:
    import time

    file = {"berkas": ("ekspor.csv", CSV, "text/csv")}
    made = person.client.post("/review/unggah", data={"csrf": person.csrf, "formulir": "c" * 24}, files=file)
    where = made.headers["location"]
    for _ in range(200):
        if json.loads(person.get(f"{where}/kemajuan").text)["status"] != "berjalan":
            return str(where)
        time.sleep(0.02)
    raise AssertionError("the upload did not finish")


def test_an_export_leaves_out_what_its_reader_may_not_see(office: Office) -> None:
    plain, named = office.person("nasional"), office.person("nasional", named=True)
    where = _upload(plain)
    assert SECRET not in plain.get(where).text
    book = load_workbook(io.BytesIO(plain.get(f"{where}/hasil.xlsx").content))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]  # type: ignore[union-attr]
    assert not any(SECRET in cell for cell in cells)
    assert "Lampu mati di Bandung" in cells
    assert SECRET in named.get("/review/laporan/U-1").text


def test_a_coordinator_opens_a_text_only_for_a_purpose_which_is_logged(office: Office) -> None:
    office.complain("R-1", "Lampu mati di Bandung, hubungi 081234567890")
    person, chief = office.person("koordinator", region="32"), office.person("nasional")
    assert "Lampu mati" not in person.get("/review/daftar").text
    assert "Lampu mati" not in person.get("/review/daftar/R-1").text
    assert person.post("/review/daftar/R-1", {"keperluan": "ya"}).status_code == 422
    opened = person.post("/review/daftar/R-1", {"keperluan": "memeriksa laporan berulang"}).text
    assert "Lampu mati di Bandung" in opened
    assert "081234567890" not in opened
    assert "memeriksa laporan berulang" in chief.get("/review/catatan").text
    elsewhere = office.person("koordinator", region="33")
    assert elsewhere.get("/review/daftar/R-1").status_code == 404


def test_ids_of_hidden_duplicates_are_not_in_the_history(office: Office) -> None:
    named, plain = office.person("nasional", named=True), office.person("nasional")
    office.complain(HIDDEN, TEXT, confidentiality="rahasia")
    office.complain("R-1")
    carried = hidden(named.get("/review/laporan/R-1").text)
    named.post("/review/laporan/R-1/duplikat", carried | {"lain": HIDDEN, "hubungan": "sama"})
    assert HIDDEN in named.get("/review/laporan/R-1").text
    assert HIDDEN not in plain.get("/review/laporan/R-1").text
