"""What most would build instead: a plain FastAPI app with TF-IDF and a logistic regression, measured under our loads.

It answers one label. There is no masking, no place, no routing to offices beyond those learned, no duplicates, no
reasons, nothing is stored, and no key is asked for. It is fitted when it starts, where others read a pickle; an answer
costs the same. ``python -m service.bench_peer`` serves it on a free port and prints the address.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from service.bench import Figure, percentiles, sustained, timed_calls
from service.bench_texts import make_complaint, make_record
from service.codec import to_plain

_ROWS = 2_000  # that it is fitted on


def serve() -> None:
    """Fit and serve until told to stop."""
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415
    from pydantic import BaseModel  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415

    from service.server import address, bind  # noqa: PLC0415

    records = [make_record(number) for number in range(_ROWS)]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=1_000))
    model.fit([record.complaint.text for record in records], [record.labels.agency for record in records])
    labels = list(model.classes_)

    class One(BaseModel):
        text: str

    class Many(BaseModel):
        complaints: list[One]

    def answers(texts: list[str]) -> list[dict[str, Any]]:
        shares = model.predict_proba(texts)
        return [{"label": labels[row.argmax()], "probability": float(row.max())} for row in shares]

    app = FastAPI()

    # Annotations of a local class are given as objects: FastAPI cannot look up their names.
    async def one(body: Any) -> dict[str, Any]:
        return answers([body.text])[0]

    async def many(body: Any) -> list[dict[str, Any]]:
        return answers([item.text for item in body.complaints])

    one.__annotations__["body"], many.__annotations__["body"] = One, Many
    app.post("/predict")(one)
    app.post("/predict/batch")(many)
    listener = bind("127.0.0.1", 0)
    listener.listen(128)
    print(address(listener), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listener])


class Peer:
    """Run the app in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "service.bench_peer"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None  # noqa: S101
        self._address = urlsplit(self.process.stdout.readline().strip())
        if not self._address.port:
            raise RuntimeError("the peer did not start: it needs the extra 'training'")

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection."""
        return http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=60)

    def stop(self) -> None:
        """Stop."""
        self.process.terminate()
        self.process.communicate(timeout=60)


def measure_peer(seconds: float, workers: int, batch: int) -> Iterator[Figure]:
    """Measure it as :func:`service.bench.measure_server` measures us."""
    numbers = count()

    def post(connection: http.client.HTTPConnection, path: str, body: object) -> None:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {content[:200]!r}")

    def one(connection: http.client.HTTPConnection) -> None:
        post(connection, "/predict", to_plain(make_complaint(next(numbers))))

    def many(connection: http.client.HTTPConnection) -> None:
        items = [to_plain(make_complaint(next(numbers))) for _ in range(batch)]
        post(connection, "/predict/batch", {"complaints": items})

    peer = Peer()
    try:
        p50, p99 = percentiles(timed_calls(peer, one, 1, seconds))
        yield Figure("plain peer (one label, nothing stored), one caller, p50", p50, "ms")
        yield Figure("plain peer, one caller, p99", p99, "ms")
        taken = timed_calls(peer, one, workers, seconds)
        yield Figure(f"plain peer, {workers} callers", len(taken) / seconds, "requests/s")
        yield sustained("plain peer", peer, one, seconds)
        taken = timed_calls(peer, many, 1, seconds)
        yield Figure(f"plain peer, batches of {batch}", batch * len(taken) / sum(taken), "rows/s")
    finally:
        peer.stop()


if __name__ == "__main__":
    serve()
