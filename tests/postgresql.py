"""A real PostgreSQL server for the tests: the system's, in a folder and on a port of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

_ELSEWHERE = ("/usr/lib/postgresql", "/opt/homebrew/opt/postgresql")


def _program(name: str) -> str | None:
    found = shutil.which(name)
    places = [path for root in _ELSEWHERE for path in sorted(Path(root).glob(f"*/bin/{name}"))]
    return found or (str(places[-1]) if places else None)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _as_another(folder: Path) -> dict[str, int]:
    """Return the user to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid}


@contextmanager
def postgres_server() -> Iterator[Callable[[], str]]:
    """Run a server and yield what makes an empty database and returns its address; skip where there is none."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pilah-pg-") as root:
        user = _as_another(Path(root))
        data, port = Path(root) / "data", _free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": root}
        make = [initdb, "-D", str(data), "-U", "pilah", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, **quiet, **user)  # type: ignore[call-overload]  # noqa: S603
        serve = [postgres, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", root]
        server = subprocess.Popen(serve, **quiet, **user)  # type: ignore[call-overload]  # noqa: S603
        base = f"postgresql://pilah@127.0.0.1:{port}"
        numbers = count()
        try:
            for _ in range(200):
                try:
                    psycopg.connect(f"{base}/postgres", connect_timeout=1).close()
                    break
                except psycopg.OperationalError:
                    if server.poll() is not None:
                        raise
                    time.sleep(0.05)

            def new() -> str:
                name = f"pilah{next(numbers)}"
                with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}".encode())
                return f"{base}/{name}"

            yield new
        finally:
            server.terminate()
            server.wait(timeout=30)
