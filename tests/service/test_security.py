"""Keys: nothing without one, nothing beyond its scopes, nothing of another's region or agency on any endpoint."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.routing import APIRoute

from data.errors import PilahError
from model.duplicates.incidents import incident_id
from service import security
from service.security import authenticate, create_key, hash_key, rotate_key
from service.storage.keys import KeyInfo, add_key, all_keys, revoke_key

OPEN = {"/health/live", "/health/ready", "/metrics", "/docs", "/docs/style.css", "/openapi.json"}
SECRET = "Kembangsepatu"  # noqa: S105  # a word of the other regency's complaint; its id is OTHER
OTHER = "klaten-1"
TEXT = f"Lampu jalan dekat warung {SECRET} di Klaten mati sejak seminggu"

# How a curious key calls each endpoint, method and path: a new endpoint without a line here fails the test below.
CALLS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("POST", "/v1/assess"): [
        {"json": {"text": TEXT, "dry_run": True, "id": "mine-9"}},
        {"json": {"text": TEXT, "id": "mine-8"}},
        {"json": {"text": "Lampu di Bandung", "id": OTHER}},
    ],
    ("POST", "/v1/assess/batch"): [
        {"json": {"complaints": [{"text": TEXT, "id": "mine-7"}, {"text": "x Bandung", "id": OTHER}]}}
    ],
    ("POST", "/v1/jobs"): [{"json": {"complaints": [{"text": TEXT, "id": "mine-6"}, {"text": "x", "id": OTHER}]}}],
    ("GET", "/v1/jobs/{job_id}"): [{"path": OTHER}],
    ("GET", "/v1/jobs/{job_id}/results"): [{"path": OTHER}],
    ("DELETE", "/v1/jobs/{job_id}"): [{"path": OTHER}],
    ("GET", "/v1/complaints/{complaint_id}"): [{"path": OTHER}],
    ("DELETE", "/v1/complaints/{complaint_id}"): [{"path": OTHER}],
    ("POST", "/v1/complaints/{complaint_id}/events"): [
        {"path": OTHER, "json": {"kind": "closed"}},
        {"path": "mine-1", "json": {"kind": "duplicate_confirmed", "duplicate_of": OTHER}},
        {"path": OTHER, "json": {"id": "e-1", "kind": "disposed", "agency": "PLN"}},
    ],
    ("GET", "/v1/complaints/{complaint_id}/events"): [{"path": OTHER}],
    ("GET", "/v1/decisions"): [{}, {"params": {"after": "0", "limit": 1000}}],
    ("GET", "/v1/incidents/{incident_id}"): [{"path": incident_id(OTHER)}],
    ("POST", "/v1/incidents/{incident_id}/merge"): [
        {"path": incident_id(OTHER), "json": {"other": incident_id("mine-1")}}
    ],
    ("POST", "/v1/incidents/{incident_id}/split"): [{"path": incident_id(OTHER), "json": {"members": ["mine-1"]}}],
    ("POST", "/v1/incidents/{incident_id}/close"): [{"path": incident_id(OTHER), "json": {}}],
    ("POST", "/v1/duplicates/search"): [{"json": {"text": TEXT, "limit": 50}}, {"json": {"text": TEXT, "id": OTHER}}],
    ("GET", "/v1/routing-switches"): [{}],
    ("POST", "/v1/routing-switches"): [
        {"json": {"scope": "semua", "on": True, "official": "Sekda", "reason": "uji"}},
        {"json": {"scope": "wilayah:33.10", "on": True, "official": "Sekda", "reason": "uji"}},
    ],
    ("GET", "/v1/model"): [{}],
    ("GET", "/v1/alerts"): [{}],
    ("GET", "/v1/agencies"): [{"params": {"q": SECRET}}, {"params": {"q": OTHER}}],
}


def endpoints(app: Any) -> set[tuple[str, str]]:
    """List what the OpenAPI description and the routes of the app offer."""
    found = {(method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods}
    paths = app.openapi()["paths"]
    return found | {(method.upper(), path) for path in paths for method in paths[path]}


def closed_endpoints(app: Any) -> list[tuple[str, str]]:
    return sorted(found for found in endpoints(app) if found[1] not in OPEN and found[0] != "HEAD")


def call(server: Any, method: str, path: str, headers: dict[str, str], arguments: dict[str, Any]) -> Any:
    arguments = dict(arguments)
    target = re.sub(r"\{\w+\}", arguments.pop("path", "x"), path)
    return server.client.request(method, target, headers=headers, **arguments)


def test_every_endpoint_is_in_the_table(server: Any) -> None:
    assert closed_endpoints(server.app) == sorted(CALLS)


def test_every_endpoint_asks_for_a_key(server: Any) -> None:
    for method, path in closed_endpoints(server.app):
        for headers in ({}, {"Authorization": "Bearer plh_" + "A" * 43}, {"Authorization": "Basic eDp5"}):
            for arguments in CALLS[method, path]:
                response = call(server, method, path, headers, arguments)
                assert (response.status_code, response.json()["code"]) == (401, "PLH-401"), (method, path)
                assert response.headers["www-authenticate"] == "Bearer"


def test_every_endpoint_asks_for_its_scope(server: Any) -> None:
    needed = {
        ("POST", "/v1/assess"): "assess",
        ("POST", "/v1/assess/batch"): "assess",
        ("POST", "/v1/jobs"): "assess",
        ("GET", "/v1/jobs/{job_id}"): "assess",
        ("GET", "/v1/jobs/{job_id}/results"): "assess",
        ("DELETE", "/v1/jobs/{job_id}"): "assess",
        ("DELETE", "/v1/complaints/{complaint_id}"): "admin",
        ("GET", "/v1/routing-switches"): "admin",
        ("POST", "/v1/routing-switches"): "admin",
        ("POST", "/v1/complaints/{complaint_id}/events"): "events",
        ("POST", "/v1/incidents/{incident_id}/merge"): "events",
        ("POST", "/v1/incidents/{incident_id}/split"): "events",
        ("POST", "/v1/incidents/{incident_id}/close"): "events",
    }
    for method, path in closed_endpoints(server.app):
        if path in ("/v1/model", "/v1/agencies"):
            continue
        scope = needed.get((method, path), "read")
        headers = server.key(*(other for other in ("assess", "events", "read", "review", "admin") if other != scope))
        response = call(server, method, path, headers, CALLS[method, path][0])
        assert (response.status_code, response.json()["code"]) == (403, "PLH-402"), (method, path)


@pytest.mark.parametrize("binding", [{"regions": ["32.04"]}, {"regions": ["32"]}, {"agencies": ["32.04:dishub"]}])
@pytest.mark.parametrize("confidentiality", ["biasa", "rahasia"])
def test_a_bound_key_gets_nothing_of_another_regency(server: Any, binding: Any, confidentiality: str) -> None:
    system = server.key()
    server.assess(system, TEXT, id=OTHER, confidentiality=confidentiality)
    disposal = {"id": "e-1", "kind": "disposed", "agency": f"Dinas {SECRET}", "reason": SECRET}
    server.client.post(f"/v1/complaints/{OTHER}/events", json=disposal, headers=system)
    bound = server.key("assess", "events", "read", "review", "admin", **binding)
    server.assess(bound, "Lampu di Bandung", id="mine-1")
    before = server.client.get(f"/v1/complaints/{OTHER}", headers=server.key("read", "review")).json()
    for method, path in closed_endpoints(server.app):
        for arguments in CALLS[method, path]:
            response = call(server, method, path, bound, arguments)
            sent = json.dumps(arguments)
            leaks = [word for word in (SECRET, OTHER) if word in response.text and word not in sent]
            assert not leaks, (method, path, response.text)
            for match in re.findall(r'"duplicates":(\[.*?\])', response.text):
                assert OTHER not in match, (method, path)
            assert response.status_code < 500
    after = server.client.get(f"/v1/complaints/{OTHER}", headers=server.key("read", "review")).json()
    assert after == before


def test_a_bound_key_sees_its_own_region_and_agency(server: Any) -> None:
    server.assess(server.key(), "Lampu di Bandung", id="A-1")
    for binding in (
        {"regions": ["32.04"]},
        {"regions": ["32"]},
        {"agencies": ["32.04:dishub"]},
        {"agencies": ["32.04"]},
    ):
        assert server.client.get("/v1/complaints/A-1", headers=server.key("read", **binding)).status_code == 200


def test_a_region_code_is_no_mere_prefix(server: Any) -> None:
    server.assess(server.key(), "Lampu di Bandung", id="A-1")
    for binding in ({"regions": ["32.77"]}, {"regions": ["33"]}, {"agencies": ["32.04:dis"]}, {"agencies": ["32.0_"]}):
        assert server.client.get("/v1/complaints/A-1", headers=server.key("read", **binding)).status_code == 404


def test_a_complaint_of_unknown_region_is_seen_by_its_sender_and_unbound_keys(server: Any) -> None:
    sender = server.key(regions=["32.04"])
    server.assess(sender, "Lampu mati", id="A-1")
    expected = {200: (sender, server.key("read")), 404: (server.key("read", regions=["32.04"]),)}
    for status, keys in expected.items():
        for key in keys:
            assert server.client.get("/v1/complaints/A-1", headers=key).status_code == status


def test_a_stored_answer_is_shown_without_duplicates_of_other_regions(server: Any) -> None:
    system = server.key()
    text = "Lampu jalan dekat SD Negeri 2 mati total sejak seminggu"
    server.assess(system, text, id="A-1", location="Klaten")
    answer = server.assess(system, text, id="A-2")
    event = {"kind": "corrected", "region_code": "32.04"}
    server.client.post("/v1/complaints/A-2/events", json=event, headers=system)
    assert [match["id"] for match in answer["duplicates"]] == ["A-1"]
    bound = server.key("read", regions=["32.04"])
    got = server.client.get("/v1/complaints/A-2", headers=bound).json()
    assert got["assessment"]["duplicates"] == got["assessments"][0]["assessment"]["duplicates"] == []
    whole = server.client.get("/v1/complaints/A-2", headers=system).json()
    assert [match["id"] for match in whole["assessment"]["duplicates"]] == ["A-1"]


def test_a_confidential_complaint_is_seen_by_its_sender_and_reviewers_only(server: Any) -> None:
    sender = server.key()
    text = "Lampu jalan dekat SD Negeri 2 di Bandung mati total sejak seminggu"
    server.assess(sender, text, id="A-1", confidentiality="rahasia")
    assert server.client.get("/v1/complaints/A-1", headers=sender).status_code == 200
    assert server.client.get("/v1/complaints/A-1", headers=server.key("read", "review")).status_code == 200
    other = server.key()
    assert server.client.get("/v1/complaints/A-1", headers=other).status_code == 404
    assert server.assess(other, text, id="A-2")["duplicates"] == []


def test_only_a_hash_of_a_key_is_stored(server: Any) -> None:
    info, key = create_key(server.store, "test", ["read"])
    row = server.store.read(lambda connection: connection.exec_driver_sql("SELECT * FROM keys").all())
    assert key not in str(row)
    assert hash_key(key) in str(row)
    assert key not in str(info)


def test_a_revoked_key_is_worthless_at_once(server: Any) -> None:
    info, key = create_key(server.store, "test", ["read"])
    headers = {"Authorization": f"Bearer {key}"}
    assert server.client.get("/v1/model", headers=headers).status_code == 200
    server.store.write(lambda connection: revoke_key(connection, info.id)).result()
    assert server.client.get("/v1/model", headers=headers).status_code == 401


def test_an_expired_key_is_worthless(server: Any) -> None:
    past = "2020-01-01T00:00:00.000000Z"
    info = KeyInfo("k", "old", "k", ("read",), (), (), past, expires_at=past)
    key = "plh_" + "B" * 43
    server.store.write(lambda connection: add_key(connection, info, hash_key(key))).result()
    with pytest.raises(PilahError, match="PLH-401"):
        authenticate(server.store, f"Bearer {key}")


def test_a_key_expires_after_its_days(server: Any) -> None:
    info, _ = create_key(server.store, "test", ["read"], days=2)
    assert info.expires_at is not None
    left = datetime.fromisoformat(info.expires_at) - datetime.now(UTC)
    assert 1.9 < left.total_seconds() / 86_400 <= 2


def test_a_rotated_key_sees_what_the_old_one_sent(server: Any) -> None:
    old, key = create_key(server.store, "intake", ["assess", "read"], regions=["32.04"])
    server.assess({"Authorization": f"Bearer {key}"}, "Lampu mati", id="A-1")
    new, fresh = rotate_key(server.store, old.id)
    assert (new.scopes, new.regions, new.sender) == (old.scopes, old.regions, old.sender)
    assert fresh != key
    got = server.client.get("/v1/complaints/A-1", headers={"Authorization": f"Bearer {fresh}"})
    assert got.status_code == 200


@pytest.mark.parametrize(
    ("scopes", "options"),
    [
        ([], {}),
        (["root"], {}),
        (["read"], {"regions": ["Bandung"]}),
        (["read"], {"days": 0}),
        (["read"], {"agencies": [""]}),
    ],
)
def test_a_key_with_wrong_rights_is_refused(server: Any, scopes: list[str], options: dict[str, Any]) -> None:
    with pytest.raises(PilahError, match="PLH-430"):
        create_key(server.store, "test", scopes, **options)
    assert all_keys(server.store.engine.connect()) == []


def test_keys_are_random_and_of_one_form(server: Any) -> None:
    made = {create_key(server.store, "test", ["read"])[1] for _ in range(20)}
    assert len(made) == 20
    assert all(security._KEY.fullmatch(key) for key in made)
