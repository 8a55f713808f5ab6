"""Checks: Great Expectations over what was staged; rows that fail a warning are set aside with the rest."""

import pandas as pd

from inspection.check.expectation import (
    RESULT_COLUMNS,
    SCHOOL_COLUMNS,
    CheckReport,
    Suite,
    beside,
    parameters,
    settle,
)
from inspection.deploy.plan import Plan
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import DataSet
from inspection.ingest.roster import compare_names
from inspection.ingest.source_map import SourceMap
from inspection.ingest.submission import Received
from inspection.receipt import Receipt
from inspection.store import quality
from inspection.store.engine import migrate, reading
from tasks.artifact import run_name, table
from tasks.border import task
from tasks.correction import give_back
from tasks.expectation import check, load_suites
from tasks.ingest import content_digest, data_sets_owed, keep, source_maps, staged_data_set
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workspace import read_frame, staged, write_frame

ROSTER = "schools"


@task(task_run_name=run_name("核查{data_set}"))
def check_data_set(campaign_id: str, data_set: str) -> Receipt:
    """Run a data set's suite; rows failing a warning are set aside, an info only tells.

    Raises:
        SourceError: a critical rule failed; every failing row is named.
        DocumentError: a rule cannot be run.
    """
    plan = plan_of(campaign_id)
    source_map = source_maps(plan)[data_set]
    found = staged_data_set(plan.term.id, data_set)
    suite = _suites().get(data_set)
    report = _report(plan, found, suite) if suite else None
    checked = settle(found, report, source_map) if report else found
    if data_set != ROSTER and ROSTER in data_sets_owed(plan):
        checked = compare_names(checked, staged_data_set(plan.term.id, ROSTER).rows, source_map)
    severities = suite.severities if suite else {}
    give_back(plan.term.id, checked, source_map, severities=severities, due_on=plan.due_on(data_set))
    if report and report.is_stopped:
        raise SourceError(f"{source_map.title}未通过核查", _critical(report, checked))
    keep(plan.term.id, checked)
    results = report.results if report else pd.DataFrame(columns=RESULT_COLUMNS)
    by_school = report.by_school if report else pd.DataFrame(columns=SCHOOL_COLUMNS)
    write_frame(staged(plan.term.id, f"{data_set}.results.parquet"), results)
    write_frame(staged(plan.term.id, f"{data_set}.schools.parquet"), by_school)
    counts = {
        "规则": len(results),
        "不符": int(results.unexpected_count.sum()),
        "采用": len(checked.rows),
        "暂缓": len(checked.quarantined),
    }
    return Receipt(f"核查 {source_map.title}", counts, content_digest(checked))


@task(task_run_name="展示数据质量")
def show_quality(campaign_id: str) -> None:
    """Show per data set what was read, taken and wrong; no cell of any file."""
    plan = plan_of(campaign_id)
    rows = [_quality(plan.term.id, name, source_map) for name, source_map in source_maps(plan).items()]
    table(f"{campaign_id}-quality", rows, description="数据质量")


def received_of(plan: Plan, data_set: str) -> tuple[Received, ...]:
    """Return what became of each file of a data set, after reading and checking."""
    suite = _suites().get(data_set)
    found = staged_data_set(plan.term.id, data_set)
    return found.received(plan.term.id, suite.severities if suite else {})


def _suites() -> dict[str, Suite]:
    return load_suites(profile().folders.expectations)


def _report(plan: Plan, found: DataSet, suite: Suite) -> CheckReport:
    referred = {name.partition(".")[0] for name in suite.parameters} & set(data_sets_owed(plan))
    others = {name: staged_data_set(plan.term.id, name) for name in referred}
    told = parameters(suite, others)
    return check(found.checkable, suite, parameters=told, earlier=_earlier(plan, found, suite))


def _earlier(plan: Plan, found: DataSet, suite: Suite) -> dict[str, pd.Series]:
    """Return, for each name the suite compares with, the figure of the compared term beside every row."""
    if not (suite.earlier and plan.term.compared_with):
        return {}
    migrate(settings().database_url)
    with reading(settings().database_url) as session:
        known = {
            name: quality.earlier(session, plan.term.compared_with, name) for name in sorted(suite.earlier)
        }
    return {name: beside(found.checkable, figures) for name, figures in known.items()}


def _critical(report: CheckReport, checked: DataSet) -> list[Fault]:
    severities = report.suite.severities
    return [item for item in checked.faults if severities.get(item.code) == "critical"]


def _quality(term_id: str, data_set: str, source_map: SourceMap) -> dict[str, object]:
    found = staged_data_set(term_id, data_set)
    results = read_frame(staged(term_id, f"{data_set}.results.parquet"))
    return {
        "数据": source_map.title,
        "文件": len(found.files),
        "读取行数": sum(item.read_count for item in found.files),
        "采用": len(found.rows),
        "暂缓": len(found.quarantined),
        "问题": len(found.faults),
        "规则": len(results),
    }
