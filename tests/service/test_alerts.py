"""``/v1/alerts``: what the watch finds in the event log, and who may see it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from data.dates import JAKARTA
from evaluation.standing import REFERENCE
from service.codec import now
from service.storage.log import Event
from service.storage.record import store_event
from service.viewer import EVERYTHING

DAYS = 40


def post(server: Any, headers: dict[str, str], complaints: list[dict[str, Any]]) -> None:
    for start in range(0, len(complaints), 100):
        body = {"complaints": complaints[start : start + 100]}
        response = server.client.post("/v1/assess/batch", json=body, headers=headers)
        assert response.json()["failed"] == 0


def history(n: int, text: str = "Sampah menumpuk di Klaten") -> list[dict[str, Any]]:
    start = datetime.now(JAKARTA) - timedelta(days=DAYS)
    return [
        {"id": f"h{i}", "text": f"{text}, laporan {i}", "date": (start + timedelta(days=i * DAYS / n)).isoformat()}
        for i in range(n)
    ]


def alerts(server: Any, headers: dict[str, str], wanted: str, least: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(150):
        found = server.client.get("/v1/alerts", headers=headers).json()["alerts"]
        if any(alert["kind"] == wanted and alert["n"] >= least for alert in found):
            break
        time.sleep(0.1)
    return [alert for alert in found if alert["kind"] == wanted]


def test_a_surge_is_shown_to_those_of_the_region(starting: Any) -> None:
    with starting(watch_interval=0.2) as server:
        headers = server.key()
        post(server, headers, history(100))
        today = datetime.now(JAKARTA).isoformat()
        post(server, headers, [{"id": f"b{i}", "text": f"Lampu mati di Bandung {i}", "date": today} for i in range(15)])
        surge = alerts(server, headers, "surge", 15)[0]
        assert (surge["what"], surge["place"], surge["n"]) == ("Kategori 2.15", "32.04", 15)
        assert len(surge["ids"]) == 15
        assert alerts(server, server.key("read", regions=["32.04"]), "surge")
        other = server.client.get("/v1/alerts", headers=server.key("read", regions=["33.10"])).json()
        assert [alert for alert in other["alerts"] if alert["kind"] == "surge"] == []
        assert 'pilah_alerts{kind="surge"} 1.0' in server.client.get("/metrics").text


def test_drift_is_told_to_everyone_and_survives_a_restart(starting: Any) -> None:
    with starting(watch_interval=0.2) as server:
        headers = server.key()
        post(server, headers, history(REFERENCE))
        changed = history(100, "Permintaan informasi pendaftaran sekolah menengah yang panjang lebar di Cimahi")
        post(server, headers, [{**c, "id": f"n{c['id']}", "channel": "SMS"} for c in changed])
        assert "channel" in {alert["what"] for alert in alerts(server, headers, "drift")}
    with starting(watch_interval=0.2) as server:
        bound = server.key("read", regions=["33.10"])
        assert "channel" in {alert["what"] for alert in alerts(server, bound, "drift")}
        assert server.app.state.intake.drift  # the policy withdraws eligibility
        post(server, headers, [{**c, "id": f"x{i}", "channel": "SMS"} for i, c in enumerate(changed[:60])])
        for i in range(60):
            decide_blind(server, f"x{i}", right=i % 10 < 8)
        for _ in range(150):
            answer = server.client.get("/v1/alerts", headers=headers).json()
            if answer["ended"]:
                break
            time.sleep(0.1)
        assert {one["why"] for one in answer["ended"]} == {"audit"}
        assert "audited complaints since it began" in answer["ended"][0]["says"]
        assert [alert for alert in answer["alerts"] if alert["kind"] == "drift"] == []
        assert not server.app.state.intake.drift


def decide_blind(server: Any, complaint: str, right: bool) -> None:
    time_ = now()
    payload = {"agency": "setda", "blind": True, "accepted": right}
    event = Event(f"e-{complaint}", complaint, "disposed", time_, time_, payload, actor="nip-1")
    server.store.write(lambda connection: store_event(connection, event, EVERYTHING)).result()


def test_alerts_need_a_key_that_reads(server: Any) -> None:
    assert server.client.get("/v1/alerts").status_code == 401
    assert server.client.get("/v1/alerts", headers=server.key("assess")).status_code == 403
