"""Corrected answers about recusal, and the written notices of drawn inspections"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recusal_correction",
        _code("question_id"),
        sa.Column("correction_number", sa.Integer(), autoincrement=False, nullable=False),
        _code("term_id"),
        _code("inspector_id"),
        _code("school_code"),
        _code("kind"),
        _code("relation"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        _code("account_id"),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question_id", "correction_number", name=op.f("pk_recusal_correction")),
    )
    op.create_table(
        "visit_notice",
        *_edition(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("template_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "school_code", "edition", name=op.f("pk_visit_notice")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_visit_notice_year_number")),
    )
    op.create_table(
        "visit_notice_file",
        *_edition(),
        _code("file_name"),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "school_code", "edition", name=op.f("pk_visit_notice_file")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("visit_notice_file", "visit_notice", "recusal_correction"):
        op.drop_table(table)


def _edition() -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    edition = sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False)
    return _code("campaign_id"), _code("school_code"), edition


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)
