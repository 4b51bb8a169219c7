"""The tables of the store: times are UTC text that sorts, JSON is text, so that an answer stays byte for byte."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("event_id", String(200), nullable=False),
    Column("complaint_id", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("actor", String(200)),
    Column("sender", String(32)),
    Column("digest", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    UniqueConstraint("complaint_id", "event_id", name="events_once"),
    Index("events_complaint", "complaint_id", "seq"),
    Index("events_kind", "kind", "seq"),
    sqlite_autoincrement=True,
)
"""The append-only log: the single source of truth. Only an erasure empties the payloads of its complaint."""

complaints = Table(
    "complaints",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(30), nullable=False),
    Column("region_code", String(20)),
    Column("agency", String(300)),
    Column("agency_id", String(200)),
    Column("category", String(300)),
    Column("type", String(60)),
    Column("decided", Integer, nullable=False),
    Column("confidentiality", String(10), nullable=False),
    Column("sender", String(32)),
    Column("received_at", String(27), nullable=False),
    Column("updated_at", String(27), nullable=False),
    Column("seq", _SEQUENCE, nullable=False),
    Column("sensitive", Integer, nullable=False, server_default="0"),
    Column("about", String(1000)),
    Index("complaints_region", "region_code"),
    Index("complaints_agency", "agency_id"),
)
"""The current state of each complaint: the fold of its events."""

assessments = Table(
    "assessments",
    metadata,
    Column("seq", _SEQUENCE, ForeignKey("events.seq"), primary_key=True, autoincrement=False),
    Column("complaint_id", String(200), nullable=False),
    Column("at", String(27), nullable=False),
    Column("model_id", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Index("assessments_complaint", "complaint_id", "seq"),
)
"""Every answer as it was given; ``seq`` is that of its event ``assessed``."""

mentions = Table(
    "mentions",
    metadata,
    Column("seq", _SEQUENCE, ForeignKey("assessments.seq"), primary_key=True, autoincrement=False),
    Column("other_id", String(200), primary_key=True),
    Index("mentions_other", "other_id"),
)
"""Which answers name which complaint, as a duplicate or a past decision, so that an erasure finds them."""

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("sender", String(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("agencies", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("expires_at", String(27)),
    Column("revoked_at", String(27)),
)
"""API keys: only a hash of each is kept."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sender", String(32)),
    Column("viewer", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("finished_at", String(27)),
    Column("total", Integer, nullable=False),
    Column("worker", String(40)),
    Column("held_until", String(27)),
    Index("jobs_created", "created_at"),
)
"""Background jobs; ``viewer`` holds the rights of the key as they were when it sent the job.

``worker`` is the server that works on it, as long as it says so before ``held_until``.
"""

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("complaint_id", String(200)),
    Column("content", Text),
    Column("outcome", String(20)),
    Column("error", Text),
    Index("job_items_complaint", "complaint_id"),
    Index("job_items_waiting", "outcome", "job_id", "number"),
)
"""The complaints of a job: ``content`` (masked) until it is answered; the answer itself is in ``assessments``."""

routing_switches = Table(
    "routing_switches",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("scope", String(40), nullable=False),
    Column("state", Integer, nullable=False),
    Column("official", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("sender", String(32)),
)
"""Where automatic routing was switched on or off, by whom and why: rows are only ever added."""
