"""Monitoring: what is counted, what is not shown, targets against actuals, the queue's order and paging."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from office import Office

from service.codec import as_utc
from service.review.figures import grouped, monthly, months, ranks, semester_days, semester_of, summarise
from service.review.ledger import Columns
from service.review.plots import bars, lines, nice_top
from service.review.tasks import BLIND
from service.storage.sight import visible
from service.storage.tables import complaints
from service.viewer import Viewer
from service.watching import Alert

TODAY = date(2026, 11, 22)
VERIFY = {"instansi": "id:32.04:dishub", "klasifikasi": "pengaduan", "kategori": "Kategori 2.15"}


@dataclass
class Row:
    """What the figures know of a complaint."""

    complaint_id: str = ""
    received: str = "2026-11-01"
    disposed: str | None = None
    followed: str | None = None
    closed: str | None = None
    returned: int = 0
    accepted: int | None = None
    audit: int = 0
    linked: int = 0
    topics: str | None = None
    late: int = 0
    stage: str = "verifikasi"
    due: str = "2026-11-04"
    region_code: str | None = "32.04"
    agency_id: str | None = "32.04:dishub"
    agency: str | None = "Dishub"
    decided: int = 0
    confidentiality: str = "biasa"
    sensitive: int = 0
    about: str | None = None
    sender: str | None = None


ALL = Viewer(id="x", sender=None, scopes=frozenset({"read"}))


def columns_of(rows: list[Row]) -> Columns:
    """Take in rows under ids of their own."""
    columns = Columns()
    columns.put([replace(row, complaint_id=f"R-{number}") for number, row in enumerate(rows)])
    return columns


def test_a_group_is_counted() -> None:
    rows = [
        Row(disposed="2026-11-03T02:00:00.000000Z", accepted=1, stage="selesai", closed="x", followed=None),
        Row(disposed="2026-11-07T02:00:00.000000Z", accepted=0, stage="tindak_lanjut", due="2026-12-01", returned=2),
        Row(),
    ]
    found = summarise(columns_of(rows).part(ALL), TODAY)
    assert (found.n, found.disposed, found.closed, found.returned, found.overdue) == (3, 2, 1, 1, 1)
    assert (found.judged, found.accepted, found.share("accepted")) == (2, 1, 0.5)
    assert found.days == 4


def test_a_day_begins_in_western_indonesia() -> None:
    rows = [Row(received="2026-11-01", disposed="2026-11-01T17:00:00.000000Z")]  # past midnight in Jakarta
    assert summarise(columns_of(rows).part(ALL), TODAY).days == 1


def test_the_blind_audit_is_counted_apart() -> None:
    rows = [Row(accepted=1, audit=BLIND), Row(accepted=0, audit=BLIND), Row(accepted=1), Row(accepted=None, audit=1)]
    found = summarise(columns_of(rows).part(ALL), TODAY)
    assert (found.judged, found.accepted, found.audited, found.audited_right) == (1, 1, 2, 1)
    assert found.share("audited_right") == 0.5


def test_who_has_few_complaints_is_not_ranked() -> None:
    rows = [Row(region_code="32.04", agency_id=None, followed="2026-11-03T02:00:00.000000Z") for _ in range(20)]
    rows += [Row(region_code="32.05", agency_id=None) for _ in range(20)]
    rows += [Row(region_code="32.06", agency_id=None, followed="2026-11-03T02:00:00.000000Z") for _ in range(19)]
    groups = grouped(columns_of(rows).part(ALL), "region", lambda word: word, TODAY)
    assert ranks(groups) == {"32.04": 1, "32.05": 2}


_DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@given(st.lists(st.tuples(_DAYS, st.integers(0, 40), st.sampled_from(["32.04", "33", None])), max_size=30))
def test_groups_and_months_have_the_medians_of_their_own(made: list[tuple[date, int, str | None]]) -> None:
    rows = [
        Row(received=str(day), disposed=f"{day + timedelta(days=days)}T03:00:00.000000Z", region_code=code)
        for day, days, code in made
    ]
    part = columns_of(rows).part(ALL)
    groups = grouped(part, "region", lambda word: word, TODAY)
    for code in ("32.04", "33"):
        own = [days for _, days, region in made if region == code]
        assert (groups[code].n, groups[code].days) == (len(own), median(own)) if own else code not in groups
    over_time = monthly(part, date(2026, 1, 1), date(2026, 6, 30), TODAY)
    assert [one.n for one in over_time] == [sum(day.month == m for day, _, _ in made) for m in range(1, 7)]


_VIEWERS = st.builds(
    Viewer,
    id=st.just("x"),
    sender=st.sampled_from([None, "a", "b"]),
    scopes=st.sampled_from([frozenset({"read"}), frozenset({"read", "review"})]),
    regions=st.sampled_from([(), ("32",), ("32.04",), ("32.04", "33")]),
    agencies=st.sampled_from([(), ("PLN",), ("32.04",), ("32.04:dishub",)]),
    person=st.booleans(),
    offices=st.sampled_from([(), ("32.04:dishub",), ("PLN", "33:dlh")]),
    decided_only=st.booleans(),
)
_ROWS = st.builds(
    Row,
    region_code=st.sampled_from([None, "32", "32.04", "32.04.10", "33.01"]),
    agency_id=st.sampled_from([None, "PLN", "32.04:dishub", "32:dlh", "32.04"]),
    decided=st.integers(0, 1),
    confidentiality=st.sampled_from(["biasa", "anonim", "rahasia"]),
    sensitive=st.integers(0, 1),
    about=st.sampled_from([None, "|32.04:dishub|", "|PLN|x|"]),
    sender=st.sampled_from([None, "a", "b"]),
)


@given(st.lists(_ROWS, max_size=12), _VIEWERS)
def test_the_figures_see_what_the_store_shows(rows: list[Row], viewer: Viewer) -> None:
    engine = sa.create_engine("sqlite://")
    complaints.create(engine)
    fixed = {"content": "", "digest": "", "version": 1, "status": "", "received_at": "", "updated_at": "", "seq": 0}
    names = "region_code agency_id agency decided confidentiality sensitive about sender".split()
    with engine.begin() as connection:
        for number, row in enumerate(rows):
            values = {name: getattr(row, name) for name in names}
            connection.execute(complaints.insert(), {"id": f"R-{number}", **fixed, **values})
        shown = {row.id for row in connection.execute(sa.select(complaints.c.id).where(visible(viewer)))}
    assert columns_of(rows).names(viewer) == shown


def test_the_columns_follow_what_changes_and_what_is_erased(office: Office, admin: Any) -> None:
    ledger = office.server.app.state.board.ledger
    office.complain("R-1")
    office.complain("R-2")
    start, end = date(2020, 1, 1), date(2030, 1, 1)

    def figures() -> tuple[int, int]:
        admin.get("/review")
        found = summarise(ledger.part(admin.user.viewer(), start, end, None), date.today())
        return found.n, found.disposed

    assert figures() == (2, 0)
    admin.decide("R-1", "verifikasi", **VERIFY)
    assert figures() == (2, 1)
    office.server.client.delete("/v1/complaints/R-1", headers=office.server.key("admin", "assess"))
    office.complain("R-3")
    assert figures() == (2, 0)
    assert ledger.names(admin.user.viewer()) == {"R-2", "R-3"}


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
    assert "sasaran 80 %" in page
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
        "q=sampah": ["R-2"], "q=R-1": ["R-1"], "wilayah=33": ["R-2"], "wilayah=klaten": ["R-2"],
        "instansi=32.77:dpupr": ["R-3"],
        "instansi=dlh klaten": ["R-2"], "instansi=dlh bandung": [],
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


def test_what_the_watch_found_is_shown_unless_it_rests_on_hidden_complaints(office: Office, admin: Any) -> None:
    office.complain("R-1")
    office.complain("R-2", confidentiality="rahasia")
    since = "2026-11-20T01:00:00.000000Z"
    surges = [
        Alert("surge", "Jalan", since, 0.001, 12, "", "32.04", (), 2.2, ("R-1",)),
        Alert("surge", "Rahasia", since, 0.001, 12, "", "32.04", (), 2.2, ("R-1", "R-2")),
        Alert("new_topic", "x", since, 0.001, 9, "", None, ("lumpur", "semburan"), None, ("R-1",)),
    ]
    drift = [Alert("drift", "channel", since, 0.001, 500, "")]
    state = {"surges": [asdict(one) for one in surges], "drift": [asdict(one) for one in drift]}
    office.server.app.state.watcher._state |= state
    page = admin.get("/review/monitor").text
    assert "Jalan di Kabupaten Bandung: 12 laporan, biasanya sekitar 2." in page
    assert "lumpur, semburan" in page
    assert "kanal laporan" in page
    assert "Rahasia di" not in page
    elsewhere = office.person("koordinator", region="33").get("/review/monitor").text
    assert "lumpur" not in elsewhere
    assert "Jalan di" not in elsewhere
    assert "kanal laporan" in elsewhere


def test_an_alarm_that_ended_is_told_for_two_weeks_with_its_reason(office: Office, admin: Any) -> None:
    def end(what: str, why: str, days: int) -> dict[str, str]:
        until = as_utc(datetime.now(UTC) - timedelta(days=days))
        return {"what": what, "since": until, "until": until, "why": why, "says": ""}

    ended = [end("length", "audit", 1), end("channel", "gone", 13), end("language", "model", 15)]
    office.server.app.state.watcher._state |= {"ended": ended}
    page = admin.get("/review/monitor").text
    assert "Tidak lagi diperingatkan: panjang laporan. Uji acak sejak itu menunjukkan" in page
    assert "Tidak lagi diperingatkan: kanal laporan. Perubahan itu tidak tampak lagi" in page
    assert "bahasa laporan" not in page
