"""The packed documents of a segment: read one by one from a file, so that their text never fills memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

_PIECE: Final = 1 << 20


class Records(Protocol):
    """Hold the packed documents of a segment one after the other."""

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)``."""
        ...


class MemoryRecords:
    """Hold packed documents in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)``."""
        return self._data[start:end]


class FileRecords:
    """Read packed documents from a file, which stays open as long as this object lives."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)

    def __del__(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)``.

        :raises EOFError: if the file ends before.
        """
        data = os.pread(self._handle, end - start, start)
        if len(data) != end - start:
            raise EOFError("the records of a segment end early")
        return data


def pieces(records: Records, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes ``[start, end)`` in pieces that fit in memory."""
    while start < end:
        stop = min(start + _PIECE, end)
        yield records.read(start, stop)
        start = stop
