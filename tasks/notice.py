"""Notices: drafted from the record, numbered and entered in one transaction, rendered from what was entered."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import CaseState
from inspection.decide.measure import Measure
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.notice import (
    BandLine,
    CommendationFacts,
    DocumentNumber,
    FindingLine,
    HearingLetterFacts,
    HearingSummary,
    RectificationItem,
    WarningFacts,
    facts_digest,
)
from inspection.receipt import Receipt
from inspection.school_stage import STAGE_TITLES
from inspection.score.rubric import BAND_TITLES, Rubric
from inspection.store import campaign as campaigns
from inspection.store import case as cases
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import ledger, roster
from inspection.store import notice as notices
from inspection.store import score as scores
from inspection.store import special as specials
from inspection.store.case_tables import Case, Notice
from inspection.store.engine import reading, writing
from inspection.workdays import add_workdays
from tasks.border import task
from tasks.case import measures
from tasks.clock import now
from tasks.document import Request, render_many, template_digest
from tasks.draw import derived_key
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings
from tasks.workspace import outbox, write_whole

HEARING, WARNING, COMMENDATION = "hearing", "warning", "commendation"
TEMPLATES = {HEARING: "hearing_letter", WARNING: "warning_notice", COMMENDATION: "commendation_notice"}
FACTS: dict[str, type[Any]] = {
    HEARING: HearingLetterFacts,
    WARNING: WarningFacts,
    COMMENDATION: CommendationFacts,
}
_PRAISED = 5


@task(task_run_name="制发告知书")
def issue_letters(campaign_id: str, *, as_of: date) -> Receipt:
    """Number and enter the letter before a decision for every school that was told; once a case."""
    return _issue(campaign_id, HEARING, CaseState.PROPOSED, as_of)


@task(task_run_name="制发已批准文书")
def issue_approved(campaign_id: str, *, as_of: date) -> Receipt:
    """Number and enter the notice of every approved case, and start the time for rectification."""
    warned = _issue(campaign_id, WARNING, CaseState.APPROVED, as_of)
    praised = _issue(campaign_id, COMMENDATION, CaseState.APPROVED, as_of)
    _close_unwritten(campaign_id, as_of)
    _settle(campaign_id)
    return Receipt("制发文书", {"警示类": warned.counts["新制发"], "表扬": praised.counts["新制发"]})


@task(task_run_name="生成文书 PDF")
def render_notices(campaign_id: str) -> Receipt:
    """Render every entered notice from its entered facts; doing it again gives the same bytes.

    Raises:
        DocumentError: a document holds a character no font has, or a template is wrong.
        SettingError: a system library is missing.
    """
    with reading(settings().database_url) as session:
        entered = [notice for notice, _ in notices.notices(session, campaign_id)]
    contents: list[bytes] = []
    for day in sorted({notice.issued_on for notice in entered}):
        batch = [notice for notice in entered if notice.issued_on == day]
        contents += render_many([Request(TEMPLATES[n.kind], facts_of(n)) for n in batch], as_of=day)
    by_day = sorted(entered, key=lambda notice: notice.issued_on)
    digests = [_keep_file(campaign_id, *pair) for pair in zip(by_day, contents, strict=True)]
    return Receipt("生成文书", {"文书": len(digests)}, digest_rows((found,) for found in digests))


def facts_of(notice: Notice) -> WarningFacts | CommendationFacts | HearingLetterFacts:
    """Return the facts a notice was entered with."""
    facts: WarningFacts | CommendationFacts | HearingLetterFacts
    facts = TypeAdapter(FACTS[notice.kind]).validate_json(notice.facts)
    return facts


@dataclass(frozen=True)
class _Desk:
    """What every notice of a campaign draws on."""

    session: Session
    plan: Plan
    rubric: Rubric
    as_of: date


def _issue(campaign_id: str, kind: str, state: CaseState, as_of: date) -> Receipt:
    issued = 0
    plan = plan_of(campaign_id)
    with writing(settings().database_url) as session:
        desk = _Desk(session, plan, rubric_of(plan)[0], as_of)
        for case in cases.cases(session, campaign_id, state):
            measure = measures().by_code[case.measure]
            if not _is_written(case, measure, kind) or notices.find(session, case.case_id, kind):
                continue
            decision = cases.decision_on(session, case.case_id)
            if decision is not None and decision.decided_on > as_of:
                continue
            _enter(desk, case, measure, kind)
            issued += 1
    return Receipt("制发", {"新制发": issued})


def _is_written(case: Case, measure: Measure, kind: str) -> bool:
    """Say whether a case leads to a document of this kind."""
    if kind == HEARING:
        return measure.hearing_required
    wanted = WARNING if case.direction == "adverse" else COMMENDATION
    # A reminder is no decision on rights: it is given by the responsible inspector and leaves no notice.
    return kind == wanted and measure.notice_required and (measure.hearing_required or kind == COMMENDATION)


def _enter(desk: _Desk, case: Case, measure: Measure, kind: str) -> None:
    number = notices.next_number(desk.session, desk.as_of.year)
    facts = _FACTS[kind](desk, case, measure, number)
    draft = notices.NoticeDraft(
        case_id=case.case_id,
        kind=kind,
        facts=TypeAdapter(type(facts)).dump_json(facts).decode(),
        facts_digest=facts_digest(facts),
        template_digest=template_digest(TEMPLATES[kind]),
        issued_on=desk.as_of,
        ledger_head=_entry_of(desk.session, case, kind),
    )
    notices.enter(desk.session, draft, number=number, at=now())
    if kind != HEARING:
        due_on = _due_on(desk) if measure.rectification_required else None
        cases.serve(desk.session, case, on=desk.as_of, due_on=due_on)


def _entry_of(session: Session, case: Case, kind: str) -> str:
    """Return the head of the ledger that a document prints: that of the proposal or of the decision."""
    if kind == HEARING:
        return ledger.entry_hash(session, kind="proposal", subject=case.case_id)
    return cases.decision_entry(session, case.case_id)


def _close_unwritten(campaign_id: str, as_of: date) -> None:
    """Close the approved cases that lead to no document."""
    with writing(settings().database_url) as session:
        for case in cases.cases(session, campaign_id, CaseState.APPROVED):
            measure = measures().by_code[case.measure]
            if not any(_is_written(case, measure, kind) for kind in (WARNING, COMMENDATION)):
                cases.serve(session, case, on=as_of, due_on=None)


def _settle(campaign_id: str) -> None:
    """Take the campaign on once no case waits for a hearing, a decision or its document."""
    waiting = (CaseState.PROPOSED, CaseState.HEARD, CaseState.APPROVED, CaseState.RETURNED)
    with writing(settings().database_url) as session:
        if not cases.cases(session, campaign_id, *waiting):
            campaigns.advance(session, campaign_id, CampaignState.DECIDED)


def _keep_file(campaign_id: str, notice: Notice, content: bytes) -> str:
    folder = f"cases/{notice.case_id}" if notice.kind == HEARING else "notices"
    name = "hearing-letter.pdf" if notice.kind == HEARING else f"{notice.case_id}.pdf"
    found = write_whole(outbox(campaign_id) / folder / name, content)
    with writing(settings().database_url) as session:
        notices.enter_file(session, notice.notice_id, file_name=f"{folder}/{name}", digest=found, at=now())
    return found


def _letter(desk: _Desk, case: Case, number: int, entered: str) -> dict[str, Any]:
    """Return what every document to a school has."""
    bureau, plan = profile().bureau, desk.plan
    school = roster.school(desk.session, plan.term.id, case.school_code)
    return {
        "bureau_name": bureau.name,
        "office_name": bureau.office,
        "printer_name": f"{bureau.name}办公室",
        "number": DocumentNumber(code=bureau.document_code, year=desk.as_of.year, sequence=number),
        "addressee": school.school_name,
        "school_code": school.school_code,
        "school_name": school.school_name,
        "term_title": plan.term.title,
        "campaign_title": plan.title,
        "mode_title": MODE_TITLES[plan.mode],
        "issued_on": desk.as_of,
        "ledger_head": ledger.entry_hash(desk.session, kind=entered, subject=case.case_id),
        "record_digest": _record_digest(desk),
        "is_synthetic": profile().is_synthetic,
        "contact": bureau.contact,
        "copies": bureau.copies,
    }


def _record_digest(desk: _Desk) -> str:
    """Return the digest of what sent the team: the draw, or the request of a special inspection."""
    special = specials.entered(desk.session, desk.plan.campaign)
    if special is None:
        drawn: str = draws.record_of(desk.session, desk.plan.campaign)["result_digest"]
        return drawn
    key = derived_key("case", special.request.campaign_id)
    return specials.grounds(desk.session, special, key=key)[1]


def _visit(desk: _Desk, case: Case) -> dict[str, Any]:
    results = findings.results(desk.session, desk.plan.campaign)
    visited_on = results.loc[results.school_code == case.school_code, "visited_on"].iloc[0]
    return {"visited_from": visited_on, "visited_to": visited_on}


def _hearing_letter(desk: _Desk, case: Case, measure: Measure, number: int) -> HearingLetterFacts:
    hearing = cases.hearing_of(desk.session, case.case_id)
    assert hearing is not None, "a school is told before its letter is written"
    bureau = profile().bureau
    return HearingLetterFacts(
        **_letter(desk, case, number, "proposal"),
        **_visit(desk, case),
        quorum_count=desk.plan.team.size,
        findings=_findings(desk, case),
        measure_title=measure.title,
        legal_basis=measure.legal_basis,
        reply_workdays=profile().deadlines.hearing_workdays,
        expires_on=hearing.expires_on,
        reply_to=bureau.office,
        reply_address=bureau.address or bureau.office,
        measure_verb=measure.verb,
    )


def _warning(desk: _Desk, case: Case, measure: Measure, number: int) -> WarningFacts:
    deadlines, bureau = profile().deadlines, profile().bureau
    found, due_on = _findings(desk, case), _due_on(desk)
    return WarningFacts(
        **_letter(desk, case, number, "decision"),
        **_visit(desk, case),
        quorum_count=desk.plan.team.size,
        findings=found,
        bands=_bands(desk, case),
        hearing=_hearing(desk, case),
        measure_title=measure.title,
        legal_basis=measure.legal_basis,
        approver_title=bureau.approver_title,
        rectification=tuple(
            RectificationItem(requirement=f"就“{line.topic}”存在的问题制定整改措施并整改到位", due_on=due_on)
            for line in found
        ),
        report_due_on=due_on,
        review_days=deadlines.review_days,
        appeal_days=deadlines.appeal_days,
        appeal_organ=bureau.appeal_organ,
        measure_verb=measure.verb,
    )


def _commendation(desk: _Desk, case: Case, measure: Measure, number: int) -> CommendationFacts:
    hearing = cases.hearing_of(desk.session, case.case_id)
    assert hearing is not None, "praise is made public before it is given"
    return CommendationFacts(
        **_letter(desk, case, number, "decision"),
        **_visit(desk, case),
        achievements=_achievements(desk, case),
        bands=_bands(desk, case),
        measure_title=measure.title,
        legal_basis=measure.legal_basis,
        approver_title=profile().bureau.approver_title,
        shown_from=hearing.notified_on,
        shown_to=hearing.expires_on,
        objection_text="公示期内未收到异议",
    )


_FACTS = {HEARING: _hearing_letter, WARNING: _warning, COMMENDATION: _commendation}


def _due_on(desk: _Desk) -> date:
    return add_workdays(desk.as_of, profile().deadlines.rectification_workdays, profile().calendar)


def _hearing(desk: _Desk, case: Case) -> HearingSummary:
    hearing = cases.hearing_of(desk.session, case.case_id)
    letter = notices.find(desk.session, case.case_id, HEARING)
    assert hearing is not None
    assert letter is not None
    facts = facts_of(letter)
    known = {field.name for field in fields(HearingSummary)} & set(hearing.__table__.columns.keys())
    values = {name: getattr(hearing, name) for name in known} | {
        "reply_kind": hearing.reply_kind or "expired"
    }
    return HearingSummary(told_on=hearing.notified_on, letter_number=facts.number.text, **values)


def _findings(desk: _Desk, case: Case) -> tuple[FindingLine, ...]:
    """Return what the case rests on: for a finding on site, the words of the team."""
    found = findings.items(desk.session, desk.plan.campaign)
    own = found[(found.school_code == case.school_code) & (found.conclusion == "not-met")]
    words = dict(zip(own.item_code, own.problem_text, strict=True))
    titles = {criterion.id: criterion.title for criterion in desk.rubric.criteria}
    lines = {
        reason["criterion_id"]: FindingLine(
            topic=titles[reason["criterion_id"]],
            sentence=words.get(reason["criterion_id"]) or reason["sentence"],
            clause=reason["clause"],
            criterion_id=reason["criterion_id"],
            is_exam_result=False,
            is_verified_on_site=reason["criterion_id"] in words,
        )
        for reason in cases.reasons_of(case)
        if reason["criterion_id"]
    }
    return tuple(lines.values()) or _general(case)


def _general(case: Case) -> tuple[FindingLine, ...]:
    """Return what rests on the result of the visit as a whole."""
    return tuple(
        FindingLine(
            topic="检查结果",
            sentence=reason["sentence"],
            clause="《教育督导条例》第二十五条",
            criterion_id="检查结果",
            is_exam_result=False,
            is_verified_on_site=True,
        )
        for reason in cases.reasons_of(case)[:1]
    )


def _achievements(desk: _Desk, case: Case) -> tuple[FindingLine, ...]:
    lines = scores.lines(desk.session, desk.plan.campaign, "verified")
    own = lines[
        (lines.school_code == case.school_code) & (lines.outcome == "met") & ~lines.exam_result.astype(bool)
    ]
    own = own.sort_values(["is_on_site", "criterion_id", "stage"], ascending=[False, True, True])
    own = own.drop_duplicates("criterion_id").head(_PRAISED).sort_values("criterion_id")
    criteria = {criterion.id: criterion for criterion in desk.rubric.criteria}
    return tuple(
        FindingLine(
            topic=criteria[row.criterion_id].title,
            sentence=f"达到“{criteria[row.criterion_id].phrase.rstrip('。')}”的要求",
            clause=row.clause,
            criterion_id=row.criterion_id,
            is_exam_result=False,
            is_verified_on_site=bool(row.is_on_site),
        )
        for row in own.itertuples()
    )


def _bands(desk: _Desk, case: Case) -> tuple[BandLine, ...]:
    totals = scores.totals(desk.session, desk.plan.campaign, "verified")
    own = totals[totals.school_code == case.school_code]
    return tuple(
        BandLine(stage_title=STAGE_TITLES[stage], band_title=BAND_TITLES[band])
        for stage, band in zip(own.stage, own.public_band, strict=True)
    )
