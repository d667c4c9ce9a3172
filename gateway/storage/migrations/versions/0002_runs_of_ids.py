"""Entries of the ledger are found by runs of ids (``comity.ledger.runs``), not by an index."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change; the ledger makes the runs of what is there when it is opened."""
    op.execute("DROP INDEX IF EXISTS ledger_entry_by_envelope")


def downgrade() -> None:
    """Leaves the index out: the former release reads without it, slowly."""
