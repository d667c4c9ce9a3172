"""A copy of a node's database, and what must not be taken from an old copy into a new node.

Rules:

* The old log stays in the copy that it was saved in: a node that went on under it would sign a second
  history over entries that others hold receipts for. The new node begins a log of its own, with its own key,
  for which the agency's root key vouched when it joined.
* What was answered since the copy was made is in no replay row of it. The floor rises to the moment of the
  restoring, and the new node has encryption keys of its own, so that no envelope from before opens at all.
* Questions that were out when the copy was made end as not answered.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update

from comity.errors import ExitCode, StartError
from comity.store import ledger_schema
from node.storage.replay import ReplayBook
from node.storage.schema import query

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def copy_database(source: Path, target: Path) -> None:
    """A whole copy of a SQLite database, whoever writes to it meanwhile.

    Raises:
        StartError: there is none, it cannot be read, or the copy cannot be written.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            (found,) = new.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        sentence = f"The database {source} cannot be copied to {target}: {error}."
        raise StartError(sentence, exit_code=ExitCode.DISK) from error
    if found != "ok":
        target.unlink(missing_ok=True)
        raise StartError(f"The database {source} is damaged: {found}.", exit_code=ExitCode.DATA)


def begin_anew(engine: Engine, now_ms: int, *, vkey: str) -> None:
    """Makes an old node's rows a new node's: no log, nothing to be executed again, nothing open.

    Args:
        engine: a copy, at the newest migration.
        now_ms: the moment of the restoring.
        vkey: the new node's ledger key.

    Raises:
        StartError: the new node has served on this database already.
    """
    ledger_schema.metadata.create_all(engine)
    ended = {
        **dict.fromkeys(("fields_released", "fields_withheld", "receipts_verified"), 0),
        **dict.fromkeys(("receipts_due", "elapsed_ms"), 0),
        "asked": [],
        "not_searched": [],
        "ended_ms": now_ms,
    }
    unfinished = update(query).where(query.c.summary.is_(None))
    own = select(ledger_schema.log.c.id).where(ledger_schema.log.c.vkey == vkey)
    with engine.begin() as connection:
        if connection.execute(own).first() is not None:
            sentence = f"This node has served on the database {engine.url.database} already."
            raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE)
        for table in reversed(ledger_schema.metadata.sorted_tables):
            connection.execute(delete(table))
        ReplayBook.load(connection).prune(now_ms)(connection)
        connection.execute(text("DELETE FROM replay"))
        connection.execute(unfinished.values(answers="[]", summary=json.dumps(ended)))
