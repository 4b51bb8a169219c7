"""Give memory back to the system after work that needed much of it for a moment."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> bool:
    """Return what was freed to the system, where the C library can (``malloc_trim`` of glibc); say whether it could."""
    gc.collect(1)
    if sys.platform != "linux":
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
