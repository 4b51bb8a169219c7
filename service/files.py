"""Write files so that a reader sees the old or the new one, never half of it, and nobody but the owner."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO


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
