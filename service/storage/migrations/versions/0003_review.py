"""Third schema: people, sessions, the work list of the pages, uploads, targets; care of complaints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.String(27)
_DAY = sa.String(10)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("complaints", sa.Column("sensitive", sa.Integer, nullable=False, server_default="0"))
    op.add_column("complaints", sa.Column("about", sa.String(1000)))
    _people()
    op.create_table(
        "tasks",
        sa.Column("complaint_id", sa.String(200), primary_key=True),
        sa.Column("seq", _SEQUENCE, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("urgent", sa.Integer, nullable=False),
        sa.Column("due", _DAY, nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("holder", sa.String(200)),
        sa.Column("audit", sa.Integer, nullable=False),
        sa.Column("received", _DAY, nullable=False),
        sa.Column("disposed", _TIME),
        sa.Column("followed", _TIME),
        sa.Column("closed", _TIME),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.Column("accepted", sa.Integer),
        sa.Column("linked", sa.Integer, nullable=False),
        sa.Column("topics", sa.String(300)),
        sa.Column("late", sa.Integer, nullable=False),
    )
    op.create_index("tasks_order", "tasks", ["stage", "urgent", "due", "complaint_id"])
    op.create_index("tasks_received", "tasks", ["received"])
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("seq", _SEQUENCE, nullable=False),
    )
    op.execute("INSERT INTO cursors (name, seq) VALUES ('tasks', 0)")  # there from the start, so that it can be locked
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
    )
    op.create_table(
        "upload_rows",
        sa.Column("upload_id", sa.String(32), primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("complaint_id", sa.String(200), nullable=False),
    )
    op.create_table(
        "targets",
        sa.Column("region", sa.String(20), primary_key=True),
        sa.Column("semester", sa.String(6), primary_key=True),
        sa.Column("measure", sa.String(20), primary_key=True),
        sa.Column("value", sa.Float, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("login", sa.String(100), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("region", sa.String(20)),
        sa.Column("agency_id", sa.String(200)),
        sa.Column("office_id", sa.String(200)),
        sa.Column("named", sa.Integer, nullable=False),
        sa.Column("password", sa.String(200)),
        sa.Column("active", sa.Integer, nullable=False),
        sa.Column("invite", sa.String(64)),
        sa.Column("invite_until", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME),
    )
    op.create_index("users_invite", "users", ["invite"])
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
    )
    op.create_index("sessions_user", "sessions", ["user_id"])
    op.create_table(
        "attempts",
        sa.Column("login", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", _TIME),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "access_log",
        sa.Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(1000)),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop what was made."""
    made = "access_log attempts sessions users targets upload_rows uploads cursors tasks"
    for table in made.split():
        op.drop_table(table)
    op.drop_column("complaints", "about")
    op.drop_column("complaints", "sensitive")
