"""Submissions in the store: every file that arrived, what was wrong with it, what was taken of it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.errors import Fault
from inspection.ingest.submission import Received
from inspection.store.frames import rows_of
from inspection.store.tables import CheckResult, StagedDataSet, Submission, SubmissionFault
from inspection.store.writing import Row, put, replace_slice


def enter(session: Session, term_id: str, received: Sequence[Received], *, at: datetime) -> None:
    """Enter the files of a term; an earlier file of the same name, or corrected, is kept as superseded."""
    put(session, Submission, [_row(item, term_id, at) for item in received])
    for item in received:
        faults = [
            _fault_row(item.submission_id, number, fault, severity)
            for number, (fault, severity) in enumerate(item.faults, start=1)
        ]
        replace_slice(session, SubmissionFault, faults, submission_id=item.submission_id)
    _supersede(session, term_id, received)


def enter_data_set(session: Session, term_id: str, *, data_set: str, row_count: int, digest: str) -> None:
    """Enter what was accepted of a data set."""
    row = {"term_id": term_id, "data_set": data_set, "row_count": row_count, "content_digest": digest}
    put(session, StagedDataSet, [row])


def enter_checks(session: Session, term_id: str, data_set: str, results: pd.DataFrame) -> None:
    """Enter what every expectation found in a data set."""
    rows = rows_of(results, term_id=term_id, data_set=data_set)
    replace_slice(session, CheckResult, rows, term_id=term_id, data_set=data_set)


def digests(session: Session, term_id: str) -> dict[tuple[str, str], str]:
    """Return the content digest of each current file of a term by data set and file name."""
    statement = select(Submission).where(Submission.term_id == term_id, Submission.status != "superseded")
    found = session.execute(statement).scalars()
    return {(row.data_set, row.file_name): row.content_digest for row in found}


def _supersede(session: Session, term_id: str, received: Sequence[Received]) -> None:
    """Keep what was replaced; a corrected CSV file comes back as a workbook, so the suffix does not count."""
    current = {item.submission_id for item in received}
    names = {(item.data_set, PurePosixPath(item.file_name).stem) for item in received}
    corrected = {item.corrects for item in received}
    statement = select(Submission).where(Submission.term_id == term_id)
    for row in session.execute(statement).scalars():
        is_replaced = (row.data_set, PurePosixPath(row.file_name).stem) in names
        if row.submission_id not in current and (is_replaced or row.submission_id in corrected):
            row.status = "superseded"


def _row(item: Received, term_id: str, at: datetime) -> Row:
    return {
        "submission_id": item.submission_id,
        "term_id": term_id,
        "data_set": item.data_set,
        "file_name": item.file_name,
        "content_digest": item.content_digest,
        "status": item.status,
        "read_count": item.read_count,
        "accepted_count": item.accepted_count,
        "excluded_count": item.excluded_count,
        "fault_count": len(item.faults),
        "recorded_at": at,
    }


def _fault_row(submission_id: str, ordinal: int, fault: Fault, severity: str) -> Row:
    return {
        "submission_id": submission_id,
        "ordinal": ordinal,
        "severity": severity,
        "code": fault.code,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "wanted": fault.wanted,
        "got": fault.got,
        "remedy": fault.remedy,
    }
