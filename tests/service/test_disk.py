"""A disk that is read-only, a store that is damaged, a second server: each is said with its code, and is undone."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from serving_app import Server, start

from service.bench_texts import make_complaint
from service.cli import run

PAGE = 4096


def serve(var: Path) -> subprocess.CompletedProcess[str]:
    """Start the program as a service would and wait until it gives up."""
    program = "from service.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--var", str(var)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603


def put(server: Server, headers: dict[str, str], numbers: range) -> None:
    for number in numbers:
        server.assess(headers, make_complaint(number).text, id=f"A-{number}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], None]]]:
    """Return a file system of its own and what mounts it anew with other options; skip where that is not allowed."""
    folder, mount = tmp_path / "disk", shutil.which("mount")
    folder.mkdir()
    made = os.geteuid() == 0 and mount and subprocess.run(  # noqa: S603
        [mount, "-t", "tmpfs", "-o", "size=100m", "none", str(folder)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mount or not made:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield folder, lambda options: subprocess.run([mount, "-o", options, str(folder)], check=True) and None  # noqa: S603
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


def test_a_read_only_disk_stops_the_start_with_its_code(disk: tuple[Path, Callable[[str], None]]) -> None:
    folder, mount = disk
    with start(folder / "var") as server:
        headers = server.key()
        put(server, headers, range(3))
    gc.collect()  # a thread that still read while the server stopped leaves its connection to the collector
    mount("remount,ro")
    done = serve(folder / "var")
    assert done.returncode == 1
    assert "PLH-503" in done.stderr
    assert "Traceback" not in done.stderr
    mount("remount,rw")
    with start(folder / "var") as server:
        assert [server.client.get(f"/v1/complaints/A-{n}", headers=headers).status_code for n in range(3)] == [200] * 3


def test_a_disk_that_turns_read_only_is_said_and_reading_goes_on(server: Server, headers: dict[str, str]) -> None:
    put(server, headers, range(3))
    read_only = True

    @sa.event.listens_for(server.store.engine, "checkout")
    def set_it(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA query_only = {int(read_only)}")  # SQLite then says what a read-only disk makes it

    refused = server.client.post("/v1/assess", json={"id": "A-9", "text": "Lampu mati"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "PLH-503")
    assert int(refused.headers["retry-after"]) > 0
    event = server.client.post("/v1/complaints/A-1/events", json={"kind": "closed"}, headers=headers)
    assert (event.status_code, event.json()["code"]) == (503, "PLH-503")
    found = server.client.post("/v1/duplicates/search", json={"text": make_complaint(1).text}, headers=headers)
    assert [match["id"] for match in found.json()["duplicates"]] == ["A-1"]
    assert server.client.get("/v1/complaints/A-9", headers=headers).status_code == 404
    read_only = False
    assert server.assess(headers, "Lampu mati", id="A-9")["id"] == "A-9"


def damage(path: Path) -> None:
    """Overwrite every page but the first few, as a failing disk does: what is read is not what was written."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = bytearray(path.read_bytes())
    for at in range(len(whole) // 2 // PAGE * PAGE, len(whole), PAGE):
        whole[at : at + PAGE] = b"\xa5" * PAGE
    path.write_bytes(whole)


def test_a_damaged_store_is_detected_and_restored_by_command(
    starting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var, kept = tmp_path / "var", tmp_path / "kept.bak"
    with starting() as server:
        headers = server.key()
        put(server, headers, range(60))
    options = ["--var", str(var)]
    assert run(["backup", str(kept), *options]) == 0
    damage(var / "pilah.db")
    done = serve(var)
    assert done.returncode == 1
    assert "PLH-501" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(["backup", str(tmp_path / "bad.bak"), *options]) == 1  # a damaged store is not what a backup keeps
    assert "PLH-501" in capsys.readouterr().err
    assert run(["restore", str(kept), *options]) == 0
    with starting() as server:
        codes = {server.client.get(f"/v1/complaints/A-{n}", headers=headers).status_code for n in range(60)}
        assert codes == {200}
        found = server.client.post("/v1/duplicates/search", json={"text": make_complaint(7).text}, headers=headers)
        assert found.json()["duplicates"][0]["id"] == "A-7"


def test_damage_under_a_running_server_is_a_coded_503_and_never_a_wrong_answer(starting: Any, tmp_path: Path) -> None:
    with starting(index_save_interval=1e6, watch_interval=1e6) as server:
        headers = server.key()
        put(server, headers, range(60))
        answers = {n: server.client.get(f"/v1/complaints/A-{n}", headers=headers).json() for n in range(60)}
        damage(tmp_path / "var" / "pilah.db")
        server.store.engine.dispose()  # what SQLite still held of the sound file
        codes = set()
        for number in range(60):
            response = server.client.get(f"/v1/complaints/A-{number}", headers=headers)
            if response.status_code == 200:
                assert response.json() == answers[number]
            else:
                codes.add((response.status_code, response.json()["code"]))
        assert codes == {(503, "PLH-501")}


def test_a_second_server_on_one_file_refuses_to_start(starting: Any, tmp_path: Path) -> None:
    with starting() as server:
        done = serve(tmp_path / "var")
        assert done.returncode == 1
        assert "PLH-507" in done.stderr
        assert "Traceback" not in done.stderr
        server.assess(server.key())  # the first one is none the worse
