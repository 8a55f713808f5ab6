"""The names of a small bureau for tests of the desk: people, schools, cases, a clock that stands still.

Everything "own" belongs to school A, district 379901 and team t01; everything "other" to school B, district
379902 and team t02.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from desk.office import Office
from inspection.access import Role
from inspection.profile import load_profile
from inspection.store.tables import Table
from inspection.store.writing import put

ROOT = Path(__file__).resolve().parent.parent
PROFILE = load_profile(ROOT / "examples" / "demo_city" / "profile.yaml")
CAMPAIGN, TERM = "2025-2026-2-basic", "2025-2026-2"
SCHOOL_A, SCHOOL_B = "2137990001", "2137990002"
HOSTILE_NAME = '南河<script>alert("x")</script>小学'
PASSWORD = "demo-pass-2026"
OPENED = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 kept-inside"
PEOPLE: Mapping[str, tuple[Role, str]] = {
    "director-01": (Role.DIRECTOR, ""),
    "office-01": (Role.OFFICE, ""),
    "inspector-01": (Role.INSPECTOR, "i-01"),
    "school-a": (Role.SCHOOL, SCHOOL_A),
    "head-a": (Role.HEAD, SCHOOL_A),
    "district-01": (Role.DISTRICT, "379901"),
    "discipline-01": (Role.DISCIPLINE, ""),
    "engineer-01": (Role.ENGINEER, ""),
}
WARNED_A = f"{CAMPAIGN}-{SCHOOL_A}-warning-circular"
WARNED_B = f"{CAMPAIGN}-{SCHOOL_B}-warning-circular"
TOLD_A = f"{CAMPAIGN}-{SCHOOL_A}-criticism-circular"
UNTOLD_A = f"{CAMPAIGN}-{SCHOOL_A}-watch"
OTHER = "2025-2026-2-other"
FINDINGS_A, FINDINGS_B = "检查记录-t01.xlsx", "检查记录-t02.xlsx"
SCHOOL_FILE_A, SCHOOL_FILE_B = f"学期指标报表-{SCHOOL_A}.xlsx", f"学期指标报表-{SCHOOL_B}.xlsx"
INDICATORS_A, INDICATORS_B = "学期指标报表-示例市东湖区.xlsx", "学期指标报表-示例市西岭县.xlsx"
RESULTS_A = "学业质量监测成绩-示例市东湖区.csv"


class Clock:
    """A clock that stands still until it is told to move on."""

    def __init__(self) -> None:
        self.instant = OPENED

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass
class Bureau:
    """An office with its clock and the receipt numbers of its submissions."""

    office: Office
    clock: Clock = field(default_factory=Clock)
    receipts: dict[str, str] = field(default_factory=dict)


def put_rows(session: Session, table: type[Table], rows: list[dict[str, Any]]) -> None:
    """Put rows that name only what the desk reads; the other columns stand empty."""
    blank = {
        column.name: column.type.python_type()
        for column in table.__table__.columns
        if not column.nullable and column.type.python_type in {str, int, bool, float}
    }
    put(session, table, [blank | row for row in rows])
