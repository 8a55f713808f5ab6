"""Cases: proposed from verified findings, told to the school, heard, decided. One step a task."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import TITLES, CaseState, HearingFacts, is_heard, may_approve
from inspection.decide.measure import Measure, Measures, Proposal, load_measures, propose
from inspection.deploy.campaign import CampaignState, require
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.request import Decision, RestudyEntry
from inspection.store import campaign as campaigns
from inspection.store import case as cases
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import score as scores
from inspection.store import special as specials
from inspection.store.case_tables import Case
from inspection.store.engine import reading, writing
from inspection.workdays import add_workdays
from tasks.artifact import table
from tasks.border import task
from tasks.clock import now
from tasks.draw import derived_key
from tasks.finding import persons
from tasks.hearing import replies_of
from tasks.plan import plan_of
from tasks.settings import profile, settings

_NO_CASE = ("本批次的案号", "没有这个案号", "请在案件进度中核对案号。")


@task(task_run_name="提出处理建议")
def propose_cases(campaign_id: str, *, as_of: date) -> Receipt:
    """Propose measures from verified findings and public bands, and open a case for each.

    Raises:
        ProtocolError: the findings are not in yet.
    """
    with writing(settings().database_url) as session:
        require(campaign_id, campaigns.get(session, campaign_id).state, CampaignState.FOUND)
        proposals = _proposals(session, campaign_id)
        key = derived_key("case", campaign_id)
        opened = cases.propose(session, campaign_id, proposals, key=key, on=as_of, at=now())
        known = cases.cases(session, campaign_id)
        found = digest_rows((case.case_id, case.reasons_digest) for case in known)
    return Receipt("提出处理建议", {"案件": len(known), "新增": opened}, found)


@task(task_run_name="告知学校")
def notify_schools(campaign_id: str, *, as_of: date) -> Receipt:
    """Start the time for being heard: for adverse measures from the letter, for praise from its publication."""
    rules = measures()
    told = 0
    with writing(settings().database_url) as session:
        for case in cases.cases(session, campaign_id, CaseState.PROPOSED):
            told += _notify(session, case, rules.by_code[case.measure], as_of)
    return Receipt("告知", {"告知或公示": told})


@task(task_run_name="听取陈述申辩")
def hear_schools(campaign_id: str, *, as_of: date) -> Receipt:
    """Enter the replies that came back and take every case whose school has been heard on.

    Raises:
        SourceError: the register of replies is wrong.
        ProtocolError: a reply names a case that was not told.
    """
    replies = replies_of(campaign_id, as_of=as_of)
    heard = 0
    with writing(settings().database_url) as session:
        for row in replies:
            cases.reply(session, row)
        for case in cases.cases(session, campaign_id, CaseState.PROPOSED):
            heard += _hear(session, case, as_of)
    return Receipt("听取意见", {"收到答复": len(replies), "已听取": heard})


@task(task_run_name="登记退回后的办理")
def restudy_cases(campaign_id: str, entries: Sequence[RestudyEntry], *, as_of: date) -> Receipt:
    """Submit returned cases again, or withdraw them: all that were asked for, or none when one may not be.

    Raises:
        ProtocolError: every case that was not returned, with where it stands.
    """
    with writing(settings().database_url) as session:
        known = {case.case_id: case for case in cases.cases(session, campaign_id)}
        faults = [fault for item in entries for fault in _restudy_faults(session, known, item)]
        if faults:
            raise ProtocolError(f"有 {len(faults)} 件退回的案不能办理", faults)
        for item in entries:
            row = {
                "action": item.action,
                "person_id": item.person_id,
                "reason_text": item.reason,
                "studied_on": as_of,
            }
            if known[item.case_id].state == CaseState.RETURNED:
                cases.restudy(session, known[item.case_id], row, at=now())
    again = sum(item.action == "resubmit" for item in entries)
    return Receipt("退回后的办理", {"再次送审": again, "撤销": len(entries) - again})


@task(task_run_name="登记审批决定")
def decide_cases(campaign_id: str, decisions: Sequence[Decision], *, as_of: date) -> Receipt:
    """Enter the officials' decisions: all of them, or none when one may not be made.

    Raises:
        ProtocolError: every decision that may not be made, with why.
    """
    with writing(settings().database_url) as session:
        known = {case.case_id: case for case in cases.cases(session, campaign_id)}
        faults = [fault for item in decisions for fault in _decision_faults(session, known, item, as_of)]
        if faults:
            raise ProtocolError(f"有 {len(faults)} 项审批决定不能登记", faults)
        for item in decisions:
            row = {
                "decision": item.decision,
                "approver_id": item.approver_id,
                "reason_text": item.reason,
                "decided_on": as_of,
            }
            if not _is_same_decision(session, known[item.case_id], item, as_of):
                cases.decide(session, known[item.case_id], row, at=now())
    approved = sum(item.decision == "approve" for item in decisions)
    return Receipt("登记审批", {"批准": approved, "退回": len(decisions) - approved})


@task(task_run_name="展示案件进度")
def show_cases(campaign_id: str) -> None:
    """Show how many cases of each measure stand where; no school by name."""
    rules = measures()
    with reading(settings().database_url) as session:
        rows = [
            (rules.by_code[c.measure].title, TITLES[CaseState(c.state)])
            for c in cases.cases(session, campaign_id)
        ]
    counts = pd.Series(rows, dtype=object).value_counts().sort_index()
    shown = [
        {"措施": measure, "状态": state, "案件数": int(count)} for (measure, state), count in counts.items()
    ]
    table(f"{campaign_id}-cases", shown, description="处理措施办理进度")


def measures() -> Measures:
    """Return the bureau's ladder of measures."""
    return load_measures(profile().folders.rubrics / "measures.yaml")


def _proposals(session: Session, campaign_id: str) -> tuple[Proposal, ...]:
    plan = plan_of(campaign_id)
    results = findings.results(session, campaign_id)
    visited = results.assign(inspector_count=[len(persons(text)) for text in results.present])
    lines, totals = (read(session, campaign_id, "verified") for read in (scores.lines, scores.firm_totals))
    if specials.entered(session, campaign_id):
        # A special inspection speaks of the schools it was sent to, and of no other.
        lines = lines[lines.school_code.isin(results.school_code)]
        totals = totals[totals.school_code.isin(results.school_code)]
    return propose(
        measures(),
        lines,
        totals,
        visited[["school_code", "result", "inspector_count"]],
        mode=plan.mode,
    )


def _notify(session: Session, case: Case, measure: Measure, as_of: date) -> bool:
    deadlines = profile().deadlines
    if measure.direction == "neutral":
        case.state = CaseState.CLOSED
        return False
    if measure.direction == "adverse" and not measure.hearing_required:
        case.state = CaseState.HEARD
        return False
    if cases.hearing_of(session, case.case_id):
        return False
    is_adverse = measure.direction == "adverse"
    days = deadlines.hearing_workdays if is_adverse else deadlines.commendation_workdays
    expires_on = add_workdays(as_of, days, profile().calendar)
    cases.notify(session, case.case_id, on=as_of, expires_on=expires_on)
    return True


def _hear(session: Session, case: Case, as_of: date) -> bool:
    hearing = cases.hearing_of(session, case.case_id)
    if hearing is None:
        return False
    facts = HearingFacts(hearing.expires_on, hearing.reply_kind, hearing.outcome, hearing.reason_text)
    if not is_heard(facts, as_of=as_of):
        return False
    cases.hear(session, case, hearing, at=now())
    return True


def _restudy_faults(session: Session, known: dict[str, Case], item: RestudyEntry) -> list[Fault]:
    case = known.get(item.case_id)
    if case is None:
        return [_fault(item.case_id, *_NO_CASE)]
    if case.state == CaseState.RETURNED or _is_same_restudy(session, case, item):
        return []
    got = f"“{TITLES[CaseState(case.state)]}”"
    return [
        _fault(item.case_id, "状态为“已退回，需重新研究”", got, "只有被退回的案才需要填写，请删去这一条。")
    ]


def _is_same_restudy(session: Session, case: Case, item: RestudyEntry) -> bool:
    asked = (item.action, item.person_id, item.reason)
    return any(
        (done.action, done.person_id, done.reason_text) == asked
        for done in cases.restudies_of(session, case.case_id)
    )


def _decision_faults(session: Session, known: dict[str, Case], item: Decision, as_of: date) -> list[Fault]:
    case = known.get(item.case_id)
    if case is None:
        return [_fault(item.case_id, *_NO_CASE)]
    state = CaseState(case.state)
    if state != CaseState.HEARD and not _is_same_decision(session, case, item, as_of):
        got, remedy = f"“{TITLES[state]}”", "陈述申辩期满或已答复后方可审批。"
        return [_fault(item.case_id, "状态为“已听取意见，待审批”", got, remedy)]
    faults = may_approve(
        approver_id=item.approver_id,
        approvers=profile().approvers,
        team=_team_of(session, case),
        case_id=case.case_id,
    )
    if item.decision == "return" and not item.reason:
        faults.append(_fault(item.case_id, "退回的理由", "未填写", "请写明退回理由。"))
    return faults + _submitter_faults(session, case, item)


def _submitter_faults(session: Session, case: Case, item: Decision) -> list[Fault]:
    """Who submitted a case again does not decide on it."""
    submitters = {done.person_id for done in cases.restudies_of(session, case.case_id)}
    if item.approver_id not in submitters:
        return []
    got, remedy = "本案的再次送审人", "请由未经办本案的负责人审批。"
    return [_fault(item.case_id, "未经办本案的负责人", got, remedy)]


def _is_same_decision(session: Session, case: Case, item: Decision, as_of: date) -> bool:
    """Say whether this very decision is on record already, whatever became of the case since."""
    asked = (item.decision, item.approver_id)
    known = [d for d in cases.decisions_on(session, case.case_id) if (d.decision, d.approver_id) == asked]
    if item.decision == "approve":
        return bool(known)
    return any((done.reason_text, done.decided_on) == (item.reason, as_of) for done in known)


def _team_of(session: Session, case: Case) -> tuple[str, ...]:
    visits = {row["school_code"]: row["team_code"] for row in draws.visits(session, case.campaign_id)}
    return tuple(
        row["inspector_id"]
        for row in draws.members(session, case.campaign_id)
        if row["team_code"] == visits.get(case.school_code)
    )


def _fault(case_id: str, wanted: str, got: str, remedy: str) -> Fault:
    return Fault(place=f"案 {case_id}", code="CAS-003", wanted=wanted, got=got, remedy=remedy)
