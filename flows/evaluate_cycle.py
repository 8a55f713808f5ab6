"""Evaluation 总结评估: what the term reached, counted from the record."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.clock import working_time
from tasks.evaluation import evaluate, show_evaluation
from tasks.turn import campaign_turn


@flow(name="evaluate-cycle", flow_run_name="总结评估 {request.campaign_id}")
def evaluate_cycle(request: CampaignRequest) -> State[list[Receipt]]:
    """汇总各项指标的达标面、检查结果与文书办理情况。"""
    with campaign_turn(request.campaign_id):
        working_time(request.as_of)
        receipts = [evaluate(request.campaign_id)]
        show_evaluation(request.campaign_id)
        show_receipts(
            f"{request.campaign_id}-evaluation", receipts, left_out="由抽查样本推断全部学校的加权估计"
        )
        return Completed(message="本批次总结评估完成", data=receipts)
