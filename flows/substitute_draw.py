"""Lets the next by rule step in for a drawn school or an inspector who drops out, and sends the new team out."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import SubstituteRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.substitution import substitute_drawn
from tasks.turn import campaign_turn
from tasks.visit import dispatch_teams
from tasks.visit_notice import notify_drawn_schools


@flow(name="substitute-draw", flow_run_name="递补 {request.campaign_id}")
def substitute_draw(request: SubstituteRequest) -> State[list[Receipt]]:
    """抽中学校不能接受检查、检查人员不能参加检查的，按抽取号码顺序递补，重排入校时间并派发材料。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [
            substitute_drawn(request, as_of=as_of),
            dispatch_teams(request.campaign_id, as_of=as_of, overrides=request.overrides),
            notify_drawn_schools(request.campaign_id, as_of=as_of),
        ]
        show_receipts(f"{request.campaign_id}-substitution", receipts)
        return Completed(message="已按规则递补，材料已派发", data=receipts)
