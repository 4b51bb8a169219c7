"""What is more than can be answered soon is refused at once, with when to come again."""

from __future__ import annotations

import threading
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
