"""Let in only as many requests as can be answered soon: the rest is told at once when to come again."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from data.errors import PilahError
from service.problems import problem_response

_HEALTH = ("/health/live", "/health/ready", "/metrics")
_MINUTE = 60.0


class Admission:
    """Refuse requests beyond a number in work at once, before their body is read.

    :param most: the number.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in _HEALTH:
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            await problem_response("PLH-508")(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


class RateLimit:
    """Give each key a bucket of requests that fills evenly over a minute.

    :param a_minute: how many a minute; 0 for no limit.
    :param clock: seconds that only grow.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(a_minute)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> None:
        """Take one request from a key's bucket.

        :raises PilahError: PLH-412 if it is empty.
        """
        if not self._size:
            return
        moment = self._clock()
        left, since = self._buckets.get(key, (self._size, moment))
        left = min(self._size, left + (moment - since) * self._size / _MINUTE)
        if left < 1:
            self._buckets[key] = (left, moment)
            raise PilahError("PLH-412", f"the limit is {self._size:.0f} a minute")
        self._buckets[key] = (left - 1, moment)
