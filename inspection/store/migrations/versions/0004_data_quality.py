"""Data quality: expectations per school, the integrity screen, risk classes"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_school",
        _code("term_id"),
        _code("data_set"),
        _code("rule_id"),
        _code("school_code"),
        sa.Column("unexpected_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "term_id", "data_set", "rule_id", "school_code", name=op.f("pk_check_school")
        ),
    )
    op.create_table(
        "integrity_signal",
        _code("term_id"),
        _code("check_id"),
        _code("school_code"),
        sa.Column("statistic", sa.Float(53), nullable=False),
        sa.Column("threshold", sa.Float(53), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", "check_id", "school_code", name=op.f("pk_integrity_signal")),
    )
    op.create_table(
        "school_risk",
        _code("term_id"),
        _code("school_code"),
        _code("risk_class"),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", "school_code", name=op.f("pk_school_risk")),
    )


def downgrade() -> None:
    for table in ("school_risk", "integrity_signal", "check_school"):
        op.drop_table(table)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)
