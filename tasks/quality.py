"""Reports of a term's data quality: one page for each district, Data Docs, a table beside the run.

All of it is made from the store. The pages lie in the outbox and are read at the office desk; Prefect sees
counts only.
"""

from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from inspection.access import SENDERS, Role
from inspection.canonical import digest
from inspection.check.expectation import PRESENT, Suite
from inspection.check.quality_report import (
    MOST_NAMES,
    AbsentLine,
    DataSetLine,
    QualityReportFacts,
    RuleLine,
    most_serious,
)
from inspection.deploy.plan import Plan
from inspection.profile import District
from inspection.publish.publication import DATA_SET_TITLES
from inspection.receipt import Receipt
from inspection.store import quality, roster
from inspection.store.engine import reading
from tasks.artifact import table
from tasks.border import task
from tasks.data_docs import write_data_docs
from tasks.document import Request, render_many
from tasks.expectation import load_suites
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workspace import quality_reports, write_whole


@task(task_run_name="生成数据质量报告")
def report_quality(campaign_id: str, *, as_of: date) -> Receipt:
    """Write each district's report and the Data Docs, and show how many rows break each rule.

    Raises:
        DocumentError: a suite or the template is wrong.
    """
    plan, suites = plan_of(campaign_id), load_suites(profile().folders.expectations)
    with reading(settings().database_url) as session:
        facts = [_facts(session, plan, suites, district, as_of) for district in profile().districts]
        results = quality.results(session, plan.term.id)
    facts = [item for item in facts if item.school_count]
    requests = [Request("quality_report", item) for item in facts]
    for item, content in zip(facts, render_many(requests, as_of=as_of), strict=True):
        write_whole(quality_reports(plan.term.id) / f"数据质量报告-{item.district_code}.pdf", content)
    docs = write_data_docs(
        quality_reports(plan.term.id) / "data-docs", suites, results, term_id=plan.term.id, issued_on=as_of
    )
    table(f"{campaign_id}-expectations", _rows(results), description="核对规则执行情况")
    content_digest = digest([docs, *(item.content_digest for item in facts)])
    return Receipt("数据质量报告", {"区县报告": len(facts), "规则": len(results)}, content_digest)


def _facts(
    session: Session, plan: Plan, suites: dict[str, Suite], district: District, as_of: date
) -> QualityReportFacts:
    schools = roster.schools(session, plan.term.id)
    schools = schools[schools["district_code"] == district.code].set_index("school_code")
    found = _of_district(session, plan.term.id, suites, district)
    before = _of_district(session, plan.term.compared_with, suites, district)
    absent = found[found["type"] == PRESENT]
    broken = found[found["type"] != PRESENT]
    names = [owed.data_set for owed in plan.data if owed.data_set in suites and _concerns(owed.data_set)]
    is_compared = not roster.schools(session, plan.term.compared_with).empty
    rules = _rule_lines(broken)
    return QualityReportFacts(
        bureau_name=profile().bureau.name,
        office_name=profile().bureau.office,
        contact=profile().bureau.contact,
        district_code=district.code,
        district_name=district.name,
        term_title=plan.term.title,
        issued_on=as_of,
        school_count=len(schools),
        data_sets=tuple(
            _data_set_line(
                suites[name], broken, absent, before if is_compared else None, school_count=len(schools)
            )
            for name in names
        ),
        rules=most_serious(rules),
        rule_count=len(rules),
        absent=tuple(_absent_lines(absent, schools["school_name"])),
        is_synthetic=profile().is_synthetic,
    )


def _of_district(
    session: Session, term_id: str, suites: dict[str, Suite], district: District
) -> pd.DataFrame:
    """Return what broke which rule at a district's schools, each with the rule's severity, type and reason."""
    found = quality.by_school(session, term_id)
    rules = {(name, rule.id): rule for name, suite in suites.items() for rule in suite.rules}
    keys = list(zip(found["data_set"], found["rule_id"], strict=True))
    is_ours = (found["district_code"] == district.code) & pd.Series(
        [key in rules for key in keys], found.index, dtype=bool
    )
    known = [rules.get(key) for key in keys]
    found = found.assign(
        severity=[rule.severity if rule else "" for rule in known],
        reason=[rule.reason if rule else "" for rule in known],
        type=[rule.type if rule else "" for rule in known],
    )
    return found[is_ours].reset_index(drop=True)


def _concerns(data_set: str) -> bool:
    """Say whether a data set is a district's affair: one that it sends in, or the roster of its schools."""
    return data_set == "schools" or Role.DISTRICT in SENDERS.get(data_set, {})


def _data_set_line(
    suite: Suite,
    broken: pd.DataFrame,
    absent: pd.DataFrame,
    before: pd.DataFrame | None,
    *,
    school_count: int,
) -> DataSetLine:
    name = suite.data_set
    mine = broken[broken["data_set"] == name]
    is_owed = any(rule.type == PRESENT for rule in suite.rules)
    missing = absent.loc[absent["data_set"] == name, "school_code"].nunique()
    earlier_count = None
    if before is not None:
        is_same = (before["data_set"] == name) & (before["type"] != PRESENT)
        earlier_count = int(before.loc[is_same, "unexpected_count"].sum())
    return DataSetLine(
        title=DATA_SET_TITLES.get(name, suite.title),
        owed_count=school_count if is_owed else None,
        handed_in_count=school_count - missing if is_owed else None,
        school_count=int(mine["school_code"].nunique()),
        fault_count=int(mine["unexpected_count"].sum()),
        earlier_count=earlier_count,
    )


def _rule_lines(broken: pd.DataFrame) -> list[RuleLine]:
    """Return a line for each reason: the columns of one entry share theirs."""
    keys = ["severity", "data_set", "reason"]
    return [
        RuleLine(
            severity=str(severity),
            data_set_title=DATA_SET_TITLES.get(str(name), str(name)),
            reason=str(reason),
            school_count=int(group["school_code"].nunique()),
            fault_count=int(group["unexpected_count"].sum()),
        )
        for (severity, name, reason), group in broken.groupby(keys)
    ]


def _absent_lines(absent: pd.DataFrame, names: "pd.Series[str]") -> list[AbsentLine]:
    lines = []
    for data_set, group in absent.groupby("data_set"):
        codes = sorted(group["school_code"].unique())
        lines.append(
            AbsentLine(
                data_set_title=DATA_SET_TITLES.get(str(data_set), str(data_set)),
                school_names=tuple(str(names.get(code, code)) for code in codes[:MOST_NAMES]),
                school_count=len(codes),
            )
        )
    return lines


def _rows(results: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "数据": DATA_SET_TITLES.get(row["data_set"], row["data_set"]),
            "规则": row["rule_id"],
            "性质": row["severity"],
            "核查": int(row["checked_count"]),
            "不符": int(row["unexpected_count"]),
        }
        for row in results.to_dict("records")
    ]
