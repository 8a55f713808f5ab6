"""Cases in the store: proposed, heard, approved, served; each step a row and a ledger entry."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest
from inspection.decide.case import CaseState, case_number, turn_subject
from inspection.decide.measure import Proposal
from inspection.errors import Fault, ProtocolError
from inspection.store import ledger
from inspection.store.case_tables import Approval, Case, Hearing, Rectification, Restudy
from inspection.store.writing import append, put


def propose(
    session: Session, campaign_id: str, proposals: Iterable[Proposal], *, key: str, on: date, at: datetime
) -> int:
    """Open a case for each proposal that has none; return how many were opened.

    `key` is the campaign's own: numbers and digests that the public sees tell nothing without it.
    """
    opened = 0
    for proposal in proposals:
        number = case_number(campaign_id, proposal.school_code, proposal.measure.code, key=key)
        known = session.get(Case, number)
        if known is not None:
            assert (known.school_code, known.measure) == (proposal.school_code, proposal.measure.code)
            continue
        reasons = [vars(reason) for reason in proposal.reasons]
        case = Case(
            case_id=number,
            campaign_id=campaign_id,
            school_code=proposal.school_code,
            measure=proposal.measure.code,
            direction=proposal.measure.direction,
            state=CaseState.PROPOSED,
            reasons=canonical(reasons),
            reasons_digest=digest({"key": key, "reasons": reasons}),
            proposed_on=on,
        )
        session.add(case)
        session.flush()
        facts = {"campaign": campaign_id, "reasons": case.reasons_digest}
        ledger.record(session, kind="proposal", subject=number, payload=facts, at=at)
        opened += 1
    return opened


def cases(session: Session, campaign_id: str, *states: CaseState) -> list[Case]:
    """Return a campaign's cases in the given states (all when none is given), by number."""
    statement = select(Case).where(Case.campaign_id == campaign_id).order_by(Case.case_id)
    if states:
        statement = statement.where(Case.state.in_(states))
    return list(session.execute(statement).scalars())


def reasons_of(case: Case) -> list[dict[str, str]]:
    """Return why a case was proposed: stage, criterion_id, clause, sentence."""
    found: list[dict[str, str]] = json.loads(case.reasons)
    return found


def hearing_of(session: Session, number: str) -> Hearing | None:
    """Return the hearing of a case, or none while the school has not been told."""
    return session.get(Hearing, number)


def notify(session: Session, number: str, *, on: date, expires_on: date) -> None:
    """Enter that the school was told, and until when it may answer; once."""
    if session.get(Hearing, number) is None:
        session.add(
            Hearing(
                case_id=number,
                notified_on=on,
                expires_on=expires_on,
                reply_kind="",
                replied_on=None,
                reply_text="",
                outcome="",
                reason_text="",
            )
        )
        session.flush()


def reply(session: Session, row: dict[str, Any]) -> None:
    """Enter what the school answered and what became of it.

    Raises:
        ProtocolError: the school of that case has not been told.
    """
    known = session.get(Hearing, row["case_id"])
    if known is None:
        raise ProtocolError("答复的案号不存在", [_unknown_case(row["case_id"])])
    put(session, Hearing, [{"notified_on": known.notified_on, "expires_on": known.expires_on, **row}])
    session.expire(known)


def hear(session: Session, case: Case, hearing: Hearing, *, at: datetime) -> None:
    """Take a case to HEARD and enter the course of the hearing, by digest, in the ledger."""
    case.state = CaseState.HEARD
    course = [
        str(hearing.notified_on),
        str(hearing.expires_on),
        hearing.reply_kind,
        str(hearing.replied_on or ""),
        hearing.reply_text,
        hearing.outcome,
        hearing.reason_text,
    ]
    facts = {"reply": hearing.reply_kind or "expired", "course": digest(course)}
    ledger.record(session, kind="hearing", subject=case.case_id, payload=facts, at=at)


def decide(session: Session, case: Case, row: dict[str, Any], *, at: datetime) -> None:
    """Enter an official's decision, the next of this case, and take the case on."""
    before = decision_on(session, case.case_id)
    number = before.decision_number + 1 if before else 1
    append(session, Approval, [{"case_id": case.case_id, "decision_number": number, **row}])
    case.state = CaseState.APPROVED if row["decision"] == "approve" else CaseState.RETURNED
    # The ledger is public: who decided and why stands in it as a digest only.
    facts = {"decision": row["decision"], "said": digest([row["approver_id"], row["reason_text"]])}
    ledger.record(session, kind="decision", subject=turn_subject(case.case_id, number), payload=facts, at=at)


def decision_entry(session: Session, number: str) -> str:
    """Return the hash of the ledger entry of the latest decision on a case, or empty."""
    latest = decision_on(session, number)
    if latest is None:
        return ""
    subject = turn_subject(number, latest.decision_number)
    return ledger.entry_hash(session, kind="decision", subject=subject)


def decision_on(session: Session, number: str) -> Approval | None:
    """Return the latest decision on a case, or none while there is none."""
    return next(iter(decisions_on(session, number)), None)


def decisions_on(session: Session, number: str) -> list[Approval]:
    """Return every decision on a case, the latest first."""
    of_case = select(Approval).where(Approval.case_id == number)
    return list(session.execute(of_case.order_by(Approval.decision_number.desc())).scalars())


def restudy(session: Session, case: Case, row: dict[str, Any], *, at: datetime) -> None:
    """Enter what became of a returned case: it is heard as before and waits for a decision, or it is closed."""
    returned = decision_on(session, case.case_id)
    assert returned is not None
    entered = {"case_id": case.case_id, "decision_number": returned.decision_number, **row}
    append(session, Restudy, [entered])
    case.state = CaseState.HEARD if row["action"] == "resubmit" else CaseState.CLOSED
    facts = {"action": row["action"], "said": digest([row["person_id"], row["reason_text"]])}
    subject = turn_subject(case.case_id, returned.decision_number)
    ledger.record(session, kind="restudy", subject=subject, payload=facts, at=at)


def restudies_of(session: Session, number: str) -> list[Restudy]:
    """Return what became of a case each time it was returned, the latest first."""
    of_case = select(Restudy).where(Restudy.case_id == number)
    return list(session.execute(of_case.order_by(Restudy.decision_number.desc())).scalars())


def serve(session: Session, case: Case, *, on: date, due_on: date | None) -> None:
    """Take an issued case to SERVED, or to RECTIFYING with its deadline when the school owes something."""
    case.state = CaseState.RECTIFYING if due_on else CaseState.CLOSED
    if due_on:
        row = {"case_id": case.case_id, "served_on": on, "due_on": due_on, "state": "due"}
        put(session, Rectification, [row])


def _unknown_case(number: str) -> Fault:
    return Fault(
        place=f"案 {number}",
        code="CAS-002",
        wanted="已告知学校的案号",
        got="没有该案，或尚未告知",
        remedy="请对照告知答复登记表中的案号填写。",
    )
