"""Files that came in: handed in at the desk (append-only, one receipt each), read, found faulty, checked."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.collect.standing import SUPERSEDED
from inspection.errors import Fault
from inspection.store.account import utc
from inspection.store.desk_tables import Upload
from inspection.store.tables import CheckResult, Submission, SubmissionFault
from inspection.store.writing import append

RECEIVED = "received"


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """One file as it was handed in; `submission_id` is its receipt number."""

    submission_id: str
    account_id: str
    campaign_id: str
    term_id: str
    data_set: str
    unit: str
    file_name: str
    content_digest: str
    byte_count: int
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubmissionLine:
    """A file that came in; `status` is `received` until it has been read."""

    submission_id: str
    term_id: str
    campaign_id: str
    data_set: str
    file_name: str
    unit: str
    content_digest: str
    status: str
    read_count: int
    accepted_count: int
    excluded_count: int
    fault_count: int
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """What one expectation found in one data set of a term."""

    data_set: str
    severity: str
    reason: str
    checked_count: int
    unexpected_count: int


def enter(session: Session, handed_in: HandedIn) -> bool:
    """Enter a file handed in; return whether it is new. The same file from the same person is one receipt."""
    known = session.get(Upload, (handed_in.submission_id, handed_in.account_id))
    if known is not None:
        return False
    return bool(
        append(session, Upload, [vars(handed_in) | {"recorded_at": handed_in.recorded_at.astimezone(UTC)}])
    )


def uploads(session: Session) -> list[HandedIn]:
    """Return every file handed in, newest first."""
    statement = select(Upload).order_by(Upload.recorded_at.desc(), Upload.submission_id)
    return [_handed_in(row) for row in session.execute(statement).scalars()]


def of_submission(session: Session, submission_id: str) -> list[HandedIn]:
    """Return who handed in a file, first first."""
    statement = select(Upload).where(Upload.submission_id == submission_id).order_by(Upload.recorded_at)
    return [_handed_in(row) for row in session.execute(statement).scalars()]


def submissions(session: Session, *, submission_id: str = "") -> list[SubmissionLine]:
    """Return the files that came in (or one of them), newest first; those not read yet are `received`."""
    read, handed_in = select(Submission), select(Upload)
    if submission_id:
        read = read.where(Submission.submission_id == submission_id)
        handed_in = handed_in.where(Upload.submission_id == submission_id)
    uploads = {row.submission_id: row for row in session.execute(handed_in).scalars()}
    lines = [_read_line(row, uploads.pop(row.submission_id, None)) for row in session.execute(read).scalars()]
    lines += [_received_line(row) for row in uploads.values()]
    lines = _without_replaced(session, lines)
    return sorted(lines, key=lambda line: (line.recorded_at, line.submission_id), reverse=True)


def faults(session: Session, submission: SubmissionLine) -> list[tuple[str, Fault]]:
    """Return what is wrong with a submission, each with its severity, in the order of the file."""
    statement = (
        select(SubmissionFault)
        .where(SubmissionFault.submission_id == submission.submission_id)
        .order_by(SubmissionFault.ordinal)
    )
    return [(row.severity, _fault(row, submission.file_name)) for row in session.execute(statement).scalars()]


def checks(session: Session, term_id: str) -> list[CheckLine]:
    """Return what the expectations found in a term's data, by data set."""
    statement = (
        select(CheckResult)
        .where(CheckResult.term_id == term_id)
        .order_by(CheckResult.data_set, CheckResult.rule_id)
    )
    return [
        CheckLine(
            data_set=row.data_set,
            severity=row.severity,
            reason=row.reason,
            checked_count=row.checked_count,
            unexpected_count=row.unexpected_count,
        )
        for row in session.execute(statement).scalars()
    ]


def _without_replaced(session: Session, lines: list[SubmissionLine]) -> list[SubmissionLine]:
    """Say of a file that nobody has read yet whether the unit has handed in another since."""
    newest: dict[tuple[str, str, str], str] = {}
    for row in session.execute(select(Upload).order_by(Upload.recorded_at, Upload.submission_id)).scalars():
        newest[row.term_id, row.data_set, row.unit] = row.submission_id
    return [
        replace(line, status=SUPERSEDED)
        if line.status == RECEIVED and newest[line.term_id, line.data_set, line.unit] != line.submission_id
        else line
        for line in lines
    ]


def _handed_in(row: Upload) -> HandedIn:
    return HandedIn(
        submission_id=row.submission_id,
        account_id=row.account_id,
        campaign_id=row.campaign_id,
        term_id=row.term_id,
        data_set=row.data_set,
        unit=row.unit,
        file_name=row.file_name,
        content_digest=row.content_digest,
        byte_count=row.byte_count,
        recorded_at=utc(row.recorded_at),
    )


def _read_line(row: Submission, upload: Upload | None) -> SubmissionLine:
    return SubmissionLine(
        submission_id=row.submission_id,
        term_id=row.term_id,
        campaign_id=upload.campaign_id if upload else "",
        data_set=row.data_set,
        file_name=row.file_name,
        unit=upload.unit if upload else "",
        content_digest=row.content_digest,
        status=row.status,
        read_count=row.read_count,
        accepted_count=row.accepted_count,
        excluded_count=row.excluded_count,
        fault_count=row.fault_count,
        recorded_at=utc(row.recorded_at),
    )


def _received_line(row: Upload) -> SubmissionLine:
    return SubmissionLine(
        submission_id=row.submission_id,
        term_id=row.term_id,
        campaign_id=row.campaign_id,
        data_set=row.data_set,
        file_name=row.file_name,
        unit=row.unit,
        content_digest=row.content_digest,
        status=RECEIVED,
        read_count=0,
        accepted_count=0,
        excluded_count=0,
        fault_count=0,
        recorded_at=utc(row.recorded_at),
    )


def _fault(row: SubmissionFault, place: str) -> Fault:
    return Fault(
        place=place,
        sheet=row.sheet,
        row=row.row,
        column=row.column,
        code=row.code,
        wanted=row.wanted,
        got=row.got,
        remedy=row.remedy,
    )
