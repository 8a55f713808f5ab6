"""Correction workbooks, requests to hand in later, how every unit stands"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction_workbook",
        _code("submission_id"),
        _code("correction_id"),
        _code("term_id"),
        _code("data_set"),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_correction_workbook")),
    )
    op.create_table(
        "standing",
        _code("term_id"),
        _code("data_set"),
        _code("unit"),
        _code("status"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", "data_set", "unit", name=op.f("pk_standing")),
    )
    op.create_table(
        "extension",
        _code("extension_id"),
        _code("term_id"),
        _code("data_set"),
        _code("unit"),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _code("account_id"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("extension_id", name=op.f("pk_extension")),
    )
    op.create_table(
        "extension_decision",
        _code("extension_id"),
        _code("decision"),
        sa.Column("reason", sa.Text(), nullable=False),
        _code("account_id"),
        _instant("recorded_at"),
        sa.ForeignKeyConstraint(
            ["extension_id"],
            ["extension.extension_id"],
            name=op.f("fk_extension_decision_extension_id_extension"),
        ),
        sa.PrimaryKeyConstraint("extension_id", name=op.f("pk_extension_decision")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("extension_decision", "extension", "standing", "correction_workbook"):
        op.drop_table(table)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
