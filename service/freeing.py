"""Keep the memory of a server small: what many threads freed, and what was needed for a moment, goes back."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h


def share_heap() -> bool:
    """Let all threads use one heap, before there are threads; say whether the C library can (``mallopt`` of glibc).

    Each thread keeps one of its own otherwise, tens of megabytes that nobody else can use.
    """
    limit = _of_glibc("mallopt")
    return limit is not None and bool(limit(_ARENA_MAX, 1))


def give_back() -> bool:
    """Return what was freed to the system, where the C library can (``malloc_trim`` of glibc); say whether it could."""
    gc.collect(1)
    trim = _of_glibc("malloc_trim")
    return trim is not None and bool(trim(0))


def _of_glibc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
