"""Special inspections in the store: what is known when one is judged, what was arranged, decided and sent.

Each step is a row and a ledger entry of ids and keyed digests: the ledger is public, and an inspection of a
few schools must not be found out by trying them all.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest, digest_bytes
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan
from inspection.dispatch.special import (
    Arrangement,
    Entered,
    Known,
    KnownSchool,
    PlannedVisit,
    Seat,
    SpecialState,
    plan_text,
)
from inspection.dispatch.special_request import SpecialAnswer, SpecialRequest
from inspection.draw.pool import PoolInspector
from inspection.store import draw as draws
from inspection.store import ledger, recusal, roster
from inspection.store import score as scores
from inspection.store.case_tables import Case, Rectification
from inspection.store.frames import frame_of
from inspection.store.special_tables import (
    Special,
    SpecialDecision,
    SpecialMember,
    SpecialNotice,
    SpecialNoticeFile,
    SpecialVisit,
)
from inspection.store.tables import Campaign, PolicyVersion, School, TeamMember, Visit
from inspection.store.writing import Row, append, put, replace_slice

REQUESTED, APPROVED, CANCELLED, DISPATCHED = (
    "special-request",
    "special-approval",
    "special-cancel",
    "special-dispatch",
)


def known(session: Session, plan: Plan, *, besides: str, as_of: date) -> Known:
    """Return what a request in a campaign is judged by.

    `besides` is the special inspection itself, whose own days are free for it.
    """
    people = roster.inspectors(session, plan.term.id)
    return Known(
        schools={row.school_code: _school(row) for row in roster.schools(session, plan.term.id).itertuples()},
        inspectors=[_inspector(row) for row in people.itertuples()],
        relations=recusal.relations(session, plan.term.id),
        overdue=_overdue(session, plan.campaign, as_of),
        failed=_failed(session, plan.campaign),
        taken=taken(session, besides=besides),
        person_names=dict(zip(people.inspector_id, people.inspector_name, strict=True)),
    )


def taken(session: Session, *, besides: str) -> frozenset[tuple[str, date]]:
    """Return the days that schools and inspectors have visits on, drawn or special, arranged or under way.

    Visits of the campaign or special inspection `besides` are left out.
    """
    days: set[tuple[str, date]] = set()
    visits = select(Visit.school_code, Visit.visit_on).where(Visit.campaign_id != besides)
    people = (
        select(TeamMember.inspector_id, Visit.visit_on)
        .join(
            Visit, (Visit.campaign_id == TeamMember.campaign_id) & (Visit.team_code == TeamMember.team_code)
        )
        .where(Visit.campaign_id != besides)
    )
    waiting = (
        select(SpecialVisit.school_code, SpecialVisit.visit_on)
        .join(Special, Special.special_id == SpecialVisit.special_id)
        .where(Special.state == SpecialState.REQUESTED, Special.special_id != besides)
    )
    held = (
        select(SpecialMember.inspector_id, SpecialVisit.visit_on)
        .join(
            SpecialVisit,
            (SpecialVisit.special_id == SpecialMember.special_id)
            & (SpecialVisit.team_code == SpecialMember.team_code),
        )
        .join(Special, Special.special_id == SpecialVisit.special_id)
        .where(Special.state == SpecialState.REQUESTED, Special.special_id != besides)
    )
    for statement in (visits, people, waiting, held):
        days |= {(who, day) for who, day in session.execute(statement)}
    return frozenset(days)


def entered(session: Session, special_id: str) -> Entered | None:
    """Return a special inspection, or none."""
    row = session.get(Special, special_id)
    return _entered(session, row) if row else None


def specials(session: Session, campaign_id: str) -> list[Entered]:
    """Return the special inspections asked for in a campaign, by id."""
    statement = select(Special).where(Special.campaign_id == campaign_id).order_by(Special.special_id)
    return [_entered(session, row) for row in session.execute(statement).scalars()]


def enter(session: Session, special: Entered, *, key: str, at: datetime) -> None:
    """Enter a request with its arrangement, which keeps the days free from then on.

    `key` is the campaign's own, in hexadecimal.
    """
    request = special.request
    row = Special(
        special_id=special.special_id,
        campaign_id=request.campaign_id,
        request=canonical(request.content),
        request_digest=request.digest,
        mode=request.mode,
        state=special.state,
        is_urgent=request.is_urgent,
        requester_id=request.requester_id,
        requested_on=special.requested_on,
        dispatched_on=None,
        approval_due_on=None,
    )
    session.add(row)
    session.flush()
    _keep_arrangement(session, special)
    facts = {"campaign": request.campaign_id, "request": _keyed(key, request.digest)}
    ledger.record(session, kind=REQUESTED, subject=special.special_id, payload=facts, at=at)


def answer_on(session: Session, special_id: str, answer_id: str) -> SpecialDecision | None:
    """Return an answer as it was given, or none."""
    return session.get(SpecialDecision, (special_id, answer_id))


def enter_answer(
    session: Session, special_id: str, answer: SpecialAnswer, *, answer_id: str, on: date, refusal: str
) -> None:
    """Keep an answer; `refusal` says why it does not count, or is empty."""
    row = {
        "special_id": special_id,
        "answer_id": answer_id,
        "decision": answer.decision,
        "approver_id": answer.approver_id,
        "reason_text": answer.reason,
        "decided_on": on,
        "refusal": refusal,
    }
    append(session, SpecialDecision, [row])


def decide(session: Session, special_id: str, answer: SpecialAnswer, *, key: str, at: datetime) -> None:
    """Enter in the ledger the answer that counts, and what becomes of the inspection unless teams go."""
    row = session.get_one(Special, special_id)
    facts = {"person": answer.approver_id, "reason": _keyed(key, answer.reason)}
    if answer.decision == "cancel":
        ledger.record(session, kind=CANCELLED, subject=special_id, payload=facts, at=at)
        row.state = SpecialState.CANCELLED
        return
    payload = {"decision": answer.decision, **facts}
    ledger.record(session, kind=APPROVED, subject=special_id, payload=payload, at=at)
    if answer.decision == "return":
        was_sent = row.state == SpecialState.DISPATCHED
        row.state = SpecialState.WITHDRAWN if was_sent else SpecialState.RETURNED


def withdraw(session: Session, special_id: str, *, after: date) -> int:
    """Take back the visits after a day; return how many were. What has been seen stays on record."""
    later = (Visit.campaign_id == special_id) & (Visit.visit_on > after)
    count = session.execute(select(func.count()).select_from(Visit).where(later)).scalar_one()
    session.execute(delete(Visit).where(later))
    left = session.execute(select(Visit.school_code).where(Visit.campaign_id == special_id)).first()
    if left is None:
        session.get_one(Campaign, special_id).state = CampaignState.CLOSED
    return count


def dispatch(
    session: Session, special: Entered, plan: Plan, *, notices: Sequence[Row], key: str, at: datetime
) -> None:
    """Make a special inspection a campaign of its own under way, with its visits, teams and written notices.

    `special` says when it was dispatched and who goes where; `plan` is its own; `notices` are rows of
    `SpecialNotice`.
    """
    assert special.dispatched_on is not None
    row = session.get_one(Special, special.special_id)
    parent = session.get_one(Campaign, row.campaign_id)
    row.state = SpecialState.DISPATCHED
    row.dispatched_on, row.approval_due_on = special.dispatched_on, special.approval_due_on
    text = plan_text(plan)
    plan_digest = digest_bytes(text.encode())
    kept = {"digest": plan_digest, "kind": "plan", "name": plan.campaign, "content": text}
    append(session, PolicyVersion, [kept])
    campaign = {
        "campaign_id": plan.campaign,
        "term_id": parent.term_id,
        "cycle_id": parent.cycle_id,
        "title": plan.title,
        "mode": plan.mode,
        "plan_digest": plan_digest,
        "state": CampaignState.VISITING,
    }
    put(session, Campaign, [campaign])
    _keep_arrangement(session, special)
    arrangement = special.arrangement
    own = {"campaign_id": plan.campaign}
    visits = [own | asdict(visit) for visit in arrangement.visits]
    draws.enter_visits(session, plan.campaign, visits, [own | asdict(seat) for seat in arrangement.seats])
    append(session, SpecialNotice, notices)
    facts = {
        "arrangement": _keyed(key, _plain(arrangement)),
        "plan": _keyed(key, plan_digest),
        "notices": _keyed(key, sorted([n["facts_digest"], n["template_digest"]] for n in notices)),
    }
    ledger.record(session, kind=DISPATCHED, subject=special.special_id, payload=facts, at=at)


def plan_on_record(session: Session, special_id: str) -> str:
    """Return the plan of a dispatched special inspection as text, or the empty string."""
    statement = (
        select(PolicyVersion.content)
        .join(Campaign, Campaign.plan_digest == PolicyVersion.digest)
        .join(Special, Special.special_id == Campaign.campaign_id)
        .where(Special.special_id == special_id)
    )
    return session.execute(statement).scalar_one_or_none() or ""


def notices(session: Session, special_id: str) -> list[SpecialNotice]:
    """Return the written notices of a special inspection by number."""
    statement = (
        select(SpecialNotice).where(SpecialNotice.special_id == special_id).order_by(SpecialNotice.number)
    )
    return list(session.execute(statement).scalars())


@dataclass(frozen=True)
class NoticeFile:
    """Where the PDF of a written notice lies below the outbox of its inspection, and to whom it went."""

    file_name: str
    content_digest: str
    school_code: str
    district_code: str


def notice_file(session: Session, special_id: str, school_code: str) -> NoticeFile | None:
    """Return the rendered notice of a special inspection to a school, or none."""
    statement = (
        select(SpecialNoticeFile, School.district_code)
        .join(Campaign, Campaign.campaign_id == SpecialNoticeFile.special_id)
        .join(
            School,
            (School.term_id == Campaign.term_id) & (School.school_code == SpecialNoticeFile.school_code),
        )
        .where(SpecialNoticeFile.special_id == special_id, SpecialNoticeFile.school_code == school_code)
    )
    for row, district_code in session.execute(statement):
        return NoticeFile(row.file_name, row.content_digest, row.school_code, district_code)
    return None


def enter_notice_files(session: Session, rows: Sequence[Row]) -> None:
    """Enter the rendered PDFs of written notices, by digest."""
    put(session, SpecialNoticeFile, rows)


def grounds(session: Session, special: Entered, *, key: str) -> tuple[str, str]:
    """Return what a document of a special inspection is checked by, both in the public ledger.

    The entry of its approval (of the request where teams went before it), and the digest of its request.
    """
    entries = [ledger.entry_hash(session, kind=k, subject=special.special_id) for k in (APPROVED, REQUESTED)]
    return next(filter(None, entries)), _keyed(key, special.request.digest)


def _keep_arrangement(session: Session, special: Entered) -> None:
    own = {"special_id": special.special_id}
    visits = [own | asdict(visit) for visit in special.arrangement.visits]
    replace_slice(session, SpecialVisit, visits, **own)
    replace_slice(session, SpecialMember, [own | asdict(s) for s in special.arrangement.seats], **own)


def _entered(session: Session, row: Special) -> Entered:
    statement = select(SpecialDecision.decision).where(
        SpecialDecision.special_id == row.special_id, SpecialDecision.refusal == ""
    )
    visits = frame_of(session, SpecialVisit, special_id=row.special_id).to_dict(orient="records")
    seats = frame_of(session, SpecialMember, special_id=row.special_id).to_dict(orient="records")
    return Entered(
        special_id=row.special_id,
        request=SpecialRequest.model_validate({**json.loads(row.request), "dry_run": False}),
        arrangement=Arrangement(
            visits=tuple(sorted(PlannedVisit(**visit) for visit in visits)),
            seats=tuple(sorted(Seat(**seat) for seat in seats)),
        ),
        state=SpecialState(row.state),
        requested_on=row.requested_on,
        dispatched_on=row.dispatched_on,
        approval_due_on=row.approval_due_on,
        decision=session.execute(statement).scalar_one_or_none() or "",
    )


def _school(row: Any) -> KnownSchool:
    return KnownSchool(
        code=row.school_code,
        name=row.school_name,
        district_code=row.district_code,
        school_type=row.school_type,
        location=row.location,
        stages=tuple(str(row.stages).split(",")),
    )


def _inspector(row: Any) -> PoolInspector:
    return PoolInspector(
        inspector_id=row.inspector_id,
        is_leader=bool(row.is_leader),
        expertise=tuple(code for code in str(row.expertise).split(",") if code),
        load=int(row.load_count),
        district_code=row.district_code,
        employer_code=row.employer_code,
    )


def _overdue(session: Session, campaign_id: str, as_of: date) -> dict[str, str]:
    statement = (
        select(Case.case_id, Case.school_code)
        .join(Rectification, Rectification.case_id == Case.case_id)
        .where(Case.campaign_id == campaign_id, Case.state == "RECTIFYING", Rectification.due_on < as_of)
    )
    return {row.case_id: row.school_code for row in session.execute(statement)}


def _failed(session: Session, campaign_id: str) -> frozenset[str]:
    """Return the schools of which a stage's newest public band is fail."""
    totals = scores.totals(session, campaign_id, scores.latest_basis(session, campaign_id))
    return frozenset(totals.loc[totals.public_band == "fail", "school_code"])


def _plain(arrangement: Arrangement) -> list[list[str]]:
    rows: Iterable[Any] = (*arrangement.visits, *arrangement.seats)
    return [[str(value) for value in asdict(row).values()] for row in rows]


def _keyed(key: str, value: Any) -> str:
    return digest({"key": key, "value": value})
