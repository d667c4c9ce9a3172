"""Tables of ledgers. A log has one appender; processes that share a database have a log each."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

_id = BigInteger().with_variant(Integer, "sqlite")

# Whose logs these are; keys are here for convenience, trust comes from the directory.
log = Table(
    "ledger_log",
    metadata,
    Column("id", _id, primary_key=True),
    Column("origin", String(256), nullable=False, unique=True),
    Column("vkey", String(512), nullable=False),
)

# Leaves with what they commit to. ``details`` and ``salt`` may be erased under retention law.
entry = Table(
    "ledger_entry",
    metadata,
    Column("log", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("kind", String(48), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("envelope_id", LargeBinary(32), nullable=False),
    Column("leaf", LargeBinary(33), nullable=False),
    Column("salt", LargeBinary(32)),
    Column("details", LargeBinary),
    sqlite_with_rowid=False,
)

# Where the entries about an envelope are: ids of each 4,096 entries, sorted (comity.ledger.runs).
run = Table(
    "ledger_run",
    metadata,
    Column("log", BigInteger, primary_key=True),
    Column("run", BigInteger, primary_key=True),
    Column("first", LargeBinary(8), primary_key=True),
    Column("items", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Hashes of the tree, as C2SP tiles: full ones never change; of the partial ones, level 0 is the entries'.
tile = Table(
    "ledger_tile",
    metadata,
    Column("log", BigInteger, primary_key=True),
    Column("level", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
)

# One signed head for each commit.
checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("log", BigInteger, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)
