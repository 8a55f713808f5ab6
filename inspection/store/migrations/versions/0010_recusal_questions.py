"""Recusal questions: the names that are compared, and the answers"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_leader",
        _code("term_id"),
        _code("school_code"),
        _code("leader_name"),
        sa.PrimaryKeyConstraint("term_id", "school_code", "leader_name", name=op.f("pk_school_leader")),
    )
    op.create_table(
        "former_workplace",
        _code("term_id"),
        _code("inspector_id"),
        _code("workplace"),
        sa.PrimaryKeyConstraint("term_id", "inspector_id", "workplace", name=op.f("pk_former_workplace")),
    )
    op.create_table(
        "recusal_answer",
        _code("question_id"),
        _code("term_id"),
        _code("inspector_id"),
        _code("school_code"),
        _code("kind"),
        _code("relation"),
        sa.Column("reason", sa.Text(), nullable=False),
        _code("account_id"),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_recusal_answer")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("recusal_answer", "former_workplace", "school_leader"):
        op.drop_table(table)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)
