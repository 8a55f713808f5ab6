"""What a school has rectified is checked again, and the case struck off"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recheck",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("recheck_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rechecked_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=128), nullable=False),
        sa.Column("person_ids", sa.Text(), nullable=False),
        sa.Column("note_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_recheck_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "recheck_number", name=op.f("pk_recheck")),
    )
    op.create_table(
        "closure",
        sa.Column("case_id", sa.String(length=128), nullable=False),
        sa.Column("approver_id", sa.String(length=128), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_closure_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_closure")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("closure", "recheck"):
        op.drop_table(table)
