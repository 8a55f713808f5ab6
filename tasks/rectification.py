"""Rectification: what is overdue as of a day, what was checked again, what is struck off."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import TITLES as CASE_TITLES
from inspection.decide.case import CaseState, may_approve
from inspection.decide.rectification import TITLES, RecheckFacts, RectificationState, recheck_faults, state_on
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.request import ClosureEntry, RecheckEntry
from inspection.store import campaign as campaigns
from inspection.store import rectification as rectifications
from inspection.store import roster
from inspection.store.case_tables import Case, Rectification
from inspection.store.engine import reading, writing
from inspection.workdays import add_workdays
from tasks.artifact import table
from tasks.border import task
from tasks.clock import now
from tasks.settings import profile, settings

Owed = dict[str, tuple[Case, Rectification]]


@task(task_run_name="登记复查")
def recheck_schools(campaign_id: str, entries: Sequence[RecheckEntry], *, as_of: date) -> Receipt:
    """Enter what re-checks showed: all of them, or none when one may not be entered.

    Raises:
        ProtocolError: every re-check that may not be entered, with why.
    """
    entered = 0
    with writing(settings().database_url) as session:
        owed = _owed(session, campaign_id)
        fresh = [item for item in entries if not _is_entered(session, item)]
        _refuse(
            [fault for item in fresh for fault in _recheck_faults(session, campaign_id, owed, item, as_of)],
            "复查",
        )
        for item in fresh:
            _enter_recheck(session, owed[item.case_id][0], item)
            entered += 1
    return Receipt("登记复查", {"新登记": entered})


@task(task_run_name="登记销号")
def close_cases(campaign_id: str, entries: Sequence[ClosureEntry], *, as_of: date) -> Receipt:
    """Strike off the cases that an official agreed to: all of them, or none.

    Raises:
        ProtocolError: every case that may not be struck off, with why.
    """
    closed = 0
    with writing(settings().database_url) as session:
        owed = _owed(session, campaign_id)
        fresh = [item for item in entries if rectifications.closure_of(session, item.case_id) is None]
        _refuse([fault for item in fresh for fault in _closure_faults(session, owed, item)], "销号")
        for item in fresh:
            case = owed[item.case_id][0]
            rectifications.close(session, case, approver_id=item.approver_id, on=as_of, at=now())
            closed += 1
    return Receipt("登记销号", {"已销号": closed})


@task(task_run_name="更新整改状态")
def follow_rectifications(campaign_id: str, *, as_of: date) -> Receipt:
    """Mark what is overdue as of a day.

    Raises:
        ProtocolError: the campaign is not on record.
    """
    with writing(settings().database_url) as session:
        campaigns.get(session, campaign_id)
        owed = [item for _, item in rectifications.owed(session, campaign_id)]
        for item in owed:
            item.state = state_on(item.state, due_on=item.due_on, as_of=as_of)
        found = digest_rows((item.case_id, str(item.due_on), item.state) for item in owed)
        counts = {title: sum(item.state == state for item in owed) for state, title in TITLES.items()}
    return Receipt("跟踪整改", counts, found)


@task(task_run_name="展示整改情况")
def show_rectifications(campaign_id: str) -> None:
    """Show how many rectifications fall due when; no school by name."""
    with reading(settings().database_url) as session:
        rows = [
            (str(item.due_on), TITLES[RectificationState(item.state)])
            for _, item in rectifications.owed(session, campaign_id)
        ]
    counts = pd.Series(rows, dtype=object).value_counts().sort_index()
    shown = [{"整改期限": due, "状态": state, "案件数": int(count)} for (due, state), count in counts.items()]
    table(f"{campaign_id}-rectifications", shown, description="整改期限")


def _owed(session: Session, campaign_id: str) -> Owed:
    return {case.case_id: (case, item) for case, item in rectifications.owed(session, campaign_id)}


def _refuse(faults: list[Fault], what: str) -> None:
    if faults:
        raise ProtocolError(f"有 {len(faults)} 处使{what}不能登记", faults)


def _is_entered(session: Session, item: RecheckEntry) -> bool:
    asked = (item.rechecked_on, item.outcome, _joined(item), item.note)
    return any(
        (done.rechecked_on, done.outcome, done.person_ids, done.note_text) == asked
        for done in rectifications.rechecks_of(session, item.case_id)
    )


def _joined(item: RecheckEntry) -> str:
    return ",".join(sorted(set(item.person_ids)))


def _enter_recheck(session: Session, case: Case, item: RecheckEntry) -> None:
    days = profile().deadlines.rectification_workdays
    row = {
        "rechecked_on": item.rechecked_on,
        "outcome": item.outcome,
        "person_ids": _joined(item),
        "note_text": item.note,
    }
    due_on = add_workdays(item.rechecked_on, days, profile().calendar)
    rectifications.enter_recheck(session, case, row, due_on=due_on, at=now())


def _recheck_faults(
    session: Session, campaign_id: str, owed: Owed, item: RecheckEntry, as_of: date
) -> list[Fault]:
    if faults := _state_faults(owed, item.case_id, CaseState.RECTIFYING):
        return faults
    case, owing = owed[item.case_id]
    term_id = campaigns.get(session, campaign_id).term_id
    people, relations = roster.inspectors(session, term_id), roster.recusals(session, term_id)
    recused = set(relations[relations.school_code == case.school_code].inspector_id)
    recused |= set(people[people.employer_code == case.school_code].inspector_id)
    facts = RecheckFacts(item.case_id, item.person_ids, item.rechecked_on, owing.served_on)
    return recheck_faults(facts, inspectors=set(people.inspector_id), recused=recused, as_of=as_of)


def _closure_faults(session: Session, owed: Owed, item: ClosureEntry) -> list[Fault]:
    if faults := _state_faults(owed, item.case_id, CaseState.RECHECKED):
        return faults
    looked = {
        person
        for done in rectifications.rechecks_of(session, item.case_id)
        for person in done.person_ids.split(",")
    }
    return may_approve(
        approver_id=item.approver_id,
        approvers=profile().approvers,
        team=tuple(sorted(looked)),
        case_id=item.case_id,
    )


def _state_faults(owed: Owed, case_id: str, wanted: CaseState) -> list[Fault]:
    if case_id not in owed:
        return [_fault(case_id, "本批次中需要整改的案", "没有这个案", "请在工作台“案件”中核对案号。")]
    state = CaseState(owed[case_id][0].state)
    if state is wanted:
        return []
    remedy = "请核对案号；整改中的案先复查，复查通过后再销号。"
    return [_fault(case_id, f"“{CASE_TITLES[wanted]}”的案", f"“{CASE_TITLES[state]}”", remedy)]


def _fault(case_id: str, wanted: str, got: str, remedy: str) -> Fault:
    return Fault(place=f"案 {case_id}", code="CAS-005", wanted=wanted, got=got, remedy=remedy)
