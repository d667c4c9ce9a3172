"""Tables of the register: records, their fields one by one, identifiers, names.

One schema for SQLite and PostgreSQL, created and changed by Alembic with the node's other tables.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
Key = BigInteger().with_variant(Integer, "sqlite")

record = Table(
    "record",
    metadata,
    Column("id", Key, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("source_key", String(200), nullable=False),
    Column("entity_type", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("markings", Text, nullable=False),
    Column("assertion", Text, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("load", BigInteger, nullable=False),
    UniqueConstraint("source", "source_key"),
)

# One row a field, so that a mask limits what is read.
record_field = Table(
    "record_field",
    metadata,
    Column("record_id", Key, ForeignKey("record.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Normalised identifiers under a keyed hash: a stolen database is no list of passport numbers.
identifier = Table(
    "identifier",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("record_id", Key, ForeignKey("record.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(64), primary_key=True),
    Index("identifier_by_record", "record_id"),
    sqlite_with_rowid=False,
)

# Stolen blank documents, by the first and last number of each batch; a number between them is of the batch.
number_range = Table(
    "number_range",
    metadata,
    Column("record_id", Key, ForeignKey("record.id", ondelete="CASCADE"), primary_key=True),
    Column("letters", String(16), nullable=False),
    Column("figures", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("country", String(8), nullable=False),
    Index("number_range_by_first", "letters", "figures", "first"),
)

# Every published name is a row; what it is found by lies in the index beside the database. Numbers come from
# ``serial`` and are never used again, so that whoever read up to a number knows what is new.
name = Table(
    "name",
    metadata,
    Column("id", Key, primary_key=True),
    Column("record_id", Key, ForeignKey("record.id", ondelete="CASCADE"), nullable=False),
    Column("path", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", String(24), nullable=False),
    Index("name_by_record", "record_id"),
)
serial = Table(
    "serial",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("last", BigInteger, nullable=False),
)
