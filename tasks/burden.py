"""What a term asks of schools: counted and shown before it is asked, and sent out as blank workbooks."""

from datetime import date

import pandas as pd

from inspection.collect.blank import Known, blank_workbook
from inspection.collect.burden import Burden, BurdenRule, above_cap, burden, load_burden_rule
from inspection.deploy.plan import Plan
from inspection.errors import DocumentError, Fault
from inspection.ingest.source_map import load_source_maps
from inspection.receipt import Receipt
from inspection.school_stage import STAGE_TITLES
from inspection.store import roster
from inspection.store.engine import reading
from tasks.artifact import table
from tasks.border import task
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workbook import write_workbook
from tasks.workspace import blanks, read_frame, staged, write_whole

_STAGES = ("primary", "junior")


@task(task_run_name="核算填报负担")
def count_burden(campaign_id: str) -> Receipt:
    """Count what a plan asks of one school and stage, and show it beside the bureau's cap.

    Raises:
        DocumentError: the rule is wrong, or the plan asks for more than a binding cap allows.
    """
    plan = plan_of(campaign_id)
    found = _burdens(plan)
    if not found:
        return Receipt("核算填报负担", {"填写栏目": 0})
    faults = [fault for item in found for fault in _above(item)]
    if faults and profile().burden.is_binding:
        raise DocumentError("本计划的填报负担超出上限", faults)
    table(f"{campaign_id}-burden", _rows(found), description=_told(found, faults))
    most = max(found, key=lambda item: item.cell_count)
    counts = {
        "填写栏目": most.cell_count,
        "报送份数": most.file_count,
        "分钟": round(most.minutes),
        "超出上限": len(faults),
    }
    return Receipt("核算填报负担", counts)


@task(task_run_name="编制空白报表")
def write_blanks(campaign_id: str, *, as_of: date) -> Receipt:
    """Write the forms of what is typed in, one for each district, with what is already known filled in.

    Schools come from the roster of the term that this one is compared with: it stands, whenever the forms are
    made again. Where there is none, from this term's; none on record, no forms.
    """
    plan = plan_of(campaign_id)
    maps = load_source_maps(profile().folders.sources)
    rule = load_burden_rule(profile().folders.sources, maps)
    schools = _schools(plan)
    if rule is None or schools.empty:
        return Receipt("空白报表", {"份数": 0})
    owed = {item.data_set for item in plan.data}
    written = 0
    for name in sorted(owed & _typed(rule)):
        for district in profile().districts:
            own = schools[schools["district_code"] == district.code]
            if own.empty:
                continue
            book = blank_workbook(
                maps[name],
                rule.collecting(owed),
                Known(own, _last(plan, name)),
                title=f"{district.name}{plan.term.title}",
                author=profile().bureau.name,
            )
            path = blanks(plan.term.id) / f"{maps[name].title}-{district.code}.xlsx"
            write_whole(path, write_workbook(book, as_of=as_of))
            written += 1
    return Receipt("空白报表", {"份数": written})


def _burdens(plan: Plan) -> list[Burden]:
    maps = load_source_maps(profile().folders.sources)
    rule = load_burden_rule(profile().folders.sources, maps)
    names = [item.data_set for item in plan.data]
    return [burden(rule, maps, data_sets=names, stage=stage) for stage in _STAGES] if rule else []


def _typed(rule: BurdenRule) -> set[str]:
    """Return the data sets with a form of one row for each school and stage, or figure."""
    return {
        name
        for name, asked in rule.data_sets.items()
        if rule.ways[asked.way].minutes_per_cell and asked.has_form
    }


def _above(found: Burden) -> list[Fault]:
    cap = profile().burden
    return above_cap(
        found, most_cells=cap.most_cells, most_files=cap.most_files, most_minutes=cap.most_minutes
    )


def _rows(found: list[Burden]) -> list[dict[str, str | int | float]]:
    rows: list[dict[str, str | int | float]] = [
        {
            "学段": STAGE_TITLES[item.stage],
            "数据": line.title,
            "填报方式": line.way,
            "填写栏目": line.typed_count,
            "预填栏目": line.prefilled_count,
            "分钟": line.minutes,
        }
        for item in found
        for line in item.lines
    ]
    return rows + [_sum(item) for item in found]


def _sum(found: Burden) -> dict[str, str | int | float]:
    cap = profile().burden
    return {
        "学段": STAGE_TITLES[found.stage],
        "数据": f"合计 {found.file_count} 份（上限 {cap.most_files} 份）",
        "填报方式": "",
        "填写栏目": f"{found.cell_count}（上限 {cap.most_cells}）",
        "预填栏目": sum(line.prefilled_count for line in found.lines),
        "分钟": f"{found.minutes:g}（上限 {cap.most_minutes:g}）",
    }


def _told(found: list[Burden], faults: list[Fault]) -> str:
    state = "超出机构配置的上限，请精简" if faults else "在机构配置的上限之内"
    return f"一所学校一个学段本学期的填报负担，{state}"


def _schools(plan: Plan) -> pd.DataFrame:
    with reading(settings().database_url) as session:
        for term_id in (plan.term.compared_with, plan.term.id):
            found = roster.schools(session, term_id) if term_id else pd.DataFrame()
            if len(found):
                return found
    return pd.DataFrame(columns=["school_code"])


def _last(plan: Plan, data_set: str) -> pd.DataFrame:
    path = staged(plan.term.compared_with, f"{data_set}.rows.parquet")
    return read_frame(path) if plan.term.compared_with and path.is_file() else pd.DataFrame()
