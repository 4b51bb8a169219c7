"""Load a server that runs in a process of its own, and time it: what all measurements over HTTP share."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

_MOST_WAIT = 50.0  # ms that one request in a hundred may take, for a load to count as sustained


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one measured figure.

    :param limit: what it is to reach, in words; empty if nothing is asked.
    """

    name: str
    value: float
    unit: str
    limit: str = ""


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """Return the 50th and the 99th percentile in milliseconds."""
    p50, p99 = np.percentile(np.array(seconds), [50, 99]) * 1e3
    return float(p50), float(p99)


class Server:
    """Run a server that prints its address in its first line.

    :param command: what to run.
    :param environment: its environment; that of this process if left out.
    :param failed: what to say if it does not start.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        failed: str = "the server did not start",
    ) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - one of our own programs
            command, stdout=subprocess.PIPE, text=True, env=environment
        )
        words = next(iter(self.process.stdout or ()), "").split()
        self.url = next((word for word in words if word.startswith("http")), "")
        if not self.url:
            raise RuntimeError(failed)

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection."""
        parts = urlsplit(self.url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def stop(self) -> None:
        """Stop gracefully."""
        self.process.terminate()
        self.process.communicate(timeout=60)


def post(connection: http.client.HTTPConnection, path: str, body: object, key: str | None = None) -> None:
    """Send a body as JSON and read the answer.

    :raises RuntimeError: unless it is 200.
    """
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key is not None else {})
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {content[:200]!r}")


def timed_calls(
    running: Server, send: Callable[[http.client.HTTPConnection], None], workers: int, seconds: float
) -> list[float]:
    """Call as often as possible over a few connections and return the time of each call."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def work() -> None:
        connection = running.connect()
        while time.perf_counter() < end:
            before = time.perf_counter()
            send(connection)
            taken.append(time.perf_counter() - before)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def sustained(name: str, running: Server, send: Callable[[http.client.HTTPConnection], None], seconds: float) -> Figure:
    """Return the most requests a second that are answered while the 99th percentile stays within the limit."""
    best = 0.0
    for callers in (1, 2, 3, 4, 6, 8):
        taken = timed_calls(running, send, callers, seconds / 2)
        if percentiles(taken)[1] > _MOST_WAIT:
            break
        best = max(best, 2 * len(taken) / seconds)
    return Figure(f"{name}, most with p99 of at most {_MOST_WAIT:.0f} ms", best, "requests/s")
