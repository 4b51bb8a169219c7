"""Measure the admins' pages on a large store: the queue, one complaint, the pickers (``pilah bench pages``)."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from fastapi import FastAPI
from sqlalchemy.engine import Connection
from tqdm import tqdm

from model.triage import Triage
from service.app import create_app
from service.bench_load import Figure, percentiles
from service.bench_texts import make_complaint
from service.codec import as_utc, dumps, fingerprint, to_plain
from service.posting import document_of, posting_of
from service.review.accounts import new_user
from service.review.tasks import WAITING
from service.review.web import link
from service.server import make_private, open_index
from service.settings import Settings
from service.storage import worklist
from service.storage.log import Event
from service.storage.people import add_user, open_session
from service.storage.record import Posting, store_event, store_posting
from service.storage.store import Store
from service.storage.worklist import Wanted
from service.viewer import EVERYTHING

_DIFFERENT = 300  # texts that are really assessed; the others are copies under ids and days of their own
_CHUNK = 500
_CALLS = 40
_CATEGORIES, _REGIONS = ("pju", "jalan", "bpjs kes", "air"), ("kendal", "kobar", "jawa", "32.04")
_TYPED = ("dishub", "dishub kendal", "dinas pendidikan kab bandung", "pln", "puskesmas", "bpbd jawa", "kec boja", "di")


def measure_pages(stored: int, waiting: int, bundle: Path) -> Iterator[Figure]:
    """Fill a store of its own and time the pages without the network: the time of the server for one call."""
    with TemporaryDirectory() as folder:
        settings = Settings(var=Path(folder), log_level="ERROR")
        make_private(settings.var)
        triage = Triage.load(bundle)
        store = Store(settings.store_url, serving=True)
        fill(store, triage, stored, waiting)
        user = new_user("bench", "Bench", "nasional", region=None, agency=None, office=None, named=True)
        store.write(lambda connection: add_user(connection, user)).result()
        cookie = store.write(lambda connection: open_session(connection, user.id)).result()
        index = open_index(settings.var / "index")
        index.save(store.last_seq())  # the pages do not search; an index of copies would only cost time
        index = open_index(settings.var / "index")
        app = create_app(settings, triage, index, store)
        yield from measure_app(app, cookie, stored)


def measure_app(app: FastAPI, cookie: str, stored: int) -> Iterator[Figure]:
    """Time the pages of an app whose store is filled; each figure is told as soon as it is known.

    :param cookie: of someone who is signed in and sees everything.
    """
    board = app.state.board
    with asyncio.Runner() as runner:
        life = app.router.lifespan_context(app)
        runner.run(_enter(life))
        try:
            start = time.process_time()
            runner.run(board.finish())
            yield Figure(f"work list made from {stored} complaints", time.process_time() - start, "s CPU")
            start = time.process_time()
            board.ledger.refresh()
            yield Figure(f"figures of {stored} complaints read", time.process_time() - start, "s CPU")
            for name, paths, limit in _pages(app):
                yield from runner.run(_timed(app, cookie, name, paths, limit))
        finally:
            runner.run(_leave(life))


async def _enter(life: AbstractAsyncContextManager[object]) -> None:
    await life.__aenter__()


async def _leave(life: AbstractAsyncContextManager[object]) -> None:
    await life.__aexit__(None, None, None)


def _pages(app: FastAPI) -> Iterator[tuple[str, list[str], str]]:
    """Return what is asked for: a name, the addresses, and the limit of the time."""
    store: Store = app.state.intake.store
    wanted = Wanted(stages=WAITING)
    waiting = store.read(lambda connection: worklist.page(connection, EVERYTHING, wanted, None, 1))
    pages = {
        "queue": "/review",
        "queue, searched for a word": "/review?q=jalan",
        "queue, one reason": "/review?alasan=keyakinan",
        "queue, one regency": "/review?wilayah=32.04",
        "queue, those passed on": "/review?tab=tindak",
        "one complaint": link(waiting[0].complaint_id) if waiting else "/review",
        "incidents": "/review/kejadian",
        "monitoring, half a year": "/review/monitor",
    }
    for name, path in pages.items():
        limit = {"queue": "less than 200", "monitoring, half a year": "less than 300"}.get(name, "")
        yield name, [path] * _CALLS, limit
    pickers = {
        "agencies": ("instansi", _TYPED),
        "categories": ("kategori", _CATEGORIES),
        "regions": ("wilayah", _REGIONS),
    }
    for name, (path, texts) in pickers.items():
        typed = [f"/review/cari/{path}?q={quote(text)}" for text in texts]
        yield f"picker of {name}", typed * (_CALLS // len(typed)), "less than 50"


async def _timed(app: FastAPI, cookie: str, name: str, paths: list[str], limit: str) -> list[Figure]:
    await _call(app, cookie, paths[0])
    wall, cpu = [], []
    for path in paths:
        before, start = time.perf_counter(), time.process_time()
        await _call(app, cookie, path)
        wall.append(time.perf_counter() - before)
        cpu.append(time.process_time() - start)
    (p50, p99), (c50, _) = percentiles(wall), percentiles(cpu)
    return [
        Figure(f"{name}, p50", p50, "ms", limit),
        Figure(f"{name}, p99", p99, "ms"),
        Figure(f"{name}, CPU time p50", c50, "ms"),
    ]


async def _call(app: FastAPI, cookie: str, path: str) -> None:
    """Call the app without a network.

    :raises RuntimeError: unless it answers 200.
    """
    status = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        nonlocal status
        if isinstance(message, dict) and message["type"] == "http.response.start":
            status = message["status"]

    target, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": target, "raw_path": target.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"bench"), (b"cookie", f"pilah_session={cookie}".encode())],
        "client": ("127.0.0.1", 1), "server": ("bench", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path}: {status}")


def fill(store: Store, triage: Triage, stored: int, waiting: int) -> None:
    """Store complaints of the last year with their answers; all but the waiting ones are decided."""
    source = random.Random(5)  # noqa: S311 - nothing secret
    made = []
    for number in range(min(_DIFFERENT, stored)):
        reading = triage.read(make_complaint(number))
        assessment = triage.answer(reading)
        content, document = to_plain(reading.complaint), document_of(reading.complaint, assessment)
        body = dumps(assessment.to_dict())
        made.append((posting_of(content, fingerprint(content), assessment, document, body), assessment.agency))
    start = datetime.now(UTC)
    with tqdm(total=stored, desc="store", unit="row", disable=None) as bar:
        for first in range(0, stored, _CHUNK):
            chunk: list[tuple[Posting, Event | None]] = []
            for number in range(first, min(first + _CHUNK, stored)):
                made_once, agency = made[number % len(made)]
                identifier, day = f"bench-{number}", start - timedelta(days=source.uniform(0, 365))
                content = {**made_once.content, "id": identifier, "date": day.isoformat()}
                body = (made_once.body or "").replace(f'"id":"{made_once.id}"', f'"id":"{identifier}"', 1)
                posting = replace(made_once, id=identifier, content=content, body=body, at=as_utc(day))
                chunk.append((posting, None if number < waiting else _disposed(identifier, agency, as_utc(day))))
            store.write(partial(_write, chunk=chunk)).result()
            bar.update(len(chunk))


def _disposed(identifier: str, agency: object, at: str) -> Event:
    name, key = getattr(agency, "label", "PLN"), getattr(agency, "id", None)
    payload = {"agency": name, **({"agency_id": key} if key else {})}
    return Event("bench-disposed", identifier, "disposed", at, at, payload, "bench")


def _write(connection: Connection, chunk: list[tuple[Posting, Event | None]]) -> None:
    for posting, event in chunk:
        store_posting(connection, posting, EVERYTHING)
        if event is not None:
            store_event(connection, event, EVERYTHING)
