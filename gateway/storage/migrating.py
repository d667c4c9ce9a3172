"""Bringing a gateway's database to the present schema, at every start."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Engine


def migrate(engine: Engine) -> None:
    """Applies the migrations that are missing; a database from a newer release is an error."""
    config = Config()
    config.set_main_option(
        "script_location", str(resources.files("gateway.storage") / "migrations")
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
