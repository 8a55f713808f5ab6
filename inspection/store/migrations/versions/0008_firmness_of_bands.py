"""How firmly bands stand, where schools stand among like ones, how they moved"""

import sqlalchemy as sa
from alembic import op

from inspection.store.append_only import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_fragility",
        *_codes("campaign_id", "basis", "school_code", "stage", "scope", "band"),
        sa.Column("coverage_rate", sa.Float(), nullable=False),
        sa.Column("margin_centi", sa.Integer(), nullable=False),
        sa.Column("stay_rate", sa.Float(), nullable=True),
        *_codes("input_criterion_id"),
        sa.Column("input_value", sa.Float(), nullable=True),
        sa.Column("input_change_rate", sa.Float(), nullable=True),
        *_codes("input_band", "weight_criterion_id"),
        sa.Column("weight_change", sa.Float(), nullable=True),
        *_codes("weight_band"),
        sa.PrimaryKeyConstraint(
            "campaign_id", "basis", "school_code", "stage", "scope", name=op.f("pk_score_fragility")
        ),
    )
    op.create_table(
        "peer_place",
        *_codes("campaign_id", "school_code", "stage", "indicator_id"),
        sa.Column("exam_result", sa.Boolean(), nullable=False),
        *_codes("place"),
        sa.Column("peers", sa.String(), nullable=False),
        sa.Column("peer_count", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("shrunk", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_peer_place")),
    )
    op.create_table(
        "own_trend",
        *_codes("campaign_id", "school_code", "stage", "indicator_id"),
        sa.Column("exam_result", sa.Boolean(), nullable=False),
        *_codes("trend"),
        sa.Column("term_count", sa.Integer(), nullable=False),
        sa.Column("first_value", sa.Float(), nullable=False),
        sa.Column("last_value", sa.Float(), nullable=False),
        sa.Column("change", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_own_trend")),
    )
    protect(op.get_bind())


def downgrade() -> None:
    for table in ("own_trend", "peer_place", "score_fragility"):
        op.drop_table(table)


_KEY = ("campaign_id", "school_code", "stage", "indicator_id")


def _codes(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=128), nullable=False) for name in names]
