"""Alembic's entry: runs the migrations on the connection it is handed, inside the transaction that connection is in."""

from alembic import context

from longshelf.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
    transactional_ddl=True,  # true of both dialects as `store/connections.py` opens them
)
with context.begin_transaction():
    context.run_migrations()
