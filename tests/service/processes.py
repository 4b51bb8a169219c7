"""Servers in processes of their own, which can be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from service.bench_texts import make_complaint

SERVING = Path(__file__).parent / "serving.py"


@dataclass
class Process:
    """A server in a process of its own."""

    popen: subprocess.Popen[str]
    client: httpx.Client
    url: str
    key: str

    def post(self, number: int) -> httpx.Response:
        return self.client.post("/v1/assess", json={"id": f"A-{number}", "text": make_complaint(number).text})


@contextmanager
def serving(var: Path, store: str = "") -> Iterator[Process]:
    """Start a server and stop it, however it stands then."""
    popen = subprocess.Popen(  # noqa: S603
        [sys.executable, str(SERVING), str(var), *([store] if store else [])], stdout=subprocess.PIPE, text=True
    )
    assert popen.stdout is not None
    url, key = popen.stdout.readline().split()
    try:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
            yield Process(popen, client, url, key)
    finally:
        if popen.poll() is None:
            popen.terminate()
        popen.communicate(timeout=60)


def stored(process: Process, numbers: list[int]) -> list[int]:
    return [n for n in numbers if process.client.get(f"/v1/complaints/A-{n}").status_code == 200]
