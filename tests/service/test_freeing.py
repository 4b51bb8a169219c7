"""What was needed for a moment goes back to the system."""

from __future__ import annotations

import platform
import subprocess
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


_THREADS = """
import subprocess
import sys
from threading import Barrier, Thread
from service.freeing import share_heap
if sys.argv[1] == "shared":
    assert share_heap()
together = Barrier(4)
def work():
    things = [bytes(200) for _ in range(100_000)]
    together.wait()
for thread in (threads := [Thread(target=work) for _ in range(4)]):
    thread.start()
for thread in threads:
    thread.join()
with open("/proc/self/maps") as maps:
    sizes = [int(end, 16) - int(start, 16) for start, end in (line.split()[0].split("-") for line in maps)]
heaps = 64 * 2**20  # glibc reserves so much for the heap of a thread, in two parts
print(sum(one + other == heaps for one, other in zip(sizes, sizes[1:])))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others have one heap")
def test_threads_share_one_heap() -> None:
    def heaps(how: str) -> int:
        command = [sys.executable, "-c", _THREADS, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603

    assert heaps("each its own") > 0
    assert heaps("shared") == 0
