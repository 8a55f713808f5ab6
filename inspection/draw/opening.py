"""Opening a sealed draw 启封: who asks for it, when it may be done, by when it must be.

Here: the request and the rules of the calendar. Not here: what an opened record is (`record`), keeping it
(`inspection.store.draw`).
"""

from datetime import date

from pydantic import ConfigDict, Field

from inspection.deploy.plan import Plan
from inspection.errors import Fault, ProtocolError
from inspection.profile import Profile
from inspection.request import CampaignRequest
from inspection.workdays import add_workdays


class OpenRequest(CampaignRequest):
    """Which draw to open; one that is sealed waits for the end of the visits, unless a reason is given."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "公开抽取结果",
            "description": "重新核验抽取记录并登记公开；密封抽取须在入校检查全部结束之后办理。",
        }
    )

    reason: str = Field(
        default="",
        max_length=200,
        title="提前公开的理由",
        description="密封抽取在入校检查结束前公开的，须写明理由，不写学校和个人名称；其他情形留空",
    )


def open_by(plan: Plan, profile: Profile) -> date | None:
    """Return the last day on which a sealed draw must be opened; none for an open draw or no draw.

    The plan may name the day; otherwise it follows from the end of the visits and the bureau's own deadline.
    """
    if plan.draw is None or plan.draw.kind != "sealed" or plan.visits is None:
        return None
    workdays = profile.deadlines.opening_workdays
    return plan.draw.open_by or add_workdays(plan.visits.ends_on, workdays, profile.calendar)


def require_visits_over(campaign_id: str, last_visit_on: date | None, *, as_of: date, reason: str) -> None:
    """Refuse to open a sealed draw while a school could still learn from it that it will be visited.

    Args:
        campaign_id: whose draw.
        last_visit_on: the day of the last visit; none while no team has been sent.
        as_of: the day of the opening.
        reason: why it is opened early; empty when it is not.

    Raises:
        ProtocolError: the last visit day is not over and no reason is given.
    """
    if reason.strip() or (last_visit_on is not None and last_visit_on < as_of):
        return
    wanted = f"在最后一个入校日（{last_visit_on}）之后" if last_visit_on else "在派组入校并检查结束之后"
    fault = Fault(
        place=f"检查批次 {campaign_id}",
        code="DRW-004",
        wanted=wanted,
        got=str(as_of),
        remedy="请在入校检查全部结束之后办理；确需提前公开的，请填写理由。",
    )
    raise ProtocolError("密封抽取还不能公开名单", [fault])


def opening_status(due_on: date, *, as_of: date) -> str:
    """Return what the public reads about a sealed draw that has been drawn and not been opened."""
    day = f"{due_on.year}年{due_on.month}月{due_on.day}日"
    if as_of > due_on:
        return f"已密封抽取；名单应于{day}前公布，现已逾期"
    return f"已密封抽取；名单在入校检查结束后公布，不晚于{day}"
