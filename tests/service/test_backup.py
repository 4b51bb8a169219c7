"""A backup is whole, is taken while the server writes, and comes back; a bad one changes nothing."""

from __future__ import annotations

import io
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import PilahError
from service.backup import back_up, restore
from service.cli import run
from service.sealing import is_sealed, seal, unseal
from service.storage.store import Store

SECRET = "kunci yang panjang"  # noqa: S105 - of these tests


def code(call: Any, *arguments: Any) -> str:
    with pytest.raises(PilahError) as caught:
        call(*arguments)
    return caught.value.code


def url(var: Path) -> str:
    return f"sqlite:///{var / 'pilah.db'}"


@pytest.mark.parametrize("secret", [None, SECRET])
def test_what_was_answered_before_comes_back_and_is_found_again(
    starting: Any, tmp_path: Path, secret: str | None
) -> None:
    kept, var = tmp_path / "kept.bak", tmp_path / "var"
    with starting() as server:
        headers = server.key()
        server.assess(headers, id="A-1", text="Lampu jalan mati total di Jalan Merdeka Bandung")
        made = back_up(url(var), kept, secret)
        server.assess(headers, id="A-2", text="Sampah menumpuk")
    assert made.complaints == 1
    back, aside = restore(kept, url(var), var / "index", secret)
    assert (back, aside is not None) == (made, True)
    with starting() as server:
        assert server.client.get("/v1/complaints/A-1", headers=headers).status_code == 200
        assert server.client.get("/v1/complaints/A-2", headers=headers).status_code == 404
        again = server.assess(headers, id="A-3", text="Lampu jalan mati total di Jalan Merdeka Bandung")
        assert [duplicate["id"] for duplicate in again["duplicates"]] == ["A-1"]


def test_a_backup_during_writes_holds_a_moment_of_the_log(server: Any, headers: dict[str, str], tmp_path: Path) -> None:
    stop = threading.Event()

    def post() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            server.assess(headers, id=f"W-{number}", text=f"Lampu nomor {number} mati di Bandung")

    thread = threading.Thread(target=post)
    thread.start()
    try:
        made = [back_up(url(server.var), tmp_path / f"{n}.bak") for n in range(3)]
    finally:
        stop.set()
        thread.join()
    for number, manifest in enumerate(made):
        other = tmp_path / f"other{number}"
        restore(tmp_path / f"{number}.bak", url(other), other / "index")
        store = Store(url(other))
        assert (store.count(), store.last_seq()) == (manifest.complaints, manifest.seq)
        assert store.last_seq() == 2 * store.count()  # each complaint with its answer, none half
        store.close()


def test_a_running_server_is_not_restored_over(server: Any, headers: dict[str, str], tmp_path: Path) -> None:
    server.assess(headers)
    back_up(url(server.var), tmp_path / "a.bak")
    assert code(restore, tmp_path / "a.bak", url(server.var), server.var / "index") == "PLH-507"


@pytest.mark.parametrize("damage", ["cut", "changed", "no backup", "empty"])
def test_a_damaged_backup_leaves_the_store_as_it_is(starting: Any, tmp_path: Path, damage: str) -> None:
    kept, var = tmp_path / "kept.bak", tmp_path / "var"
    with starting() as server:
        server.assess(server.key())
    back_up(url(var), kept)
    whole = kept.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    kept.write_bytes({"cut": whole[:middle], "changed": changed, "no backup": b"abc" * 99, "empty": b""}[damage])
    before = (var / "pilah.db").read_bytes()
    assert code(restore, kept, url(var), var / "index") == "PLH-511"
    assert (var / "pilah.db").read_bytes() == before


def test_an_encrypted_backup_shows_nothing_and_asks_for_its_passphrase(starting: Any, tmp_path: Path) -> None:
    kept, var = tmp_path / "kept.bak", tmp_path / "var"
    with starting() as server:
        server.assess(server.key(), text="Lampu mati di depan balai")
    back_up(url(var), kept, SECRET)
    assert b"SQLite" not in kept.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert code(restore, kept, url(var), var / "index") == "PLH-513"
    assert code(restore, kept, url(var), var / "index", SECRET + "x") == "PLH-512"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 3), st.integers(-1, 1), st.data())
def test_sealing_gives_back_every_byte_and_notices_every_change(chunks: int, more: int, data: Any) -> None:
    plain = (bytes(range(256)) * 4096 * chunks)[: max(0, chunks * (1 << 20) + more)] + b"x" * max(0, more)
    sealed, back = io.BytesIO(), io.BytesIO()
    seal(io.BytesIO(plain), sealed, SECRET)
    content = sealed.getvalue()
    assert is_sealed(io.BytesIO(content))
    unseal(io.BytesIO(content), back, SECRET)
    assert back.getvalue() == plain
    place = data.draw(st.integers(0, len(content) - 1))
    spoilt = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert code(unseal, io.BytesIO(spoilt), io.BytesIO(), SECRET) == "PLH-512"
    assert code(unseal, io.BytesIO(content[:place]), io.BytesIO(), SECRET) == "PLH-512"


def test_the_commands_work_and_name_what_is_wrong(
    starting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, kept, var = tmp_path / "secret", tmp_path / "kept.bak", str(tmp_path / "var")
    with starting() as server:
        server.assess(server.key())
    secret.write_text("pendek\n")
    options = ["--var", var, "--passphrase-file", str(secret)]
    assert run(["backup", str(kept), *options]) == 1
    assert "PLH-514" in capsys.readouterr().err
    secret.write_text(SECRET + "\n")
    assert run(["backup", str(kept), *options]) == 0
    assert run(["restore", str(kept), *options]) == 0
    assert "restored 1 complaints" in capsys.readouterr().out


def test_a_database_of_another_kind_has_its_own_tools(tmp_path: Path) -> None:
    assert code(back_up, "sqlite://", tmp_path / "a.bak") == "PLH-510"
