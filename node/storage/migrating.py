"""Bringing a node's database to the present schema, at every start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.store import migrating

if TYPE_CHECKING:
    from sqlalchemy import Engine

SCRIPTS: Final = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Applies the migrations that are missing."""
    migrating.migrate(engine, SCRIPTS)
