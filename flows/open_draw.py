"""Opens a draw after the visits: the record is verified once more and declared open."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.draw.opening import OpenRequest
from inspection.receipt import Receipt
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.draw import show_draw
from tasks.opening import open_drawn
from tasks.record_sheet import write_record_sheet
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="open-draw", flow_run_name=run_title("公开抽取结果"))
def open_draw(request: OpenRequest) -> State[list[Receipt]]:
    """重新核验抽取记录，登记公开，供任何人复算。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [open_drawn(request.campaign_id, as_of=as_of, reason=request.reason)]
        receipts += [write_record_sheet(request.campaign_id, as_of=as_of, is_opening=True)]
        show_draw(request.campaign_id)
        show_receipts(f"{request.campaign_id}-open", receipts)
        return Completed(message="抽取记录已核验并公开", data=receipts)
