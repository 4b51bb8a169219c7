"""Incidents over HTTP: gathered by the machine, decided by people, made anew from the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TEXT = "Lampu jalan di Jl. Raya Banjaran RT 3 RW 5 Bandung mati sejak seminggu"
OTHER = "Sampah menumpuk di belakang Pasar Delanggu Klaten, baunya menyengat"


@pytest.fixture
def incident(server: Any, headers: dict[str, str]) -> str:
    """Return the incident of three equal reports of different people."""
    for number in range(1, 4):
        server.assess(headers, TEXT, id=f"A-{number}", reporter=f"p{number}", date=f"2024-05-0{number}T08:00:00+07:00")
    found = server.assess(headers, TEXT, id="A-4", dry_run=True)["duplicates"]
    (name,) = {match["incident"] for match in found}
    assert isinstance(name, str)
    return name


def call(server: Any, headers: dict[str, str], path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    url = f"/v1/incidents/{path}"
    response = (
        server.client.get(url, headers=headers) if body is None else server.client.post(url, json=body, headers=headers)
    )
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def incident_of(server: Any, headers: dict[str, str], text: str) -> str:
    name: str = server.assess(headers, text, dry_run=True)["duplicates"][0]["incident"]
    return name


def test_an_incident_gathers_reports_of_one_case(server: Any, headers: dict[str, str], incident: str) -> None:
    assert call(server, headers, incident) == {
        "id": incident,
        "status": "terbuka",
        "representative": "A-1",
        "members": ["A-1", "A-2", "A-3"],
        "first": "2024-05-01",
        "last": "2024-05-03",
        "supporters": 3,
    }


def test_people_split_merge_and_close(server: Any, headers: dict[str, str], incident: str) -> None:
    out = call(server, headers, f"{incident}/split", {"members": ["A-3"]})
    assert out["members"] == ["A-3"]
    assert call(server, headers, incident)["members"] == ["A-1", "A-2"]
    joined = call(server, headers, f"{incident}/merge", {"other": out["id"], "reason": "tiang yang sama"})
    assert joined["members"] == ["A-1", "A-2", "A-3"]
    assert call(server, headers, f"{incident}/close", {})["status"] == "selesai"
    assert call(server, headers, f"{incident}/close", {"closed": False})["status"] == "terbuka"


def test_what_people_decided_survives_a_restart_and_an_erasure(starting: Callable[..., Any]) -> None:
    with starting() as server:
        headers = server.key("assess", "events", "read", "admin")
        server.assess(headers, TEXT, id="A-1")
        server.assess(headers, OTHER, id="B-1")
        server.assess(headers, TEXT, id="A-2")
        first, second = incident_of(server, headers, TEXT), incident_of(server, headers, OTHER)
        merged = call(server, headers, f"{first}/merge", {"other": second})
        assert merged["members"] == ["A-1", "A-2", "B-1"]
        call(server, headers, f"{merged['id']}/close", {})
        assert server.client.delete("/v1/complaints/A-1", headers=headers).status_code == 204
        before = call(server, headers, merged["id"])
    with starting() as server:
        after = call(server, headers, merged["id"])
    assert before["members"] == after["members"]
    assert before["status"] == after["status"] == "selesai"
    assert "A-1" not in before["members"]


def test_a_rejected_duplicate_leaves_the_incident(server: Any, headers: dict[str, str], incident: str) -> None:
    for other in ("A-1", "A-2"):
        body = {"kind": "duplicate_rejected", "duplicate_of": other}
        assert server.client.post("/v1/complaints/A-3/events", json=body, headers=headers).status_code == 201
    assert call(server, headers, incident)["members"] == ["A-1", "A-2"]


def test_a_bound_key_sees_nothing_of_others(server: Any, headers: dict[str, str], incident: str) -> None:
    elsewhere = server.key("read", "events", regions=["35.78"])
    assert server.client.get(f"/v1/incidents/{incident}", headers=elsewhere).status_code == 404
    answer = server.client.post(f"/v1/incidents/{incident}/close", json={}, headers=elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (404, "PLH-607")
    events = server.client.get("/v1/complaints/A-2/events", headers=headers).json()["events"]
    assert all("links" not in event for event in events)


@pytest.mark.parametrize("members", [["A-1", "A-2", "A-3"], ["B-9"]])
def test_a_split_takes_some_of_its_own(server: Any, headers: dict[str, str], incident: str, members: list[str]) -> None:
    answer = server.client.post(f"/v1/incidents/{incident}/split", json={"members": members}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "PLH-606")


def test_no_such_incident(server: Any, headers: dict[str, str]) -> None:
    answer = server.client.get("/v1/incidents/K-0000000000", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "PLH-607")
