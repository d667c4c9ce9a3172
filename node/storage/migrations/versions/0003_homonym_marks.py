"""Marks that a record of another agency is not the person sought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "homonym_mark",
        sa.Column("mark_id", sa.String(length=12), nullable=False),
        sa.Column("subject_reference", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("record_reference", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("mark_id"),
    )
    with op.batch_alter_table("homonym_mark", schema=None) as batch_op:
        batch_op.create_index("homonym_mark_by_subject", ["subject_reference"], unique=False)
        batch_op.create_index("homonym_mark_by_time", ["set_ms", "mark_id"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("homonym_mark")
