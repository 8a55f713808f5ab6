"""Takes the teams' findings back, appends them to the record and scores the visited schools anew."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.finding import enter_findings, show_results, take_back_workbooks
from tasks.run_title import run_title
from tasks.score import score_schools, show_bands
from tasks.turn import campaign_turn


@flow(name="record-findings", flow_run_name=run_title("收回检查记录"))
def record_findings(request: CampaignRequest) -> State[list[Receipt]]:
    """收回检查记录表，核对后存档，并据现场核查结果复评受检学校。"""
    campaign_id = request.campaign_id
    with campaign_turn(campaign_id):
        working_time(request.as_of)
        receipts = [
            take_back_workbooks(campaign_id),
            enter_findings(campaign_id),
            score_schools(campaign_id, basis="verified"),
        ]
        show_results(campaign_id)
        show_bands(campaign_id, basis="verified")
        show_receipts(f"{campaign_id}-findings", receipts)
        return Completed(message="检查记录已存档，受检学校已复评", data=receipts)
