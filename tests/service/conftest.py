"""Fixtures of the service: a running app and keys for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving_app import Server, start

Start = Callable[..., Any]


@pytest.fixture
def starting(tmp_path: Path) -> Start:
    """Return what starts an app on this test's folder, again if called again."""

    def begin(**settings: Any) -> Any:
        return start(tmp_path / "var", **settings)

    return begin


@pytest.fixture
def server(starting: Start) -> Iterator[Server]:
    """Return a running app."""
    with starting() as running:
        yield running


@pytest.fixture
def headers(server: Server) -> dict[str, str]:
    """Return the header of a key that assesses, sends events and reads everything."""
    return server.key()
