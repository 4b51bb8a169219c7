"""Errors as ``application/problem+json`` (RFC 9457), each with its code of the catalogue; never a stack trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from data.errors import CATALOGUE, PilahError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {401: "PLH-401", 403: "PLH-402", 404: "PLH-404", 405: "PLH-405", 413: "PLH-413", 415: "PLH-415"}
_RETRY_AFTER = "5"  # seconds: a store that is busy or a model that failed is worth another try soon


def problem(code: str, detail: str = "", errors: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    """Return the body of an error.

    :param errors: one ``{"field", "reason"}`` for each field that is wrong.

    >>> problem("PLH-404", "/v2")["title"]
    'There is nothing at this address'
    """
    info = CATALOGUE[code]
    return {
        "type": f"urn:pilah:error:{code}",
        "title": info.title,
        "status": info.status,
        "detail": " ".join(
            part for part in (f"{detail.rstrip('.')}." if detail else "", info.cause, info.action) if part
        ),
        "code": code,
        "errors": list(errors),
    }


def problem_response(
    code: str, detail: str = "", errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
) -> Response:
    """Return an error as an HTTP answer."""
    body = problem(code, detail, errors)
    extra = dict(headers or {})
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if body["status"] in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        extra["Retry-After"] = _RETRY_AFTER
    # Escaped to ASCII: a caller's field name may hold half a character, which UTF-8 cannot write.
    return Response(json.dumps(body), status_code=body["status"], headers=extra, media_type=MEDIA_TYPE)


def field_errors(error: Any) -> list[dict[str, str]]:
    """Name the fields that pydantic refused; the values are left out, they may hold personal data."""
    found = []
    for item in error.errors():
        where = [str(part) for part in item["loc"] if part not in ("body", "query", "path")]
        found.append({"field": ".".join(where) or "body", "reason": str(item["msg"])})
    return found


def install(app: FastAPI) -> None:
    """Answer every error of an app in this form."""

    @app.exception_handler(PilahError)
    async def coded(_request: Request, error: PilahError) -> Response:
        if error.info.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request failed", extra={"code": error.code, "detail": error.detail})
        # What a database or a model says about a fault is for the log, not for the caller.
        return problem_response(
            error.code, "" if error.info.status >= HTTPStatus.INTERNAL_SERVER_ERROR else error.detail
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        kinds = {item["type"] for item in error.errors()}
        if "json_invalid" in kinds:
            return problem_response("PLH-420")
        if any(item["type"] == "too_long" and item["loc"][-1] == "complaints" for item in error.errors()):
            return problem_response("PLH-423")
        return problem_response("PLH-422", errors=field_errors(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = _BY_STATUS.get(error.status_code)
        if code is None and error.status_code == HTTPStatus.BAD_REQUEST:
            code = "PLH-420"  # FastAPI says 400 when a body cannot be read as JSON at all
        headers = dict(error.headers) if error.headers else None
        return problem_response(code or "PLH-499", request.url.path if code == "PLH-404" else "", headers=headers)
