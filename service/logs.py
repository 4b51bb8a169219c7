"""Structured logs: one JSON object a line, with the request id, personal data masked."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_EXTRA = ("code", "detail", "method", "path", "status", "milliseconds", "key", "host", "port", "events", "store")


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON.

    :param mask: hides personal data in a text; applied to all free text.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._mask(record.getMessage()),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        for name in _EXTRA:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = self._mask(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[0] is not None:
            # Where it happened, not what was said: the message of an exception may hold a complaint's words.
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def set_up(level: str, mask: Callable[[str], str], stream: IO[str] | None = None) -> None:
    """Send all logs to standard error (or ``stream``) in this form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(mask))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"  # the access line is written by the middleware, with the id
    for name in ("uvicorn.error", "alembic"):
        logging.getLogger(name).setLevel("WARNING")
