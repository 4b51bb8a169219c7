"""Every page and endpoint against every role: what is not allowed is refused, a new page without a line here fails."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from office import Office, Person, open_office

from service import review

EVERYONE = frozenset(("nasional", "instansi", "penghubung", "koordinator", "analis"))
DECIDING = frozenset(("nasional", "instansi", "penghubung"))
ADMINS = frozenset(("nasional", "instansi"))
JUDGES = ADMINS | {"analis"}
OPEN = {
    ("GET", "/review/aset/{name}"),
    ("GET", "/review/{rest:path}"),
    ("GET", "/review/masuk"),
    ("POST", "/review/masuk"),
    ("GET", "/review/undangan/{token}"),
    ("POST", "/review/undangan/{token}"),
}
TABLE: dict[tuple[str, str], frozenset[str]] = {
    ("POST", "/review/keluar"): EVERYONE,
    ("GET", "/review/akun"): EVERYONE,
    ("POST", "/review/akun"): EVERYONE,
    ("GET", "/review"): EVERYONE,  # who does not decide is sent on to monitoring
    ("GET", "/review/laporan/{complaint_id}"): DECIDING,
    ("POST", "/review/laporan/{complaint_id}/putusan/{verb}"): ADMINS,  # with the verb verifikasi
    ("POST", "/review/laporan/{complaint_id}/duplikat"): ADMINS,
    ("POST", "/review/laporan/{complaint_id}/urungkan"): DECIDING,
    ("GET", "/review/cari/instansi"): EVERYONE,
    ("GET", "/review/cari/kategori"): EVERYONE,
    ("GET", "/review/cari/wilayah"): EVERYONE,
    ("GET", "/review/unggah"): ADMINS,
    ("POST", "/review/unggah"): ADMINS,
    ("GET", "/review/unggah/{upload_id}"): ADMINS,
    ("GET", "/review/unggah/{upload_id}/kemajuan"): ADMINS,
    ("GET", "/review/unggah/{upload_id}/hasil.xlsx"): ADMINS,
    ("GET", "/review/kejadian"): ADMINS,
    ("GET", "/review/kejadian/{incident_id}"): ADMINS,
    ("POST", "/review/kejadian/{incident_id}/{action}"): ADMINS,
    ("GET", "/review/penilaian"): JUDGES,
    ("POST", "/review/penilaian"): ADMINS,
    ("GET", "/review/penilaian/{round_id}"): JUDGES,
    ("POST", "/review/penilaian/{round_id}"): JUDGES,
    ("POST", "/review/penilaian/{round_id}/akhiri"): ADMINS,
    ("GET", "/review/penilaian/{round_id}/pasangan.jsonl"): ADMINS,
    ("GET", "/review/penilaian/{round_id}/laporan.jsonl"): ADMINS,
    ("GET", "/review/orang"): ADMINS,
    ("POST", "/review/orang"): ADMINS,
    ("POST", "/review/orang/{user_id}/{action}"): ADMINS,
    ("GET", "/review/catatan"): frozenset(("nasional",)),
    ("GET", "/review/monitor"): EVERYONE,
    ("POST", "/review/monitor/sasaran"): frozenset(("nasional", "instansi", "koordinator")),
    ("GET", "/review/monitor/laporan"): EVERYONE,
    ("GET", "/review/monitor/angka.csv"): EVERYONE,
    ("GET", "/review/penerusan"): ADMINS,
    ("POST", "/review/penerusan"): ADMINS,  # of these only who is named
    ("GET", "/review/daftar"): frozenset(("koordinator",)),
    ("GET", "/review/daftar/{complaint_id}"): frozenset(("koordinator",)),
    ("POST", "/review/daftar/{complaint_id}"): frozenset(("koordinator",)),
}
PATHS = {"complaint_id": "R-1", "verb": "verifikasi", "upload_id": "x", "incident_id": "K-0", "action": "tutup",
         "user_id": "u-0", "round_id": "x", "rest:path": "apa/saja", "name": "gaya.css", "token": "x"}  # fmt: skip
WHERE: dict[str, dict[str, str]] = {
    "nasional": {},
    "instansi": {"region": "32.04"},
    "penghubung": {"agency": "32.04:dishub"},
    "koordinator": {"region": "32"},
    "analis": {},
}


def routes() -> set[tuple[str, str]]:
    """Return what the pages offer: every router that an app takes in."""
    parts = [route for part in review.PARTS for route in part.router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in parts for method in route.methods}


def address(path: str) -> str:
    return re.sub(r"\{([\w:]+)\}", lambda match: PATHS[match.group(1)], path)


def fields(path: str) -> dict[str, str]:
    if "sasaran" in path:
        return {"wilayah": "32.04", "semester": "2026-2", "formulir": "a" * 24, "terlihat": "1"}
    return {"cakupan": "wilayah:32.04"} if "penerusan" in path else {}


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and "PLH-451" in answer.text


def call(person: Person, method: str, path: str) -> httpx.Response:
    if method == "GET":
        return person.get(address(path))
    return person.post(address(path), fields(path))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with open_office(tmp_path_factory.mktemp("access")) as office:
        office.complain("R-1")
        yield office


def test_every_page_is_in_the_table() -> None:
    assert routes() == set(TABLE) | OPEN


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_a_role_reaches_its_pages_and_no_others(shared: Office, role: str) -> None:
    for method, path in sorted(TABLE):
        if path == "/review/keluar":
            continue
        person = shared.person(role, **WHERE[role], named="penerusan" in path)  # type: ignore[arg-type]
        answer = call(person, method, path)
        assert answer.status_code < 500, (method, path)
        assert refused(answer) == (role not in TABLE[method, path]), (method, path, answer.status_code)


@pytest.mark.parametrize("cookie", [None, "x" * 43])
def test_nobody_reaches_anything_without_signing_in(shared: Office, cookie: str | None) -> None:
    with httpx.Client(base_url=str(shared.server.client.base_url)) as client:
        if cookie:
            client.cookies["pilah_session"] = cookie
        for method, path in sorted(TABLE):
            answer = client.request(method, address(path))
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/review/masuk"), (method, path)


def test_no_form_is_taken_without_its_token(shared: Office) -> None:
    for method, path in sorted(TABLE):
        if method == "POST":
            role = sorted(TABLE[method, path])[0]
            person = shared.person(role, **WHERE[role])  # type: ignore[arg-type]
            for given in ({}, {"csrf": ""}, {"csrf": "x"}):
                answer = person.client.post(address(path), data={**fields(path), **given})
                assert (answer.status_code, "PLH-450" in answer.text) == (403, True), (path, given)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://example.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_form_is_taken_from_another_site(shared: Office, headers: dict[str, str]) -> None:
    person = shared.person("nasional")
    for path in ("/review/masuk", "/review/akun", "/review/orang"):
        assert person.post(path, headers=headers).status_code == 403


def test_every_answer_has_a_policy_without_inline_script(shared: Office) -> None:
    person = shared.person("nasional")
    for method, path in sorted(set(TABLE) | OPEN):
        if method == "GET":
            answer = person.get(address(path))
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|javascript:", answer.text), path
                assert "//" not in re.sub(r"http://www\.w3\.org/2000/svg", "", answer.text).replace("://", ""), path


def test_a_region_admin_manages_the_officers_of_its_own_offices_only(shared: Office) -> None:
    admin = shared.person("instansi", region="32.04")
    own, foreign = shared.person("penghubung", agency="32.04:dishub"), shared.person("penghubung", agency="33.10:dlh")
    page = admin.get("/review/orang").text
    assert own.user.login in page
    assert foreign.user.login not in page
    assert admin.post(f"/review/orang/{foreign.user.id}/nonaktif").status_code == 404
    assert foreign.get("/review").status_code == 200
    assert admin.post(f"/review/orang/{own.user.id}/nonaktif").status_code == 200
    assert own.get("/review").status_code == 303
    for given in ({"peran": "nasional"}, {"peran": "penghubung", "instansi": "id:33.10:dlh"}):
        answer = admin.post("/review/orang", {"nama": "Baru", "login": "baru", **given})
        assert answer.status_code == 403, given


def test_an_upload_is_its_owners(shared: Office) -> None:
    one, other = shared.person("nasional"), shared.person("nasional")
    file = {"berkas": ("a.csv", "id,text\nU-1,Lampu mati di Bandung\n", "text/csv")}
    made = one.client.post("/review/unggah", data={"csrf": one.csrf, "formulir": "b" * 24}, files=file)
    where = made.headers["location"]
    assert one.get(where).status_code == 200
    for path in (where, f"{where}/kemajuan", f"{where}/hasil.xlsx"):
        assert other.get(path).status_code == 404


def test_an_error_page_says_in_indonesian_what_to_do(shared: Office) -> None:
    person = shared.person("nasional")
    for path, advice in (
        ("laporan/tidak-ada", "Periksa nomornya"),
        ("kejadian/K-0", "sudah digabungkan"),
        ("apa/saja", "tautannya sudah lama"),
    ):
        answer = person.get(f"/review/{path}")
        assert answer.status_code == 404
        assert advice in answer.text
        assert not re.search(r"\bid &#39;|there is|not found|unknown", answer.text), path  # no words for the log


def test_regions_are_found_by_name_abbreviation_and_code(shared: Office) -> None:
    person = shared.person("nasional")
    for typed, code in (("kendal", "33.24"), ("kobar", "62.01"), ("33.24", "33.24"), ("jawa tengah", "33")):
        assert person.get("/review/cari/wilayah", params={"q": typed}).json()[0]["value"] == code
    assert person.get("/review/cari/wilayah?q=").json() == []
    assert person.get("/review/cari/wilayah?q=zzzz").json() == []
