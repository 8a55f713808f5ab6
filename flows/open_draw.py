"""Opens a draw after the visits: the record is verified once more and declared open."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.clock import working_time
from tasks.draw import open_drawn, show_draw
from tasks.turn import campaign_turn


@flow(name="open-draw", flow_run_name="公开抽取结果 {request.campaign_id}")
def open_draw(request: CampaignRequest) -> State[list[Receipt]]:
    """重新核验抽取记录，登记公开，供任何人复算。"""
    with campaign_turn(request.campaign_id):
        working_time(request.as_of)
        receipts = [open_drawn(request.campaign_id)]
        show_draw(request.campaign_id)
        show_receipts(f"{request.campaign_id}-open", receipts)
        return Completed(message="抽取记录已核验并公开", data=receipts)
