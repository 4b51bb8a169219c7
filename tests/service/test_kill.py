"""Kill -9 in the middle of a stream of posts: what was answered is there, and found as a duplicate of itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from service.bench_texts import make_complaint

SERVING = Path(__file__).parent / "serving.py"
POSTS = 1_000


def begin(var: Path) -> tuple[subprocess.Popen[str], str, str]:
    process = subprocess.Popen([sys.executable, str(SERVING), str(var)], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    url, key = process.stdout.readline().split()
    return process, url, key


def text(number: int) -> str:
    return make_complaint(number).text


def test_no_answered_complaint_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    process, url, key = begin(tmp_path)
    answered: list[int] = []
    numbers = iter(range(POSTS))
    lock = threading.Lock()

    def post() -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                try:
                    response = client.post(f"{url}/v1/assess", json={"id": f"A-{number}", "text": text(number)})
                except httpx.TransportError:
                    return
                assert response.status_code == 200
                answered.append(number)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(answered) < POSTS // 5:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    process.communicate()
    assert POSTS // 5 <= len(answered) < POSTS

    process, url, key = begin(tmp_path)
    try:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            gone = [number for number in answered if client.get(f"/v1/complaints/A-{number}").status_code != 200]
            assert gone == []
            lost = [number for number in answered if not found_again(client, number)]
            assert lost == []
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM)


def found_again(client: httpx.Client, number: int) -> bool:
    """Say whether a text finds its complaint."""
    matches = client.post("/v1/duplicates/search", json={"text": text(number)}).json()["duplicates"]
    return bool(matches) and matches[0]["id"] == f"A-{number}" and matches[0]["relation"] == "same"
