"""Tables of a ledger. One log to a database, one process to a log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# Whose log this is; the key is here for convenience, trust comes from the directory.
log = Table(
    "ledger_log",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("origin", String(256), nullable=False),
    Column("vkey", String(512), nullable=False),
)

# Leaves with what they commit to. ``details`` and ``salt`` may be erased under retention law.
entry = Table(
    "ledger_entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(48), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("envelope_id", LargeBinary(32), nullable=False),
    Column("leaf", LargeBinary(33), nullable=False),
    Column("salt", LargeBinary(32)),
    Column("details", LargeBinary),
    Index("ledger_entry_by_envelope", "envelope_id"),
)

# Hashes of complete subtrees: level 0 is the leaves.
subtree = Table(
    "ledger_subtree",
    metadata,
    Column("level", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),
)

# One signed head for each commit.
checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
