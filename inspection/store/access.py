"""Whose a thing is, looked up for the rule of `inspection.access`, and the log of who asked for which document.

A case belongs to its school only once the school has been told: until then it is the bureau's alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.access import Owner, Verdict
from inspection.store.account import utc
from inspection.store.case_tables import Case, Hearing, Notice, NoticeFile
from inspection.store.desk_tables import AccessEntry, Upload
from inspection.store.tables import Campaign, Dispatch, School, Submission, TeamMember

HEARING = "hearing"
FROM_TEAMS = frozenset({"findings", "visit_results"})


@dataclass(frozen=True)
class Asked:
    """An entry of the access log."""

    account_id: str
    document_id: str
    outcome: Verdict
    at: datetime


def enter(session: Session, *, account_id: str, document_id: str, outcome: Verdict, at: datetime) -> None:
    """Append to the log that somebody asked for a document, and what came of it."""
    entry = AccessEntry(
        account_id=account_id, document_id=document_id, outcome=outcome.value, recorded_at=at.astimezone(UTC)
    )
    session.add(entry)


def log(session: Session, *, limit: int) -> list[Asked]:
    """Return the newest entries of the log, newest first."""
    statement = select(AccessEntry).order_by(AccessEntry.entry_id.desc()).limit(limit)
    return [
        Asked(row.account_id, row.document_id, Verdict(row.outcome), utc(row.recorded_at))
        for row in session.execute(statement).scalars()
    ]


def owner_of_campaign(session: Session, campaign_id: str) -> Owner | None:
    """Return the inspectors of a campaign; None when there is no such campaign."""
    if session.get(Campaign, campaign_id) is None:
        return None
    return Owner(inspector_ids=_members(session, campaign_id))


def owner_of_team(session: Session, campaign_id: str, team_code: str) -> Owner | None:
    """Return the members of a team; None when there is no such team."""
    members = _members(session, campaign_id, team_code)
    return Owner(inspector_ids=members) if members else None


def owner_of_case(session: Session, case_id: str) -> Owner | None:
    """Return the school and district of a case, nobody before the school was told; None: no such case."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    return _school(session, case) if is_told(session, case_id) else Owner()


def is_told(session: Session, case_id: str) -> bool:
    """Say whether the school knows of its case: it has been notified, or a document has been issued to it."""
    issued = select(NoticeFile.notice_id).join(Notice, Notice.notice_id == NoticeFile.notice_id)
    return (
        session.get(Hearing, case_id) is not None
        or session.execute(issued.where(Notice.case_id == case_id).limit(1)).first() is not None
    )


def owner_of_submission(
    session: Session, submission_id: str, *, districts: Mapping[str, str]
) -> Owner | None:
    """Return the unit or team that a submission comes from; None when there is no such submission.

    The desk names its files after the unit, and so does the office by hand. `districts` are codes and names.
    """
    statement = select(Upload).where(Upload.submission_id == submission_id)
    units = [(row.data_set, row.campaign_id, row.unit) for row in session.execute(statement).scalars()]
    submission = session.get(Submission, submission_id)
    if submission is not None:
        # Teams' workbooks come in under the campaign instead of a term.
        units.append((submission.data_set, submission.term_id, unit_of(submission.file_name)))
    if not units:
        return None
    owners = [_unit_owner(session, *place, districts=districts) for place in units]
    return Owner(
        school_code=next((owner.school_code for owner in owners if owner.school_code), ""),
        district_code=next((owner.district_code for owner in owners if owner.district_code), ""),
        inspector_ids=frozenset().union(*(owner.inspector_ids for owner in owners)),
    )


def campaign_of(session: Session, case_id: str) -> str:
    """Return the campaign of a case, or empty when there is no such case."""
    case = session.get(Case, case_id)
    return case.campaign_id if case else ""


def dispatched(session: Session, campaign_id: str, team_code: str, *, kind: str) -> tuple[str, str]:
    """Return the file (under the campaign's outbox) and SHA-256 of a team's document, or two blanks."""
    row = session.get(Dispatch, (campaign_id, team_code, kind))
    return (row.file_name, row.content_digest) if row else ("", "")


def issued(session: Session, case_id: str, *, is_hearing: bool) -> tuple[str, str]:
    """Return the file (under the campaign's outbox) and SHA-256 of a case's letter or notice, or two blanks."""
    statement = (
        select(NoticeFile.file_name, NoticeFile.content_digest)
        .join(Notice, Notice.notice_id == NoticeFile.notice_id)
        .where(Notice.case_id == case_id, (Notice.kind == HEARING) == is_hearing)
        .order_by(Notice.year.desc(), Notice.number.desc())
    )
    row = session.execute(statement).first()
    return (row.file_name, row.content_digest) if row else ("", "")


def unit_of(file_name: str) -> str:
    """Return the unit that a file name ends with: 学期指标报表-379901.xlsx is that of 379901.

    >>> unit_of("学期指标报表-379901.xlsx"), unit_of("家长满意度调查.csv")
    ('379901', '')
    """
    stem = file_name.rpartition(".")[0]
    return stem.rpartition("-")[2] if "-" in stem else ""


def _unit_owner(
    session: Session, data_set: str, campaign_id: str, unit: str, *, districts: Mapping[str, str]
) -> Owner:
    if not unit:
        return Owner()
    if data_set in FROM_TEAMS:
        return Owner(inspector_ids=_members(session, campaign_id, unit))
    codes = {name: code for code, name in districts.items()}
    if unit in districts or unit in codes:
        return Owner(district_code=codes.get(unit, unit))
    return Owner(school_code=unit, district_code=_district_of(session, unit))


def _district_of(session: Session, school_code: str) -> str:
    """Return a school's district on its newest roster; a school may send files in before it is on one."""
    statement = select(School.district_code).where(School.school_code == school_code)
    return session.execute(statement.order_by(School.term_id.desc()).limit(1)).scalar_one_or_none() or ""


def _members(session: Session, campaign_id: str, team_code: str = "") -> frozenset[str]:
    statement = select(TeamMember.inspector_id).where(TeamMember.campaign_id == campaign_id)
    if team_code:
        statement = statement.where(TeamMember.team_code == team_code)
    return frozenset(session.execute(statement).scalars())


def _school(session: Session, case: Case) -> Owner:
    campaign = session.get(Campaign, case.campaign_id)
    school = session.get(School, (campaign.term_id, case.school_code)) if campaign else None
    return Owner(school_code=case.school_code, district_code=school.district_code if school else "")
