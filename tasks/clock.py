"""The clock: read once a run, at the door, and handed on as an argument."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from prefect.cache_policies import RUN_ID

from inspection.errors import Fault, ProtocolError
from tasks.border import task

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
CLOSE_OF_DAY = time(23, 59, 59)


def now() -> datetime:
    """Return the instant, for `recorded_at` only; no result depends on it."""
    return datetime.now(UTC)


@task(task_run_name="确定办理时间", cache_policy=RUN_ID, persist_result=True)
def working_time(as_of: date | None) -> datetime:
    """Return the instant the run works as of: the close of the given day, but never later than now, once a run.

    Raises:
        ProtocolError: the given day has not come.
    """
    present = datetime.now(OFFICE_TIME)
    if as_of is None:
        return present
    if as_of > present.date():
        fault = Fault(
            place="办理日期",
            code="CLK-001",
            wanted=f"不晚于今天（{present.date()}）",
            got=str(as_of),
            remedy="请改填已到的日期，或留空。",
        )
        raise ProtocolError("办理日期尚未到来", [fault])
    # A public value of this evening cannot be typed this morning by naming the day.
    return min(present, datetime.combine(as_of, CLOSE_OF_DAY, OFFICE_TIME))
