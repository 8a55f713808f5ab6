"""Opens draws, and says which sealed ones are overdue. Effects only; the rules are `inspection.draw.opening`."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.deploy.campaign import CampaignState, require
from inspection.draw.opening import open_by, require_visits_over
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store.engine import reading, writing
from inspection.verify.record import verify
from tasks.artifact import note
from tasks.border import task
from tasks.clock import now
from tasks.plan import plan_of
from tasks.settings import profile, settings

OVERDUE = "逾期未公布"


@task(task_run_name="核验并公开抽取记录")
def open_drawn(campaign_id: str, *, as_of: date, reason: str = "") -> Receipt:
    """Verify the record with the verifier that outsiders use, and declare it open in the ledger.

    A sealed draw is opened after the last visit day, or earlier for a reason that is kept.

    Raises:
        ProtocolError: nothing has been drawn, the visits are not over, the record does not verify, or the
            annex is not the one committed to.
    """
    with writing(settings().database_url) as session:
        require(campaign_id, campaigns.get(session, campaign_id).state, CampaignState.DRAWN)
        early = _reason_to_open_early(session, campaign_id, as_of=as_of, reason=reason)
        _require_verified(campaign_id, draws.record_of(session, campaign_id))
        record = draws.open_record(session, campaign_id, reason=early, at=now())
        _require_verified(campaign_id, record)
    return Receipt("公开抽取记录", {"核验通过": 1}, record["result_digest"])


@task(task_run_name="核对密封抽取的公布期限")
def follow_opening(campaign_id: str, *, as_of: date) -> Receipt:
    """Raise an alarm when a sealed draw that was committed to has not been opened by its date."""
    plan = plan_of(campaign_id)
    due_on = open_by(plan, profile())
    with reading(settings().database_url) as session:
        is_waiting = (
            due_on is not None
            and draws.is_committed(session, campaign_id)
            and not draws.is_open(session, campaign_id)
        )
    is_late = is_waiting and due_on is not None and as_of > due_on
    if is_late:
        told = f"⚠ 密封抽取的名单应于 {due_on} 前公布，至 {as_of} 仍未公布。请立即办理“公开抽取结果”。"
        note(f"{campaign_id}-opening", told, description="密封抽取逾期未公布")
    counts = {"待公布": int(is_waiting), OVERDUE: int(is_late)}
    return Receipt("密封抽取", counts, digest({"due": str(due_on or ""), "counts": counts}))


def _reason_to_open_early(session: Session, campaign_id: str, *, as_of: date, reason: str) -> str:
    """Return the reason that goes on record: none for an open draw, nor for one whose visits are over."""
    plan = plan_of(campaign_id)
    if plan.draw is None or plan.draw.kind != "sealed" or draws.is_open(session, campaign_id):
        return ""
    last_on = max((row["visit_on"] for row in draws.visits(session, campaign_id)), default=None)
    require_visits_over(campaign_id, last_on, as_of=as_of, reason=reason)
    return "" if last_on is not None and last_on < as_of else reason.strip()


def _require_verified(campaign_id: str, record: dict[str, Any]) -> None:
    failed = [step for step in verify(record) if step.outcome == "fail"]
    if not failed:
        return
    faults = [
        Fault(
            place=f"检查批次 {campaign_id}",
            column=step.title,
            code="DRW-003",
            wanted="与公布的方案和公开数值相符",
            got=step.message,
            remedy="请停止使用该记录，保全数据库并报告纪检。",
        )
        for step in failed
    ]
    raise ProtocolError("抽取记录核验未通过", faults)
