"""Runs the migrations on the connection that `inspection.store.engine.migrate` hands over."""

from alembic import context

import inspection.store.case_tables
import inspection.store.correction_tables
import inspection.store.desk_tables
import inspection.store.gate_tables
import inspection.store.rectification_tables
import inspection.store.recusal_tables
import inspection.store.score_tables
import inspection.store.special_tables
import inspection.store.visit_notice_tables  # noqa: F401 - tables known to autogenerate
from inspection.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
