"""First schema: event log, complaints, assessments, mentions, keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "events",
        sa.Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(200)),
        sa.Column("sender", sa.String(32)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.UniqueConstraint("complaint_id", "event_id", name="events_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_complaint", "events", ["complaint_id", "seq"])
    op.create_index("events_kind", "events", ["kind", "seq"])
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("region_code", sa.String(20)),
        sa.Column("agency", sa.String(300)),
        sa.Column("agency_id", sa.String(200)),
        sa.Column("category", sa.String(300)),
        sa.Column("type", sa.String(60)),
        sa.Column("decided", sa.Integer, nullable=False),
        sa.Column("confidentiality", sa.String(10), nullable=False),
        sa.Column("sender", sa.String(32)),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("seq", _SEQUENCE, nullable=False),
    )
    op.create_index("complaints_region", "complaints", ["region_code"])
    op.create_index("complaints_agency", "complaints", ["agency_id"])
    op.create_table(
        "assessments",
        sa.Column("seq", _SEQUENCE, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("assessments_complaint", "assessments", ["complaint_id", "seq"])
    op.create_table(
        "mentions",
        sa.Column("seq", _SEQUENCE, sa.ForeignKey("assessments.seq"), primary_key=True, autoincrement=False),
        sa.Column("other_id", sa.String(200), primary_key=True),
    )
    op.create_index("mentions_other", "mentions", ["other_id"])
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("sender", sa.String(32), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("regions", sa.Text, nullable=False),
        sa.Column("agencies", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27)),
        sa.Column("revoked_at", sa.String(27)),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("keys", "mentions", "assessments", "complaints", "events"):
        op.drop_table(table)
