"""A returned case is studied again and decided again: decisions are numbered, restudies kept"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.Column("decision_number", sa.Integer(), nullable=False, server_default="1")
    with op.batch_alter_table("approval") as approval:
        approval.add_column(number)
        approval.drop_constraint("pk_approval", type_="primary")
        approval.create_primary_key("pk_approval", ["case_id", "decision_number"])
    with op.batch_alter_table("approval") as approval:
        approval.alter_column("decision_number", server_default=None)
    op.create_table(
        "restudy",
        sa.Column("case_id", sa.String(length=128), nullable=False),
        sa.Column("decision_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=128), nullable=False),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.Column("studied_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "decision_number"],
            ["approval.case_id", "approval.decision_number"],
            name=op.f("fk_restudy_case_id_approval"),
        ),
        sa.PrimaryKeyConstraint("case_id", "decision_number", name=op.f("pk_restudy")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    op.drop_table("restudy")
    with op.batch_alter_table("approval") as approval:
        approval.drop_constraint("pk_approval", type_="primary")
        approval.drop_column("decision_number")
        approval.create_primary_key("pk_approval", ["case_id"])
    protect(op.get_bind())
