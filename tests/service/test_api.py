"""What each endpoint does."""

from __future__ import annotations

from typing import Any

CONTRACT = {
    "id", "model", "type", "category", "agency", "co_agencies", "region", "claim", "screening", "decision",
    "explanation", "duplicates", "nearest",
}  # fmt: skip


def test_assess_answers_an_assessment(server: Any, headers: dict[str, str]) -> None:
    answer = server.assess(headers, id="A-1")
    assert set(answer) == CONTRACT
    assert answer["agency"]["id"] == "32.04:dishub"


def test_without_an_id_one_is_made(server: Any, headers: dict[str, str]) -> None:
    made = server.assess(headers)["id"]
    assert server.client.get(f"/v1/complaints/{made}", headers=headers).json()["id"] == made


def test_a_dry_run_stores_and_indexes_nothing(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1", dry_run=True)
    assert server.client.get("/v1/complaints/A-1", headers=headers).status_code == 404
    assert server.store.last_seq() == 0
    assert server.assess(headers, id="A-2")["duplicates"] == []


def test_the_same_text_under_another_id_is_a_duplicate(server: Any, headers: dict[str, str]) -> None:
    text = "Lampu jalan di Jl. Raya Banjaran RT 3 RW 5 Bandung mati sejak seminggu"
    server.assess(headers, text, id="A-1")
    answer = server.assess(headers, text, id="A-2")
    assert [match["id"] for match in answer["duplicates"]] == ["A-1"]
    assert answer["duplicates"][0]["probability"] > 0.5


def test_the_same_id_and_content_returns_the_stored_answer(server: Any, headers: dict[str, str]) -> None:
    first = server.client.post("/v1/assess", json={"id": "A-1", "text": "Sampah di Klaten"}, headers=headers)
    events = server.store.last_seq()
    again = server.client.post("/v1/assess", json={"id": "A-1", "text": "Sampah di Klaten"}, headers=headers)
    assert (first.headers["pilah-outcome"], again.headers["pilah-outcome"]) == ("new", "same")
    assert again.content == first.content
    assert server.store.last_seq() == events


def test_the_same_id_with_new_content_is_an_update(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, "Sampah di Klaten", id="A-1")
    server.assess(headers, "Lampu mati di Bandung", id="A-1")
    got = server.client.get("/v1/complaints/A-1", headers=headers).json()
    assert got["version"] == 2
    assert got["complaint"]["text"] == "Lampu mati di Bandung"
    assert [entry["assessment"]["category"]["label"] for entry in got["assessments"]] == [
        "Kategori 2.11",
        "Kategori 2.15",
    ]


def test_personal_data_is_masked_before_it_is_stored(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, "Hubungi saya 081234567890 soal lampu", id="A-1")
    stored = server.client.get("/v1/complaints/A-1", headers=headers).text
    assert "081234567890" not in stored
    assert "Hubungi saya ************ soal lampu" in stored


def test_a_batch_has_results_and_errors_for_each_item(server: Any, headers: dict[str, str]) -> None:
    items = [
        {"id": "A-1", "text": "Lampu"},
        {"id": "A-2"},
        {"id": "A-3", "text": "meledak"},
        {"id": "A-4", "text": "Sampah"},
    ]
    response = server.client.post("/v1/assess/batch", json={"complaints": items}, headers=headers)
    got = response.json()
    assert response.status_code == 200
    assert (got["assessed"], got["failed"]) == (2, 2)
    assert [item["index"] for item in got["results"]] == [0, 1, 2, 3]
    assert got["results"][0]["assessment"]["id"] == "A-1"
    assert got["results"][1]["error"]["code"] == "PLH-422"
    assert got["results"][1]["error"]["errors"][0]["field"] == "text"
    assert got["results"][2]["error"]["code"] == "PLH-505"
    assert server.store.count() == 2


def test_twins_in_one_batch_are_found(server: Any, headers: dict[str, str]) -> None:
    text = "Jalan berlubang besar di depan SD Negeri 2 Banjaran Bandung"
    items = [{"id": "A-1", "text": text}, {"id": "A-2", "text": text}]
    results = server.client.post("/v1/assess/batch", json={"complaints": items}, headers=headers).json()["results"]
    assert [match["id"] for match in results[1]["assessment"]["duplicates"]] == ["A-1"]


def test_a_batch_over_the_limit_is_refused(starting: Any) -> None:
    with starting(max_batch=2) as server:
        body = {"complaints": [{"text": "a"}] * 3}
        response = server.client.post("/v1/assess/batch", json=body, headers=server.key())
        assert (response.status_code, response.json()["code"]) == (413, "PLH-423")


def test_a_model_fault_is_a_503_and_nothing_is_stored(server: Any, headers: dict[str, str]) -> None:
    response = server.client.post("/v1/assess", json={"id": "A-1", "text": "meledak"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (503, "PLH-505")
    assert int(response.headers["retry-after"]) > 0
    assert "rahasia dapur" not in response.text
    assert server.store.last_seq() == 0


def test_an_event_changes_the_state_and_is_written_once(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1")
    event = {"id": "e-1", "kind": "disposed", "agency": "Dinas Perhubungan", "actor": "staf-7"}
    first = server.client.post("/v1/complaints/A-1/events", json=event, headers=headers)
    again = server.client.post("/v1/complaints/A-1/events", json=event, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    got = server.client.get("/v1/complaints/A-1", headers=headers).json()
    assert (got["status"], got["agency"], got["decided"]) == ("terdisposisi", "Dinas Perhubungan", True)
    kinds = [one["kind"] for one in server.client.get("/v1/complaints/A-1/events", headers=headers).json()["events"]]
    assert kinds == ["received", "assessed", "disposed"]


def test_an_event_id_with_other_content_is_a_conflict(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1")
    path = "/v1/complaints/A-1/events"
    server.client.post(path, json={"id": "e-1", "kind": "closed"}, headers=headers)
    response = server.client.post(path, json={"id": "e-1", "kind": "reopened"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (409, "PLH-408")


def test_an_event_names_what_it_needs(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1")
    path = "/v1/complaints/A-1/events"
    for kind, field in (("disposed", "agency"), ("corrected", "agency"), ("duplicate_confirmed", "duplicate_of")):
        response = server.client.post(path, json={"kind": kind}, headers=headers)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field


def test_an_event_of_an_unknown_complaint_is_a_404(server: Any, headers: dict[str, str]) -> None:
    response = server.client.post("/v1/complaints/none/events", json={"kind": "closed"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (404, "PLH-406")


def test_a_suggestion_does_not_overrule_a_decision(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, "Lampu di Bandung", id="A-1")
    event = {"kind": "disposed", "agency": "PLN"}
    server.client.post("/v1/complaints/A-1/events", json=event, headers=headers)
    server.assess(headers, "Sampah di Bandung", id="A-1")
    assert server.client.get("/v1/complaints/A-1", headers=headers).json()["agency"] == "PLN"


def test_decisions_come_in_order_and_page(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1")
    path = "/v1/complaints/A-1/events"
    for number, kind in enumerate(("followed_up", "closed", "reopened", "closed")):
        server.client.post(path, json={"id": f"e-{number}", "kind": kind}, headers=headers)
    first = server.client.get("/v1/decisions?limit=2", headers=headers).json()
    assert [one["id"] for one in first["decisions"]] == ["e-1", "e-2"]
    assert first["more"] is True
    rest = server.client.get(f"/v1/decisions?after={first['next']}", headers=headers).json()
    assert [one["id"] for one in rest["decisions"]] == ["e-3"]
    last = server.client.get(f"/v1/decisions?after={rest['next']}", headers=headers).json()
    assert (last["decisions"], last["next"]) == ([], rest["next"])


def test_a_cursor_that_was_not_given_out_is_refused(server: Any, headers: dict[str, str]) -> None:
    for cursor in ("x", "-1", "1.5", "٣", "99999999999999999999"):
        response = server.client.get("/v1/decisions", params={"after": cursor}, headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "PLH-424")


def test_deleting_leaves_no_text_anywhere(server: Any, headers: dict[str, str]) -> None:
    text = "Lampu jalan dekat warung Kembangsepatu Bandung mati total"
    server.assess(headers, text, id="A-1")
    naming = server.assess(headers, text, id="A-2")
    assert [match["id"] for match in naming["duplicates"]] == ["A-1"]
    admin = server.key("admin", "read")
    assert server.client.delete("/v1/complaints/A-1", headers=admin).status_code == 204
    assert server.client.get("/v1/complaints/A-1", headers=headers).status_code == 404
    assert server.client.get("/v1/complaints/A-2", headers=headers).json()["assessment"]["duplicates"] == []
    search = server.client.post("/v1/duplicates/search", json={"text": text}, headers=headers).json()
    assert [match["id"] for match in search["duplicates"]] == ["A-2"]
    tombstones = server.store.events_of("A-1")
    assert [event.kind for event in tombstones] == ["received", "assessed", "deleted"]
    assert all(event.payload == {} for event in tombstones)


def test_an_erased_complaint_is_not_taken_in_again(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, id="A-1")
    server.client.delete("/v1/complaints/A-1", headers=server.key("admin"))
    response = server.client.post("/v1/assess", json={"id": "A-1", "text": "lagi"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (410, "PLH-409")
    search = server.client.post("/v1/duplicates/search", json={"text": "lagi"}, headers=headers).json()
    assert search["duplicates"] == []


def test_search_finds_and_stores_nothing(server: Any, headers: dict[str, str]) -> None:
    text = "Sampah menumpuk di Pasar Delanggu Klaten sejak Senin"
    server.assess(headers, text, id="A-1")
    before = server.store.last_seq()
    found = server.client.post("/v1/duplicates/search", json={"text": text, "limit": 1}, headers=headers).json()
    assert [match["id"] for match in found["duplicates"]] == ["A-1"]
    assert server.store.last_seq() == before


def test_model_health_and_metrics_answer(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers)
    assert server.client.get("/v1/model", headers=headers).json()["id"] == "keyword"
    assert server.client.get("/health/live").json() == {"status": "ok"}
    assert server.client.get("/health/ready").status_code == 200
    metrics = server.client.get("/metrics").text
    assert 'pilah_complaints_total{outcome="new"} 1.0' in metrics


def test_metrics_ask_for_a_key_where_they_are_not_public(starting: Any) -> None:
    with starting(metrics_public=False) as server:
        assert server.client.get("/metrics").status_code == 401
        assert server.client.get("/metrics", headers=server.key("read")).status_code == 403
        assert server.client.get("/metrics", headers=server.key("admin")).status_code == 200


def test_the_docs_page_needs_nothing_from_elsewhere(server: Any) -> None:
    page = server.client.get("/docs").text
    for path in server.app.openapi()["paths"]:
        assert path in page
    assert "https://" not in page
    assert "<script" not in page


def test_a_closed_parent_makes_a_repeat_a_recurrence_or_related(server: Any, headers: dict[str, str]) -> None:
    text = "Lampu jalan di Jl. Raya Banjaran RT 3 RW 5 Bandung mati sejak seminggu"
    server.assess(headers, text, id="A-1", date="2024-01-01T08:00:00")
    event = {"kind": "closed", "time": "2024-02-01T08:00:00+07:00"}
    server.client.post("/v1/complaints/A-1/events", json=event, headers=headers)
    document = server.app.state.intake.index.get("A-1")
    assert document is not None
    assert document.closed == 19754  # 1 February 2024 in days since 1970


def test_agencies_are_found_by_abbreviation_and_place(server: Any, headers: dict[str, str]) -> None:
    response = server.client.get("/v1/agencies", params={"q": "dishub kab bandung", "limit": 3}, headers=headers)
    found = response.json()["agencies"]
    assert 1 <= len(found) <= 3
    assert (found[0]["id"], found[0]["label"]) == ("32.04:dishub", "Dinas Perhubungan Kabupaten Bandung")


def test_an_agency_named_in_an_event_is_looked_up_in_the_region(server: Any, headers: dict[str, str]) -> None:
    server.assess(headers, "Lampu di Bandung", id="A-1")
    path = "/v1/complaints/A-1/events"
    for event_id, name, expected in (
        ("e-1", "Dinas Lingkungan Hidup", "32.04:dlh"),
        ("e-2", "Dinas Perhubungan Kota Cimahi", "32.77:dishub"),
        ("e-3", "Paguyuban Warga", None),
    ):
        event = {"id": event_id, "kind": "disposed", "agency": name}
        first = server.client.post(path, json=event, headers=headers)
        assert first.json().get("agency_id") == expected
        assert server.client.get("/v1/complaints/A-1", headers=headers).json()["agency_id"] == expected
        assert server.client.post(path, json=event, headers=headers).status_code == 200
