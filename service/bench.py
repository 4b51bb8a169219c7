"""Measure speed and memory on this machine: the model in process, the whole server over HTTP, start and training."""

from __future__ import annotations

import http.client
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from tqdm import tqdm

from data.complaint import Complaint
from data.parallel import cores, spread
from model.triage import Triage as ModelTriage
from service.archive import Reader, import_records, prepare
from service.bench_load import Figure, Server, percentiles, post, sustained, timed_calls
from service.bench_peer import measure_peer
from service.bench_texts import make_complaint, make_record
from service.codec import to_plain
from service.following import follow_log
from service.intake import Triage
from service.security import create_key
from service.server import make_private
from service.settings import load_settings
from service.storage.store import Store

_PROGRAM = "from service.cli import main; main()"
_WARM_UP = 50
_LEARNING = 300.0  # seconds after which a server that still learns is measured as it is


def measure_model(triage: Triage, calls: int) -> Iterator[Figure]:
    """Measure one assess in process, without store and duplicates, and rows a second in a row."""
    complaints = [make_complaint(number) for number in range(calls + _WARM_UP)]
    for complaint in complaints[:_WARM_UP]:
        triage.answer(triage.read(complaint))
    if isinstance(triage, ModelTriage):
        yield Figure(
            "explanation, screening and policy, CPU, p50", added(triage, complaints[_WARM_UP:]), "ms", "at most 1"
        )
    seconds = []
    start = time.perf_counter()
    for complaint in complaints[_WARM_UP:]:
        before = time.perf_counter()
        triage.answer(triage.read(complaint))
        seconds.append(time.perf_counter() - before)
    elapsed = time.perf_counter() - start
    p50, p99 = percentiles(seconds)
    yield Figure("assess in process, p50", p50, "ms", "at most 5")
    yield Figure("assess in process, p99", p99, "ms")
    yield Figure("assess in process, one after the other", calls / elapsed, "rows/s")


def added(triage: ModelTriage, complaints: Sequence[Complaint], rounds: int = 3) -> float:
    """Return what explanation, screening and policy add to the median answer, in milliseconds of CPU.

    The whole answer is timed beside the bare suggestion with its stated probabilities; of each the best of a few
    rounds, so that what else the machine does counts little.
    """
    bare, whole = np.full(len(complaints), np.inf), np.full(len(complaints), np.inf)
    for _ in range(rounds):
        for number, complaint in enumerate(complaints):
            reading = triage.read(complaint)
            start = time.process_time()
            triage.stated(reading)
            middle = time.process_time()
            triage.answer(reading)
            bare[number] = min(bare[number], middle - start)
            whole[number] = min(whole[number], time.process_time() - middle)
    return float(np.median(whole) - np.median(bare)) * 1e3


def measure_training(rows: int) -> Iterator[Figure]:
    """Measure training on made-up labelled rows, where the training libraries are installed."""
    try:
        from training.config import Config  # noqa: PLC0415
        from training.train import train  # noqa: PLC0415
    except ImportError:
        return
    records = [make_record(number) for number in range(rows)]
    start = time.perf_counter()
    train(records, Config(), quiet=True)
    yield Figure("training", rows / (time.perf_counter() - start), "rows/s")


def fill(var: Path, bundle: Path, stored: int) -> None:
    """Store and index made-up complaints, as an import would."""
    make_private(var)
    store = Store(f"sqlite:///{var / 'pilah.db'}", serving=True)
    try:
        records = (make_record(number) for number in range(1_000_000, 1_000_000 + stored))
        with tqdm(total=stored, desc="pilah bench: store", unit="row", disable=None) as bar:
            for counts in import_records(store, spread(partial(Reader.load, bundle), prepare, records)):
                bar.update(counts.rows - bar.n)
        with tqdm(unit="event", disable=None) as bar:
            for name, step in follow_log(store, load_settings(var=var, bundle=bundle)):
                bar.set_description(f"pilah bench: {name}", refresh=False)
                bar.update(step)
    finally:
        store.close()


class Running(Server):
    """Run ``pilah serve``; ``seconds`` is what it took until it was ready."""

    def __init__(self, var: Path, bundle: Path) -> None:
        begin = time.perf_counter()
        command = [sys.executable, "-c", _PROGRAM, "serve", "--port", "0", "--var", str(var), "--bundle", str(bundle)]
        super().__init__(command, {**os.environ, "PILAH_LOG_LEVEL": "WARNING"})
        connection = self.connect()
        connection.request("GET", "/health/ready")
        connection.getresponse().read()
        connection.close()
        self.seconds = time.perf_counter() - begin

    def memory(self, kind: str = "VmRSS") -> float:
        """Return the resident memory in MB, 0 where the system does not tell.

        :param kind: ``VmRSS`` for all, ``RssFile`` for what is mapped from files.
        """
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.is_file():
            return 0.0
        line = next(line for line in status.read_text().splitlines() if line.startswith(kind))
        return int(line.split()[1]) / 1024

    def wait_until_learned(self, key: str) -> float:
        """Wait until no decisions of the store are left to learn from, and return the seconds that it took."""
        begin = time.perf_counter()
        connection = self.connect()
        while time.perf_counter() - begin < _LEARNING:
            connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {key}"})
            if b"\npilah_learning 0.0" in connection.getresponse().read():
                break
            time.sleep(0.5)
        connection.close()
        return time.perf_counter() - begin


def measure_server(running: Running, key: str, seconds: float, workers: int, batch: int) -> Iterator[Figure]:
    """Measure assess over HTTP: one caller, several at once, batches; beside an answer that does nothing."""
    numbers = count()

    def assess(connection: http.client.HTTPConnection) -> None:
        post(connection, "/v1/assess", to_plain(make_complaint(next(numbers))), key)

    def nothing(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/health/live")
        connection.getresponse().read()

    def many(connection: http.client.HTTPConnection) -> None:
        items = [to_plain(make_complaint(next(numbers))) for _ in range(batch)]
        post(connection, "/v1/assess/batch", {"complaints": items}, key)

    p50, p99 = percentiles(timed_calls(running, assess, 1, seconds))
    yield Figure("HTTP assess, one caller, from the first moment on, p50", p50, "ms")
    yield Figure("HTTP assess, one caller, from the first moment on, p99", p99, "ms")
    yield Figure("then until all decisions are learned from", running.wait_until_learned(key), "s")
    p50, p99 = percentiles(timed_calls(running, assess, 1, seconds))
    yield Figure("HTTP assess with store and duplicates, one caller, p50", p50, "ms")
    yield Figure("HTTP assess with store and duplicates, one caller, p99", p99, "ms")
    taken = timed_calls(running, assess, workers, seconds)
    yield Figure(f"HTTP assess, {workers} callers", len(taken) / seconds, "requests/s")
    yield Figure(f"HTTP assess, {workers} callers, p99", percentiles(taken)[1], "ms")
    yield sustained("HTTP assess", running, assess, seconds)
    idle = timed_calls(running, nothing, workers, min(2.0, seconds))
    yield Figure(f"baseline: an empty answer, {workers} callers", len(idle) / min(2.0, seconds), "requests/s")
    taken = timed_calls(running, many, 1, seconds)
    yield Figure(f"HTTP batches of {batch}", batch * len(taken) / sum(taken), "rows/s")


def run(
    load: Callable[[], Triage],
    bundle: Path,
    *,
    stored: int,
    seconds: float,
    workers: int,
    batch: int,
    training: int,
    peer: bool = False,
) -> Iterator[Figure]:
    """Measure everything, one figure after the other.

    :param load: loads the model of ``bundle``.
    :param stored: complaints in the store before the server is measured.
    :param training: rows to train on; 0 to leave it out.
    :param peer: also measure a plain classifier behind HTTP (:mod:`service.bench_peer`) under the same loads.
    """
    triage = load()
    yield from measure_model(triage, 1_000)
    if training:
        yield from measure_training(training)
    with TemporaryDirectory(prefix="pilah-bench-") as folder:
        var = Path(folder) / "var"
        fill(var, bundle, stored)
        store = Store(f"sqlite:///{var / 'pilah.db'}")
        _, key = create_key(store, "bench", ("assess", "read"))
        store.close()
        running = Running(var, bundle)
        try:
            yield Figure("cold start, whole process to ready", running.seconds, "s", "at most 4")
            yield Figure(f"memory after start, {stored} stored", running.memory(), "MB")
            yield from measure_server(running, key, seconds, workers, batch)
            yield Figure(f"memory after load, {stored} stored", running.memory(), "MB", "at most 500")
            yield Figure("of it files of the index, given back when memory is short", running.memory("RssFile"), "MB")
        finally:
            running.stop()
    if peer:
        yield from measure_peer(seconds, workers, batch)


def machine() -> dict[str, str]:
    """Describe where the figures come from."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(cores()),
        "numpy": np.__version__,
    }
