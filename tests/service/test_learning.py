"""What people decide changes the next answer, over HTTP, with the shipped model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from serving_app import Server, start

from model.triage import Triage

FIRST = "Eceng gondok menutup saluran irigasi di Desa Sukamanah Kecamatan Paseh Kabupaten Bandung, sawah kekeringan"
NEXT = "Saluran irigasi Desa Sukamanah Kecamatan Paseh Kabupaten Bandung tertutup eceng gondok, sawah warga kekeringan"
OFFICE = "Dinas Pertanian Kabupaten Bandung"


@cache
def shipped() -> Triage:
    return Triage.load()


@pytest.fixture
def learning(tmp_path: Path) -> Iterator[Server]:
    with start(tmp_path / "var", shipped(), home="32.04") as running:
        yield running


def probability(answer: dict[str, object], label: str) -> float:
    agency = answer["agency"]
    assert isinstance(agency, dict)
    named = {agency["label"]: agency["probability"], **{a["label"]: a["probability"] for a in agency["alternatives"]}}
    return float(named.get(label, 0.0))


def event(server: Server, headers: dict[str, str], complaint: str, **body: str) -> None:
    response = server.client.post(f"/v1/complaints/{complaint}/events", json=body, headers=headers)
    assert response.status_code == 201, response.text


def test_a_disposition_changes_the_next_answer(learning: Server) -> None:
    headers = learning.key()
    before = learning.assess(headers, NEXT, id="before", dry_run=True)
    learning.assess(headers, FIRST, id="a")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    after = learning.assess(headers, NEXT, id="after")
    assert before["agency"]["label"] != OFFICE
    assert after["agency"]["label"] == OFFICE


def test_a_return_pushes_the_office_down(learning: Server) -> None:
    headers = learning.key()
    first = learning.assess(headers, FIRST, id="a")
    wrong = first["agency"]["label"]
    event(learning, headers, "a", kind="returned", agency=wrong, reason="bukan wewenang")
    again = learning.assess(headers, NEXT, id="b")
    assert probability(again, wrong) < 0.7 * probability(first, wrong)


def test_an_erased_complaint_teaches_nothing(learning: Server) -> None:
    headers = learning.key("assess", "events", "read", "admin")
    before = learning.assess(headers, NEXT, id="b", dry_run=True)
    learning.assess(headers, FIRST, id="a")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    assert learning.client.delete("/v1/complaints/a", headers=headers).status_code == 204
    after = learning.assess(headers, NEXT, id="c", dry_run=True)
    assert after["agency"] == before["agency"]


def test_a_confidential_report_is_not_compared_with(learning: Server) -> None:
    headers = learning.key()
    before = learning.assess(headers, NEXT, id="b", dry_run=True)
    learning.assess(headers, FIRST, id="a", confidentiality="rahasia")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    after = learning.assess(headers, NEXT, id="c", dry_run=True)
    other = learning.assess(headers, "Jadwal posyandu tidak jelas di Kabupaten Bandung", id="d", dry_run=True)
    assert after["agency"]["label"] == before["agency"]["label"]
    assert probability(after, OFFICE) - probability(before, OFFICE) < 0.1
    assert other["agency"]["label"] != OFFICE


def test_what_was_decided_is_known_after_a_restart(tmp_path: Path) -> None:
    with start(tmp_path / "var", shipped(), home="32.04") as server:
        headers = server.key()
        server.assess(headers, FIRST, id="a")
        event(server, headers, "a", kind="disposed", agency=OFFICE)
        before = server.assess(headers, NEXT, id="b", dry_run=True)
    with start(tmp_path / "var", shipped(), home="32.04") as server:
        book = server.app.state.intake.decisions
        book.follow()
        after = server.assess(server.key(), NEXT, id="c", dry_run=True)
    assert after["agency"]["label"] == before["agency"]["label"] == OFFICE


def test_the_nearest_decisions_are_named_to_those_who_may_see_them(learning: Server) -> None:
    headers = learning.key()
    learning.assess(headers, FIRST, id="a")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    learning.assess(headers, FIRST + " juga", id="s", confidentiality="rahasia")
    event(learning, headers, "s", kind="disposed", agency=OFFICE)
    named = learning.assess(headers, NEXT, id="b")["nearest"]
    assert [(one["id"], one["agency"]) for one in named] == [("a", OFFICE)]
    assert 0.2 <= named[0]["similarity"] <= 1
    elsewhere = learning.key(regions=["33.10"])
    assert learning.assess(elsewhere, NEXT, id="c", dry_run=True)["nearest"] == []


def test_a_sensitive_complaint_is_named_only_to_those_who_review(learning: Server) -> None:
    hurt = "Anak saya korban kekerasan, dipukul guru di SDN Sukamanah Kecamatan Paseh Kabupaten Bandung"
    headers = learning.key()
    learning.assess(headers, hurt, id="a")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    asked = hurt.replace("saya", "kami")
    plain = learning.key("assess", "read")
    assert learning.assess(plain, asked, id="b", dry_run=True)["nearest"] == []
    reviewing = learning.key("assess", "read", "review")
    assert [one["id"] for one in learning.assess(reviewing, asked, id="b", dry_run=True)["nearest"]] == ["a"]


def test_an_erased_complaint_is_named_no_more(learning: Server) -> None:
    headers = learning.key("assess", "events", "read", "admin")
    learning.assess(headers, FIRST, id="a")
    event(learning, headers, "a", kind="disposed", agency=OFFICE)
    assert learning.assess(headers, NEXT, id="b")["nearest"]
    assert learning.client.delete("/v1/complaints/a", headers=headers).status_code == 204
    stored = learning.client.get("/v1/complaints/b", headers=headers).json()
    assert stored["assessment"]["nearest"] == []
