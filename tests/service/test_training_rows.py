"""From events to training rows: final agency, who decided, what was seen, the audit sample apart, estimates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.readers import read_records
from service.cli import run
from service.storage.log import Event
from service.storage.record import store_event
from service.training_rows import estimates, training_rows
from service.viewer import EVERYTHING

SUGGESTED = {"agency": "dishub Kabupaten Bandung", "agency_id": None, "probability": 0.7}


def decide(server: Any, complaint: str, kind: str, event: str, **payload: Any) -> None:
    time = "2026-03-01T00:00:00.000000Z"
    written = Event(event, complaint, kind, time, time, payload, actor="nip-1")
    server.store.write(lambda connection: store_event(connection, written, EVERYTHING)).result()


def fill(server: Any, headers: dict[str, str]) -> None:
    for name in ("seen", "blind", "api", "open", "back"):
        server.assess(headers, f"Lampu jalan mati di Bandung nomor {name}", id=name)
    decide(server, "seen", "disposed", "1", agency="dishub Kabupaten Bandung", suggested=SUGGESTED, accepted=True)
    decide(
        server,
        "blind",
        "disposed",
        "1",
        agency="dlh Kabupaten Bandung",
        suggested=SUGGESTED,
        blind=True,
        accepted=False,
    )
    decide(server, "api", "disposed", "1", agency="dpupr Kabupaten Bandung", category="Jalan")
    decide(server, "back", "disposed", "1", agency="dishub Kabupaten Bandung")
    decide(server, "back", "returned", "2", reason="bukan wewenang")
    decide(server, "back", "disposed", "3", agency="dpupr Kabupaten Bandung", type="aspirasi")


def test_a_row_holds_the_final_agency_and_where_it_comes_from(server: Any, headers: dict[str, str]) -> None:
    fill(server, headers)
    rows = {row.fields["id"]: row for row in training_rows(server.store)}
    assert sorted(rows) == ["api", "back", "blind", "seen"]
    assert rows["back"].fields["agency"] == "dpupr Kabupaten Bandung"
    assert rows["back"].fields["type"] == "aspirasi"
    assert rows["back"].returned == 1
    assert rows["seen"].fields["suggestion_shown"] is True
    assert rows["blind"].fields["suggestion_shown"] is False
    assert "suggestion_shown" not in rows["api"].fields
    assert "category" not in rows["seen"].fields  # the machine's own category is no label
    assert [name for name, row in rows.items() if row.audit] == ["blind"]


def test_only_the_blind_audit_counts_as_accuracy(server: Any, headers: dict[str, str]) -> None:
    fill(server, headers)
    found = estimates(list(training_rows(server.store)), server.store)
    assert (found["live_accuracy"]["hits"], found["live_accuracy"]["n"]) == (0, 1)
    assert (found["taken_when_shown"]["hits"], found["taken_when_shown"]["n"]) == (1, 1)
    assert (found["misrouting_rate"]["hits"], found["misrouting_rate"]["n"]) == (1, 4)
    assert found["misrouting_rate"]["low"] < 0.25 < found["misrouting_rate"]["high"]
    assert found["share_eligible"]["n"] == 5


def test_what_was_undone_does_not_count(server: Any, headers: dict[str, str]) -> None:
    fill(server, headers)
    decide(server, "seen", "corrected", "2", agency="Keliru", blind=True)
    decide(server, "seen", "undone", "3", undoes=["2"])
    row = next(row for row in training_rows(server.store) if row.fields["id"] == "seen")
    assert not row.audit


def test_an_erased_complaint_is_in_no_export(server: Any, headers: dict[str, str]) -> None:
    fill(server, headers)
    server.client.delete("/v1/complaints/seen", headers=server.key("admin"))
    assert "seen" not in {row.fields["id"] for row in training_rows(server.store)}


def test_the_export_can_be_read_again(starting: Any, tmp_path: Path) -> None:
    with starting() as server:
        fill(server, server.key())
    assert run(["export", "--var", str(tmp_path / "var"), "-o", str(tmp_path / "out")]) == 0
    rows = list(read_records(tmp_path / "out" / "rows.jsonl"))
    audit = list(read_records(tmp_path / "out" / "audit.jsonl"))
    assert {r.complaint.id for r in rows} == {"seen", "api", "back"}
    assert [r.origin.audit for r in audit] == [True]
    assert next(r for r in rows if r.complaint.id == "back").origin.returned == 1
    assert (tmp_path / "out" / "rows.jsonl").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "out" / "estimates.json").read_text())["misrouting_rate"]["n"] == 4
