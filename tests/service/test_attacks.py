"""Attacks over HTTP that no other test tries; docs/security.md lists them all."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PATHS = (
    "/docs/../../../../etc/passwd",
    "/docs/style.css/../../../../etc/passwd",
    "/review/aset/../../../../etc/passwd",
    "/review/aset/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/review/aset/%2e%2e/%2e%2e/settings.py",
    "/review/aset/....//....//etc/passwd",
    "/review/aset/gaya.css%00.png",
    "/v1/complaints/..%2f..%2f..%2fetc%2fpasswd",
    "/v1/complaints/%2e%2e%5c%2e%2e%5cpilah.db",
    "//etc/passwd",
    "/var/pilah.db",
    "/.git/config",
)


def raw(server: Any, request: bytes) -> bytes:
    """Send bytes as they are and return the whole answer; no client straightens anything."""
    parts = urlsplit(str(server.client.base_url))
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        found = b""
        with suppress(
            ConnectionError, TimeoutError
        ):  # the server may hang up, or wait for the rest, in the middle of what it refuses
            connection.sendall(request)
            while part := connection.recv(65_536):
                found += part
    return found


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_to_a_file(server: Any, headers: dict[str, str], path: str) -> None:
    key = headers["Authorization"].encode()
    line = b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " + key + b"\r\n\r\n"
    answer = raw(server, line)
    assert answer.split(b" ", 2)[1] in (b"400", b"404", b"303"), answer[:300]
    for word in (b"root:", b"SQLite format", b"PILAH_", b"[core]"):
        assert word not in answer


SQL = (
    "' OR '1'='1",
    "'; DROP TABLE events; --",
    '" UNION SELECT id, hash FROM keys --',
    "A-1' AND sqlite_version() > '3",
    "%' OR content LIKE '%",
    "_%",
    "1; SELECT pg_sleep(10)",
    "\\' OR 1=1 #",
)


@pytest.mark.parametrize("given", SQL)
def test_sql_in_any_parameter_is_only_text(server: Any, headers: dict[str, str], given: str) -> None:
    server.assess(headers, "Lampu Kembangsepatu mati di Bandung", id="A-1")
    stranger = server.key("assess", "events", "read", regions=["33"])
    before = server.store.last_seq()
    client = server.client
    answers = [
        client.get(f"/v1/complaints/{given}", headers=stranger),
        client.get(f"/v1/complaints/{given}/events", headers=stranger),
        client.get(f"/v1/incidents/{given}", headers=stranger),
        client.get(f"/v1/jobs/{given}", headers=stranger),
        client.get("/v1/decisions", params={"after": given}, headers=stranger),
        client.get("/v1/agencies", params={"q": given}, headers=stranger),
        client.post(f"/v1/complaints/{given}/events", json={"kind": "closed"}, headers=stranger),
        client.get("/v1/model", headers={"Authorization": f"Bearer {given}"}),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert all(
        "Kembangsepatu" not in answer.text and "A-1" not in answer.text for answer in answers if answer.is_success
    )
    assert server.store.last_seq() == before
    kept = server.assess(headers, f"{given} lampu mati di Bandung", id="A-2", location=given, reporter=given)
    assert kept["id"] == "A-2"
    assert client.get("/v1/complaints/A-2", headers=headers).json()["complaint"]["location"] == given


@pytest.mark.parametrize("given", ["x\r\nSet-Cookie: a=b", "x\nInjected: 1", "a" * 65, "{}", "<script>", "é"])
def test_a_request_id_that_somebody_made_up_does_not_come_back(server: Any, given: str) -> None:
    line = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: " + given.encode() + b"\r\n\r\n"
    answer = raw(server, line)
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"set-cookie" not in head
    assert b"\r\ninjected" not in head
    assert given.encode().lower() not in head


def test_a_packed_body_is_not_unpacked(server: Any, headers: dict[str, str]) -> None:
    """What a sender packs a thousandfold is read as the few bytes that it is."""
    for name, packed in (("gzip", gzip.compress(b" " * 50_000_000)), ("deflate", zlib.compress(b" " * 50_000_000))):
        carried = {**headers, "Content-Type": "application/json", "Content-Encoding": name}
        response = server.client.post("/v1/assess", content=packed, headers=carried)
        assert (response.status_code, response.json()["code"]) == (400, "PLH-420")


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /v1/assess HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
        b"POST /v1/assess HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello",
        b"POST /v1/assess HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
    ids=["smuggled", "two lengths", "length below zero", "no such version", "tls", "long path", "long header"],
)
def test_a_request_that_breaks_http_is_refused(server: Any, request_: bytes) -> None:
    answer = raw(server, request_)
    codes = {line.split(b" ")[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}
    assert codes <= {b"400", b"401", b"404", b"413", b"414", b"431"}, answer[:200]
    assert b"pilah_requests" not in answer
    assert server.client.get("/health/live").status_code == 200


def test_no_key_makes_itself_another_key_or_more_rights(server: Any) -> None:
    """There is no endpoint for keys, and no body field or header that says who is asking."""
    headers = server.key("read", regions=["33"])
    server.assess(server.key(), "Lampu mati di Bandung", id="A-1")
    tried = [
        server.client.post("/v1/keys", json={"scopes": ["admin"]}, headers=headers),
        server.client.get("/v1/complaints/A-1", headers={**headers, "X-Scopes": "admin", "X-Remote-User": "admin"}),
        server.client.get("/v1/complaints/A-1", params={"sender": "system", "viewer": "admin"}, headers=headers),
        server.client.get("/v1/complaints/A-1", headers={**headers, "X-Forwarded-For": "127.0.0.1"}),
        server.client.get("/v1/complaints/A-1", headers={**headers, "X-HTTP-Method-Override": "DELETE"}),
    ]
    assert [answer.status_code for answer in tried] == [404] * 5
    forged = {"text": "Lampu mati", "id": "A-9", "sender": "system"}
    answer = server.client.post("/v1/assess", json=forged, headers=server.key("assess"))
    assert (answer.status_code, answer.json()["code"]) == (422, "PLH-422")


def test_html_in_a_complaint_is_never_answered_as_a_page(server: Any, headers: dict[str, str]) -> None:
    text = "<script>alert(1)</script><img src=x onerror=alert(1)> lampu di Bandung"
    response = server.client.post("/v1/assess", json={"id": "A-1", "text": text, "title": text}, headers=headers)
    for answer in (response, server.client.get("/v1/complaints/A-1", headers=headers)):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    lost = server.client.get("/v1/<script>alert(1)</script>")
    assert lost.headers["content-type"] == "application/problem+json"


def test_another_sites_page_may_not_read_answers(server: Any, headers: dict[str, str]) -> None:
    asked = {**headers, "Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for method in ("GET", "OPTIONS"):
        answer = server.client.request(method, "/v1/model", headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_server_opens_no_connection(server: Any, headers: dict[str, str], tmp_path: Path) -> None:
    """Addresses in a complaint are text: nothing is fetched (SSRF), nothing is run."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen(5)
        trap.settimeout(0.5)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        text = f"Lihat {address} dan $(touch {tmp_path}/run) `touch {tmp_path}/run` ${{jndi:ldap:{address}}} di Bandung"
        server.assess(headers, text, location=address, channel=address)
        with pytest.raises(TimeoutError):
            trap.accept()
    assert not (tmp_path / "run").exists()


def test_the_code_runs_no_program_loads_no_pickle_and_writes_no_sql_by_hand() -> None:
    """What a reviewer would look for, in every file of the five floors."""
    root = Path(__file__).parents[2]
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607
    names = listed.stdout.split() or [str(path.relative_to(root)) for path in root.rglob("*.py")]
    floors = [name for name in names if name.split("/")[0] in ("data", "model", "evaluation", "training", "service")]
    assert len(floors) > 100
    forbidden = ("pickle.load", "import pickle", "yaml.load", "eval(", " exec(", "os.system", "shell=True",
                 "allow_pickle=True", "mark_safe", "autoescape=False")  # fmt: skip
    for name in floors:
        code = (root / name).read_text(encoding="utf-8")
        found = [word for word in forbidden if word in code and f"_{word}" not in code and f".{word}" not in code]
        assert not found, (name, found)


def test_errors_quote_no_more_of_a_body_than_the_names_of_fields(server: Any, headers: dict[str, str]) -> None:
    secret = "NIK 3204121212120001"  # noqa: S105
    for body in (
        {"text": "a", "latitude": secret},
        {"text": ["a"], "title": secret},
        {"text": "a", "confidentiality": secret},
    ):
        response = server.client.post("/v1/assess", json=body, headers=headers)
        assert response.status_code == 422
        assert secret not in json.dumps(response.json())
