"""Tables of the gateway. Created and changed by Alembic (``migrations/``)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, String, Table

metadata = MetaData()

quota_use = Table(
    "quota_use",
    metadata,
    Column("agency", String(32), primary_key=True),
    Column("day", BigInteger, primary_key=True),
    Column("queries", BigInteger, nullable=False),
)
