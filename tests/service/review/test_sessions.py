"""Signing in: passwords, lockout, sessions that end, invitations that count once, single sign-on by a trusted proxy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from office import Office, open_office

from service.codec import as_utc
from service.review.accounts import make_user
from service.storage.people import digest, invite
from service.storage.review_tables import sessions, users

PASSWORD = "kebun raya bogor"  # noqa: S105 - of a store that lives as long as a test


def sign_in(office: Office, login: str = "sari", password: str = PASSWORD, **headers: str) -> httpx.Response:
    with httpx.Client(base_url=str(office.server.client.base_url)) as client:
        return client.post("/review/masuk", data={"login": login, "sandi": password}, headers=headers)


@pytest.fixture
def sari(office: Office) -> Any:
    return make_user(office.server.store, "sari", "Sari", "nasional", password=PASSWORD)[0]


def test_the_cookie_is_not_for_scripts_nor_for_other_sites(office: Office, sari: Any) -> None:
    answer = sign_in(office)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/review"))


def test_the_store_holds_neither_password_nor_cookie(office: Office, sari: Any) -> None:
    token = re.search(r"pilah_session=([^;]+)", sign_in(office).headers["set-cookie"]).group(1)  # type: ignore[union-attr]
    kept = str(office.server.store.read(lambda c: [*c.execute(sa.select(users)), *c.execute(sa.select(sessions))]))
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert token not in kept
    assert digest(token) in kept


def test_wrong_unknown_and_deactivated_look_the_same(office: Office, sari: Any) -> None:
    answers = [sign_in(office, password="salah sekali"), sign_in(office, login="tidak-ada")]
    office.server.store.write(lambda c: c.execute(users.update().values(active=0))).result()
    answers.append(sign_in(office))
    pages = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len(pages) == 1


@pytest.mark.parametrize("login", ["sari", "tidak-ada"])
def test_a_login_is_locked_after_failures_whether_it_exists_or_not(office: Office, sari: Any, login: str) -> None:
    assert [sign_in(office, login, "salah sekali").status_code for _ in range(5)] == [401] * 5
    locked = sign_in(office, login)
    assert locked.status_code == 429
    assert "Terlalu banyak percobaan" in locked.text


def test_a_good_sign_in_begins_the_count_anew(office: Office, sari: Any) -> None:
    for _ in range(3):
        assert [sign_in(office, password="salah sekali").status_code for _ in range(4)] == [401] * 4
        assert sign_in(office).status_code == 303


@pytest.mark.parametrize("column", ["seen_at", "created_at"])
def test_a_session_ends(office: Office, column: str) -> None:
    person = office.person("nasional")
    assert person.get("/review").status_code == 200
    old = as_utc(datetime.now(UTC) - timedelta(hours=13))
    office.server.store.write(lambda c: c.execute(sessions.update().values({column: old}))).result()
    assert person.get("/review").status_code == 303


def test_signing_out_and_a_new_password_end_sessions(office: Office, sari: Any) -> None:
    one, other = office.enter(sari), office.enter(sari)
    assert one.post("/review/keluar").status_code == 303
    assert one.get("/review").status_code == 303
    assert other.get("/review").status_code == 200
    new = {"lama": PASSWORD, "sandi": "danau toba biru", "ulang": "danau toba biru"}
    third = office.enter(sari)
    assert other.post("/review/akun", new | {"lama": "salah"}).status_code == 422
    assert other.post("/review/akun", new).status_code == 303
    assert third.get("/review").status_code == 303
    assert sign_in(office).status_code == 401
    assert sign_in(office, password="danau toba biru").status_code == 303


def test_an_invitation_counts_once_and_for_a_while(office: Office) -> None:
    store, client = office.server.store, office.server.client
    user, token = make_user(store, "baru", "Baru", "analis")
    path = f"/review/undangan/{token}"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"sandi": "pendek", "ulang": "pendek"}).status_code == 422
    assert client.post(path, data={"sandi": PASSWORD, "ulang": PASSWORD + "x"}).status_code == 422
    assert client.post(path, data={"sandi": PASSWORD, "ulang": PASSWORD}).status_code == 200
    assert client.get(path).status_code == 410
    assert sign_in(office, "baru").status_code == 303
    late = store.write(lambda c: invite(c, user.id, -1)).result()
    assert client.get(f"/review/undangan/{late}").status_code == 410


def test_a_hand_over_gives_the_same_rights_and_ends_the_old_ones(office: Office) -> None:
    admin, before = office.person("nasional"), office.person("penghubung", agency="32.04:dishub", named=True)
    given = {"nama": "Pengganti", "login": "pengganti"}
    page = admin.post(f"/review/orang/{before.user.id}/serah", given).text
    link = re.search(r'value="[^"]*(/review/undangan/[^"]+)"', page)
    assert link is not None
    assert before.get("/review").status_code == 303
    client = office.server.client
    assert client.post(link.group(1), data={"sandi": PASSWORD, "ulang": PASSWORD}).status_code == 200
    assert sign_in(office, "pengganti").status_code == 303
    row = office.server.store.read(lambda c: c.execute(sa.select(users).where(users.c.login == "pengganti")).one())
    assert (row.role, row.agency_id, row.named) == ("penghubung", "32.04:dishub", 1)


@pytest.mark.parametrize(
    "target", ["https://example.org", "//example.org", "/v1/model", "/review/../v1", "/review\r\nx"]
)
def test_signing_in_leads_nowhere_else(office: Office, sari: Any, target: str) -> None:
    with httpx.Client(base_url=str(office.server.client.base_url)) as client:
        data = {"login": "sari", "sandi": PASSWORD, "lanjut": target}
        where = client.post("/review/masuk", data=data).headers["location"]
    assert where == "/review" or where.startswith("/review/")
    assert "example.org" not in where


def test_only_the_proxy_with_the_secret_signs_people_in(tmp_path: Path) -> None:
    secret = "s" * 20
    with open_office(tmp_path / "var", sso_header="X-Remote-User", sso_secret=secret) as office:
        make_user(office.server.store, "sari", "Sari", "nasional")
        named = {"X-Remote-User": "Sari"}
        good = {**named, "X-Pilah-Proxy-Secret": secret}
        for headers, status in ((named, 303), ({**named, "X-Pilah-Proxy-Secret": "x" * 20}, 303), (good, 200)):
            with httpx.Client(base_url=str(office.server.client.base_url)) as client:
                answer = client.get("/review", headers=headers)
                assert answer.status_code == status
                assert ("pilah_session" in client.cookies) == (status == 200)
        unknown = {**good, "X-Remote-User": "tidak-ada"}
        with httpx.Client(base_url=str(office.server.client.base_url)) as client:
            assert client.get("/review", headers=unknown).status_code == 303


def test_without_a_setting_the_header_counts_for_nothing(office: Office, sari: Any) -> None:
    with httpx.Client(base_url=str(office.server.client.base_url)) as client:
        answer = client.get("/review", headers={"X-Remote-User": "sari", "X-Pilah-Proxy-Secret": ""})
    assert answer.status_code == 303
