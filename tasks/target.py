"""Targets: which of a rubric's targets the districts and the city have reached, kept in the staging folder.

No school's score reads this, and no figure of examination results is shown on the run's page.
"""

from pathlib import Path

import pandas as pd

from inspection.canonical import digest_rows
from inspection.ingest.figure import DISTRICT_DATA_SET, load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE
from inspection.receipt import Receipt
from inspection.score.target import LEVELS, TargetEvidence, reached
from inspection.store import roster
from inspection.store.engine import reading
from tasks.artifact import table
from tasks.border import task
from tasks.ingest import staged_data_set
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings
from tasks.workspace import staged, write_frame

OUTCOMES = {"met": "达到", "not-met": "未达到", "not-established": "未评定"}


def has_targets(campaign_id: str) -> bool:
    """Say whether the campaign's rubric sets targets for districts or the city."""
    return bool(rubric_of(plan_of(campaign_id))[0].targets)


@task(task_run_name="评定区县和全市目标")
def judge_targets(campaign_id: str) -> Receipt:
    """Say of each target whether it is reached; the rows go into the staging folder (see `targets_path`).

    Raises:
        DocumentError: the rubric is absent or wrong.
    """
    plan = plan_of(campaign_id)
    targets = rubric_of(plan)[0].targets
    figures = load_figures(profile().folders.sources / FIGURE_CATALOGUE).district
    before = _evidence(plan.term.compared_with) if plan.term.compared_with else None
    found = reached(targets, figures, _evidence(plan.term.id), before)
    write_frame(targets_path(plan.term.id, campaign_id), found)
    titles = {target.id: f"{target.title}{target.by_words}" for target in targets}
    counts = {name: int((found["outcome"] == code).sum()) for code, name in OUTCOMES.items()}
    groups = found.groupby(["target_id", "level"])["outcome"].value_counts().unstack(fill_value=0)
    rows = [
        {"目标": f"{target_id} {titles[target_id]}", "层级": LEVELS[level]}
        | {name: int(group.get(code, 0)) for code, name in OUTCOMES.items()}
        for (target_id, level), group in groups.iterrows()
    ]
    table(f"{campaign_id}-targets", rows, description="区县和全市目标的达到情况（单位数）")
    return Receipt("评定目标", counts, digest_rows(found.itertuples(index=False)))


def targets_path(term_id: str, campaign_id: str) -> Path:
    """Return where the rows of a campaign's targets lie (`inspection.score.target.TARGET_COLUMNS`)."""
    return staged(term_id, f"{campaign_id}.targets.parquet")


def _evidence(term_id: str) -> TargetEvidence:
    with reading(settings().database_url) as session:
        schools, indicators = roster.schools(session, term_id), roster.indicators(session, term_id)
    is_in = staged(term_id, f"{DISTRICT_DATA_SET}.rows.parquet").exists()
    rows = staged_data_set(term_id, DISTRICT_DATA_SET).rows if is_in else pd.DataFrame()
    return TargetEvidence(rows, schools, indicators)
