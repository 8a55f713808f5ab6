"""Hearings: the register of who was told, sent to the office to fill in, and what came back in it."""

from datetime import date
from typing import Any

from inspection.decide.case import CaseState
from inspection.dispatch.workbook import HearingRow, hearing_workbook
from inspection.errors import SourceError
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.receipt import Receipt
from inspection.store import case as cases
from inspection.store import roster
from inspection.store.engine import reading
from inspection.store.frames import rows_of
from tasks.border import task
from tasks.plan import plan_of
from tasks.reading import read_data_set
from tasks.settings import profile, settings
from tasks.workbook import write_workbook
from tasks.workspace import outbox, returned, write_whole

REGISTER = "告知答复登记表.xlsx"
_COLUMNS = ("case_id", "reply_kind", "replied_on", "reply_text", "outcome", "reason_text")
_TEXTS = ("reply_text", "outcome", "reason_text")


@task(task_run_name="编制告知答复登记表")
def send_register(campaign_id: str, *, as_of: date) -> Receipt:
    """Write the register of the schools that were told and have not been heard; none, no register."""
    plan = plan_of(campaign_id)
    with reading(settings().database_url) as session:
        names = roster.schools(session, plan.term.id).set_index("school_code").school_name.to_dict()
        waiting = [
            (case, hearing)
            for case in cases.cases(session, campaign_id, CaseState.PROPOSED)
            if case.direction == "adverse" and (hearing := cases.hearing_of(session, case.case_id))
        ]
    if not waiting:
        return Receipt("告知答复登记表", {"待答复": 0})
    rows = tuple(
        HearingRow(
            case_id=case.case_id,
            school_code=case.school_code,
            school_name=names[case.school_code],
            told_on=hearing.notified_on,
        )
        for case, hearing in waiting
    )
    book = hearing_workbook(
        rows,
        campaign_title=plan.title,
        bureau_name=profile().bureau.name,
        is_synthetic=profile().is_synthetic,
    )
    written = write_whole(outbox(campaign_id) / REGISTER, write_workbook(book, as_of=as_of))
    return Receipt("告知答复登记表", {"待答复": len(rows)}, written)


def replies_of(campaign_id: str, *, as_of: date) -> list[dict[str, Any]]:
    """Return what had come back by a day: one row a case, empty cells as empty text.

    Raises:
        SourceError: a register holds faults; nothing of it is taken.
    """
    folder = returned(campaign_id, "hearings")
    paths = sorted(folder.glob("*.xlsx")) if folder.is_dir() else []
    if not paths:
        return []
    source_map = load_source_maps(profile().folders.sources)["hearings"]
    found = read_data_set(paths, source_map, Bureau(profile()), inbox=folder)
    if found.faults:
        raise SourceError(f"告知答复登记表有 {len(found.faults)} 处需要改正", found.faults)
    rows = rows_of(found.rows[list(_COLUMNS)])
    replies = [row | {name: row[name] or "" for name in _TEXTS} | {"replied_on": _day(row)} for row in rows]
    return [row for row in replies if (row["replied_on"] or date.min) <= as_of]


def _day(row: dict[str, Any]) -> date | None:
    return date.fromisoformat(str(row["replied_on"])[:10]) if row["replied_on"] else None
