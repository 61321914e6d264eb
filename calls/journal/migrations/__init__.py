"""Alembic's environment and the versions of the journal's tables."""
