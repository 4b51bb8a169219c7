"""The tables of the admins' pages: people, sessions, the work list, uploads, targets."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from service.storage.tables import metadata

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
_TIME = String(27)
_DAY = String(10)

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("login", String(100), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(30), nullable=False),
    Column("region", String(20)),
    Column("agency_id", String(200)),
    Column("office_id", String(200)),
    Column("named", Integer, nullable=False),
    Column("password", String(200)),
    Column("active", Integer, nullable=False),
    Column("invite", String(64)),
    Column("invite_until", _TIME),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME),
    Index("users_invite", "invite"),
)
"""People who sign in; of a password and of an invitation only the hash."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False),
    Index("sessions_user", "user_id"),
)
"""Who is signed in: the hash of the cookie's value."""

attempts = Table(
    "attempts",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", _TIME),
    Column("at", _TIME, nullable=False),
)
"""Failed sign-ins by the hash of what was typed, whether there is such a person or not."""

access_log = Table(
    "access_log",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("at", _TIME, nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", String(200), nullable=False),
    Column("detail", String(1000)),
    sqlite_autoincrement=True,
)
"""Who looked at a text for which purpose, and who changed which account."""

tasks = Table(
    "tasks",
    metadata,
    Column("complaint_id", String(200), primary_key=True),
    Column("seq", _SEQUENCE, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("urgent", Integer, nullable=False),
    Column("due", _DAY, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("holder", String(200)),
    Column("audit", Integer, nullable=False),
    Column("received", _DAY, nullable=False),
    Column("disposed", _TIME),
    Column("followed", _TIME),
    Column("closed", _TIME),
    Column("returned", Integer, nullable=False),
    Column("accepted", Integer),
    Column("linked", Integer, nullable=False),
    Column("topics", String(300)),
    Column("late", Integer, nullable=False),
    Index("tasks_order", "stage", "urgent", "due", "complaint_id"),
    Index("tasks_received", "received"),
)
"""The work list: one row a complaint, made from its events, made anew from the log at any time."""

cursors = Table(
    "cursors", metadata, Column("name", String(40), primary_key=True), Column("seq", _SEQUENCE, nullable=False)
)
"""How far a table that follows the log has read."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("status", String(20), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("problems", Text, nullable=False),
)
"""Exports that people uploaded; the file itself is deleted once it was read."""

upload_rows = Table(
    "upload_rows",
    metadata,
    Column("upload_id", String(32), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("complaint_id", String(200), nullable=False),
)

targets = Table(
    "targets",
    metadata,
    Column("region", String(20), primary_key=True),
    Column("semester", String(6), primary_key=True),
    Column("measure", String(20), primary_key=True),
    Column("value", Float, nullable=False),
)
"""What an action plan wants: a share by region and half-year."""
