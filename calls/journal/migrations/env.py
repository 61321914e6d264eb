"""Runs the versions on the connection, and in the transaction, of `calls.journal.upgrading`."""

from alembic import context

from calls.journal.models import Base
from calls.journal.upgrading import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
