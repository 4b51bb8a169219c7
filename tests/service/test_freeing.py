"""What was needed for a moment goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from service.freeing import give_back


def private() -> int:
    """Return the private memory of this process in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do it by themselves")
def test_many_small_things_leave_no_memory_behind() -> None:
    things: list[bytes] | None = [bytes(200) for _ in range(400_000)]
    kept = bytes(200)  # above them, so that the end of the heap cannot simply shrink
    full = private()
    del things
    give_back()
    assert private() < full - 50
    assert kept
