"""The walk-through of ``docs/retraining.md``, run as it stands on the sample data."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "retraining.md").read_text(encoding="utf-8"), re.S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make a folder with the sample, the base bundle and a ``pilah`` to call."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "model").symlink_to(ROOT / "model")
    program = tmp_path / "bin" / "pilah"
    program.parent.mkdir()
    code = "from service.cli import main; main()"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "{code}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


def test_every_command_of_the_walk_through_works(place: Path) -> None:
    port = str(free_port())
    environment = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
    said: list[str] = []
    server: subprocess.Popen[str] | None = None
    try:
        for block in BLOCKS:
            commands = block.replace("8080", port).strip()
            if commands.endswith("&"):
                server = subprocess.Popen(  # noqa: S603 - the commands are those of our own page
                    ["/bin/sh", "-c", f"exec {commands[:-1]}"],
                    cwd=place,
                    env=environment,
                    text=True,
                    stdout=subprocess.PIPE,
                )
                environment["KEY"] = first_key(server)
                await_ready(port)
                continue
            if "v1/assess" in commands:
                await_model(port, environment["KEY"], place)
            done = subprocess.run(  # noqa: S603
                ["/bin/sh", "-ec", commands], cwd=place, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (commands, done.stdout, done.stderr)
            said.append(done.stdout)
    finally:
        if server is not None:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
    told = "\n".join(said)
    assert "0 blocking" in told
    assert "McNemar p" in told
    assert "(forced by nip-123: first model of our own offices)" in told
    assert "the bundle of the settings is live again" in told
    assert "misrouting_rate" in told
    answer, _ = json.JSONDecoder().raw_decode(told[told.index('{"id":"coba-1"') :])
    assert answer["model"]["id"].startswith("pilah-")
    page = (place / "work" / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 4
    assert "src=" not in page


def first_key(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("  ") and " " not in line.strip():
            return line.strip()
    raise AssertionError("the server showed no key")


def await_ready(port: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the server did not get ready")


def await_model(port: str, key: str, place: Path) -> None:
    """Wait until the running service has followed the promotion."""
    digest = json.loads((place / "work" / "var" / "models" / "registry.json").read_text())["entries"][0]["digest"]
    headers = {"Authorization": f"Bearer {key}"}
    for _ in range(300):
        if httpx.get(f"http://127.0.0.1:{port}/v1/model", headers=headers).json()["bundle"] == digest:
            return
        time.sleep(0.2)
    raise AssertionError("the service did not follow")
