"""Logs: one JSON object a line, with the request id, without personal data and without what a complaint says."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest

from data.privacy import mask
from service.logs import JsonFormatter, request_id


@pytest.fixture
def stream() -> Any:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonFormatter(mask))
    loggers = [logging.getLogger("test.logs"), logging.getLogger("service")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel("INFO")
    yield text
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel("NOTSET")


def test_a_line_is_json_with_the_request_id(stream: io.StringIO) -> None:
    token = request_id.set("r-1")
    logging.getLogger("test.logs").info("hub %s", "081234567890", extra={"code": "PLH-500"})
    request_id.reset(token)
    line = json.loads(stream.getvalue())
    assert (line["message"], line["request_id"], line["code"]) == ("hub ************", "r-1", "PLH-500")


def test_the_message_of_an_exception_is_left_out(stream: io.StringIO) -> None:
    try:
        raise ValueError("isi laporan rahasia")
    except ValueError as error:
        logging.getLogger("test.logs").error("the model failed", exc_info=error)
    line = json.loads(stream.getvalue())
    assert line["exception"] == "ValueError"
    assert "test_logs.py" in line["trace"][-1]
    assert "rahasia" not in stream.getvalue()


def test_a_request_logs_its_route_but_no_text_id_or_key(
    server: Any, headers: dict[str, str], stream: io.StringIO
) -> None:
    server.assess(headers, "Lampu Kembangsepatu mati, hub 081234567890", id="tracking-77")
    server.client.get("/v1/complaints/tracking-77", headers={**headers, "X-Request-Id": "mine-1"})
    server.client.post("/v1/assess", json={"text": "meledak Kembangsepatu"}, headers=headers)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    asked = next(line for line in lines if line.get("request_id") == "mine-1")
    assert (asked["path"], asked["status"]) == ("/v1/complaints/{complaint_id}", 200)
    for secret in ("Kembangsepatu", "081234567890", "tracking-77", "plh_"):
        assert secret not in stream.getvalue()
