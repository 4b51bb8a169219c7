"""Fixtures of the pages: a running app whose model also tells what needs care, and people who are signed in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from office import CareTriage, Office, open_office

__all__ = ["CareTriage"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return a running app with its people."""
    with open_office(tmp_path / "var") as running:
        yield running


@pytest.fixture
def admin(office: Office) -> Any:
    """Return a signed-in national admin who is named for confidential complaints."""
    return office.person("nasional", named=True)
