"""Bringing a database to the present schema, at every start.

Most starts find it there. Alembic, which would tell, costs more processor time to import than the rest of
a command takes; so it is loaded for a database that is not at the newest migration, and for no other.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def migrate(engine: Engine, scripts: Path) -> None:
    """Applies the migrations in the folder ``scripts`` that are missing.

    Raises:
        StartError: the database comes from a newer release, or cannot be written to.
    """
    if revision_of(engine) != newest(scripts):
        importlib.import_module("comity.store.upgrading").upgrade(engine, scripts)


def newest(scripts: Path) -> str:
    """The last migration there is; each is a file whose name begins with its number."""
    return max(path.stem.partition("_")[0] for path in (scripts / "versions").glob("[0-9]*.py"))


def revision_of(engine: Engine) -> str | None:
    """The migration that a database is at; ``None`` for an empty one, or one that cannot be read."""
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError:
        return None
    return None if found is None else str(found)
