"""The command line: exit codes, messages, and what each command of the service does."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service.cli import run
from service.commands.serve import FIRST_SCOPES, announce, curl
from service.storage.keys import all_keys
from service.storage.store import Store


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["keys", "create"], ["serve", "--nonsense"], ["serve", "--port", "many"], ["keys", "nonsense"]],
)
def test_bad_usage_exits_with_2(arguments: list[str], capsys: Any) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err.startswith("PLH-400: ")


def test_help_exits_with_0(capsys: Any) -> None:
    assert run(["--help"]) == 0
    assert "serve" in capsys.readouterr().out


def test_a_wrong_setting_exits_with_2(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("PILAH_PROT", "1")
    assert run(["keys", "list"]) == 2
    assert "PLH-440" in capsys.readouterr().err


def test_a_failure_exits_with_1(capsys: Any) -> None:
    assert run(["keys", "revoke", "none"]) == 1
    assert capsys.readouterr().err.startswith("PLH-431: ")


def test_a_key_is_made_listed_and_revoked(capsys: Any) -> None:
    assert run(["keys", "create", "intake", "--scope", "assess", "--region", "32.04", "--days", "30"]) == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("plh_")
    assert run(["keys", "list"]) == 0
    line = capsys.readouterr().out
    assert "\tvalid\tintake\tassess\t32.04\t" in line
    assert key not in line
    assert run(["keys", "revoke", line.split("\t")[0]]) == 0
    run(["keys", "list"])
    assert "\trevoked\t" in capsys.readouterr().out


def test_a_key_with_a_wrong_region_exits_with_2(capsys: Any) -> None:
    assert run(["keys", "create", "x", "--region", "Bandung"]) == 2
    assert capsys.readouterr().err.startswith("PLH-430: ")


def test_the_first_start_shows_a_key_once(tmp_path: Path, capsys: Any) -> None:
    store = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    announce(store, "http://127.0.0.1:8080")
    first = capsys.readouterr().out
    announce(store, "http://127.0.0.1:8080")
    second = capsys.readouterr().out
    (info,) = store.read(all_keys)
    store.close()
    assert info.scopes == FIRST_SCOPES
    assert first.count("plh_") == 2  # the key by itself and inside the call
    assert "plh_" not in second
    assert "pilah keys create" in second


def test_the_printed_call_works_when_pasted(server: Any) -> None:
    key = server.key()["Authorization"].removeprefix("Bearer ")
    line = curl(str(server.client.base_url).rstrip("/"), key)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603, S607
    assert json.loads(done.stdout)["agency"]["label"]
    assert shlex.split(line)[0] == "curl"
