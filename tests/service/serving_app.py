"""Start a real app on a real SQLite file, with the stand-in model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from stand_in import KeywordTriage

from service.app import create_app
from service.security import create_key
from service.server import address, bind, open_index
from service.settings import Settings
from service.storage.store import Store


@dataclass
class Server:
    """A running app with helpers to call it."""

    app: FastAPI
    client: httpx.Client
    store: Store
    var: Path

    def key(self, *scopes: str, regions: Sequence[str] = (), agencies: Sequence[str] = ()) -> dict[str, str]:
        """Make a key and return the header that carries it."""
        wanted = scopes or ("assess", "events", "read")
        _, key = create_key(self.store, "test", wanted, regions=regions, agencies=agencies)
        return {"Authorization": f"Bearer {key}"}

    def assess(
        self, headers: dict[str, str], text: str = "Lampu jalan mati di Bandung", **fields: Any
    ) -> dict[str, Any]:
        """Post a complaint that must be answered."""
        response = self.client.post("/v1/assess", json={"text": text, **fields}, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def start(var: Path, triage: Any = None, **settings: Any) -> Iterator[Server]:
    """Start an app on a folder; with the stand-in model where none is given."""
    port = settings.pop("listen", 0)
    chosen = Settings(var=var, **settings)
    store = Store(chosen.store_url, serving=True)
    app = create_app(chosen, triage or KeywordTriage(), open_index(var / "index"), store)
    listener = bind("127.0.0.1", port)
    listener.listen(128)
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=address(listener), timeout=30) as client:
            yield Server(app, client, store, var)
    finally:
        running.should_exit = True
        thread.join()
        listener.close()
