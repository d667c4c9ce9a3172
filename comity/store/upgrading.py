"""Applying the migrations that a database lacks; Alembic does it.

Several programs may open one database at once (a node that starts, an import, a command for callers), so
the first takes a lock in the database and the others find the work done. All migrations that are missing
are one transaction: after a crash, all of them or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from comity.errors import ExitCode, StartError
from comity.store.trouble import sentence_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

# SQLite's Python driver would begin no transaction for a change of schema by itself.
_LOCK: Final = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(hashtext('comity.migrations'))",
}


def upgrade(engine: Engine, scripts: Path) -> None:
    """Applies the migrations in the folder ``scripts`` that are missing.

    Raises:
        StartError: the database comes from a newer release, or cannot be written to.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_LOCK[engine.dialect.name])
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        sentence = f"The database {engine.url.database} comes from a newer release of this program."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
    except DBAPIError as error:
        sentence, exit_code = sentence_of(error)
        raise StartError(
            f"The database {engine.url.database} {sentence}.", exit_code=exit_code
        ) from error
