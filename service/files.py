"""Write files so that a reader sees the old or the new one, never half of it, and nobody but the owner."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

INCIDENTS, DECISIONS = "incidents.json", "decisions.npz"
"""Under ``var``, made from the event log: the incidents and the memory of decisions."""


def replace_file(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside, bring it to the disk, and put it in the place of the old one.

    :param write: writes the content.
    """
    fresh = path.with_name(f"{path.name}.new")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file; see :func:`replace_file`."""
    replace_file(path, lambda file: file.write(text.encode()))
