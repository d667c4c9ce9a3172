"""The one error of the ledger's formats."""

from __future__ import annotations

from comity.errors import ComityError


class LedgerError(ComityError):
    """A note, a proof or a log is not what it claims to be."""
