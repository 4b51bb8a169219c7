"""Decisions at the pages: one event each, on what was seen, once; undone by another event."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from office import Office, hidden, open_office

ID = "SP4N-1"
VERIFY = {"instansi": "id:32.04:dishub", "klasifikasi": "pengaduan", "kategori": "Kategori 2.15"}


def test_verify_passes_on_as_suggested(office: Office, admin: Any) -> None:
    office.complain(ID)
    answer = admin.decide(ID, "verifikasi", **VERIFY)
    assert answer.status_code == 303
    (decision,) = office.decisions()
    assert decision["kind"] == "disposed"
    assert decision["agency_id"] == "32.04:dishub"
    assert decision["accepted"] is True
    assert decision["model"] == "keyword"
    assert decision["actor"] == admin.user.id


def test_a_correction_needs_a_reason_and_keeps_what_was_suggested(office: Office, admin: Any) -> None:
    office.complain(ID)
    other = VERIFY | {"instansi": "id:32.04:dlh"}
    refused = admin.decide(ID, "verifikasi", **other)
    assert refused.status_code == 422
    assert "alasan koreksi" in refused.text
    assert office.decisions() == []
    assert admin.decide(ID, "verifikasi", **other, alasan="tingkat").status_code == 303
    (decision,) = office.decisions()
    assert (decision["accepted"], decision["reason_code"]) == (False, "tingkat")
    assert decision["suggested"]["agency_id"] == "32.04:dishub"
    assert decision["agency_id"] == "32.04:dlh"


def test_another_reason_must_be_told(office: Office, admin: Any) -> None:
    office.complain(ID)
    other = VERIFY | {"instansi": "id:32.04:dlh", "alasan": "lain"}
    assert admin.decide(ID, "verifikasi", **other).status_code == 422
    assert admin.decide(ID, "verifikasi", **other, catatan="telepon 081234567890").status_code == 303
    assert "081234567890" not in office.decisions()[0]["reason"]


@pytest.mark.parametrize("given", ["", "id:xx", "id:99.99:dishub", "nama:Dinas Rekaan", "nama:", "id:" + "3" * 500])
def test_only_an_agency_that_exists_can_be_chosen(office: Office, admin: Any, given: str) -> None:
    office.complain(ID)
    assert admin.decide(ID, "verifikasi", **VERIFY | {"instansi": given}).status_code == 422
    assert office.decisions() == []


@pytest.mark.parametrize(
    ("verb", "fields", "kind", "status"),
    [
        ("tunda", {"catatan": "Di jalan apa?"}, "postponed", "tertunda"),
        ("kembalikan", {"catatan": "Milik provinsi"}, "returned", "dikembalikan"),
        ("arsipkan", {"alasan": "umum"}, "closed", "diarsipkan"),
        ("selesai", {"catatan": "sudah menyala"}, "closed", "selesai"),
    ],
)
def test_each_verb_is_an_event(
    office: Office, admin: Any, verb: str, fields: dict[str, str], kind: str, status: str
) -> None:
    office.complain(ID)
    assert admin.decide(ID, verb, **fields).status_code == 303
    assert [one["kind"] for one in office.decisions()] == [kind]
    state = office.server.client.get(f"/v1/complaints/{ID}", headers=office.server.key("read")).json()
    assert state["status"] == status


@pytest.mark.parametrize(("verb", "fields"), [("tunda", {}), ("kembalikan", {}), ("arsipkan", {"alasan": "bosan"})])
def test_a_verb_without_its_reason_is_refused(office: Office, admin: Any, verb: str, fields: dict[str, str]) -> None:
    office.complain(ID)
    assert admin.decide(ID, verb, **fields).status_code == 422
    assert office.decisions() == []


def test_a_repeat_is_archived_with_its_parent(office: Office, admin: Any) -> None:
    office.complain(ID)
    office.complain("SP4N-2")
    assert admin.decide("SP4N-2", "arsipkan", alasan="masih_proses", induk=ID).status_code == 303
    assert [one["kind"] for one in office.decisions()] == ["duplicate_confirmed", "closed"]
    assert admin.decide(ID, "arsipkan", alasan="masih_proses", induk="tidak-ada").status_code == 404


def test_the_same_form_again_changes_nothing(office: Office, admin: Any) -> None:
    office.complain(ID)
    carried = admin.hidden(f"/review/laporan/{ID}") | VERIFY
    path = f"/review/laporan/{ID}/putusan/verifikasi"
    answers = [admin.post(path, carried) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len(office.decisions()) == 1


def test_a_double_click_is_one_decision(office: Office, admin: Any) -> None:
    office.complain(ID)
    carried = admin.hidden(f"/review/laporan/{ID}") | VERIFY
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: admin.post(f"/review/laporan/{ID}/putusan/verifikasi", carried), range(6)))
    assert {answer.status_code for answer in answers} == {303}
    assert office.kinds(ID).count("disposed") == 1


def test_the_back_button_cannot_decide_twice(office: Office, admin: Any) -> None:
    office.complain(ID)
    carried = admin.hidden(f"/review/laporan/{ID}")
    assert admin.post(f"/review/laporan/{ID}/putusan/verifikasi", carried | VERIFY).status_code == 303
    again = admin.post(f"/review/laporan/{ID}/putusan/arsipkan", carried | {"alasan": "umum"})
    assert again.status_code == 409
    assert "baru saja diubah" in again.text
    assert [one["kind"] for one in office.decisions()] == ["disposed"]


def test_two_people_on_one_complaint_the_second_is_told(office: Office, admin: Any) -> None:
    other = office.person("instansi", region="32.04")
    office.complain(ID)
    first, second = (one.hidden(f"/review/laporan/{ID}") for one in (admin, other))
    assert "Sedang dibuka juga oleh Orang nasional" in other.get(f"/review/laporan/{ID}").text
    assert admin.post(f"/review/laporan/{ID}/putusan/verifikasi", first | VERIFY).status_code == 303
    late = other.post(
        f"/review/laporan/{ID}/putusan/kembalikan", second | {"catatan": "bukan urusan kami, melainkan provinsi"}
    )
    assert late.status_code == 409
    assert "baru saja diubah orang lain" in late.text
    assert "Diteruskan" in late.text
    assert [one["kind"] for one in office.decisions()] == ["disposed"]
    fresh = hidden(late.text)
    path = f"/review/laporan/{ID}/putusan/kembalikan"
    assert other.post(path, fresh | {"catatan": "bukan urusan kami"}).status_code == 303
    assert [one["kind"] for one in office.decisions()] == ["disposed", "returned"]


def test_undo_puts_back_and_both_stay_in_the_log(office: Office, admin: Any) -> None:
    office.complain(ID)
    headers = office.server.key("read")
    before = office.server.client.get(f"/v1/complaints/{ID}", headers=headers).json()
    admin.decide(ID, "verifikasi", **VERIFY | {"instansi": "id:32.04:dlh", "alasan": "urusan"})
    page = admin.get(f"/review/laporan/{ID}")
    answer = admin.post(f"/review/laporan/{ID}/urungkan", hidden(page.text))
    assert answer.status_code == 303
    after = office.server.client.get(f"/v1/complaints/{ID}", headers=headers).json()
    same = ("status", "agency", "agency_id", "category", "type", "decided")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    kinds = [one["kind"] for one in office.decisions()]
    assert kinds == ["disposed", "undone"]
    assert ID in admin.get("/review").text  # it waits again


def test_only_the_own_last_decision_can_be_undone(office: Office, admin: Any) -> None:
    other = office.person("nasional")
    office.complain(ID)
    admin.decide(ID, "verifikasi", **VERIFY)
    carried = hidden(admin.get(f"/review/laporan/{ID}").text)
    assert other.post(f"/review/laporan/{ID}/urungkan", carried).status_code == 409
    other.decide(ID, "kembalikan", catatan="salah alamat")
    assert admin.post(f"/review/laporan/{ID}/urungkan", carried).status_code == 409
    assert [one["kind"] for one in office.decisions()] == ["disposed", "returned"]


def test_a_link_is_undone_in_the_incidents_too(office: Office, admin: Any) -> None:
    office.complain(ID, "Sampah menumpuk di Bandung dekat pasar")
    office.complain("SP4N-2", "Lampu padam di Cimahi sejak kemarin")
    carried = admin.hidden("/review/laporan/SP4N-2")
    fields = carried | {"lain": ID, "hubungan": "sama"}
    assert admin.post("/review/laporan/SP4N-2/duplikat", fields).status_code == 303
    assert ID in admin.get("/review/kejadian").text or "2</td>" in admin.get("/review/kejadian").text
    carried = hidden(admin.get("/review/laporan/SP4N-2").text)
    assert admin.post("/review/laporan/SP4N-2/urungkan", carried).status_code == 303
    assert "Belum ada kejadian" in admin.get("/review/kejadian").text


def test_a_decision_survives_a_restart_and_its_repetition(tmp_path: Path) -> None:
    with open_office(tmp_path / "var") as office:
        person = office.person("nasional", login="tetap")
        office.complain(ID)
        carried = person.hidden(f"/review/laporan/{ID}") | VERIFY
        assert person.post(f"/review/laporan/{ID}/putusan/verifikasi", carried).status_code == 303
        cookie, csrf = person.client.cookies["pilah_session"], person.csrf
    with open_office(tmp_path / "var") as office:
        client = office.server.client
        client.cookies["pilah_session"] = cookie
        again = client.post(f"/review/laporan/{ID}/putusan/verifikasi", data={**carried, "csrf": csrf})
        assert again.status_code == 303
        assert len(office.decisions()) == 1


def test_the_work_list_made_anew_is_the_same(office: Office, admin: Any) -> None:
    from service.storage import worklist
    from service.storage.review_tables import tasks

    for number in range(6):
        office.complain(f"R-{number}")
    admin.decide("R-0", "verifikasi", **VERIFY)
    admin.decide("R-1", "tunda", catatan="Di mana tepatnya?")
    admin.decide("R-2", "arsipkan", alasan="umum")
    admin.decide("R-3", "kembalikan", catatan="bukan kami")
    admin.get("/review")
    store, board = office.server.store, office.server.app.state.board

    def all_rows(connection: Any) -> list[Any]:
        return [tuple(row) for row in connection.execute(tasks.select().order_by(tasks.c.complaint_id))]

    before = store.read(all_rows)
    store.write(worklist.begin_anew).result()
    while board.step(2):
        pass
    assert store.read(all_rows) == before
    assert len(before) == 6


def test_the_office_passes_on_follows_up_and_closes(office: Office, admin: Any) -> None:
    office.complain(ID)
    officer = office.person("penghubung", agency="32.04:dishub")
    assert officer.get(f"/review/laporan/{ID}").status_code == 404  # suggested only
    admin.decide(ID, "verifikasi", **VERIFY)
    assert ID in officer.get("/review").text
    assert officer.decide(ID, "verifikasi", **VERIFY).status_code == 403
    assert officer.decide(ID, "tindak_lanjut", catatan="Tim ke lokasi besok").status_code == 303
    assert officer.decide(ID, "selesai", catatan="Lampu menyala").status_code == 303
    assert office.kinds(ID) == ["received", "assessed", "disposed", "followed_up", "closed"]


def test_what_the_office_returns_it_sees_no_more_but_can_take_back(office: Office, admin: Any) -> None:
    office.complain(ID)
    officer = office.person("penghubung", agency="32.04:dishub")
    admin.decide(ID, "verifikasi", **VERIFY)
    done = officer.decide(ID, "kembalikan", catatan="Milik PLN")
    assert officer.get(f"/review/laporan/{ID}").status_code == 404
    carried = hidden(officer.get(done.headers["location"]).text)
    assert officer.post(f"/review/laporan/{ID}/urungkan", carried).status_code == 303
    assert officer.get(f"/review/laporan/{ID}").status_code == 200


def test_what_is_returned_is_offered_another_body_than_the_own(office: Office) -> None:
    office.complain(ID, "Lampu jalan mati di Bandung", claimed_agency=None)
    page = office.person("instansi", region="32.04").get(f"/review/laporan/{ID}").text
    form = page.split('id="putusan-w"')[1].split("</form>")[0]
    assert "32.04:" not in form
    page = office.person("nasional").get(f"/review/laporan/{ID}").text
    assert 'value="id:32.04:dishub"' in page.split('id="putusan-w"')[1].split("</form>")[0]


def test_a_blind_audit_shows_the_suggestion_only_after_the_answer(tmp_path: Path) -> None:
    with open_office(tmp_path / "var", audit_share=0.5) as office:
        person = office.person("nasional")
        for number in range(12):
            office.complain(f"A-{number}", claimed_agency="PLN")
        queue = person.get("/review").text
        marked = [f"A-{number}" for number in range(12) if "Uji acak" in _line(queue, f"A-{number}")]
        assert 0 < len(marked) < 12
        page = person.get(f"/review/laporan/{marked[0]}").text
        assert "dishub Kabupaten Bandung" not in page
        assert "dishub" not in _line(queue, marked[0])
        assert "beda dengan pilihan" not in _line(queue, marked[0])  # which would tell what is not suggested
        assert "Pilihan pelapor" in page
        assert "berbeda dari saran" not in page
        given = VERIFY | {"instansi": "id:32.04:dlh"}  # no reason is asked of who saw no suggestion
        assert person.decide(marked[0], "verifikasi", **given).status_code == 303
        told = person.get(f"/review/laporan/{marked[0]}").text
        assert "Uji acak selesai" in told
        assert "dishub Kabupaten Bandung" in told
        (decision,) = office.decisions()
        assert (decision["blind"], decision["accepted"]) == (True, False)


def _line(page: str, identifier: str) -> str:
    return next(part for part in page.split("<li ") if f"/laporan/{identifier}?" in part)


def test_enter_alone_takes_nothing_where_the_place_or_the_tier_is_in_doubt(office: Office, admin: Any) -> None:
    office.complain("R-1", "Lampu mati entah di mana Bandung")
    office.complain("R-2", "Lampu jembatan mati Bandung")
    office.complain("R-3", "Lampu mati Bandung, ada pelecehan")
    office.complain("R-4")
    wanted = {"R-1": False, "R-2": False, "R-3": False, "R-4": True}
    for name, may in wanted.items():
        page = admin.get(f"/review/laporan/{name}").text
        chosen = 'name="instansi" value="id:32.04:dishub" data-saran="1" checked' in " ".join(page.split())
        assert chosen == may, name


def test_the_event_log_and_the_api_tell_the_same(office: Office, admin: Any) -> None:
    office.complain(ID)
    admin.decide(ID, "verifikasi", **VERIFY)
    (event,) = [one for one in office.server.store.events_of(ID) if one.kind == "disposed"]
    (decision,) = office.decisions()
    assert decision["id"] == event.event_id
    assert json.loads(json.dumps(dict(event.payload))).items() <= decision.items()
