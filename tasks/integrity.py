"""The integrity screen on a term's figures in the store: signals, questions to schools, risk classes.

What it asks lies in the outbox as a list for each district. Nothing here accuses, and no name, class or figure
goes to Prefect.
"""

from collections.abc import Mapping

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.check.expectation import RESULT_COLUMNS
from inspection.check.integrity import Figures, Screen, load_screen, screen
from inspection.collect.fault_list import table_csv
from inspection.deploy.plan import Plan
from inspection.draw.risk import load_rule, risk_of
from inspection.ingest.source_map import load_source_maps
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import quality, roster
from inspection.store.engine import reading, writing
from tasks.border import task
from tasks.plan import plan_of
from tasks.score import catalogue
from tasks.settings import profile, settings
from tasks.workspace import quality_reports, write_whole

QUESTION_HEADINGS = ("学校标识码", "学校名称", "事项", "涉及栏目", "请学校说明并提供")
ROSTER = "schools"
_PARTS = {"number": "的分子", "count": "的分母"}


@task(task_run_name="数据完整性筛查")
def screen_integrity(campaign_id: str) -> Receipt:
    """Screen a term's figures, keep the signals, derive risk classes, and list what schools are asked.

    Once the draw is promised the risk classes stay as they are in its annex.

    Raises:
        DocumentError: the screen or the rule of risk classes is wrong.
    """
    plan = plan_of(campaign_id)
    policy, rule = load_screen(profile().folders.expectations), load_rule(profile().folders.rubrics)
    if policy is None:
        return Receipt("数据完整性筛查", {"检查项": 0})
    with writing(settings().database_url) as session:
        signals, looked_at = screen(_figures(session, plan), policy)
        told = _told(signals, policy)
        quality.enter_signals(session, plan.term.id, told, _counts(told, looked_at, policy))
        if rule and not campaigns.is_committed(session, campaign_id):
            records = quality.school_records(session, plan.term.id)
            risks = {code: risk_of(record, rule) for code, record in records.items()}
            quality.enter_risks(session, plan.term.id, risks)
    _ask(plan.term.id, policy)
    counts = {
        "检查项": len(policy.checks),
        "提示": len(told),
        "请补充佐证的学校": int(told["school_code"].nunique()),
    }
    return Receipt("数据完整性筛查", counts, digest_rows(told.itertuples(index=False)))


def _figures(session: Session, plan: Plan) -> Figures:
    before = plan.term.compared_with
    return Figures(
        quality.figures(session, plan.term.id),
        quality.figures(session, before) if before else pd.DataFrame(),
        roster.schools(session, plan.term.id),
    )


def _told(signals: pd.DataFrame, policy: Screen) -> pd.DataFrame:
    """Return the signals as they are kept: with the threshold, the figures by title, and the question."""
    checks = {check.id: check for check in policy.checks}
    titles = _titles()
    return signals.assign(
        threshold=[checks[name].threshold for name in signals["check_id"]],
        question=[checks[name].question for name in signals["check_id"]],
        figures=["、".join(_title(name, titles) for name in text.split("、")) for text in signals["figures"]],
    )


def _titles() -> dict[str, str]:
    """Return the titles of all indicators by id, and of the roster's columns as `schools.x`."""
    listed = load_source_maps(profile().folders.sources).get(ROSTER)
    columns = listed.columns if listed else {}
    of_roster = {f"{ROSTER}.{name}": f"{column.title}（学校名录）" for name, column in columns.items()}
    return of_roster | {indicator.id: indicator.title for indicator in catalogue().indicators}


def _title(figure: str, titles: Mapping[str, str]) -> str:
    """Return a figure's title: `x` an indicator or a column, `x:number` and `x:count` what it is made of."""
    name, _, part = figure.partition(":")
    return titles.get(name, name) + _PARTS.get(part, "")


def _counts(signals: pd.DataFrame, looked_at: dict[str, int], policy: Screen) -> pd.DataFrame:
    rows = [
        [
            check.id,
            "info",
            f"{check.title}：{check.question}",
            looked_at[check.id],
            int((signals["check_id"] == check.id).sum()),
        ]
        for check in policy.checks
    ]
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def _ask(term_id: str, policy: Screen) -> None:
    """Write for each district which of its schools are asked for what; no list where nobody is asked."""
    titles = {check.id: check.title for check in policy.checks}
    with reading(settings().database_url) as session:
        schools = roster.schools(session, term_id)[["school_code", "school_name", "district_code"]]
        asked = quality.signals(session, term_id).merge(schools, on="school_code")
    for district in profile().districts:
        path = quality_reports(term_id) / f"补充佐证材料清单-{district.code}.csv"
        rows = [
            (row["school_code"], row["school_name"], titles[row["check_id"]], row["figures"], row["question"])
            for row in asked[asked["district_code"] == district.code].to_dict("records")
        ]
        if rows:
            write_whole(path, table_csv(QUESTION_HEADINGS, sorted(rows)))
        else:
            path.unlink(missing_ok=True)
