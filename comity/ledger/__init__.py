"""Proof without trust: the mathematics and the formats of an append-only Merkle log.

RFC 6962 trees with SHA-256; C2SP signed notes, checkpoints, cosignatures and tlog-proofs. Pure: knows
no SQL, no clock, no network. ``comity.store`` keeps the logs.
"""

from comity.ledger.entry import entry_leaf
from comity.ledger.errors import LedgerError
from comity.ledger.note import Verifier, cosign, sign_note, vkey_of
from comity.ledger.proof import Receipt, parse_receipt, verify_receipt
from comity.ledger.tree import Frontier, consistency_path, inclusion_path, verify_consistency

__all__ = [
    "Frontier",
    "LedgerError",
    "Receipt",
    "Verifier",
    "consistency_path",
    "cosign",
    "entry_leaf",
    "inclusion_path",
    "parse_receipt",
    "sign_note",
    "verify_consistency",
    "verify_receipt",
    "vkey_of",
]
