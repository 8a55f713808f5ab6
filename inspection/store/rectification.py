"""What schools owe after a notice: followed, checked again, struck off; each step a row and a ledger entry."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.decide.case import CaseState, turn_subject
from inspection.decide.rectification import RectificationState
from inspection.store import ledger
from inspection.store.case_tables import Case, Rectification
from inspection.store.rectification_tables import Closure, Recheck
from inspection.store.writing import append


def owed(session: Session, campaign_id: str) -> list[tuple[Case, Rectification]]:
    """Return the cases of a campaign that asked for a rectification, by number."""
    statement = (
        select(Case, Rectification)
        .join(Rectification, Rectification.case_id == Case.case_id)
        .where(Case.campaign_id == campaign_id)
        .order_by(Case.case_id)
    )
    return [(case, item) for case, item in session.execute(statement)]


def rechecks_of(session: Session, case_id: str) -> list[Recheck]:
    """Return the re-checks of a case in their order."""
    of_case = select(Recheck).where(Recheck.case_id == case_id)
    return list(session.execute(of_case.order_by(Recheck.recheck_number)).scalars())


def enter_recheck(
    session: Session, case: Case, row: Mapping[str, object], *, due_on: date, at: datetime
) -> None:
    """Enter a re-check: passed, the case waits to be struck off; not passed, it is owed anew until `due_on`."""
    item = session.get_one(Rectification, case.case_id)
    number = len(rechecks_of(session, case.case_id)) + 1
    append(session, Recheck, [{"case_id": case.case_id, "recheck_number": number, **row}])
    if row["outcome"] == "met":
        case.state, item.state = CaseState.RECHECKED, RectificationState.RECHECKED
    else:
        item.state, item.due_on = RectificationState.DUE, due_on
    facts = {"outcome": row["outcome"], "said": digest([str(value) for value in row.values()])}
    subject = turn_subject(case.case_id, number)
    ledger.record(session, kind="recheck", subject=subject, payload=facts, at=at)


def close(session: Session, case: Case, *, approver_id: str, on: date, at: datetime) -> None:
    """Strike a case off: nothing is owed any more."""
    item = session.get_one(Rectification, case.case_id)
    append(session, Closure, [{"case_id": case.case_id, "approver_id": approver_id, "closed_on": on}])
    case.state, item.state = CaseState.CLOSED, RectificationState.CLOSED
    facts = {"said": digest([approver_id, str(on)])}
    ledger.record(session, kind="closure", subject=case.case_id, payload=facts, at=at)


def closure_of(session: Session, case_id: str) -> Closure | None:
    """Return when a case was struck off and by whom, or none."""
    return session.get(Closure, case_id)
