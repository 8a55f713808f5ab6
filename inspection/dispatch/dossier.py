"""The facts of a team's dossier: who goes where and when, what to look at, what to bring and to mind.

Here: frozen facts, and the rule that a visit form fits the visit. Not here: what is known of a school's risk
(inspectors never see it), the form that comes back (`workbook`), layout (`report_templates/dossier`).
"""

from dataclasses import dataclass
from datetime import date

from inspection.errors import Fault

VISIT_ITEM_LIMIT = 25


@dataclass(frozen=True, kw_only=True)
class TeamMember:
    """A member of a team, as the team knows them."""

    inspector_id: str
    inspector_name: str
    role_title: str


@dataclass(frozen=True, kw_only=True)
class VisitMatter:
    """A matter 抽查事项 of the visit and the law or rule it rests on."""

    name: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class VisitItem:
    """One thing to look at on site; a rated one is given 1 to 5, the others are met, not met or n/a."""

    criterion_id: str
    stage_title: str
    matter_name: str
    content: str
    clause: str
    method: str
    is_rated: bool = False


@dataclass(frozen=True, kw_only=True)
class VisitSchool:
    """A school of a team. What is known of its risk is not among its facts: inspectors never see it.

    `records_to_see` names figures whose original records are to be looked at, and does not say why.
    """

    school_code: str
    school_name: str
    district_name: str
    school_type_title: str
    location_title: str
    stage_titles: tuple[str, ...]
    student_count: int | None
    class_count: int | None
    teacher_count: int | None
    visit_on: date | None
    items: tuple[VisitItem, ...]
    records_to_see: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DossierFacts:
    """A team's dossier: who goes where and when, what to look at, what to bring and to mind.

    `is_drawn` is false where schools and team were not drawn in public, as in a special inspection.
    """

    bureau_name: str
    office_name: str
    campaign_title: str
    term_title: str
    mode_title: str
    team_code: str
    members: tuple[TeamMember, ...]
    matters: tuple[VisitMatter, ...]
    schools: tuple[VisitSchool, ...]
    to_bring: tuple[str, ...]
    safety_notes: tuple[str, ...]
    urgent_contact: str
    workbook_name: str
    return_by: date
    contact: str
    issued_on: date
    ledger_head: str
    record_digest: str
    is_synthetic: bool
    is_drawn: bool = True

    @property
    def title(self) -> str:
        """Which team's dossier of which campaign."""
        return f"{self.campaign_title}入校检查工作手册（{self.team_code}组）"


def visit_item_faults(
    items: tuple[VisitItem, ...], *, place: str, limit: int = VISIT_ITEM_LIMIT
) -> list[Fault]:
    """Return the fault of a visit form that does not fit the visit; empty when it does."""
    if len(items) <= limit:
        return []
    return [
        Fault(
            place=place,
            code="VIS-002",
            wanted=f"每校每次入校检查不超过{limit}项",
            got=f"{len(items)}项",
            remedy="请在抽查计划中减少现场核查的指标，或分批检查。",
        )
    ]
