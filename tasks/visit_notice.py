"""Written notices 督导通知 of drawn inspections: facts and number once the teams may go, the PDF from what was entered.

Only for modes that ask for notice in advance; a draw whose names are still sealed tells nobody.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from prefect.cache_policies import NO_CACHE
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest_rows
from inspection.decide.case import veiled
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.dossier import VisitMatter
from inspection.dispatch.notice import DocumentNumber, facts_digest
from inspection.dispatch.special_notice import legal_basis, notice_code, self_evaluation_due_on
from inspection.dispatch.visit_notice import VisitNoticeFacts, to_tell
from inspection.draw.record import UNOPENED
from inspection.draw.substitution import SCHOOL
from inspection.receipt import Receipt
from inspection.store import draw as draws
from inspection.store import ledger, roster, visit_notice
from inspection.store.engine import reading, writing
from inspection.store.tables import School
from inspection.workdays import workdays_before
from tasks.border import task
from tasks.clock import now
from tasks.document import Request, render_many, template_digest
from tasks.draw import derived_key
from tasks.gate import notice_workdays
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workspace import outbox, write_whole

TEMPLATE = "visit_notice"


@task(task_run_name="生成督导通知", cache_policy=NO_CACHE)
def notify_drawn_schools(campaign_id: str, *, as_of: date) -> Receipt:
    """Enter and render the notice of every coming visit that its school has not been told of.

    A substitute is told, and a school whose day has moved is told anew. Doing it again changes nothing.

    Raises:
        DocumentError: a document holds a character no font has.
    """
    plan = plan_of(campaign_id)
    if not notice_workdays(plan.mode):
        return Receipt("督导通知", {"份数": 0}, digest_rows([]))
    with writing(settings().database_url) as session:
        _enter(session, plan, as_of)
    return _render(campaign_id)


def _enter(session: Session, plan: Plan, as_of: date) -> None:
    campaign_id = plan.campaign
    if draws.record_of(session, campaign_id)["state"] == UNOPENED:
        return
    visits = {row["school_code"]: row["visit_on"] for row in draws.visits(session, campaign_id)}
    earlier = visit_notice.newest(session, campaign_id)
    schools = to_tell(visits, {code: row.visit_on for code, row in earlier.items()}, as_of=as_of)
    if not schools:
        return
    first = visit_notice.next_number(session, as_of.year)
    common = _common(plan, as_of) | _grounds(session, campaign_id)
    substitutes = _substitutes(session, campaign_id)
    rows = []
    for number, code in enumerate(schools, start=first):
        known = earlier.get(code)
        said = common | _school(roster.school(session, plan.term.id, code)) | _day(plan, visits[code], as_of)
        facts = VisitNoticeFacts(
            **said,
            number=_number(as_of.year, number),
            is_substitute=code in substitutes,
            replaces=_number(known.year, known.number).text if known else "",
        )
        rows.append(_row(campaign_id, facts, edition=known.edition + 1 if known else 1))
    made = canonical(sorted([row["facts_digest"], row["template_digest"]] for row in rows))
    key = bytes.fromhex(derived_key("visit-notice", campaign_id))
    keyed = hmac.new(key, made.encode(), hashlib.sha256).hexdigest()
    visit_notice.enter(session, campaign_id, rows, digest=keyed, at=now())


def _render(campaign_id: str) -> Receipt:
    with reading(settings().database_url) as session:
        entered = visit_notice.notices(session, campaign_id)
    adapter = TypeAdapter(VisitNoticeFacts)
    contents: list[bytes] = []
    for issued_on, same_day in groupby(entered, lambda notice: notice.issued_on):
        requests = [Request(TEMPLATE, adapter.validate_json(notice.facts)) for notice in same_day]
        contents += render_many(requests, as_of=issued_on)
    key = derived_key("case", campaign_id)
    rows = []
    for notice, content in zip(entered, contents, strict=True):
        # File names show in paths and logs, so a school stands under a veil.
        name = f"visit-notices/{veiled(key, notice.school_code)}-{notice.edition}.pdf"
        rows.append(
            {
                "campaign_id": campaign_id,
                "school_code": notice.school_code,
                "edition": notice.edition,
                "file_name": name,
                "content_digest": write_whole(outbox(campaign_id) / name, content),
            }
        )
    with writing(settings().database_url) as session:
        visit_notice.enter_files(session, rows)
    return Receipt("督导通知", {"份数": len(rows)}, digest_rows((row["content_digest"],) for row in rows))


def _row(campaign_id: str, facts: VisitNoticeFacts, *, edition: int) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "school_code": facts.school_code,
        "edition": edition,
        "year": facts.number.year,
        "number": facts.number.sequence,
        "visit_on": facts.visit_on,
        "due_on": facts.due_on,
        "facts": TypeAdapter(VisitNoticeFacts).dump_json(facts).decode(),
        "facts_digest": facts_digest(facts),
        "template_digest": template_digest(TEMPLATE),
        "issued_on": facts.issued_on,
    }


def _common(plan: Plan, as_of: date) -> dict[str, Any]:
    bureau = profile().bureau
    return {
        "bureau_name": bureau.name,
        "office_name": bureau.office,
        "printer_name": f"{bureau.name}办公室",
        "term_title": plan.term.title,
        "campaign_title": plan.title,
        "mode_title": MODE_TITLES[plan.mode],
        "issued_on": as_of,
        "is_synthetic": profile().is_synthetic,
        "contact": bureau.contact,
        "copies": bureau.copies,
        "matters": tuple(VisitMatter(name=matter.name, basis=matter.basis) for matter in plan.matters),
        "legal_basis": legal_basis(plan.mode),
        "team_count": plan.team.size,
    }


def _day(plan: Plan, visit_on: date, as_of: date) -> dict[str, Any]:
    calendar = profile().calendar
    return {
        "visit_on": visit_on,
        "due_on": workdays_before(visit_on, notice_workdays(plan.mode), calendar),
        "self_evaluation_due_on": self_evaluation_due_on(
            plan.mode, visit_on, issued_on=as_of, calendar=calendar
        ),
    }


def _school(school: School) -> dict[str, Any]:
    return {
        "addressee": school.school_name,
        "school_code": school.school_code,
        "school_name": school.school_name,
    }


def _grounds(session: Session, campaign_id: str) -> dict[str, Any]:
    head = ledger.entry_hash(session, kind="draw", subject=draws.subject(session, campaign_id))
    return {"ledger_head": head, "record_digest": draws.record_of(session, campaign_id)["result_digest"]}


def _substitutes(session: Session, campaign_id: str) -> set[str]:
    steps: Sequence[Mapping[str, Any]] = draws.record_of(session, campaign_id)["substitutions"]
    return {item["substitute"] for item in steps if item["kind"] == SCHOOL}


def _number(year: int, sequence: int) -> DocumentNumber:
    return DocumentNumber(code=notice_code(profile().bureau.document_code), year=year, sequence=sequence)
