"""Written notices 督导通知 of drawn inspections in the store: numbers, facts, files, who has been told of which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.dispatch.special import SpecialState
from inspection.store import ledger
from inspection.store.special_tables import Special, SpecialNotice, SpecialNoticeFile, SpecialVisit
from inspection.store.tables import Campaign, School, Visit
from inspection.store.visit_notice_tables import VisitNotice, VisitNoticeFile
from inspection.store.writing import Row, append, put

LEDGER_KIND = "visit-notice"


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    """A school's newest notice: which visit it tells of, by when it must be sent, where its file lies.

    `is_standing` is false once the visit is no longer to be: another school steps in, or a special inspection is
    called off. That of a special inspection (`is_special`) has no last day: it is sent when the teams are.
    """

    campaign_id: str
    school_code: str
    school_name: str
    district_code: str
    edition: int
    issued_on: date
    visit_on: date
    due_on: date | None
    is_standing: bool
    is_special: bool = False
    file_name: str
    content_digest: str


def next_number(session: Session, year: int) -> int:
    """Return the number that comes next in the year's one series of written notices 督导通知."""
    ledger.serialise(session)
    highest = (
        session.execute(select(func.max(table.number)).where(table.year == year)).scalar_one_or_none() or 0
        for table in (SpecialNotice, VisitNotice)
    )
    return max(highest) + 1


def enter(session: Session, campaign_id: str, rows: Sequence[Row], *, digest: str, at: datetime) -> None:
    """Enter new notices, and their digest in the ledger under the first one's number.

    `digest` must be keyed: the ledger is public, and the day of a visit is easily guessed.
    """
    append(session, VisitNotice, rows)
    subject = f"{campaign_id}-{rows[0]['year']}-{rows[0]['number']}"
    facts = {"campaign": campaign_id, "count": str(len(rows)), "notices": digest}
    ledger.record(session, kind=LEDGER_KIND, subject=subject, payload=facts, at=at)


def newest(session: Session, campaign_id: str) -> dict[str, VisitNotice]:
    """Return each school's newest notice, by school code."""
    statement = select(VisitNotice).where(VisitNotice.campaign_id == campaign_id)
    rows = session.execute(statement.order_by(VisitNotice.edition)).scalars()
    return {row.school_code: row for row in rows}


def notices(session: Session, campaign_id: str) -> list[VisitNotice]:
    """Return every notice of a campaign by year and number."""
    statement = select(VisitNotice).where(VisitNotice.campaign_id == campaign_id)
    return list(session.execute(statement.order_by(VisitNotice.year, VisitNotice.number)).scalars())


def enter_files(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Enter the rendered PDFs, by digest."""
    put(session, VisitNoticeFile, rows)


def lines(session: Session, *, campaign_id: str = "", school_code: str = "") -> list[NoticeLine]:
    """Return the newest rendered notice to each school, of a campaign or a school or all, by day and school.

    Those of special inspections are among them.
    """
    statement = (
        select(VisitNotice, VisitNoticeFile, School, Visit.visit_on)
        .join(
            VisitNoticeFile,
            (VisitNoticeFile.campaign_id == VisitNotice.campaign_id)
            & (VisitNoticeFile.school_code == VisitNotice.school_code)
            & (VisitNoticeFile.edition == VisitNotice.edition),
        )
        .outerjoin(
            Visit,
            (Visit.campaign_id == VisitNotice.campaign_id)
            & (Visit.school_code == VisitNotice.school_code)
            & (Visit.visit_on == VisitNotice.visit_on),
        )
        .join(Campaign, Campaign.campaign_id == VisitNotice.campaign_id)
        .join(School, (School.term_id == Campaign.term_id) & (School.school_code == VisitNotice.school_code))
    )
    wanted = {VisitNotice.campaign_id: campaign_id, VisitNotice.school_code: school_code}
    for column, value in wanted.items():
        statement = statement.where(column == value) if value else statement
    found = {
        (notice.campaign_id, notice.school_code): NoticeLine(
            campaign_id=notice.campaign_id,
            school_code=notice.school_code,
            school_name=school.school_name,
            district_code=school.district_code,
            edition=notice.edition,
            issued_on=notice.issued_on,
            visit_on=notice.visit_on,
            due_on=notice.due_on,
            is_standing=stands_on is not None,
            file_name=file.file_name,
            content_digest=file.content_digest,
        )
        for notice, file, school, stands_on in session.execute(statement.order_by(VisitNotice.edition))
    }
    specials = _special_lines(session, special_id=campaign_id, school_code=school_code)
    return sorted([*found.values(), *specials], key=lambda line: (line.visit_on, line.school_code))


def _special_lines(session: Session, *, special_id: str, school_code: str) -> list[NoticeLine]:
    """Return the rendered notices of special inspections, of one or a school or all."""
    own = (SpecialNoticeFile.special_id == SpecialNotice.special_id) & (
        SpecialNoticeFile.school_code == SpecialNotice.school_code
    )
    there = (SpecialVisit.special_id == SpecialNotice.special_id) & (
        SpecialVisit.school_code == SpecialNotice.school_code
    )
    statement = (
        select(SpecialNotice, SpecialNoticeFile, School, SpecialVisit.visit_on, Special.state)
        .join(SpecialNoticeFile, own)
        .join(SpecialVisit, there)
        .join(Special, Special.special_id == SpecialNotice.special_id)
        .join(Campaign, Campaign.campaign_id == SpecialNotice.special_id)
        .join(
            School, (School.term_id == Campaign.term_id) & (School.school_code == SpecialNotice.school_code)
        )
    )
    wanted = {SpecialNotice.special_id: special_id, SpecialNotice.school_code: school_code}
    for column, value in wanted.items():
        statement = statement.where(column == value) if value else statement
    return [
        NoticeLine(
            campaign_id=notice.special_id,
            school_code=notice.school_code,
            school_name=school.school_name,
            district_code=school.district_code,
            edition=1,
            issued_on=notice.issued_on,
            visit_on=visit_on,
            due_on=None,
            is_standing=state == SpecialState.DISPATCHED,
            is_special=True,
            file_name=file.file_name,
            content_digest=file.content_digest,
        )
        for notice, file, school, visit_on, state in session.execute(statement)
    ]
