"""The clock: read once a run, at the door, and handed on as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from prefect import task
from prefect.cache_policies import RUN_ID

OFFICE_TIME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the instant, for `recorded_at` only; no result depends on it."""
    return datetime.now(UTC)


@task(task_run_name="确定办理日期", cache_policy=RUN_ID, persist_result=True)
def working_date(as_of: date | None) -> date:
    """Return the day the run works as of: the given one, or today in office time, once a run."""
    return as_of or datetime.now(OFFICE_TIME).date()
