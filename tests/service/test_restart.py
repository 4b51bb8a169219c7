"""What a restart, another program or a damaged index must not change."""

from __future__ import annotations

import shutil
import time
from typing import Any

import pytest
from stand_in import KeywordTriage

from data.agencies import AgencyRegistry
from data.complaint import Complaint, Labels, Record
from model.duplicates.incidents import incident_id
from service.archive import Reader, import_records, prepare
from service.storage.store import Store

TEXT = "Lampu jalan di Jl. Raya Banjaran RT 3 RW 5 Bandung mati sejak seminggu"


def found(server: Any, headers: dict[str, str]) -> list[str]:
    response = server.client.post("/v1/duplicates/search", json={"text": TEXT}, headers=headers)
    return [match["id"] for match in response.json()["duplicates"]]


def test_a_restart_keeps_complaints_and_duplicates(starting: Any) -> None:
    with starting() as server:
        server.assess(server.key(), TEXT, id="A-1")
    with starting() as server:
        assert found(server, server.key()) == ["A-1"]
        assert server.app.state.intake.cursor == server.store.last_seq()


def test_a_lost_or_damaged_index_is_made_anew(starting: Any) -> None:
    with starting() as server:
        server.assess(server.key(), TEXT, id="A-1")
    shutil.rmtree(server.var / "index")
    with starting() as server:
        assert found(server, server.key()) == ["A-1"]
    damaged = [path for path in (server.var / "index").rglob("*") if path.is_file()]
    assert damaged
    for path in damaged:
        path.write_bytes(b"damaged")
    with starting() as server:
        assert found(server, server.key()) == ["A-1"]


def test_what_another_program_imports_is_indexed_by_the_running_server(starting: Any) -> None:
    with starting(follow_interval=0.05) as server:
        headers = server.key()
        other = Store(f"sqlite:///{server.var / 'pilah.db'}")
        record = Record(Complaint("B-1", TEXT), Labels(agency="Dishub"), status="Selesai")
        for _ in import_records(other, [prepare(Reader(KeywordTriage(), AgencyRegistry.load()), record)]):
            pass
        other.close()
        deadline = time.monotonic() + 20
        while (ids := found(server, headers)) != ["B-1"] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ids == ["B-1"]


def test_an_erased_text_leaves_the_files_of_the_index_at_the_next_save(starting: Any) -> None:
    with starting() as server:
        server.assess(server.key(), f"{TEXT} dekat Kembangsepatu", id="A-1")
        server.assess(server.key(), TEXT, id="A-2")
    index = server.var / "index"
    assert b"Kembangsepatu" in b"".join(path.read_bytes() for path in index.rglob("*") if path.is_file())
    with starting() as server:
        assert server.client.delete("/v1/complaints/A-1", headers=server.key("admin")).status_code == 204
    for path in server.var.rglob("*"):
        assert not path.is_file() or b"Kembangsepatu" not in path.read_bytes(), path
    with starting() as server:
        assert found(server, server.key()) == ["A-2"]


@pytest.mark.parametrize("damage", ["none", "missing", "cut", "of another log"])
def test_incidents_are_the_same_after_a_restart_however_they_were_kept(starting: Any, damage: str) -> None:
    texts = [f"Lampu jalan mati total di depan balai warga nomor {n} Bandung" for n in (1, 1, 2)]
    with starting() as server:
        headers = server.key()
        for number, text in enumerate(texts):
            server.assess(headers, text, id=f"A-{number}")
        event = {"kind": "duplicate_confirmed", "duplicate_of": "A-2"}
        server.client.post("/v1/complaints/A-0/events", json=event, headers=headers)
        found = [server.client.get(f"/v1/incidents/{incident_id('A-0')}", headers=headers).json()]
        kept = server.var / "incidents.json"
    assert kept.is_file()
    if damage == "missing":
        kept.unlink()
    elif damage == "cut":
        kept.write_text(kept.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    elif damage == "of another log":
        kept.write_text(kept.read_text(encoding="utf-8").replace("A-", "B-"), encoding="utf-8")
    with starting() as server:
        found.append(server.client.get(f"/v1/incidents/{incident_id('A-0')}", headers=headers).json())
    assert found[0] == found[1]
    assert {"A-0", "A-2"} <= set(found[0]["members"])
