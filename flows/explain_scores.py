"""Explains scores 得分说明: a sheet for every school and stage, each point traced to value, rule and clause."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.run_title import run_title
from tasks.score_sheet import make_score_sheets
from tasks.turn import campaign_turn


@flow(name="explain-scores", flow_run_name=run_title("得分说明"))
def explain_scores(request: CampaignRequest) -> State[list[Receipt]]:
    """为每所学校每个学段生成得分明细表：数据、来源、规则、得分和条款逐项列明，供学校和教育督导室查阅。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [make_score_sheets(request.campaign_id, as_of=as_of)]
        show_receipts(f"{request.campaign_id}-score-sheets", receipts)
        return Completed(message="得分明细表已生成，可在工作台查阅", data=receipts)
