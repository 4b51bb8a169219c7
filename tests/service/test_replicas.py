"""Two servers on one PostgreSQL store: each finds what the other was told, and one may die."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from processes import Process, serving, stored
from serving_app import Server, start

from service.bench_texts import make_complaint
from service.storage.store import Store

Make = Callable[[], str]
LAMP = "Lampu jalan mati total di depan balai Kembangsepatu Bandung sejak seminggu"


def found_by(server: Server, headers: dict[str, str], text: str, seconds: float) -> list[str]:
    end = time.monotonic() + seconds
    while True:
        answer = server.client.post("/v1/duplicates/search", json={"text": text}, headers=headers).json()
        ids = [match["id"] for match in answer["duplicates"]]
        if ids or time.monotonic() > end:
            return ids
        time.sleep(0.05)


def test_what_one_server_took_in_the_other_finds(postgres: Make, tmp_path: Path) -> None:
    url = postgres()
    with start(tmp_path / "a", store=url) as one, start(tmp_path / "b", store=url) as other:
        headers = one.key()
        one.assess(headers, LAMP, id="A-1")
        assert found_by(other, headers, LAMP, 5.0) == ["A-1"]
        assert other.client.get("/v1/complaints/A-1", headers=headers).status_code == 200
        one.client.delete("/v1/complaints/A-1", headers=one.key("admin"))
        time.sleep(2.5)
        assert found_by(other, headers, LAMP, 0.0) == []


def test_the_same_id_sent_to_both_is_stored_once(postgres: Make, tmp_path: Path) -> None:
    url = postgres()
    with start(tmp_path / "a", store=url) as one, start(tmp_path / "b", store=url) as other:
        headers = one.key()
        for number in range(20):
            body = {"id": f"A-{number}", "text": make_complaint(number).text}
            answers = [server.client.post("/v1/assess", json=body, headers=headers) for server in (one, other)]
            assert [answer.headers["pilah-outcome"] for answer in answers] == ["new", "same"]
        assert one.store.count() == 20


def test_a_job_is_worked_on_by_one_server_and_taken_over_when_it_is_gone(postgres: Make, tmp_path: Path) -> None:
    url = postgres()
    with start(tmp_path / "a", store=url) as one:
        headers = one.key()
        items = [{"id": f"J-{n}", "text": make_complaint(n).text} for n in range(60)]
        job = one.client.post("/v1/jobs", json={"complaints": items}, headers=headers).json()
    one_store = Store(url)
    one_store.write(lambda connection: connection.exec_driver_sql("UPDATE jobs SET held_until = NULL")).result()
    one_store.close()
    with start(tmp_path / "b", store=url) as other:
        for _ in range(400):
            state = other.client.get(f"/v1/jobs/{job['id']}", headers=headers).json()
            if state["state"] == "finished":
                break
            time.sleep(0.05)
        assert (state["done"], state["failed"]) == (60, 0)
        assert other.store.count() == 60
        assert other.store.last_seq() >= 120


def test_the_log_is_read_without_gaps_while_two_servers_write(postgres: Make, tmp_path: Path) -> None:
    import threading

    url = postgres()
    with start(tmp_path / "a", store=url) as one, start(tmp_path / "b", store=url) as other:
        headers = one.key()

        def post(server: Server, first: int) -> None:
            with httpx.Client(base_url=server.client.base_url, headers=headers, timeout=60) as client:
                for number in range(first, first + 40):
                    body: dict[str, Any] = {"id": f"A-{number}", "text": make_complaint(number).text}
                    assert client.post("/v1/assess", json=body).status_code == 200

        threads = [threading.Thread(target=post, args=(s, f)) for s, f in ((one, 0), (other, 40), (one, 80))]
        for thread in threads:
            thread.start()
        seen: list[int] = []
        while any(thread.is_alive() for thread in threads) or len(seen) < one.store.last_seq():
            time.sleep(0.01)
            seen += [event.seq for event in one.store.events_after(seen[-1] if seen else 0)]
        assert len(seen) == len(set(seen)) == 240  # a number committed late would have been passed over


def test_one_server_is_killed_under_load_and_the_other_has_everything(postgres: Make, tmp_path: Path) -> None:
    import threading

    url = postgres()
    answered: set[int] = set()
    with serving(tmp_path / "a", url) as one, serving(tmp_path / "b", url) as other:

        def post(server: Process, first: int) -> None:
            with httpx.Client(base_url=server.url, headers=server.client.headers, timeout=60) as client:
                for number in range(first, first + 150):
                    body = {"id": f"A-{number}", "text": make_complaint(number).text}
                    try:
                        if client.post("/v1/assess", json=body).status_code == 200:
                            answered.add(number)
                    except httpx.TransportError:
                        return

        threads = [threading.Thread(target=post, args=(s, f)) for s, f in ((one, 0), (one, 1_000), (other, 2_000))]
        for thread in threads:
            thread.start()
        while len([number for number in answered if number < 2_000]) < 60:
            assert one.popen.poll() is None
            time.sleep(0.01)
        one.popen.kill()
        killed = time.monotonic()
        last = max(number for number in answered if number < 1_000)
        found: list[str] = []
        while not found and time.monotonic() < killed + 2.0:
            text = {"text": make_complaint(last).text}
            matches = other.client.post("/v1/duplicates/search", json=text).json()["duplicates"]
            found = [match["id"] for match in matches if match["relation"] == "same"]
        assert found[:1] == [f"A-{last}"]
        for thread in threads:
            thread.join()
        assert len([number for number in answered if number >= 2_000]) == 150  # the other one went on all the while
        assert stored(other, sorted(answered)) == sorted(answered)
        store = Store(url)
        twice = (
            "SELECT count(*) FROM complaints WHERE version > 1",
            "SELECT count(*) - count(DISTINCT complaint_id) FROM assessments",
        )
        counts = [store.read(lambda c, asked=asked: c.exec_driver_sql(asked).scalar()) for asked in twice]  # type: ignore[misc]
        store.close()
        assert counts == [0, 0]
