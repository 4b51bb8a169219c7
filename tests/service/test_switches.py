"""Automatic routing is off until a named official switches it on; every act is kept and can be taken back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from data.errors import PilahError
from service.cli import run
from service.storage.store import Store
from service.storage.switches import add_switch, all_switches, switched_on

SURE = "Lampu jalan pasti mati di Bandung"
ON = {"scope": "wilayah:32.04", "on": True, "official": "Sekretaris Daerah", "reason": "uji coba tiga bulan"}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    yield opened
    opened.close()


def test_the_newest_act_of_a_scope_holds_and_none_is_lost(store: Store) -> None:
    for scope, on in (("semua", True), ("wilayah:32", True), ("semua", False)):
        store.write(lambda c, s=scope, o=on: add_switch(c, s, o, "Kepala Diskominfo", "sebab")).result()  # type: ignore[misc]
    assert store.read(switched_on) == {"wilayah:32"}
    assert [(s.scope, s.on) for s in store.read(all_switches)] == [
        ("semua", True), ("wilayah:32", True), ("semua", False)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "official", "reason"),
    [("kota", "A", "b"), ("wilayah:3204", "A", "b"), ("semua", "  ", "b"), ("semua", "A", "")],
)
def test_a_switch_needs_a_scope_an_official_and_a_reason(store: Store, scope: str, official: str, reason: str) -> None:
    with pytest.raises(PilahError) as caught:
        store.write(lambda c: add_switch(c, scope, True, official, reason)).result()
    assert caught.value.code == "PLH-432"
    assert store.read(all_switches) == []


def test_routing_begins_and_ends_with_the_switch(server: Any, headers: dict[str, str]) -> None:
    admin = server.key("admin")

    def action(name: str, text: str = SURE) -> str:
        return str(server.assess(headers, text, id=name)["decision"]["action"])

    assert action("a") == "review"
    made = server.client.post("/v1/routing-switches", json=ON, headers=admin)
    assert made.status_code == 201 and made.json()["official"] == "Sekretaris Daerah"
    assert action("b") == "route"
    assert action("c", "Lampu jalan mati di Bandung") == "review"  # not inside the bound
    assert action("d", "Lampu jalan pasti mati di Klaten") == "review"  # outside the scope
    server.client.post("/v1/routing-switches", json={**ON, "on": False}, headers=admin)
    assert action("e") == "review"
    shown = server.client.get("/v1/routing-switches", headers=admin).json()
    assert shown["switched_on"] == []
    assert [entry["on"] for entry in shown["history"]] == [False, True]


def test_an_alarm_stops_routing_whatever_is_switched_on(server: Any, headers: dict[str, str]) -> None:
    server.client.post("/v1/routing-switches", json=ON, headers=server.key("admin"))
    server.app.state.intake.drift = True
    decision = server.assess(headers, SURE)["decision"]
    assert (decision["action"], decision["eligible"], decision["guarantee"]["valid"]) == ("review", False, False)


def test_a_bound_key_switches_its_own_region_only(server: Any) -> None:
    bound = server.key("admin", regions=["32.04"])
    answers = {
        scope: server.client.post("/v1/routing-switches", json={**ON, "scope": scope}, headers=bound).status_code
        for scope in ("wilayah:32.04", "wilayah:32", "wilayah:33.10", "semua", "tingkat:kabkota")
    }
    assert answers == {
        "wilayah:32.04": 201, "wilayah:32": 403, "wilayah:33.10": 403, "semua": 403, "tingkat:kabkota": 403
    }  # fmt: skip
    server.client.post("/v1/routing-switches", json={**ON, "scope": "semua"}, headers=server.key("admin"))
    seen = server.client.get("/v1/routing-switches", headers=bound).json()["history"]
    assert [entry["scope"] for entry in seen] == ["wilayah:32.04"]


def test_the_command_line_switches_a_running_server(
    starting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with starting(follow_interval=0.05) as server:
        where = ["--store", f"sqlite:///{server.var / 'pilah.db'}"]
        wanted = ["--official", "Sekda", "--reason", "uji", *where]
        assert run(["switches", "on", "semua", *wanted]) == 0
        for _ in range(200):
            if server.app.state.intake.switched_on:
                break
            time.sleep(0.02)
        assert server.assess(server.key(), SURE)["decision"]["action"] == "route"
        assert run(["switches", "off", "semua", *wanted]) == 0
        capsys.readouterr()
        assert run(["switches", "list", *where]) == 0
        assert [line.split("\t")[1:4] for line in capsys.readouterr().out.splitlines()] == [
            ["semua", "on", "Sekda"], ["semua", "off", "Sekda"]
        ]  # fmt: skip
        assert run(["switches", "on", "kota", *wanted]) == 2
