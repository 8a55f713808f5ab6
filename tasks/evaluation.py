"""Evaluation: what was reached, counted from the record. What the sample says of all schools is not here."""

import pandas as pd
from prefect import task
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import score as scores
from inspection.store.engine import reading
from tasks.artifact import table
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import settings

OUTCOMES = {"met": "达到", "partly": "部分达到", "not-met": "未达到", "not-established": "未评定"}


@task(task_run_name="汇总达标情况")
def evaluate(campaign_id: str) -> Receipt:
    """Count how many school-stages met each criterion.

    Raises:
        ProtocolError: the campaign is not on record.
    """
    with reading(settings().database_url) as session:
        campaigns.get(session, campaign_id)
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


def _counts(session: Session, campaign_id: str) -> pd.DataFrame:
    lines = scores.lines(session, campaign_id, scores.latest_basis(session, campaign_id))
    public = lines[~lines.exam_result.astype(bool)]
    counts = public.groupby(["criterion_id", "outcome"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(OUTCOMES), fill_value=0)
