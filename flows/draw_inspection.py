"""Takes the public values, draws schools and inspectors, and sends the teams out."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import DrawRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.draw import draw_schools, enter_public_values, show_draw
from tasks.record_sheet import write_record_sheet
from tasks.relaxation import relax_draw
from tasks.run_title import run_title
from tasks.turn import campaign_turn
from tasks.visit import dispatch_teams
from tasks.visit_notice import notify_drawn_schools


@flow(name="draw-inspection", flow_run_name=run_title("随机抽取"))
def draw_inspection(request: DrawRequest) -> State[list[Receipt]]:
    """按已公布的方案，用公开数值抽取学校和检查人员，并派发工作手册与检查记录表。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of)
        if request.relaxation is not None:
            receipts = [relax_draw(request.campaign_id, request.relaxation, as_of=as_of)]
            show_draw(request.campaign_id)
            show_receipts(f"{request.campaign_id}-draw", receipts)
            return Completed(
                message="原方案已撤销，新方案已公布；待新的公开数值公布后再行抽取", data=receipts
            )
        receipts = [
            enter_public_values(request.campaign_id, request.values, as_of=as_of),
            draw_schools(request.campaign_id, as_of=as_of),
            write_record_sheet(request.campaign_id, as_of=as_of.date()),
            dispatch_teams(request.campaign_id, as_of=as_of.date(), overrides=request.overrides),
            notify_drawn_schools(request.campaign_id, as_of=as_of.date()),
        ]
        show_draw(request.campaign_id)
        show_receipts(f"{request.campaign_id}-draw", receipts)
        return Completed(message="已抽取学校和检查人员，材料已派发", data=receipts)
