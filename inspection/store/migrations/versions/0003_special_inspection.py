"""Special inspections: requests, arrangements, decisions, written notices; one visit a school a day"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    "special_notice_file",
    "special_notice",
    "special_decision",
    "special_member",
    "special_visit",
    "special",
)


def upgrade() -> None:
    op.create_table(
        "special",
        _code("special_id"),
        _code("campaign_id"),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        _code("mode"),
        _code("state"),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        _code("requester_id"),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("dispatched_on", sa.Date(), nullable=True),
        sa.Column("approval_due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_special_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("special_id", name=op.f("pk_special")),
    )
    op.create_table(
        "special_visit",
        _code("special_id"),
        _code("school_code"),
        _code("team_code"),
        sa.Column("visit_on", sa.Date(), nullable=False),
        *_part_of_special("special_visit", "school_code"),
    )
    op.create_table(
        "special_member",
        _code("special_id"),
        _code("team_code"),
        _code("inspector_id"),
        _code("role"),
        *_part_of_special("special_member", "team_code", "inspector_id"),
    )
    op.create_table(
        "special_decision",
        _code("special_id"),
        _code("answer_id"),
        _code("decision"),
        _code("approver_id"),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        *_part_of_special("special_decision", "answer_id"),
    )
    op.create_table(
        "special_notice",
        _code("special_id"),
        _code("school_code"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("template_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        *_part_of_special("special_notice", "school_code"),
        sa.UniqueConstraint("year", "number", name=op.f("uq_special_notice_year_number")),
    )
    op.create_table(
        "special_notice_file",
        _code("special_id"),
        _code("school_code"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("special_id", "school_code", name=op.f("pk_special_notice_file")),
    )
    op.create_index("uq_visit_school_code_visit_on", "visit", ["school_code", "visit_on"], unique=True)
    protect(op.get_bind())


def downgrade() -> None:
    op.drop_index("uq_visit_school_code_visit_on", table_name="visit")
    for table in _TABLES:
        op.drop_table(table)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def _part_of_special(table: str, *key: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["special_id"], ["special.special_id"], name=op.f(f"fk_{table}_special_id_special")
        ),
        sa.PrimaryKeyConstraint("special_id", *key, name=op.f(f"pk_{table}")),
    )
