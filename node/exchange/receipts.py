"""Receipts at the requester: does the owner's ledger really hold this disclosure?

A receipt is a C2SP ``.tlog-proof``. The leaf is not taken from it: it is recomputed from what the
requester knows and the time the owner states, so a proof of some other entry proves nothing here.

What is kept is the receipt with its *opening*: whoever is shown it needs nothing else but the owner's key
from the directory (``comity ledger verify --receipt``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from comity.ledger import (
    LedgerError,
    Statement,
    entry_leaf,
    open_receipt,
    parse_receipt,
    verify_receipt,
)
from comity.ledger.proof import time_of
from node.exchange.disclosure import ANSWERED

if TYPE_CHECKING:
    from comity.identity.directory import NodeEntry

log = logging.getLogger(__name__)


class Receipts:
    """Checks receipts against the ledger keys of the directory."""

    __slots__ = ()

    def check(
        self, receipt: bytes, *, entry: NodeEntry, query_id: bytes, salt: bytes, details: bytes
    ) -> bytes:
        """The receipt, opened, if it proves that the source's ledger holds exactly these details.

        Returns:
            A ``.tlog-proof`` that speaks for itself; nothing when it proves nothing.
        """
        if not receipt:
            return b""
        try:
            told = parse_receipt(receipt)
            said = Statement(time_of(told.extra), query_id, ANSWERED, details)
            leaf = entry_leaf(said, salt=salt)
            verify_receipt(told, leaf=leaf, key=entry.ledger_vkey)
            return open_receipt(told, said, salt=salt)
        except LedgerError as error:
            log.warning("receipt of %s refused: %s", entry.instance, type(error).__name__)
            return b""
