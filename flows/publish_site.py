"""Builds the publication site of a campaign: what the law says is public, and nothing else."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import GatedRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.publication import publish
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="publish-site", flow_run_name=run_title("公示"))
def publish_site(request: GatedRequest) -> State[list[Receipt]]:
    """生成公示网站：计划、抽取记录、检查结果、等级分布、文书与台账。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [publish(request.campaign_id, as_of=as_of, overrides=request.overrides)]
        show_receipts(f"{request.campaign_id}-site", receipts)
        return Completed(message="公示网站已更新", data=receipts)
