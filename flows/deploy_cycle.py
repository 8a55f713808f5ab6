"""Deployment 启动部署: the campaign's plan and documents are checked, kept and entered in the ledger."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.burden import count_burden, write_blanks
from tasks.campaign import check_readiness, deploy_campaign
from tasks.clock import working_time
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="deploy-cycle", flow_run_name=run_title("启动部署"))
def deploy_cycle(request: CampaignRequest) -> State[list[Receipt]]:
    """核对计划、评价细则、数据模板等文件，核算填报负担，登记工作周期和检查批次，编制空白报表。"""
    with campaign_turn(request.campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [
            check_readiness(request.campaign_id),
            count_burden(request.campaign_id),
            deploy_campaign(request.campaign_id),
            write_blanks(request.campaign_id, as_of=as_of),
        ]
        show_receipts(f"{request.campaign_id}-deploy", receipts, left_out="任务分解表与动员培训材料的制发")
        return Completed(message="启动部署完成，计划已登记入台账", data=receipts)
