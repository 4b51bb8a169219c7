"""A job is worked through once, whatever happens, and shows its answers only to who sent it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.codec import as_utc
from service.storage.jobs import remove_old


def send(server: Any, headers: dict[str, str], complaints: list[dict[str, Any]]) -> Any:
    return server.client.post("/v1/jobs", json={"complaints": complaints}, headers=headers)


def finished(server: Any, headers: dict[str, str], job_id: str) -> dict[str, Any]:
    for _ in range(600):
        state: dict[str, Any] = server.client.get(f"/v1/jobs/{job_id}", headers=headers).json()
        if state["state"] == "finished":
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def results(server: Any, headers: dict[str, str], job_id: str, limit: int = 7) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = -1
    while True:
        params = {"after": after, "limit": limit}
        page = server.client.get(f"/v1/jobs/{job_id}/results", params=params, headers=headers).json()
        found += page["results"]
        after = page["next"]
        if not page["more"]:
            return found


def test_every_item_is_answered_in_order_and_a_bad_one_spoils_no_other(server: Any, headers: dict[str, str]) -> None:
    complaints = [{"id": f"J-{n}", "text": f"Lampu nomor {n} mati di Bandung"} for n in range(20)]
    complaints[3] = {"id": "J-3", "text": ""}
    complaints[5] = {"id": "J-5", "text": "gardu meledak di Bandung"}  # makes the model fail
    answer = send(server, headers, complaints)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    state = finished(server, headers, answer.json()["id"])
    assert (state["total"], state["done"], state["failed"]) == (20, 20, 2)
    found = results(server, headers, state["id"])
    assert [item["index"] for item in found] == list(range(20))
    assert {item["index"]: item["error"]["code"] for item in found if "error" in item} == {3: "PLH-422", 5: "PLH-505"}
    assert found[0]["assessment"]["agency"]["id"] == "32.04:dishub"
    assert server.client.get("/v1/complaints/J-19", headers=headers).status_code == 200


def test_a_stopped_server_goes_on_with_the_job(starting: Any) -> None:
    with starting() as server:
        headers = server.key()
        job = send(server, headers, [{"id": f"J-{n}", "text": f"Lampu {n} mati di Bandung"} for n in range(300)]).json()
    with starting() as server:
        assert finished(server, headers, job["id"])["failed"] == 0
        found = results(server, headers, job["id"], limit=500)
        assert [item["id"] for item in found] == [f"J-{n}" for n in range(300)]
        assert server.store.count() == 300
        assert server.store.last_seq() == 600  # each received and answered once


def test_what_waits_is_masked_on_the_disk(server: Any, headers: dict[str, str]) -> None:
    job = send(server, headers, [{"id": "J-1", "text": "NIK saya 3204056503900001, lampu mati di Bandung"}]).json()
    finished(server, headers, job["id"])
    for file in server.var.glob("pilah.db*"):
        assert b"3204056503900001" not in file.read_bytes()


def test_another_sender_sees_no_job(server: Any, headers: dict[str, str]) -> None:
    job = send(server, headers, [{"id": "J-1", "text": "Lampu mati di Bandung"}]).json()
    other = server.key()
    for method, path in (("GET", ""), ("GET", "/results"), ("DELETE", "")):
        answer = server.client.request(method, f"/v1/jobs/{job['id']}{path}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "PLH-410")


def test_an_erased_complaint_leaves_the_job(server: Any, headers: dict[str, str]) -> None:
    job = send(server, headers, [{"id": f"J-{n}", "text": f"Lampu {n} mati di Bandung"} for n in range(2)]).json()
    finished(server, headers, job["id"])
    server.client.delete("/v1/complaints/J-0", headers=server.key("admin"))
    first, second = results(server, headers, job["id"])
    assert first["error"]["code"] == "PLH-409"
    assert "assessment" in second


def test_a_removed_job_is_not_worked_on(server: Any, headers: dict[str, str]) -> None:
    job = send(server, headers, [{"id": f"J-{n}", "text": f"Lampu {n} mati di Bandung"} for n in range(200)]).json()
    assert server.client.delete(f"/v1/jobs/{job['id']}", headers=headers).status_code == 204
    time.sleep(1.5)  # what was begun is finished
    before = server.store.count()
    time.sleep(0.5)
    assert server.store.count() == before <= 32


def test_a_finished_job_is_forgotten_after_its_days(server: Any, headers: dict[str, str]) -> None:
    job = send(server, headers, [{"id": "J-1", "text": "Lampu mati di Bandung"}]).json()
    finished(server, headers, job["id"])
    tomorrow = as_utc(datetime.now(UTC) + timedelta(days=1))
    assert server.store.write(lambda connection: remove_old(connection, tomorrow)).result() == 1
    assert server.client.get(f"/v1/jobs/{job['id']}", headers=headers).status_code == 404
    assert server.client.get("/v1/complaints/J-1", headers=headers).status_code == 200


def test_too_many_items_and_too_many_jobs_are_refused(starting: Any) -> None:
    with starting(max_job=3) as server:
        headers = server.key()
        many = send(server, headers, [{"text": "Lampu"}] * 4)
        assert (many.status_code, many.json()["code"]) == (413, "PLH-423")
        codes = [send(server, headers, [{"text": f"Lampu {n} {m}"} for m in range(3)]).status_code for n in range(200)]
        assert set(codes) <= {202, 429}


@pytest.mark.parametrize("body", [{}, {"complaints": []}, {"complaints": "x"}, {"complaints": [1]}])
def test_a_body_that_is_no_job_is_refused(server: Any, headers: dict[str, str], body: Any) -> None:
    assert server.client.post("/v1/jobs", json=body, headers=headers).status_code == 422
