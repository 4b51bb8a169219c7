"""Monitoring: what is counted, what is not shown, targets against actuals, the queue's order and paging."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import Office

from service.review.figures import grouped, months, ranks, semester_days, semester_of, summarise
from service.review.plots import bars, lines, nice_top

TODAY = date(2026, 11, 22)
VERIFY = {"instansi": "id:32.04:dishub", "klasifikasi": "pengaduan", "kategori": "Kategori 2.15"}


@dataclass
class Row:
    received: str = "2026-11-01"
    disposed: str | None = None
    followed: str | None = None
    closed: str | None = None
    returned: int = 0
    accepted: int | None = None
    linked: int = 0
    topics: str | None = None
    late: int = 0
    stage: str = "verifikasi"
    due: str = "2026-11-04"
    region_code: str | None = "32.04"
    agency_id: str | None = "32.04:dishub"
    agency: str | None = "Dishub"
    decided: int = 0


def test_a_group_is_counted() -> None:
    rows = [
        Row(disposed="2026-11-03T02:00:00.000000Z", accepted=1, stage="selesai", closed="x", followed=None),
        Row(disposed="2026-11-07T02:00:00.000000Z", accepted=0, stage="tindak_lanjut", due="2026-12-01", returned=2),
        Row(),
    ]
    found = summarise(rows, TODAY)
    assert (found.n, found.disposed, found.closed, found.returned, found.overdue) == (3, 2, 1, 1, 1)
    assert (found.judged, found.accepted, found.share("accepted")) == (2, 1, 0.5)
    assert found.days == 4


def test_who_has_few_complaints_is_not_ranked() -> None:
    rows = [Row(region_code="32.04", agency_id=None, followed="2026-11-03T02:00:00.000000Z") for _ in range(20)]
    rows += [Row(region_code="32.05", agency_id=None) for _ in range(20)]
    rows += [Row(region_code="32.06", agency_id=None, followed="2026-11-03T02:00:00.000000Z") for _ in range(19)]
    groups = grouped(rows, lambda row: row.region_code, TODAY)
    assert ranks(groups) == {"32.04": 1, "32.05": 2}


def test_aggregates_hide_small_cells_and_admins_see_them(office: Office) -> None:
    for number in range(3):
        office.complain(f"R-{number}")
    for role, where, hidden in (("koordinator", {"region": "32"}, True), ("instansi", {"region": "32.04"}, False)):
        page = office.person(role, **where).get("/review/monitor?wilayah=32").text
        assert ("terlalu sedikit untuk ditampilkan" in page) == hidden
        assert ("&lt;5" in page) == hidden


def test_targets_stand_beside_actuals(office: Office, admin: Any) -> None:
    office.complain("R-1")
    form = {"wilayah": "32.04", "semester": semester_of(date.today()), "followed": "80"}
    assert admin.post("/review/monitor/sasaran", form).status_code == 303
    page = admin.get("/review/monitor?wilayah=32.04").text
    assert "dari sasaran 80 %" in page
    assert admin.post("/review/monitor/sasaran", form | {"followed": "180"}).status_code == 422
    assert admin.post("/review/monitor/sasaran", form | {"followed": "nan"}).status_code == 422
    foreign = office.person("koordinator", region="33")
    assert foreign.post("/review/monitor/sasaran", form).status_code == 403


def test_the_csv_has_a_row_a_group_and_the_sum(office: Office, admin: Any) -> None:
    for number in range(4):
        office.complain(f"R-{number}")
    admin.decide("R-0", "verifikasi", **VERIFY)
    admin.decide("R-1", "tunda", catatan="Di mana?")
    text = admin.get("/review/monitor/angka.csv?wilayah=32").text
    head, group, total = text.strip().split("\r\n")
    assert head.startswith("\ufeffKode;Nama;Laporan (n)")
    assert group.startswith("32.04;Kabupaten Bandung;4;1")
    assert total.split(";")[2:4] == ["4", "1"]


def test_connected_and_inactive(office: Office, admin: Any) -> None:
    office.person("penghubung", agency="32.04:dishub")
    office.person("penghubung", agency="32.04:dlh")
    office.complain("R-1")
    admin.decide("R-1", "verifikasi", **VERIFY)
    assert "terhubung, 2 tidak aktif" in admin.get("/review/monitor?wilayah=32.04").text
    officer = office.person("penghubung", agency="32.04:dishub")
    officer.decide("R-1", "tindak_lanjut", catatan="sudah ke lokasi")
    assert "terhubung, 1 tidak aktif" in admin.get("/review/monitor?wilayah=32.04").text


def test_emergencies_come_first_then_the_oldest_deadline(office: Office, admin: Any) -> None:
    now = datetime.now(UTC)
    for name, days, text in (("A", 1, "Lampu"), ("B", 9, "Lampu"), ("C", 0, "Anak tenggelam"), ("D", 5, "Lampu")):
        office.complain(name, f"{text} di Bandung", date=(now - timedelta(days=days)).isoformat())
    assert re.findall(r'class="baris-tautan" href="/review/laporan/(\w)', admin.get("/review").text) == list("CBDA")


def test_paging_skips_nothing_while_others_work(office: Office, admin: Any) -> None:
    now = datetime.now(UTC)
    for number in range(60):
        moment = (now - timedelta(days=number % 7, minutes=number)).isoformat()
        office.complain(f"P-{number:02d}", f"Lampu nomor {number} mati di Bandung", date=moment)
    seen: list[str] = []
    where: str | None = "/review"
    while where:
        page = admin.get(where).text
        found = re.findall(r'class="baris-tautan" href="/review/laporan/(P-\d+)', page)
        seen += found
        for name in found[:3]:  # someone else finishes some of the page meanwhile
            admin.decide(name, "arsipkan", alasan="umum")
        following = re.search(r'rel="next" href="([^"]+)"', page)
        where = following.group(1).replace("&amp;", "&") if following else None
    assert sorted(seen) == [f"P-{number:02d}" for number in range(60)]


def test_the_queue_is_filtered(office: Office, admin: Any) -> None:
    office.complain("R-1", "Lampu mati di Bandung")
    office.complain("R-2", "Sampah di Klaten")
    office.complain("R-3", "Jalan rusak di Cimahi", claimed_agency="PLN")
    cases = {
        "q=sampah": ["R-2"], "q=R-1": ["R-1"], "wilayah=33": ["R-2"], "instansi=32.77:dpupr": ["R-3"],
        "kategori=2.11": ["R-2"], "alasan=pilihan": ["R-3"], "umur=30": [],
        "alasan=xx&umur=yy&wilayah=zz": ["R-1", "R-2", "R-3"],
    }  # fmt: skip
    for query, expected in cases.items():
        page = admin.get(f"/review?{query}").text
        assert sorted(re.findall(r'href="/review/laporan/(R-\d)', page)) == expected, query


@pytest.mark.parametrize(
    "query", ["setelah=x", "setelah=1~~", "setelah=0~9999-99-99~", "tab=xx", "baru=x~y", "q=%00%25_"]
)
def test_a_broken_address_is_no_fault(office: Office, admin: Any, query: str) -> None:
    assert admin.get(f"/review?{query}").status_code == 200


@given(st.floats(0, 1e7))
def test_the_top_of_an_axis_is_enough_and_not_much_more(value: float) -> None:
    assert value <= nice_top(value) <= max(1.0, 2.01 * value)


def test_plots_are_labelled_and_escape_their_names() -> None:
    names = months(date(2026, 1, 1), date(2026, 6, 30))
    for plot in (
        bars("A & <b>", names, [("<x>", [1, 2, 3, 4, 5, 6])]),
        lines("A & <b>", names, [("<x>", [0.1, None, 0.3, 0.4, None, 1.0])], percent=True),
    ):
        assert 'aria-label="A &amp; &lt;b&gt;"' in plot
        assert "<x>" not in plot


def test_half_years_meet() -> None:
    assert semester_days("2026-1")[1] + timedelta(days=1) == semester_days("2026-2")[0]
