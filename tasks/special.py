"""Special inspections: what one would do, checked against the record before anybody is sent."""

from datetime import date

import pandas as pd
from prefect import task

from inspection.canonical import digest
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.request import SpecialRequest
from inspection.store import draw as draws
from inspection.store import roster
from inspection.store.engine import reading
from tasks.artifact import table
from tasks.plan import plan_of
from tasks.settings import profile, settings


@task(task_run_name="核对专项督导申请")
def preview_special(request: SpecialRequest, *, as_of: date) -> Receipt:
    """Check a request: every school is on the roster, and none has a visit still to come.

    Raises:
        ProtocolError: every school that stands against it, with why.
    """
    plan = plan_of(request.campaign_id)
    with reading(settings().database_url) as session:
        schools = roster.schools(session, plan.term.id)
        visits = {row["school_code"]: row["visit_on"] for row in draws.visits(session, plan.campaign)}
    known = set(schools.school_code)
    faults = [_unknown(code) for code in request.school_codes if code not in known]
    faults += [
        _visited(code, visits[code]) for code in request.school_codes if visits.get(code, date.min) >= as_of
    ]
    if faults:
        raise ProtocolError(f"专项督导申请有 {len(faults)} 处需要改正", faults)
    return Receipt(
        "专项督导预览", {"学校": len(set(request.school_codes))}, digest(sorted(request.school_codes))
    )


@task(task_run_name="展示专项督导预览")
def show_special(request: SpecialRequest) -> None:
    """Show how many schools of which district the request names; no school by name."""
    plan = plan_of(request.campaign_id)
    with reading(settings().database_url) as session:
        schools = roster.schools(session, plan.term.id)
    chosen = schools[schools.school_code.isin(request.school_codes)]
    counts = pd.Series(chosen.district_code).value_counts().sort_index()
    rows = [
        {"区县": profile().district_name(str(code)), "学校数": int(count)} for code, count in counts.items()
    ]
    table(f"{request.campaign_id}-special-preview", rows, description="专项督导预览")


def _unknown(code: str) -> Fault:
    return Fault(
        place="专项督导申请",
        column=code,
        code="SPE-001",
        wanted="本学期名录中的学校标识码",
        got="名录中没有",
        remedy="请核对学校标识码。",
    )


def _visited(code: str, visit_on: date) -> Fault:
    return Fault(
        place="专项督导申请",
        column=code,
        code="SPE-002",
        wanted="近期没有其他入校检查",
        got=f"已安排 {visit_on} 入校",
        remedy="请并入该次检查，或改在其后进行。",
    )
