"""Alembic's environment: runs on the connection that ``node.storage.migrating`` gives it."""

from __future__ import annotations

from alembic import context

from node.records import schema as records
from node.storage import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[schema.metadata, records.metadata],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
