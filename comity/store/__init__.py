"""SQL for what every process keeps: engines, the ledger, the journal that commits both in groups.

SQLAlchemy Core on SQLite (WAL) or PostgreSQL. Knows no protobuf, no policy and no record.
"""

from comity.store.engine import open_engine
from comity.store.journal import Committed, Draft, Journal

__all__ = ["Committed", "Draft", "Journal", "open_engine"]
