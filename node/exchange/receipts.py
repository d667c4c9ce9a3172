"""Receipts at the requester: does the owner's ledger really hold this disclosure?

A receipt is a C2SP ``.tlog-proof``. The leaf is not taken from it: it is recomputed from what the
requester knows, so a proof of some other entry proves nothing here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from comity.ledger import LedgerError, entry_leaf, verify_receipt

if TYPE_CHECKING:
    from comity.identity.directory import NodeEntry

log = logging.getLogger(__name__)


class Receipts:
    """Checks receipts against the ledger keys of the directory."""

    __slots__ = ()

    def check(self, receipt: bytes, *, entry: NodeEntry, salt: bytes, details: bytes) -> bool:
        """Whether ``receipt`` proves that the source's ledger holds exactly these details."""
        if not receipt:
            return False
        try:
            verify_receipt(receipt, leaf=entry_leaf(details, salt=salt), key=entry.ledger_vkey)
        except LedgerError as error:
            log.warning("receipt of %s refused: %s", entry.instance, type(error).__name__)
            return False
        return True
