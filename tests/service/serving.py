"""Serve the stand-in model in a process of its own: ``python serving.py VAR [STORE]`` prints the URL and a key."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from stand_in import KeywordTriage  # noqa: E402

from service.security import create_key  # noqa: E402
from service.server import run  # noqa: E402
from service.settings import Settings  # noqa: E402
from service.storage.store import Store  # noqa: E402


def announce(store: Store, url: str) -> None:
    _, key = create_key(store, "test", ("assess", "events", "read"))
    print(url, key, flush=True)


if __name__ == "__main__":
    address = sys.argv[2] if len(sys.argv) > 2 else ""
    run(Settings(var=Path(sys.argv[1]), store=address, port=0, log_level="WARNING"), KeywordTriage, announce)
