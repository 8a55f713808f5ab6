"""Rules of procedure set aside, the record sheet of a draw, the files that prove the public values"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_override",
        _code("campaign_id"),
        _code("rule"),
        _code("subjects_digest"),
        sa.Column("subjects", sa.Text(), nullable=False),
        _code("step"),
        _code("clause_id"),
        _code("person_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("campaign_id", "rule", "subjects_digest", name=op.f("pk_gate_override")),
    )
    op.create_table(
        "draw_sheet",
        _code("campaign_id"),
        _code("state"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "state", name=op.f("pk_draw_sheet")),
    )
    op.create_table(
        "value_evidence",
        _code("campaign_id"),
        _code("content_digest"),
        _code("kind"),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        _code("account_id"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("campaign_id", "content_digest", name=op.f("pk_value_evidence")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("value_evidence", "draw_sheet", "gate_override"):
        op.drop_table(table)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
