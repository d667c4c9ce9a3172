"""Batches of stolen blank documents, searchable by any number in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change; records that are there are found by their ranges after the next import."""
    op.create_table(
        "number_range",
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("letters", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("number_range", schema=None) as batch_op:
        batch_op.create_index(
            "number_range_by_first", ["letters", "figures", "first"], unique=False
        )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("number_range")
