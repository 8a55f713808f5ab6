"""What waits for whom: campaigns, visits and cases as the office desk lists them.

Here: joins, as frozen lines in a fixed order. Not here: who may see a line (`inspection.access`), words.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from inspection import policy_file
from inspection.deploy.plan import Plan
from inspection.store.case_tables import Approval, Case, Hearing, Notice, NoticeFile, Rectification, Restudy
from inspection.store.tables import (
    Campaign,
    Inspector,
    PolicyVersion,
    School,
    TeamMember,
    Term,
    Visit,
    VisitResult,
)


@dataclass(frozen=True, kw_only=True)
class CampaignLine:
    """A campaign; `plan` is the one it was registered under."""

    campaign_id: str
    term_id: str
    term_title: str
    title: str
    mode: str
    state: str
    plan: Plan | None


@dataclass(frozen=True, kw_only=True)
class VisitLine:
    """A school that a team visits; `result` is empty before the findings are in."""

    campaign_id: str
    team_code: str
    school_code: str
    school_name: str
    district_code: str
    visit_on: date
    result: str
    is_urgent: bool


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    """A member of a team."""

    team_code: str
    inspector_id: str
    inspector_name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case with its hearing, decision and rectification as far as they have come."""

    case_id: str
    campaign_id: str
    school_code: str
    school_name: str
    district_code: str
    measure: str
    direction: str
    state: str
    proposed_on: date
    notified_on: date | None
    expires_on: date | None
    reply_kind: str
    replied_on: date | None
    reply_text: str
    outcome: str
    outcome_reason: str
    decision: str
    decided_on: date | None
    decision_reason: str
    due_on: date | None
    notice_count: int

    @property
    def is_told(self) -> bool:
        """Whether the school knows of it."""
        return self.notified_on is not None or self.notice_count > 0


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """A decision on a case and, where it returned it, what the office did then (`action` empty: nothing yet)."""

    decision: str
    decided_on: date
    reason_text: str
    action: str
    studied_on: date | None
    study_text: str


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    """A document of a case; `file_name` is empty until the PDF is made."""

    notice_id: str
    case_id: str
    year: int
    number: int
    kind: str
    issued_on: date
    file_name: str


def campaigns(session: Session) -> list[CampaignLine]:
    """Return every campaign, newest term first."""
    statement = (
        select(Campaign, Term.title, PolicyVersion.content)
        .join(Term, Term.term_id == Campaign.term_id)
        .outerjoin(PolicyVersion, PolicyVersion.digest == Campaign.plan_digest)
        .order_by(Campaign.term_id.desc(), Campaign.campaign_id)
    )
    return [_campaign_line(*row) for row in session.execute(statement)]


def campaign(session: Session, campaign_id: str) -> CampaignLine | None:
    """Return one campaign, or None."""
    return next((line for line in campaigns(session) if line.campaign_id == campaign_id), None)


def visits(session: Session, campaign_id: str, *, teams: Iterable[str] | None = None) -> list[VisitLine]:
    """Return a campaign's visits (of the given teams only, when given) by day and school."""
    statement = (
        select(Visit, School, VisitResult)
        .join(Campaign, Campaign.campaign_id == Visit.campaign_id)
        .outerjoin(School, and_(School.term_id == Campaign.term_id, School.school_code == Visit.school_code))
        .outerjoin(
            VisitResult,
            and_(VisitResult.campaign_id == Visit.campaign_id, VisitResult.school_code == Visit.school_code),
        )
        .where(Visit.campaign_id == campaign_id)
        .order_by(Visit.visit_on, Visit.school_code)
    )
    if teams is not None:
        statement = statement.where(Visit.team_code.in_(list(teams)))
    return [_visit_line(*row) for row in session.execute(statement)]


def members(session: Session, campaign_id: str) -> list[MemberLine]:
    """Return the members of a campaign's teams, by team, leader first."""
    statement = (
        select(TeamMember, Inspector.inspector_name)
        .join(Campaign, Campaign.campaign_id == TeamMember.campaign_id)
        .outerjoin(
            Inspector,
            and_(Inspector.term_id == Campaign.term_id, Inspector.inspector_id == TeamMember.inspector_id),
        )
        .where(TeamMember.campaign_id == campaign_id)
    )
    lines = [
        MemberLine(
            team_code=member.team_code,
            inspector_id=member.inspector_id,
            inspector_name=name or "",
            role=member.role,
        )
        for member, name in session.execute(statement)
    ]
    return sorted(lines, key=lambda line: (line.team_code, line.role != "leader", line.inspector_id))


def teams_of(session: Session, inspector_id: str) -> list[tuple[str, str]]:
    """Return the (campaign id, team code) of every team a person is on."""
    statement = (
        select(TeamMember.campaign_id, TeamMember.team_code)
        .where(TeamMember.inspector_id == inspector_id)
        .order_by(TeamMember.campaign_id.desc(), TeamMember.team_code)
    )
    return [(campaign_id, team_code) for campaign_id, team_code in session.execute(statement)]


def cases(session: Session, *, case_id: str = "", campaign_id: str = "") -> list[CaseLine]:
    """Return cases (one, or those of a campaign, or all) by school and number."""
    statement = _case_statement()
    if case_id:
        statement = statement.where(Case.case_id == case_id)
    if campaign_id:
        statement = statement.where(Case.campaign_id == campaign_id)
    issued = select(Notice.case_id).join(NoticeFile, NoticeFile.notice_id == Notice.notice_id)
    counts = Counter(session.execute(issued).scalars())
    lines = [
        _case_line(case, school, hearing, approval, rectification)
        for case, school, hearing, approval, rectification in session.execute(statement)
    ]
    return [replace(line, notice_count=counts[line.case_id]) for line in lines]


def reasons(session: Session, case_id: str) -> str:
    """Return why a case was proposed, as the JSON text on record."""
    return session.execute(select(Case.reasons).where(Case.case_id == case_id)).scalar_one()


def decisions(session: Session, case_id: str) -> list[DecisionLine]:
    """Return the decisions on a case in their order, each with what followed a return."""
    same = and_(Restudy.case_id == Approval.case_id, Restudy.decision_number == Approval.decision_number)
    statement = (
        select(Approval, Restudy)
        .outerjoin(Restudy, same)
        .where(Approval.case_id == case_id)
        .order_by(Approval.decision_number)
    )
    return [
        DecisionLine(
            decision=made.decision,
            decided_on=made.decided_on,
            reason_text=made.reason_text,
            action=studied.action if studied else "",
            studied_on=studied.studied_on if studied else None,
            study_text=studied.reason_text if studied else "",
        )
        for made, studied in session.execute(statement)
    ]


def notices(session: Session, case_id: str) -> list[NoticeLine]:
    """Return the documents of a case by number."""
    statement = (
        select(Notice, NoticeFile.file_name)
        .outerjoin(NoticeFile, NoticeFile.notice_id == Notice.notice_id)
        .where(Notice.case_id == case_id)
        .order_by(Notice.year, Notice.number)
    )
    return [
        NoticeLine(
            notice_id=notice.notice_id,
            case_id=notice.case_id,
            year=notice.year,
            number=notice.number,
            kind=notice.kind,
            issued_on=notice.issued_on,
            file_name=file_name or "",
        )
        for notice, file_name in session.execute(statement)
    ]


def districts_of(session: Session, school_codes: Collection[str]) -> dict[str, str]:
    """Return the district of each school on its newest roster; schools on none are left out."""
    statement = select(School.school_code, School.district_code).order_by(School.term_id)
    found = {row.school_code: row.district_code for row in session.execute(statement)}
    return {code: found[code] for code in school_codes if code in found}


def school_name(session: Session, school_code: str) -> str:
    """Return a school's name on its newest roster, or empty."""
    statement = (
        select(School.school_name)
        .where(School.school_code == school_code)
        .order_by(School.term_id.desc())
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none() or ""


def school_names(session: Session) -> dict[str, str]:
    """Return every school's name on its newest roster, by code."""
    statement = select(School.school_code, School.school_name).order_by(School.term_id)
    return dict(session.execute(statement).tuples().all())


def _case_statement() -> Select[Case, School, Hearing, Approval, Rectification]:
    every = aliased(Approval)
    of_case = select(func.max(every.decision_number)).where(every.case_id == Case.case_id)
    latest = of_case.correlate(Case).scalar_subquery()
    return (
        select(Case, School, Hearing, Approval, Rectification)
        .join(Campaign, Campaign.campaign_id == Case.campaign_id)
        .outerjoin(School, and_(School.term_id == Campaign.term_id, School.school_code == Case.school_code))
        .outerjoin(Hearing, Hearing.case_id == Case.case_id)
        .outerjoin(Approval, and_(Approval.case_id == Case.case_id, Approval.decision_number == latest))
        .outerjoin(Rectification, Rectification.case_id == Case.case_id)
        .order_by(Case.school_code, Case.case_id)
    )


def _case_line(
    case: Case,
    school: School | None,
    hearing: Hearing | None,
    approval: Approval | None,
    rectification: Rectification | None,
) -> CaseLine:
    return CaseLine(
        case_id=case.case_id,
        campaign_id=case.campaign_id,
        school_code=case.school_code,
        school_name=school.school_name if school else case.school_code,
        district_code=school.district_code if school else "",
        measure=case.measure,
        direction=case.direction,
        state=case.state,
        proposed_on=case.proposed_on,
        notified_on=hearing.notified_on if hearing else None,
        expires_on=hearing.expires_on if hearing else None,
        reply_kind=hearing.reply_kind if hearing else "",
        replied_on=hearing.replied_on if hearing else None,
        reply_text=hearing.reply_text if hearing else "",
        outcome=hearing.outcome if hearing else "",
        outcome_reason=hearing.reason_text if hearing else "",
        decision=approval.decision if approval else "",
        decided_on=approval.decided_on if approval else None,
        decision_reason=approval.reason_text if approval else "",
        due_on=rectification.due_on if rectification else None,
        notice_count=0,
    )


def _campaign_line(row: Campaign, term_title: str, content: str | None) -> CampaignLine:
    return CampaignLine(
        campaign_id=row.campaign_id,
        term_id=row.term_id,
        term_title=term_title,
        title=row.title,
        mode=row.mode,
        state=row.state,
        plan=_plan(content, row.campaign_id) if content else None,
    )


@lru_cache(maxsize=64)
def _plan(content: str, campaign_id: str) -> Plan:
    return policy_file.parse(Plan, content, place=f"{campaign_id}.yaml")


def _visit_line(visit: Visit, school: School | None, result: VisitResult | None) -> VisitLine:
    return VisitLine(
        campaign_id=visit.campaign_id,
        team_code=visit.team_code,
        school_code=visit.school_code,
        school_name=school.school_name if school else visit.school_code,
        district_code=school.district_code if school else "",
        visit_on=visit.visit_on,
        result=result.result if result else "",
        is_urgent=bool(result and result.is_urgent),
    )
