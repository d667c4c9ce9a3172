"""Alembic's revisions of the gateway's database."""
