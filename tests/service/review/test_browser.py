"""A real browser: sign in, upload, work the queue by mouse and by keyboard, undo, download; accessibility."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import browser
import pytest
from office import Office, open_office
from openpyxl import load_workbook

from evaluation.judging import Judgement, ScoredPair
from model.policy import Bound, Policy
from service.codec import now
from service.review.accounts import make_user
from service.review.passwords import hash_password
from service.storage.judging import Round, add_round, put_judgement
from service.storage.people import all_users, change_user
from service.storage.switches import add_switch
from service.watching import Alert

PASSWORD = "kebun raya bogor"  # noqa: S105 - of a store that lives as long as a test
REASON = browser.missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")

TWICE = 260  # milliseconds after a decision in which Enter is the second press of the one before

STREETS = (
    "Merdeka Asia Dago Riau Braga Naripan Sunda Jawa Aceh Banda Cihampelas Setiabudi Pasteur Sukajadi Gegerkalong "
    "Cikutra Antapani Kopo Buahbatu Soekarno"
).split()


def export(first: int, twins: int = 0) -> bytes:
    """Write an export of 20 complaints, of which the last repeat the first ones in nearly the same words."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Tracking ID", "Judul Laporan", "Isi Laporan Awal", "Tanggal Laporan Masuk"])
    for number in range(20):
        original = number - (20 - twins)
        street = STREETS[original if original >= 0 else number]
        text = f"Lampu jalan mati di Jalan {street} nomor {first} Bandung sejak seminggu, mohon segera diperbaiki"
        text += ", gelap sekali" if original >= 0 else ""
        title = "=HYPERLINK(1)" if number == 0 else f"Lampu {street}"
        writer.writerow([f"{first}{number:03d}", title, text, "2026-11-20"])
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.browser() as started:
        yield started


@pytest.fixture
def staffed(office: Office) -> Office:
    make_user(office.server.store, "sari", "Sari", "nasional", named=True, password=PASSWORD)
    return office


def user_id(store: Any, login: str) -> str:
    return next(user.id for user in store.read(all_users) if user.login == login)


def url(office: Office) -> str:
    return str(office.server.client.base_url).rstrip("/")


def upload(page: Any, office: Office, content: bytes) -> None:
    page.goto(f"{url(office)}/review/unggah")
    page.set_input_files("[name=berkas]", {"name": "ekspor.csv", "mimeType": "text/csv", "buffer": content})
    page.click("main button.utama")
    page.wait_for_selector("text=Unduh XLSX dengan saran")


def decided(office: Office) -> list[str]:
    return [one["kind"] for one in office.decisions()]


def settle(page: Any, office: Office, count: int) -> None:
    """Wait until so many decisions are stored and the next page is there."""
    for _ in range(300):
        if len(office.decisions()) >= count:
            break
        page.wait_for_timeout(20)
    form = office.decisions()[count - 1]["id"].split("-")[1]
    page.wait_for_url(lambda address: form in address)
    page.wait_for_selector(".kabar-baris")


def test_twenty_with_the_mouse_twenty_with_the_keyboard(chromium: Any, staffed: Office) -> None:
    office = staffed
    with browser.signed_in(chromium, url(office), "sari", PASSWORD) as page:
        upload(page, office, export(1, twins=3))
        with page.expect_download() as download:
            page.click("text=Unduh XLSX dengan saran")
        sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
        rows = list(sheet.iter_rows(values_only=True))  # type: ignore[union-attr]
        assert len(rows) == 21
        assert rows[1][2] == "'=HYPERLINK(1)"
        assert rows[1][5] == "dishub Kabupaten Bandung"
        with_mouse(page, office)
        upload(page, office, export(2))
        with_keys(page, office)
    kinds = decided(office)
    assert kinds.count("disposed") == 42  # forty, one undone and decided again, by mouse and by keyboard
    assert kinds.count("undone") == 2
    assert kinds.count("duplicate_confirmed") == 3
    decisions = [one for one in office.decisions() if one["kind"] == "disposed"]
    corrected = {one["complaint_id"] for one in decisions if not one["accepted"]}
    assert len(corrected) == 5
    stored = [event.event_id for one in decisions for event in office.server.store.events_of(one["complaint_id"])]
    assert all(one["id"] in stored for one in office.decisions())


def with_mouse(page: Any, office: Office) -> None:
    page.goto(f"{url(office)}/review")
    page.click(".baris-tautan >> nth=0")
    done = linked = 0
    while done < 20:
        page.wait_for_selector("#tombol-verifikasi")
        if linked < 3 and page.locator("[data-duplikat] [value=sama]").count() and f"{done}" not in ("0",):
            page.click("[data-duplikat] [value=sama]")
            linked += 1
            settle(page, office, done + linked)
        if done < 5:
            correct_with_mouse(page)
        page.click("#tombol-verifikasi")
        done += 1
        settle(page, office, done + linked)
    assert linked == 3
    page.click(".kabar-baris button")  # undo the last one
    settle(page, office, 24)
    assert "diurungkan" in page.inner_text(".kabar-baris")
    page.click("#tombol-verifikasi")
    settle(page, office, 25)
    assert "Terima kasih" in page.inner_text("main")


def correct_with_mouse(page: Any) -> None:
    page.fill("#cari-instansi", "dlh bandung")
    page.click("#hasil-instansi li >> nth=0")
    page.select_option("#verifikasi [name=alasan]", "urusan")


def with_keys(page: Any, office: Office) -> None:
    page.goto(f"{url(office)}/review")
    page.wait_for_selector(".baris-tautan")
    page.keyboard.press("Enter")
    start = len(office.decisions())
    for number in range(20):
        page.wait_for_selector("#tombol-verifikasi")
        page.keyboard.press("1")
        page.wait_for_timeout(TWICE)
        page.keyboard.press("Enter")
        settle(page, office, start + number + 1)
    page.keyboard.press("u")
    settle(page, office, start + 21)
    page.wait_for_selector("#tombol-verifikasi")
    page.wait_for_timeout(TWICE)
    page.keyboard.press("Enter")
    settle(page, office, start + 22)


def test_the_keys_open_each_verb(chromium: Any, staffed: Office) -> None:
    staffed.complain("R-1")
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        for key, field in (("t", "textarea"), ("w", "textarea"), ("a", "select")):
            page.goto(f"{url(staffed)}/review/laporan/R-1")
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.localName") == field
            assert page.evaluate("document.activeElement.closest('details').dataset.tombol") == key
            page.keyboard.type("1")  # typing is not a key
            page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert page.is_visible("#bantuan")
        page.keyboard.press("Escape")
        page.goto(f"{url(staffed)}/review")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "cari"


def test_enter_does_not_take_a_sensitive_suggestion(chromium: Any, staffed: Office) -> None:
    staffed.complain("R-1", "Lampu mati di Bandung, ada pelecehan")
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        page.goto(f"{url(staffed)}/review/laporan/R-1")
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert "Pilih dulu" in page.inner_text("#kabar")
        assert staffed.decisions() == []
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        settle(page, staffed, 1)


def test_two_browsers_double_click_and_back(chromium: Any, staffed: Office) -> None:
    office = staffed
    make_user(office.server.store, "budi", "Budi", "instansi", region="32.04", password=PASSWORD)
    for number in range(3):
        office.complain(f"R-{number}")
    where = f"{url(office)}/review/laporan/R-0"
    with (
        browser.signed_in(chromium, url(office), "sari", PASSWORD) as one,
        browser.signed_in(chromium, url(office), "budi", PASSWORD) as other,
    ):
        one.goto(where)
        other.goto(where)
        assert "Sari" in other.inner_text("[role=status]")
        one.dblclick("#tombol-verifikasi")
        settle(one, office, 1)
        other.click("#tombol-verifikasi")
        other.wait_for_selector("text=baru saja diubah orang lain")
        one.go_back()
        one.wait_for_load_state()
        one.wait_for_timeout(200)
        assert "Diteruskan" in one.inner_text(".riwayat")
        assert len(office.decisions()) == 1


def test_what_is_pressed_twice_decides_once(chromium: Any, staffed: Office) -> None:
    for number in range(5):
        staffed.complain(f"R-{number}")
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        page.goto(f"{url(staffed)}/review/laporan/R-0")
        page.keyboard.press("Enter")
        settle(page, staffed, 1)
        held = "new KeyboardEvent('keydown', {key: 'Enter', repeat: true, bubbles: true})"
        page.wait_for_timeout(TWICE)
        page.evaluate(f"document.body.dispatchEvent({held})")
        second = "new MouseEvent('click', {detail: 2, bubbles: true, cancelable: true})"
        page.evaluate(f"document.querySelector('#tombol-verifikasi').dispatchEvent({second})")
        page.wait_for_timeout(200)
        assert len(staffed.decisions()) == 1
        page.click("#tombol-verifikasi")
        settle(page, staffed, 2)


def test_what_is_copied_is_what_is_chosen(chromium: Any, staffed: Office) -> None:
    for number in range(2):
        staffed.complain(f"R-{number}")
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        page.goto(f"{url(staffed)}/review/laporan/R-0")
        page.click(".salin summary")
        assert page.input_value("#salin-instansi") == "dishub Kabupaten Bandung"
        page.keyboard.press("2")
        assert page.input_value("#salin-instansi") == "Dinas Pekerjaan Umum"
        page.fill("#cari-instansi", "dlh bandung")
        page.click("#hasil-instansi li >> nth=0")
        assert page.input_value("#salin-instansi").startswith("Dinas Lingkungan Hidup")
        page.fill("#cari-kategori", "pju")
        page.click("#hasil-kategori li >> nth=0")
        page.select_option("#verifikasi [name=klasifikasi]", "aspirasi")
        assert page.input_value("#salin-kategori") == page.input_value("#cari-kategori") != "Kategori 2.15"
        assert page.input_value("#salin-klasifikasi") == "aspirasi"
        page.select_option("#verifikasi [name=alasan]", "urusan")
        page.click("#tombol-verifikasi")
        settle(page, staffed, 1)
        page.click(".kabar-baris >> text=Salin ke LAPOR!")  # of the complaint that was just decided
        page.wait_for_url("**/R-0#salin")
        assert page.is_visible("#salin-instansi")
        assert page.input_value("#salin-klasifikasi") == "aspirasi"


def test_people_are_invited_by_the_name_of_their_region(chromium: Any, staffed: Office) -> None:
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        page.goto(f"{url(staffed)}/review/orang")
        page.fill("main [name=nama]", "Admin Kendal")
        page.fill("main [name=login]", "kendal")
        page.select_option("[name=peran]", "instansi")
        page.fill("[data-ke=wilayah] [role=combobox]", "kendal")
        page.click("#hasil-wilayah li >> nth=0")
        assert page.input_value("[data-ke=wilayah] [role=combobox]") == "Kabupaten Kendal"
        assert page.input_value("[name=wilayah]") == "33.24"
        page.fill("[data-ke=kantor] [role=combobox]", "diskominfo kendal")
        page.click("#hasil-kantor li >> nth=0")
        assert page.input_value("[data-ke=kantor] [role=combobox]").endswith("Kendal")
        page.fill("[data-ke=kantor] [role=combobox]", "")
        page.press("[data-ke=kantor] [role=combobox]", "Tab")
        assert page.input_value("[name=kantor]") == ""
        page.dblclick("main .utama")  # the second click must not replace the link, which is shown once
        page.wait_for_selector("#tautan-baru")
        page.wait_for_timeout(300)
        assert "/review/undangan/" in page.input_value("#tautan-baru")
    assert [user.region for user in staffed.server.store.read(all_users) if user.login == "kendal"] == ["33.24"]


def test_the_switch_page_tells_what_is_missing_where_one_looks(chromium: Any, staffed: Office) -> None:
    short = Bound("wilayah:32", None, 0, 0, 120, 80)
    overall = Bound("semua", 0.9, 400, 3, 900)
    policy = Policy(0.05, 0.9, {one.scope: one for one in (short, overall)}, frozenset({"33.24"}))
    staffed.server.app.state.intake.triage.policy = policy
    with browser.signed_in(chromium, url(staffed), "sari", PASSWORD) as page:
        page.goto(f"{url(staffed)}/review/penerusan")
        page.select_option("[name=cakupan]", "wilayah:33")
        assert page.is_hidden("[data-peringatan]")
        page.select_option("[name=cakupan]", "wilayah:32")
        assert "belum ada laporan berlabel dari wilayah ini" in page.inner_text("[data-peringatan]")


def test_a_decision_during_a_restart_is_neither_lost_nor_doubled(chromium: Any, tmp_path: Path) -> None:
    with open_office(tmp_path / "var") as office:
        make_user(office.server.store, "sari", "Sari", "nasional", named=True, password=PASSWORD)
        office.complain("R-1")
        office.complain("R-2")
        address = url(office)
        port = int(address.rpartition(":")[2])
        context = browser.signed_in(chromium, address, "sari", PASSWORD)
        page = context.__enter__()
        page.goto(f"{address}/review/laporan/R-1")
    try:  # the server is gone, the page is open
        page.click("#tombol-verifikasi")
        page.wait_for_selector("text=dikirim lagi")
        with open_office(tmp_path / "var", listen=port) as office:
            settle(page, office, 1)
            assert [one["complaint_id"] for one in office.decisions()] == ["R-1"]
    finally:
        context.__exit__(None, None, None)


def test_two_people_judge_pairs_blind_with_the_keyboard(chromium: Any, staffed: Office) -> None:
    office = staffed
    make_user(office.server.store, "ani", "Ani", "analis", password=PASSWORD)
    for row in range(4):
        office.complain(f"R-{row}", f"Lampu jalan mati di Jalan Merdeka Bandung, mohon diperbaiki{', gelap' * row}")
    home = f"{url(office)}/review/penilaian"
    with (
        browser.signed_in(chromium, url(office), "sari", PASSWORD) as one,
        browser.signed_in(chromium, url(office), "ani", PASSWORD) as other,
    ):
        one.goto(home)
        one.select_option("[name=dua]", label="Ani (Analis)")
        one.click("main button.utama")
        one.wait_for_selector("text=pasangan 1 dari 6")
        for key in "111112":
            answer_pair(one, key)
        one.wait_for_selector("text=Jawaban Anda sudah lengkap")
        other.goto(home)
        other.click("main td a")
        answer_pair(other, "5")
        other.click("text=Sebelumnya")
        other.wait_for_selector("[data-kunci='5'][aria-pressed='true']")  # the answer is kept and can be changed
        other.goto(home)
        other.click("main td a")
        for _ in range(5):
            other.wait_for_selector("[data-kunci='1']")
            before = other.inner_text(".judul-baris")
            other.click("[data-kunci='1']")
            other.wait_for_function("old => document.querySelector('.judul-baris')?.innerText !== old", arg=before)
        for page in (one, other):
            page.goto(home)
            page.click("text=Lihat hasil")
            page.wait_for_selector("text=Kappa Cohen")
            assert page.inner_text("h1") == "Kesepakatan Sari dan Ani"
            assert page.locator(".mirip-satu").count() in (1, 2)
        with one.expect_download() as download:
            one.click("text=pasangan yang disepakati")
        rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert len(rows) == 6 - one.locator(".mirip-satu").count()


def test_a_double_click_and_the_back_button_judge_one_pair_once(chromium: Any, staffed: Office) -> None:
    office = staffed
    for row in range(3):
        office.complain(f"R-{row}", f"Lampu jalan mati di Jalan Merdeka Bandung, mohon diperbaiki{', gelap' * row}")
    make_user(office.server.store, "budi", "Budi", "nasional", named=True, password=PASSWORD)
    with browser.signed_in(chromium, url(office), "sari", PASSWORD) as page:
        page.goto(f"{url(office)}/review/penilaian")
        page.select_option("[name=dua]", label="Budi (Admin nasional)")
        page.dblclick("main button.utama")
        page.wait_for_selector("text=pasangan 1 dari 3")
        page.dblclick("[data-kunci='1']")
        page.wait_for_selector("text=sudah dinilai 1")
        page.go_back()
        page.click("main td a")
        page.wait_for_selector("text=pasangan 2 dari 3")
        page.click("[data-kunci='2']")
        page.wait_for_selector("text=sudah dinilai 2")
    found = office.server.store.read(
        lambda c: (
            c.exec_driver_sql("SELECT count(*) FROM judging_rounds").scalar(),
            c.exec_driver_sql("SELECT count(*), count(DISTINCT a || b) FROM judgements").one(),
        )
    )
    assert (found[0], tuple(found[1])) == (1, (2, 2))


def answer_pair(page: Any, key: str) -> None:
    """Answer the pair on the page by a key and wait for what comes next."""
    page.wait_for_selector("[data-kunci='1']")
    before = page.inner_text(".judul-baris")
    page.keyboard.press(key)
    page.wait_for_function("old => document.querySelector('.judul-baris')?.innerText !== old", arg=before)


PAGES = (
    "", "?tab=selesai", "/laporan/R-1", "/laporan/R-2", "/unggah", "/kejadian", "/orang", "/catatan", "/monitor",
    "/penilaian", f"/penilaian/{'a' * 24}", f"/penilaian/{'b' * 24}",
    "/monitor/laporan", "/penerusan", "/akun", "/tidak-ada",
)  # fmt: skip


def judging(office: Office) -> None:
    """Begin a judging of the pair R-1 and R-2, and one that was ended with a dispute."""
    store = office.server.store
    pair = [ScoredPair("R-1", "R-2", 0.9)]
    one, other = store.read(all_users)[0].id, office.person("analis").user.id
    for nonce in ("a" * 24, "b" * 24):
        made = Round(nonce, now(), "tim:nasional", one, other)
        store.write(lambda connection, made=made: add_round(connection, made, pair)).result()  # type: ignore[misc]
    for person, told in ((one, "same"), (other, "related")):
        said = Judgement("R-1", "R-2", person, told)
        store.write(lambda connection, said=said: put_judgement(connection, "b" * 24, said)).result()  # type: ignore[misc]


def make_switch(office: Office) -> None:
    """Switch automatic routing on where nothing is proved, so that the page has all that it can show."""
    unproved = Bound("wilayah:32.04", None, 0, 0, 120, 80)
    office.server.app.state.intake.triage.policy = Policy(0.05, 0.9, {unproved.scope: unproved}, frozenset({"32.04"}))
    office.server.store.write(
        lambda connection: add_switch(connection, unproved.scope, True, "Sari, Sekretaris Daerah", "uji coba", "u-1")
    ).result()


@pytest.mark.parametrize("size", [browser.DESK, browser.PHONE, browser.ZOOMED])
def test_no_page_has_a_serious_fault_of_accessibility(chromium: Any, staffed: Office, size: tuple[int, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    office = staffed
    office.complain("R-1", "Lampu jalan mati di Jalan Merdeka Bandung sejak seminggu, mohon segera diperbaiki")
    office.complain("R-2", "Lampu jalan mati di Jalan Merdeka Bandung sejak seminggu, mohon segera diperbaiki ya")
    office.complain("R-3", "Anak tenggelam di Bandung", confidentiality="rahasia")
    judging(office)
    found = Alert("drift", "channel", now(), 0.001, 500, "")
    office.server.app.state.watcher._state |= {"drift": [asdict(found)]}  # what stands on the monitoring page
    office.server.app.state.intake.drift = True
    make_switch(office)
    with browser.signed_in(chromium, url(office), "sari", PASSWORD, size) as page:
        for path in PAGES:
            page.goto(f"{url(office)}/review{path}")
            if "laporan/R" in path:
                page.evaluate("document.querySelectorAll('main details:not([name])').forEach(one => one.open = true)")
            found = Axe().run(page).response["violations"]
            serious = [
                (one["id"], [node["html"][:150] for node in one["nodes"]][:3])
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert not serious, (path, serious)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 1, (path, wide)  # nothing is cut off or scrolls sideways
        page.goto(f"{url(office)}/review/laporan/R-1")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "lewati"  # the way past the menu comes first


def test_the_pages_of_other_roles_are_accessible(chromium: Any, staffed: Office) -> None:
    from axe_playwright_python.sync_playwright import Axe

    office = staffed
    office.complain("R-1")
    office.complain("R-2")
    store = office.server.store
    judging(office)
    make_user(store, "wati", "Wati", "koordinator", region="32", password=PASSWORD)
    make_user(store, "joko", "Joko", "penghubung", agency="32.04:dishub", password=PASSWORD)
    make_user(store, "budi", "Budi", "instansi", region="32.04", named=True, password=PASSWORD)
    analyst = next(user.login for user in store.read(all_users) if user.role == "analis")
    hashed = hash_password(PASSWORD)
    store.write(lambda connection: change_user(connection, user_id(store, analyst), password=hashed)).result()
    rounds = (f"/penilaian/{'a' * 24}", f"/penilaian/{'b' * 24}")
    cases = {
        "wati": ("/daftar", "/daftar/R-1", "/monitor", "/monitor/laporan"),
        "budi": ("", "/laporan/R-1", "/penerusan", "/orang", "/penilaian"),
        "joko": ("", "/laporan/R-1", "/monitor"),
        analyst: ("/monitor", "/penilaian", *rounds),
    }
    office.person("nasional").decide(
        "R-1", "verifikasi", instansi="id:32.04:dishub", klasifikasi="pengaduan", kategori="Kategori 2.15"
    )
    for login, paths in cases.items():
        with browser.signed_in(chromium, url(office), login, PASSWORD) as page:
            for path in (*paths, "/akun"):
                page.goto(f"{url(office)}/review{path}")
                found = Axe().run(page).response["violations"]
                assert not [one["id"] for one in found if one["impact"] in ("serious", "critical")], path
    context = chromium.new_context()
    page = context.new_page()
    for path in ("/masuk", "/undangan/tidak-berlaku"):
        page.goto(f"{url(office)}/review{path}")
        found = Axe().run(page).response["violations"]
        assert not [one["id"] for one in found if one["impact"] in ("serious", "critical")], path
    context.close()
