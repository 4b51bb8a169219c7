"""Background jobs and their items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("sender", sa.String(32)),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("finished_at", sa.String(27)),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(40)),
        sa.Column("held_until", sa.String(27)),
    )
    op.create_index("jobs_created", "jobs", ["created_at"])
    op.create_table(
        "job_items",
        sa.Column("job_id", sa.String(40), sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("complaint_id", sa.String(200)),
        sa.Column("content", sa.Text),
        sa.Column("outcome", sa.String(20)),
        sa.Column("error", sa.Text),
    )
    op.create_index("job_items_complaint", "job_items", ["complaint_id"])
    op.create_index("job_items_waiting", "job_items", ["outcome", "job_id", "number"])
