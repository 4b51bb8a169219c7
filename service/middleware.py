"""Pure ASGI middleware: request id, access log, metrics, security headers, body limit."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import request_id
from service.metrics import Metrics
from service.problems import problem_response

log = logging.getLogger("service.access")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class RequestContext:
    """Give each request an id, log and count it, put the security headers on its answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        current = given if _ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(current)
        start = time.perf_counter()
        status = 500
        started = False

        async def send_on(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = current
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            log.error("unexpected error", exc_info=error, extra={"code": "PLH-500"})
            if not started:
                await problem_response("PLH-500")(scope, receive, send_on)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "-")
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.request_seconds.labels(route).observe(seconds)
            extra = {"method": method, "path": route, "status": status, "milliseconds": round(seconds * 1e3, 1)}
            log.info("request", extra=extra)
            request_id.reset(token)


class _TooLarge(Exception):
    pass


class _TooMuch(_TooLarge):
    pass


class BodyLimit:
    """Refuse a body over the limit, or one that would be too much beside those in work, before it is in memory.

    :param limit: gives the limit in bytes for a path.
    :param together: how much the bodies of all requests in work may hold; a single one is let in whatever it holds.
    """

    def __init__(self, app: ASGIApp, limit: Callable[[str], int], together: int) -> None:
        self._app = app
        self._limit = limit
        self._together = together
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(_TooLarge(), limit)(scope, receive, send)
            return
        size = 0
        refused: _TooLarge | None = None

        async def receive_counted() -> Message:
            nonlocal size, refused
            message = await receive()
            more = len(message.get("body", b""))
            if size + more > limit:
                refused = _TooLarge()
            elif more and self._held + more > self._together and self._held > size:
                refused = _TooMuch()
            if refused is not None:
                raise refused
            size += more
            self._held += more
            return message

        async def send_on(message: Message) -> None:
            if refused is None:  # what the app makes of the interruption is not sent
                await send(message)

        try:
            with suppress(_TooLarge):
                await self._app(scope, receive_counted, send_on)
        finally:
            self._held -= size
        if refused is not None:
            await self._refuse(refused, limit)(scope, receive, send)

    @staticmethod
    def _refuse(why: _TooLarge, limit: int) -> ASGIApp:
        if isinstance(why, _TooMuch):
            return problem_response("PLH-508")
        return problem_response("PLH-413", f"the limit is {limit} bytes")
