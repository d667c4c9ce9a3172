"""Alembic's revisions of the node's database."""
