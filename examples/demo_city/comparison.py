"""Holds what a run has found against the answer key: faults of the files, signs of the integrity screen."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from examples.demo_city.faults import AnswerKey
from examples.demo_city.term import CURRENT_TERM
from inspection.errors import Fault


def caught_faults() -> list[Fault]:
    """Return every fault on record for the current term, as the clerk sees it."""
    from sqlalchemy import select

    from inspection.store.engine import reading
    from inspection.store.tables import Submission, SubmissionFault
    from tasks.settings import settings

    statement = (
        select(Submission.file_name, SubmissionFault)
        .join(SubmissionFault, SubmissionFault.submission_id == Submission.submission_id)
        .where(Submission.term_id == CURRENT_TERM)
    )
    with reading(settings().database_url) as session:
        return [
            Fault(place=name, sheet=row.sheet, row=row.row, column=row.column, code=row.code)
            for name, row in session.execute(statement)
        ]


def caught_signs() -> set[tuple[str, str]]:
    """Return what the integrity screen asked about in the current term: check and school."""
    from inspection.store import quality
    from inspection.store.engine import reading
    from tasks.settings import settings

    with reading(settings().database_url) as session:
        asked = quality.signals(session, CURRENT_TERM)
    return set(zip(asked["check_id"], asked["school_code"], strict=True))


def compare_signs(key: AnswerKey, asked: Collection[tuple[str, str]]) -> dict[str, Any]:
    """Hold what the screen asked about against what was planted; further questions to a planted school follow."""
    planted = {(sign.check_id, sign.school_code) for sign in key.signs}
    schools = {school for _, school in planted}
    return {
        "planted": len(planted),
        "missed": sorted(planted - set(asked)),
        "elsewhere": sorted((check, school) for check, school in asked if school not in schools),
    }


def compare(key: AnswerKey, faults: Sequence[Fault]) -> dict[str, Any]:
    """Hold what was caught against what was planted, kind by kind; row-level kinds match without a column."""
    found = {(fault.place, fault.row, fault.column) for fault in faults}
    rows = {(place, row) for place, row, _ in found}
    planted = [(item.kind, (item.file, item.row, item.column)) for item in key.faults]
    is_caught = [place in found if place[2] else place[:2] in rows for _, place in planted]
    known = {place for _, place in planted} | {(*place[:2], "") for _, place in planted if not place[2]}
    whole_rows = {place[:2] for _, place in planted if not place[2]}
    return {
        "planted": dict(sorted(Counter(kind for kind, _ in planted).items())),
        "caught": dict(
            sorted(Counter(k for (k, _), ok in zip(planted, is_caught, strict=True) if ok).items())
        ),
        "missed": [[k, *place] for (k, place), ok in zip(planted, is_caught, strict=True) if not ok],
        "invented": sorted([*place] for place in found if place not in known and place[:2] not in whole_rows),
    }
