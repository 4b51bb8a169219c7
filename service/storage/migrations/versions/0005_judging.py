"""Pairs that two people judge blind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_ID, _NAME, _TIME = sa.String(32), sa.String(200), sa.String(27)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "judging_rounds",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("team", _ID, nullable=False),
        sa.Column("one", _ID, nullable=False),
        sa.Column("other", _ID, nullable=False),
        sa.Column("closed_at", _TIME),
    )
    op.create_table(
        "judging_pairs",
        sa.Column("round_id", _ID, primary_key=True),
        sa.Column("a", _NAME, primary_key=True),
        sa.Column("b", _NAME, primary_key=True),
        sa.Column("probability", sa.Float, nullable=False),
    )
    op.create_index("judging_pairs_a", "judging_pairs", ["a"])
    op.create_index("judging_pairs_b", "judging_pairs", ["b"])
    op.create_table(
        "judgements",
        sa.Column("round_id", _ID, primary_key=True),
        sa.Column("a", _NAME, primary_key=True),
        sa.Column("b", _NAME, primary_key=True),
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("judgements", "judging_pairs", "judging_rounds"):
        op.drop_table(table)
