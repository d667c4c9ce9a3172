"""Alembic's environment: runs on the connection that ``gateway.storage.migrating`` gives it."""

from __future__ import annotations

from alembic import context

from gateway.storage import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
