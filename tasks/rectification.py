"""Rectification: which deadlines have passed as of a day. Re-checks come with their own evidence."""

from datetime import date

import pandas as pd

from inspection.canonical import digest_rows
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import case as cases
from inspection.store.engine import reading, writing
from tasks.artifact import table
from tasks.border import task
from tasks.settings import settings

TITLES = {"due": "整改期内", "overdue": "已逾期"}


@task(task_run_name="更新整改状态")
def follow_rectifications(campaign_id: str, *, as_of: date) -> Receipt:
    """Mark what is overdue as of a day.

    Raises:
        ProtocolError: the campaign is not on record.
    """
    with writing(settings().database_url) as session:
        campaigns.get(session, campaign_id)
        owed = cases.rectifications(session, campaign_id)
        for item in owed:
            item.state = "overdue" if as_of > item.due_on else "due"
        found = digest_rows((item.case_id, str(item.due_on), item.state) for item in owed)
        counts = {title: sum(item.state == state for item in owed) for state, title in TITLES.items()}
    return Receipt("跟踪整改", counts, found)


@task(task_run_name="展示整改情况")
def show_rectifications(campaign_id: str) -> None:
    """Show how many rectifications fall due when; no school by name."""
    with reading(settings().database_url) as session:
        rows = [(str(item.due_on), TITLES[item.state]) for item in cases.rectifications(session, campaign_id)]
    counts = pd.Series(rows, dtype=object).value_counts().sort_index()
    shown = [{"整改期限": due, "状态": state, "案件数": int(count)} for (due, state), count in counts.items()]
    table(f"{campaign_id}-rectifications", shown, description="整改期限")
