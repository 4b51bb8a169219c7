"""Bodies that are broken, huge or strange get a coded 4xx or a sane answer, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from serving_app import start


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return one app for all of these: what one test stores does not matter to another."""
    with start(tmp_path_factory.mktemp("hostile") / "var") as running:
        yield running


ENDPOINTS = ("/v1/assess", "/v1/assess/batch", "/v1/duplicates/search", "/v1/complaints/A-1/events")
BROKEN = {
    "empty": b"",
    "not json": b"lampu mati",
    "cut off": b'{"text": "lampu',
    "not utf-8": b'{"text": "\xff\xfe"}',
    "null": b"null",
    "a list": b"[]",
    "a number": b"1e400",
    "a string": b'"text"',
    "deep": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "wrong types": b'{"id": 7, "text": ["a"], "kind": 3, "complaints": "x", "latitude": "utara"}',
    "unknown fields": b'{"text": "a", "kind": "closed", "complaints": [{"text": "a"}], "__proto__": 1}',
    "not a number": b'{"text": "a", "latitude": NaN}',
    "bad date": b'{"text": "a", "date": "kemarin"}',
    "far date": b'{"text": "a", "date": 1e30}',
    "date of no program": b'{"text": "a", "date": "0001-01-01T00:00:00"}',
    "end of time": b'{"text": "a", "date": "9999-12-31T23:59:00-06:30"}',
    "time before time": b'{"kind": "closed", "time": "0015-03-18T08:22:12+06:30"}',
    "date as a number": b'{"text": "a", "date": 0}',
    "time as a number": b'{"kind": "closed", "time": 1700000000}',
    "a place in words": b'{"text": "a", "longitude": "107.5"}',
    "a place as false": b'{"text": "a", "latitude": false}',
    "yes for true": b'{"text": "a", "dry_run": "yes"}',
    "bad confidentiality": b'{"text": "a", "confidentiality": "top secret"}',
    "only spaces": b'{"text": "   \\n\\t "}',
    "nul": b'{"text": "a\\u0000b"}',
    "lone surrogate": b'{"text": "a\\ud800b"}',
    "surrogate in a name": b'{"text": "a", "\\ud800": 1, "kind": "closed", "complaints": []}',
    "bad id": b'{"id": "a/b?c#d", "text": "a"}',
    "long id": b'{"id": "' + b"a" * 151 + b'", "text": "a"}',
    "too long": b'{"text": "' + b"a" * 50_001 + b'"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_a_coded_4xx(server: Any, name: str) -> None:
    headers = server.key("assess", "events", "read")
    server.assess(headers, id="A-1")
    before = server.store.last_seq()
    for path in ENDPOINTS:
        response = server.client.post(
            path, content=BROKEN[name], headers={**headers, "Content-Type": "application/json"}
        )
        assert 400 <= response.status_code < 500, (path, response.text)
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert set(problem) == {"type", "title", "status", "detail", "code", "errors"}
        assert problem["status"] == response.status_code
        assert problem["code"].startswith("PLH-4")
    assert server.store.last_seq() == before


STRANGE = {
    "control": "lampu\x01\x02\x1b[31m mati\x7f",
    "right to left": "شارع مظلم \u202e lampu mati \u202c",
    "emoji": "lampu 💡💥👨‍👩‍👧‍👦 mati 🙏🏽",
    "one long word": "a" * 50_000,
    "zalgo": "l" + "\u0301" * 5_000 + "ampu",
    "ligatures that grow": "\ufdfa" * 10_000,
    "spaces inside": "a" + " " * 49_000 + "b",
    "mail-like": "a@" * 10_000,
    "digits": "0812" * 10_000,
    "html": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE events; --",
    "percent": "%s %n %(x)s {0} \\",
    "plane 16": "\U0010ffff mati",
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_text_is_answered_and_stored(server: Any, name: str) -> None:
    headers = server.key("assess", "read")
    server.assess(headers, STRANGE[name], id="A-1", title=STRANGE[name][:1000])
    stored = server.client.get("/v1/complaints/A-1", headers=headers).json()["complaint"]["text"]
    assert len(stored) == len(STRANGE[name])
    found = server.client.post("/v1/duplicates/search", json={"text": STRANGE[name]}, headers=headers)
    assert found.status_code == 200


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_body_over_the_limit_is_refused(server: Any, path: str) -> None:
    headers = {**server.key("assess", "events", "read"), "Content-Type": "application/json"}
    body = json.dumps({"text": "a" * 10_500_000}).encode()
    response = server.client.post(path, content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "PLH-413")


def test_a_chunked_body_over_the_limit_is_refused(server: Any) -> None:
    headers = {**server.key("assess"), "Content-Type": "application/json"}
    chunks = (b'{"text": "' if number == 0 else b"a" * 100_000 for number in range(20))
    response = server.client.post("/v1/assess", content=chunks, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "PLH-413")


def test_an_unknown_path_and_a_wrong_method_are_problems(server: Any) -> None:
    for method, path, code in (
        ("GET", "/v2/assess", "PLH-404"),
        ("PUT", "/v1/assess", "PLH-405"),
        ("BREW", "/docs", "PLH-405"),
    ):
        response = server.client.request(method, path)
        assert (response.json()["code"], response.headers["content-type"]) == (code, "application/problem+json")


def test_a_fault_of_the_program_is_a_500_without_a_trace(server: Any, headers: dict[str, str]) -> None:
    @server.app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("the secret of the kitchen")

    response = server.client.get("/fault")
    assert (response.status_code, response.json()["code"]) == (500, "PLH-500")
    assert "kitchen" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_bad_item_of_a_batch_is_named_whatever_it_holds(server: Any, headers: dict[str, str]) -> None:
    body = b'{"complaints": [{"id": "\\ud800", "text": "a"}, {"\\ud800": 1}, {"text": "lampu"}]}'
    response = server.client.post(
        "/v1/assess/batch", content=body, headers={**headers, "Content-Type": "application/json"}
    )
    assert response.status_code == 200
    assert [("error" in item) for item in response.json()["results"]] == [True, True, False]
