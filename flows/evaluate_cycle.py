"""Evaluation 总结评估: what the term reached, counted from the record."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import GatedRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.evaluation import estimate_all, evaluate, show_estimates, show_evaluation
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="evaluate-cycle", flow_run_name=run_title("总结评估"))
def evaluate_cycle(request: GatedRequest) -> State[list[Receipt]]:
    """汇总各项指标的达标面，并由抽查样本推断抽查名录库内学校的达标情况（定向抽查不推断）。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        evaluated = evaluate(request.campaign_id, as_of=as_of, overrides=request.overrides)
        receipts = [evaluated, estimate_all(request.campaign_id)]
        show_evaluation(request.campaign_id)
        show_estimates(request.campaign_id)
        show_receipts(f"{request.campaign_id}-evaluation", receipts)
        return Completed(message="本批次总结评估完成", data=receipts)
