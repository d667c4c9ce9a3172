"""Receipts stand by the time of their questions; that a query was answered, its disclosure alone says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "receipt_by_time",
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("query_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("asked_ms", "query_id", "source"),
    )
    op.execute(
        "INSERT INTO receipt_by_time (asked_ms, query_id, source, proof)"
        " SELECT query.asked_ms, receipt.query_id, receipt.source, receipt.proof"
        " FROM receipt JOIN query ON query.query_id = receipt.query_id"
    )
    op.drop_table("receipt")
    op.rename_table("receipt_by_time", "receipt")
    op.drop_column("replay", "answered")


def downgrade() -> None:
    """Takes it back."""
    op.add_column(
        "replay", sa.Column("answered", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE replay SET answered = 1 WHERE EXISTS"
        " (SELECT 1 FROM disclosure WHERE disclosure.query_id = replay.query_id)"
    )
    op.create_table(
        "receipt_by_query",
        sa.Column("query_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("query_id", "source"),
    )
    op.execute(
        "INSERT INTO receipt_by_query (query_id, source, proof)"
        " SELECT query_id, source, proof FROM receipt"
    )
    op.drop_table("receipt")
    op.rename_table("receipt_by_query", "receipt")
