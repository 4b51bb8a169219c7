"""A clock that jumps, back or ahead: the log keeps its order, nothing is lost or delivered twice, nobody is let in."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from service import codec, jobs, security
from service.security import create_key

SetClock = Callable[[timedelta], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Return what moves the clock that the service tells the time by."""
    moved = timedelta()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + moved

    for module in (codec, jobs, security):
        monkeypatch.setattr(module, "datetime", Clock)

    def move(by: timedelta) -> None:
        nonlocal moved
        moved = by

    return move


JUMPS = [timedelta(days=-400), timedelta(days=4_000), timedelta(hours=-1), timedelta()]


def test_the_log_is_in_order_and_delivered_once_however_the_clock_jumps(server: Any, set_clock: SetClock) -> None:
    headers = server.key()
    cursor, delivered = "0", []
    for number, jump in enumerate(JUMPS):
        set_clock(jump)
        server.assess(headers, f"Lampu jalan nomor {number} mati di Bandung", id=f"A-{number}")
        event = {"id": f"e-{number}", "kind": "disposed", "agency": "Dinas Perhubungan"}
        path = f"/v1/complaints/A-{number}/events"
        assert server.client.post(path, json=event, headers=headers).status_code == 201
        assert server.client.post(path, json=event, headers=headers).status_code == 200  # told again: the same event
        page = server.client.get("/v1/decisions", params={"after": cursor}, headers=headers).json()
        delivered += [decision["id"] for decision in page["decisions"]]
        cursor = page["next"]
    assert delivered == [f"e-{number}" for number in range(len(JUMPS))]
    for number in range(len(JUMPS)):
        kept = server.client.get(f"/v1/complaints/A-{number}", headers=headers).json()
        assert (kept["version"], kept["status"]) == (1, "terdisposisi")
        text = {"text": f"Lampu jalan nomor {number} mati di Bandung"}
        found = server.client.post("/v1/duplicates/search", json=text, headers=headers).json()
        assert f"A-{number}" in [match["id"] for match in found["duplicates"]]


def test_a_job_is_finished_though_the_clock_was_set_back_under_it(server: Any, set_clock: SetClock) -> None:
    headers = server.key()
    items = [{"id": f"J-{n}", "text": f"Sampah menumpuk di pasar nomor {n}"} for n in range(40)]
    job = server.client.post("/v1/jobs", json={"complaints": items}, headers=headers).json()
    set_clock(timedelta(days=-400))
    end = time.monotonic() + 30
    while (state := server.client.get(f"/v1/jobs/{job['id']}", headers=headers).json())["state"] != "finished":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert (state["done"], state["failed"], server.store.count()) == (40, 0, 40)


def test_a_key_is_valid_by_the_clock_and_the_rate_is_not(starting: Any, set_clock: SetClock) -> None:
    with starting(rate_limit=5) as server:
        _, key = create_key(server.store, "test", ["read"], days=30)
        headers = {"Authorization": f"Bearer {key}"}
        codes = []
        for days in (0, 31, 0, -400):
            set_clock(timedelta(days=days))
            codes.append(server.client.get("/v1/model", headers=headers).status_code)
        assert codes == [200, 401, 200, 200]
        set_clock(timedelta(days=4))
        assert [server.client.get("/v1/model", headers=headers).status_code for _ in range(3)][-1] == 429


def test_the_time_that_is_stored_is_in_one_form(set_clock: SetClock) -> None:
    set_clock(timedelta(days=-1))
    assert codec.now() < codec.as_utc(datetime.now(UTC))
