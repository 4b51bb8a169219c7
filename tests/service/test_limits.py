"""What is more than can be answered soon is refused at once, with when to come again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import PilahError
from service.limits import RateLimit


@given(st.integers(1, 50), st.lists(st.floats(0, 5), max_size=200))
def test_no_key_gets_more_than_its_bucket_and_what_has_flowed_in(a_minute: int, pauses: list[float]) -> None:
    moment = 0.0
    limit = RateLimit(a_minute, lambda: moment)
    served = 0
    for pause in pauses:
        moment += pause
        try:
            limit.take("a")
            served += 1
        except PilahError as error:
            assert error.code == "PLH-412"
        assert served <= a_minute + moment * a_minute / 60 + 1e-6


def test_one_key_does_not_use_up_anothers_requests() -> None:
    limit = RateLimit(1, lambda: 0.0)
    limit.take("a")
    limit.take("b")
    with pytest.raises(PilahError):
        limit.take("a")


def test_over_the_rate_the_answer_says_when_to_come_again(starting: Any) -> None:
    with starting(rate_limit=3) as server:
        headers = server.key()
        answers = [server.client.get("/v1/model", headers=headers) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].json()["code"] == "PLH-412"
        assert int(answers[-1].headers["retry-after"]) > 0
        assert server.client.get("/v1/model", headers=server.key()).status_code == 200


def test_a_flood_is_answered_or_refused_and_the_health_is_always_told(starting: Any) -> None:
    with starting(max_waiting=2) as server:
        headers = server.key()
        codes: list[int] = []

        def ask(number: int) -> None:
            with httpx.Client(base_url=server.client.base_url, timeout=60) as client:
                body = {"id": f"F-{number}", "text": f"Lampu {number} mati di Bandung " * 200}
                codes.append(client.post("/v1/assess", json=body, headers=headers).status_code)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        assert server.client.get("/health/live").status_code == 200
        for thread in threads:
            thread.join()
        assert set(codes) <= {200, 503}
        assert codes.count(200) == server.store.count()


def send_slowly(server: Any, headers: dict[str, str], size: int, go_on: threading.Event, codes: list[int]) -> None:
    """Send a batch whose last byte comes only when told."""

    def parts() -> Iterator[bytes]:
        yield b'{"complaints": [{"text": "lampu mati", "title": "' + b"a" * 500 + b'"}]' + b" " * size
        go_on.wait(20)
        yield b"}"

    with httpx.Client(base_url=server.client.base_url, timeout=60) as client:
        carried = {**headers, "Content-Type": "application/json"}
        codes.append(client.post("/v1/assess/batch", content=parts(), headers=carried).status_code)


def test_many_large_batches_at_once_are_shed_before_they_fill_the_memory(starting: Any) -> None:
    """At most ``max_bodies`` bytes are held, whatever 40 senders push; what is shed is told when to come again."""
    with starting(max_bodies=5_000_000) as server:
        headers, go_on, codes = server.key(), threading.Event(), []
        arguments = (server, headers, 1_000_000, go_on, codes)
        threads = [threading.Thread(target=send_slowly, args=arguments) for _ in range(40)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 20
        while codes.count(503) < 36 and time.monotonic() < end:  # four of them fit
            time.sleep(0.02)
        assert server.assess(headers, "Lampu mati di Bandung")["id"]  # a small one gets in all the while
        go_on.set()
        for thread in threads:
            thread.join()
        assert (codes.count(200), codes.count(503)) == (4, 36)
        assert server.client.post("/v1/assess/batch", json={"complaints": [{"text": "a"}]}, headers=headers).is_success


def test_a_single_body_is_let_in_though_it_is_more_than_all_together_may_hold(starting: Any) -> None:
    with starting(max_bodies=1_000) as server:
        body = {"complaints": [{"text": "lampu " * 2_000}]}
        assert server.client.post("/v1/assess/batch", json=body, headers=server.key()).status_code == 200


@pytest.mark.parametrize("path", ["/v1/assess/batch", "/v1/jobs"])
def test_a_batch_of_countless_items_is_refused(starting: Any, path: str) -> None:
    with starting() as server:
        body = b'{"complaints": [' + b"{}," * 3_300_000 + b"{}]}"
        headers = {**server.key(), "Content-Type": "application/json"}
        response = server.client.post(path, content=body, headers=headers)
        assert (response.status_code, response.json()["code"]) == (413, "PLH-423")
        assert server.store.last_seq() == 0
