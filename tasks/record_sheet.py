"""Writes the record sheet of a draw when it is drawn, and again with its names when a sealed one is opened."""

from datetime import date

from sqlalchemy.orm import Session

from inspection.canonical import digest_bytes
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.draw.record_sheet import DrawRecordSheetFacts, drawn_facts
from inspection.publish.publication import PublicDocument
from inspection.receipt import Receipt
from inspection.store import draw as draws
from inspection.store import ledger
from inspection.store import record_sheet as sheets
from inspection.store.engine import reading, writing
from tasks.border import task
from tasks.document import Request, render_many
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workspace import outbox, write_whole

TEMPLATE = "draw_record_sheet"
SITE_NAME = "draw-record-sheet.pdf"


@task(task_run_name="生成抽取记录单")
def write_record_sheet(campaign_id: str, *, as_of: date, is_opening: bool = False) -> Receipt:
    """Render the two pages for the witnesses; again on the same day gives the same bytes.

    At the draw a sealed one names no school; at its opening it does. An open draw has one sheet.

    Raises:
        DocumentError: the sheet holds a character no font has.
    """
    with reading(settings().database_url) as session:
        facts = sheet_facts(session, plan_of(campaign_id), as_of=as_of, is_opened=is_opening)
    if is_opening and facts.state != sheets.OPENED:
        return Receipt("抽取记录单", {"份数": 0})
    (content,) = render_many([Request(TEMPLATE, facts)], as_of=as_of)
    name = f"draw/record-sheet-{facts.state}.pdf"
    digest = write_whole(outbox(campaign_id) / name, content)
    with writing(settings().database_url) as session:
        sheets.enter(session, campaign_id, state=facts.state, file_name=name, digest=digest, on=as_of)
    return Receipt("抽取记录单", {"份数": 1}, digest)


def sheet_facts(session: Session, plan: Plan, *, as_of: date, is_opened: bool) -> DrawRecordSheetFacts:
    """Return the facts of a drawn campaign's sheet; of a sealed one without names until it is opened."""
    record, bureau = draws.record_of(session, plan.campaign), profile().bureau
    address = f"{bureau.public_site}/{plan.campaign}" if bureau.public_site else ""
    return DrawRecordSheetFacts(
        bureau_name=bureau.name,
        office_name=bureau.office,
        campaign_id=plan.campaign,
        campaign_title=plan.title,
        term_title=plan.term.title,
        mode_title=MODE_TITLES[plan.mode],
        issued_on=as_of,
        is_synthetic=profile().is_synthetic,
        ledger_head=ledger.entry_hash(session, kind="draw", subject=draws.subject(session, plan.campaign)),
        site_address=address,
        **drawn_facts(record, draws.values(session, plan.campaign), is_opened=is_opened),
    )


def public_sheet(session: Session, plan: Plan) -> PublicDocument | None:
    """Return the sheet for the site, or None: names are still kept back, or the file is not as it was written."""
    found = sheets.public_sheet(session, plan.campaign)
    if found is None:
        return None
    file = outbox(plan.campaign) / found.file_name
    content = file.read_bytes() if file.is_file() else b""
    if digest_bytes(content) != found.content_digest:
        return None
    facts = sheet_facts(session, plan, as_of=found.issued_on, is_opened=True)
    return PublicDocument(file_name=SITE_NAME, content=content, text=facts.plain_text)
