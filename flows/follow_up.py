"""Follows what is owed as of a day: rectification, decisions on special inspections, sealed draws to open."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import FollowUpRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.opening import OVERDUE, follow_opening
from tasks.rectification import (
    close_cases,
    follow_rectifications,
    recheck_schools,
    show_rectifications,
)
from tasks.run_title import run_title
from tasks.special import follow_specials
from tasks.turn import campaign_turn


@flow(name="follow-up", flow_run_name=run_title("跟踪整改"))
def follow_up(request: FollowUpRequest) -> State[list[Receipt]]:
    """登记复查和销号；按工作日计算整改期限，列出临期和逾期的案件数；列出待决定和逾期未补办审批的专项督导；密封抽取逾期未公布的予以提醒。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        opening = follow_opening(request.campaign_id, as_of=as_of)
        receipts = [
            opening,
            recheck_schools(request.campaign_id, request.rechecks, as_of=as_of),
            close_cases(request.campaign_id, request.closures, as_of=as_of),
            follow_rectifications(request.campaign_id, as_of=as_of),
            follow_specials(request.campaign_id, as_of=as_of),
        ]
        show_rectifications(request.campaign_id)
        show_receipts(f"{request.campaign_id}-follow-up", receipts, left_out="从重处理")
        alarm = "；密封抽取的名单逾期未公布，请立即办理" if opening.counts[OVERDUE] else ""
        return Completed(message=f"整改情况已更新{alarm}", data=receipts)
