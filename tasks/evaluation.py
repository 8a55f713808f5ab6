"""Evaluation: what was reached, counted from the record, and what the drawn sample says of all schools."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.deploy.plan import Plan
from inspection.draw.estimate import EVERYWHERE, Estimate, Stratum, estimates
from inspection.receipt import Receipt
from inspection.request import Override
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import roster
from inspection.store import score as scores
from inspection.store.engine import reading, writing
from tasks.artifact import note, table
from tasks.border import task
from tasks.draw import derived_key
from tasks.gate import Asked, pass_results
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings

OUTCOMES = {"met": "达到", "partly": "部分达到", "not-met": "未达到", "not-established": "未评定"}
TARGETED = "本批次为定向抽查，抽取范围是按类别选定的，抽中的学校不能代表其他学校，因此不作推断。"


@task(task_run_name="汇总达标情况")
def evaluate(campaign_id: str, *, as_of: date, overrides: Sequence[Override] = ()) -> Receipt:
    """Count how many school-stages met each criterion.

    Raises:
        ProtocolError: the campaign is not on record, or its results are not published in time and nobody
            overrides the deadline.
    """
    plan, key = plan_of(campaign_id), derived_key("gate", campaign_id)
    asked = Asked(plan=plan, step="evaluate", as_of=as_of, overrides=overrides, key=key)
    with writing(settings().database_url) as session:
        campaigns.get(session, campaign_id)
        pass_results(session, asked)
        counts = _counts(session, campaign_id)
    rows = [(str(criterion), *map(int, counts.loc[criterion])) for criterion in counts.index]
    return Receipt("总结评估", {"指标项": len(rows)}, digest_rows(rows))


@task(task_run_name="展示达标情况")
def show_evaluation(campaign_id: str) -> None:
    """Show per criterion how many school-stages reached it; examination results stay out."""
    titles = {criterion.id: criterion.title for criterion in rubric_of(plan_of(campaign_id))[0].criteria}
    with reading(settings().database_url) as session:
        counts = _counts(session, campaign_id)
    rows = [
        {"指标": f"{criterion} {titles[str(criterion)]}"}
        | {title: int(counts.loc[criterion, outcome]) for outcome, title in OUTCOMES.items()}
        for criterion in counts.index
    ]
    table(f"{campaign_id}-evaluation", rows, description="各指标项达标情况（校段数，不含考试成绩类指标）")


@task(task_run_name="由样本推断抽查名录库")
def estimate_all(campaign_id: str) -> Receipt:
    """Estimate from the drawn schools what share of the pool meets each item checked on site.

    Special inspections are campaigns of their own and no part of the sample. Of a targeted draw nothing is
    estimated: what was chosen for a reason says nothing of the rest.

    Raises:
        ProtocolError: the campaign is not on record.
    """
    with reading(settings().database_url) as session:
        campaigns.get(session, campaign_id)
        found = _estimates(session, plan_of(campaign_id))
    rows = [
        (
            one.item_code,
            one.district_code,
            one.answered_count,
            f"{one.rate:.2f}",
            f"{one.low_rate:.2f}",
            f"{one.high_rate:.2f}",
        )
        for one in found
    ]
    return Receipt(
        "样本推断", {"核查项": len({row[0] for row in rows}), "估计": len(rows)}, digest_rows(rows)
    )


@task(task_run_name="展示样本推断")
def show_estimates(campaign_id: str) -> None:
    """Show the share of the pool that meets each item, with its interval, over the city and by district."""
    plan = plan_of(campaign_id)
    if _is_targeted(plan):
        note(f"{campaign_id}-estimates", TARGETED, description="由抽查样本推断：不作推断")
        return
    titles = {criterion.id: criterion.title for criterion in rubric_of(plan)[0].criteria}
    with reading(settings().database_url) as session:
        found = _estimates(session, plan)
    if not found:
        return
    rows = [
        {
            "核查项": f"{one.item_code} {titles.get(one.item_code, '')}".strip(),
            "范围": "名录库合计"
            if one.district_code == EVERYWHERE
            else profile().district_name(one.district_code),
            "受检学校": one.answered_count,
            "符合的学校约占（%）": f"{one.rate:.1f}",
            "95%置信区间（%）": f"{one.low_rate:.1f}—{one.high_rate:.1f}",
        }
        for one in found
    ]
    merged = "、".join(found[0].merged)
    joined = f"；只抽到一所学校的层与相邻层合并计算：{merged}" if merged else ""
    title = "由抽查样本推断抽查名录库内的学校（按抽取概率加权，不含抽取前排除的学校）"
    table(f"{campaign_id}-estimates", rows, description=title + joined)


def _is_targeted(plan: Plan) -> bool:
    return plan.draw is not None and plan.draw.target.is_targeted


def _estimates(session: Session, plan: Plan) -> list[Estimate]:
    campaign_id = plan.campaign
    if _is_targeted(plan) or not draws.is_committed(session, campaign_id):
        return []
    record = draws.record_of(session, campaign_id)
    commitment = record["commitment"]
    sizes = {
        line["stratum"]: Stratum(pool_count=line["pool"], drawn_count=line["size"])
        for line in commitment["strata"]
    }
    stratum = {line["school"]: line["stratum"] for line in commitment["pool"]}
    places = roster.schools(session, plan.term.id).set_index("school_code")
    found = findings.items(session, campaign_id)
    said = found[found.conclusion.isin(["met", "not-met"]) & found.school_code.isin(list(stratum))]
    # A school of two stages meets an item when it does so in both.
    met = said.assign(is_met=said.conclusion == "met").groupby(["school_code", "item_code"]).is_met.all()
    answers = met.reset_index()
    answers["stratum"] = answers.school_code.map(stratum)
    answers["district_code"] = answers.school_code.map(places.district_code)
    return estimates(answers, sizes)


def _counts(session: Session, campaign_id: str) -> pd.DataFrame:
    lines = scores.lines(session, campaign_id, scores.latest_basis(session, campaign_id))
    public = lines[~lines.exam_result.astype(bool)]
    counts = public.groupby(["criterion_id", "outcome"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(OUTCOMES), fill_value=0)
