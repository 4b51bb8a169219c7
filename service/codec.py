"""Complaints as plain JSON, the form in which the event log keeps them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from data.complaint import Complaint, Confidentiality

_FIELDS = tuple(field.name for field in fields(Complaint))


def to_plain(complaint: Complaint) -> dict[str, Any]:
    """Return the fields of a complaint that are set.

    >>> to_plain(Complaint(id="1", text="lampu mati"))
    {'id': '1', 'text': 'lampu mati', 'confidentiality': 'biasa'}
    """
    plain: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(complaint, name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Confidentiality):
            value = value.value
        if value is not None:
            plain[name] = value
    return plain


def from_plain(plain: dict[str, Any]) -> Complaint:
    """Return the complaint that :func:`to_plain` wrote."""
    values = dict(plain)
    if "date" in values:
        values["date"] = datetime.fromisoformat(values["date"])
    values["confidentiality"] = Confidentiality(values.get("confidentiality", "biasa"))
    return Complaint(**values)


def dumps(value: object) -> str:
    """Write JSON compactly, with letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def fingerprint(plain: dict[str, Any]) -> str:
    """Return the hash that tells whether two postings of an id have the same content.

    It is taken over the masked complaint, so that it cannot be used to guess a masked number.
    """
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def now() -> str:
    """Return the time in UTC in the one form that the store uses; it sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def as_utc(moment: datetime) -> str:
    """Return a moment in the form of :func:`now`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
