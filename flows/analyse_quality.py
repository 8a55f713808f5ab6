"""Analyses quality 学业质量分析: a report for every school and district, and the teaching process for heads."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.quality_analysis import make_quality_analyses
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="analyse-quality", flow_run_name=run_title("质量分析"))
def analyse_quality(request: CampaignRequest) -> State[list[Receipt]]:
    """生成四级质量分析：学校（区县）、年级、学科三个层面列入分析报告，教师层面只列教学过程，单独发校长本人。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [make_quality_analyses(request.campaign_id, as_of=as_of)]
        show_receipts(f"{request.campaign_id}-quality-analyses", receipts)
        return Completed(message="学业质量分析报告已生成，可在工作台查阅", data=receipts)
