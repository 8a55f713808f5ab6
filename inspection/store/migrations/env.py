"""Runs the migrations on the connection that `inspection.store.engine.migrate` hands over."""

from alembic import context

from inspection.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
