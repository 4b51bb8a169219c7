"""The fault matrix: each fault is injected into a real server; what was answered is kept, what fails says why."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from processes import Process, serving, stored

from service.bench_texts import make_complaint

CYCLES = int(os.environ.get("KILL_CYCLES", "3"))


def test_a_full_disk_is_said_and_nothing_answered_is_lost(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        answered = [n for n in range(10) if process.post(n).status_code == 200]
        size = max(path.stat().st_size for path in tmp_path.glob("pilah.db*"))
        resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        refused = None
        for number in range(10, 400):
            response = process.post(number)
            if response.status_code != 200:
                refused = response
                break
            answered.append(number)
        assert refused is not None
        assert (refused.status_code, refused.json()["code"]) == (503, "PLH-503")
        assert int(refused.headers["retry-after"]) > 0
        assert stored(process, answered) == answered  # reading goes on
        assert process.client.get("/v1/complaints/A-999").status_code == 404
        resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert process.post(number).status_code == 200  # space was freed: the same request works
    with serving(tmp_path) as process:
        assert stored(process, [*answered, number]) == [*answered, number]


def test_a_store_that_another_holds_is_said_and_works_again(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        holder = sqlite3.connect(tmp_path / "pilah.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        response = process.post(1)
        assert (response.status_code, response.json()["code"]) == (503, "PLH-502")
        holder.execute("ROLLBACK")
        holder.close()
        assert process.post(1).status_code == 200
        found = process.client.post("/v1/duplicates/search", json={"text": make_complaint(1).text}).json()
        assert [match["id"] for match in found["duplicates"]] == ["A-1"]


def test_slow_clients_hold_nobody_up(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        parts = urlsplit(process.url)
        slow = [socket.create_connection((parts.hostname or "", parts.port or 0)) for _ in range(40)]
        head = f"POST /v1/assess HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {process.key}\r\n"
        for connection in slow:
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
        assert process.post(1).status_code == 200
        for connection in slow:
            connection.close()
        assert process.post(2).status_code == 200


def test_a_client_that_leaves_in_the_middle_of_a_batch_leaves_whole_complaints(tmp_path: Path) -> None:
    items = [{"id": f"A-{n}", "text": make_complaint(n).text} for n in range(200)]
    with serving(tmp_path) as process:
        body = json.dumps({"complaints": items}).encode()
        parts = urlsplit(process.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
            head = f"POST /v1/assess/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {process.key}\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\nContent-Type: application/json\r\n\r\n".encode())
            connection.sendall(body)
            time.sleep(0.2)
        again = process.client.post("/v1/assess/batch", content=body, headers={"Content-Type": "application/json"})
        assert again.status_code == 200
        assert {item["outcome"] for item in again.json()["results"]} <= {"new", "same"}
    with sqlite3.connect(tmp_path / "pilah.db") as connection_:
        counts = [connection_.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("complaints", "assessments")]  # noqa: S608
    assert counts == [200, 200]


def test_a_server_that_is_told_to_stop_finishes_what_it_began(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        answered: list[int] = []

        def post(first: int) -> None:
            with httpx.Client(base_url=process.url, headers=process.client.headers, timeout=60) as client:
                for number in range(first, first + 200):
                    try:
                        body = {"id": f"A-{number}", "text": make_complaint(number).text}
                        response = client.post("/v1/assess", json=body)
                    except httpx.TransportError:
                        return
                    assert response.status_code in (200, 503)
                    if response.status_code == 200:
                        answered.append(number)

        threads = [threading.Thread(target=post, args=(first,)) for first in (0, 200, 400)]
        for thread in threads:
            thread.start()
        while len(answered) < 30:
            assert process.popen.poll() is None, "the server ended by itself"
            time.sleep(0.01)
        process.popen.terminate()
        for thread in threads:
            thread.join()
        process.popen.communicate(timeout=60)
        assert process.popen.returncode in (0, -signal.SIGTERM)
    with serving(tmp_path) as process:
        assert stored(process, answered) == answered


@pytest.mark.parametrize("damage", ["missing", "changed", "cut"])
def test_a_bundle_that_cannot_be_used_stops_the_start_with_its_code(tmp_path: Path, damage: str) -> None:
    from shutil import copytree

    from model.triage import BASE

    bundle = tmp_path / "bundle"
    if damage != "missing":
        copytree(BASE, bundle)
        arrays = bundle / "arrays.safetensors"
        whole = arrays.read_bytes()
        arrays.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage == "changed" else whole[: len(whole) // 2])
    program = "from service.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--bundle", str(bundle)]
    done = subprocess.run(  # noqa: S603
        [*command, "--var", str(tmp_path / "var")], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "PLH-20" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_again_and_again_nothing_answered_is_lost_or_doubled(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """Kill -9 under load, ``KILL_CYCLES`` times (3 by default)."""
    store = request.getfixturevalue("postgres")() if database == "postgresql" else ""
    answered: set[int] = set()
    for cycle in range(CYCLES):
        with serving(tmp_path, store) as process:
            fresh: list[int] = []
            killed = threading.Event()

            def post(
                first: int, process: Process = process, fresh: list[int] = fresh, killed: threading.Event = killed
            ) -> None:
                with httpx.Client(base_url=process.url, headers=process.client.headers, timeout=60) as client:
                    for number in range(first, first + 500):
                        # Some numbers were sent in the cycle before: whether answered or not, they are stored once.
                        body: dict[str, Any] = {"id": f"A-{number}", "text": make_complaint(number).text}
                        try:
                            if client.post("/v1/assess", json=body).status_code == 200:
                                fresh.append(number)
                        except httpx.TransportError:
                            if killed.is_set():
                                return  # otherwise a connection that was left too long: the next one is new

            threads = [threading.Thread(target=post, args=(cycle * 20 + part * 100_000,)) for part in range(3)]
            for thread in threads:
                thread.start()
            while len(fresh) < 60:
                assert process.popen.poll() is None, "the server ended by itself"
                time.sleep(0.01)
            killed.set()
            process.popen.kill()
            for thread in threads:
                thread.join()
            answered |= set(fresh)
    with serving(tmp_path, store) as process:
        assert stored(process, sorted(answered)) == sorted(answered)
        print(f"{database}: {CYCLES} kills, {len(answered)} answered complaints, none lost")
        for number in sorted(answered)[::17]:
            kept = process.client.get(f"/v1/complaints/A-{number}").json()
            assert (kept["version"], len(kept["assessments"])) == (1, 1)
            events = process.client.get(f"/v1/complaints/A-{number}/events").json()["events"]
            assert [event["kind"] for event in events] == ["received", "assessed"]
