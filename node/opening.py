"""Opening what a node keeps in its home: its secrets, its database and the records in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from comity.authority.home import Home
from comity.identity.files import create_private
from comity.store.engine import open_engine
from node.records.store import RecordStore
from node.storage.migrating import migrate

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from node.settings import Settings

INDEX_KEY_FILE: Final = "index.key"
REFERENCE_KEY_FILE: Final = "reference.key"
NAME_INDEX: Final = "name-index"


def secret_file(path: Path) -> bytes:
    """A 32-byte secret of this node, made at first use, once: an importer may start beside the node."""
    if not path.exists():
        create_private(path, secrets.token_bytes(32))
    return path.read_bytes()


def database_of(home: Path, settings: Settings) -> str | Path:
    """The database named in the settings: a file of the home, or a URL."""
    return settings.database if "://" in settings.database else home / settings.database


def open_register(home: Path, settings: Settings) -> tuple[Engine, RecordStore]:
    """The node's database, migrated, with its record store; for importers and for the server.

    Raises:
        StartError: nobody joined in this home: a mistyped path must not become a new, empty register.
    """
    Home(home).require_joined()
    engine = open_engine(database_of(home, settings))
    migrate(engine)
    return engine, RecordStore(engine, index_key=secret_file(home / INDEX_KEY_FILE))
