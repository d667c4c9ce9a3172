"""What officers are entered with at their own agency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "qualification",
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(length=32), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("entered_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "kind", "word"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("qualification")
