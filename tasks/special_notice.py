"""Written notices 督导通知 of special inspections: facts and number at dispatch, the PDF from what was entered."""

from typing import Any

from prefect.cache_policies import NO_CACHE
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import veiled
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.dossier import VisitMatter
from inspection.dispatch.notice import DocumentNumber, facts_digest
from inspection.dispatch.special import Entered, PlannedVisit
from inspection.dispatch.special_notice import (
    SpecialNoticeFacts,
    legal_basis,
    notice_code,
    self_evaluation_due_on,
)
from inspection.receipt import Receipt
from inspection.store import roster, visit_notice
from inspection.store import special as specials
from inspection.store.engine import reading, writing
from inspection.store.tables import School
from tasks.border import task
from tasks.document import Request, render_many, template_digest
from tasks.draw import derived_key
from tasks.settings import profile, settings
from tasks.workspace import outbox, write_whole

TEMPLATE = "special_notice"


def notice_rows(session: Session, special: Entered, plan: Plan) -> list[dict[str, Any]]:
    """Return the notices to the schools of a special inspection that are told, each with its own number.

    Call it in the transaction that enters them. `plan` is the special inspection's own; an unannounced one
    has no notices.
    """
    if special.request.announcement.is_unannounced:
        return []
    assert special.dispatched_on is not None
    year = special.dispatched_on.year
    first = visit_notice.next_number(session, year)
    rows = []
    for number, visit in enumerate(special.arrangement.visits, start=first):
        school = roster.school(session, plan.term.id, visit.school_code)
        facts = _facts(session, special, plan, (school, visit, number))
        rows.append(
            {
                "special_id": special.special_id,
                "school_code": visit.school_code,
                "year": year,
                "number": number,
                "facts": TypeAdapter(SpecialNoticeFacts).dump_json(facts).decode(),
                "facts_digest": facts_digest(facts),
                "template_digest": template_digest(TEMPLATE),
                "issued_on": special.dispatched_on,
            }
        )
    return rows


@task(task_run_name="生成督导通知", cache_policy=NO_CACHE)
def render_special_notices(special_id: str) -> Receipt:
    """Render every entered notice from its entered facts; doing it again gives the same bytes.

    Raises:
        DocumentError: a document holds a character no font has.
    """
    with reading(settings().database_url) as session:
        entered = specials.notices(session, special_id)
    requests = [Request(TEMPLATE, _document(notice.facts)) for notice in entered]
    contents = render_many(requests, as_of=entered[0].issued_on) if entered else []
    key = derived_key("case", special_id)
    rows = []
    for notice, content in zip(entered, contents, strict=True):
        # File names show in paths and logs, so a school stands under a veil.
        name = f"notices/{veiled(key, notice.school_code)}.pdf"
        found = write_whole(outbox(special_id) / name, content)
        row = {"special_id": special_id, "school_code": notice.school_code}
        rows.append({**row, "file_name": name, "content_digest": found})
    with writing(settings().database_url) as session:
        specials.enter_notice_files(session, rows)
    return Receipt("督导通知", {"份数": len(rows)}, digest_rows((row["content_digest"],) for row in rows))


def _document(facts: str) -> Any:
    return TypeAdapter(SpecialNoticeFacts).validate_json(facts)


def _facts(
    session: Session, special: Entered, plan: Plan, told: tuple[School, PlannedVisit, int]
) -> SpecialNoticeFacts:
    school, visit, number = told
    bureau, request = profile().bureau, special.request
    assert special.dispatched_on is not None
    key = derived_key("case", request.campaign_id)
    ledger_head, record_digest = specials.grounds(session, special, key=key)
    return SpecialNoticeFacts(
        bureau_name=bureau.name,
        office_name=bureau.office,
        printer_name=f"{bureau.name}办公室",
        number=DocumentNumber(
            code=notice_code(bureau.document_code), year=special.dispatched_on.year, sequence=number
        ),
        addressee=school.school_name,
        school_code=school.school_code,
        school_name=school.school_name,
        term_title=plan.term.title,
        campaign_title=plan.title,
        mode_title=MODE_TITLES[request.mode],
        issued_on=special.dispatched_on,
        ledger_head=ledger_head,
        record_digest=record_digest,
        is_synthetic=profile().is_synthetic,
        contact=bureau.contact,
        copies=bureau.copies,
        matters=tuple(VisitMatter(name=matter.name, basis=matter.basis) for matter in plan.matters),
        legal_basis=legal_basis(request.mode),
        visit_on=visit.visit_on,
        team_count=request.team_size,
        is_urgent=request.is_urgent,
        approver_title=bureau.approver_title,
        self_evaluation_due_on=None
        if request.is_urgent
        else self_evaluation_due_on(
            request.mode, visit.visit_on, issued_on=special.dispatched_on, calendar=profile().calendar
        ),
    )
