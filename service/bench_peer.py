"""What most would build instead: a plain FastAPI app with TF-IDF and a logistic regression, measured under our loads.

It answers one label. There is no masking, no place, no routing to offices beyond those learned, no duplicates, no
reasons, nothing is stored, and no key is asked for. It is fitted when it starts, where others read a pickle; an answer
costs the same. ``python -m service.bench_peer`` serves it on a free port and prints the address.
"""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from service.bench_load import Figure, Server, percentiles, post, sustained, timed_calls
from service.bench_texts import make_complaint, make_record
from service.codec import to_plain
from service.server import address, bind

_ROWS = 2_000  # that it is fitted on
_FAILED = "the peer did not start: it needs the extra 'training'"


class One(BaseModel):
    """A complaint, of which the text is read."""

    text: str


class Many(BaseModel):
    """Complaints."""

    complaints: list[One]


def serve() -> None:
    """Fit and serve until told to stop."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an extra, like the two below
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415

    records = [make_record(number) for number in range(_ROWS)]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=1_000))
    model.fit([record.complaint.text for record in records], [record.labels.agency for record in records])
    labels = list(model.classes_)

    def answers(texts: list[str]) -> list[dict[str, Any]]:
        shares = model.predict_proba(texts)
        return [{"label": labels[row.argmax()], "probability": float(row.max())} for row in shares]

    app = FastAPI()

    @app.post("/predict")
    async def one(body: One) -> dict[str, Any]:
        return answers([body.text])[0]

    @app.post("/predict/batch")
    async def many(body: Many) -> list[dict[str, Any]]:
        return answers([item.text for item in body.complaints])

    listener = bind("127.0.0.1", 0)
    listener.listen(128)
    print(address(listener), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listener])


def measure_peer(seconds: float, workers: int, batch: int) -> Iterator[Figure]:
    """Measure it as :func:`service.bench.measure_server` measures us."""
    numbers = count()

    def one(connection: http.client.HTTPConnection) -> None:
        post(connection, "/predict", to_plain(make_complaint(next(numbers))))

    def many(connection: http.client.HTTPConnection) -> None:
        items = [to_plain(make_complaint(next(numbers))) for _ in range(batch)]
        post(connection, "/predict/batch", {"complaints": items})

    peer = Server([sys.executable, "-m", "service.bench_peer"], failed=_FAILED)
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
