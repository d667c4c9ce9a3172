"""Proof without trust: the mathematics and the formats of an append-only Merkle log.

RFC 6962 trees with SHA-256; C2SP signed notes, checkpoints, cosignatures, tiles and tlog-proofs. Pure:
knows no SQL, no clock, no network. ``comity.store`` keeps the logs; ``docs/spec/ledger.md`` is the format.
"""

from comity.ledger.checkpoint import (
    Checkpoint,
    VerifiedCheckpoint,
    Verifier,
    Witness,
    cosign,
    parse_checkpoint,
    sign_checkpoint,
)
from comity.ledger.entry import Statement, entry_leaf
from comity.ledger.errors import LedgerError
from comity.ledger.note import SignedNote, parse_note, parse_vkey, sign_note, verify_note, vkey_of
from comity.ledger.proof import (
    OpenedReceipt,
    Receipt,
    VerifiedReceipt,
    open_receipt,
    parse_receipt,
    verify_opened,
    verify_receipt,
)
from comity.ledger.tree import Frontier, consistency_path, inclusion_path, verify_consistency

__all__ = [
    "Checkpoint",
    "Frontier",
    "LedgerError",
    "OpenedReceipt",
    "Receipt",
    "SignedNote",
    "Statement",
    "VerifiedCheckpoint",
    "VerifiedReceipt",
    "Verifier",
    "Witness",
    "consistency_path",
    "cosign",
    "entry_leaf",
    "inclusion_path",
    "open_receipt",
    "parse_checkpoint",
    "parse_note",
    "parse_receipt",
    "parse_vkey",
    "sign_checkpoint",
    "sign_note",
    "verify_consistency",
    "verify_note",
    "verify_opened",
    "verify_receipt",
    "vkey_of",
]
