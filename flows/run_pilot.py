"""Pilot 试点推进: the whole reading and checking on the pilot schools, with nothing entered."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.campaign import check_readiness
from tasks.check import check_data_set
from tasks.clock import working_time
from tasks.ingest import data_sets_owed, ingest_data_set, look_into_inbox
from tasks.plan import plan_of
from tasks.run_title import run_title
from tasks.score import derive_indicators, rehearse_pilot
from tasks.turn import campaign_turn


@flow(name="run-pilot", flow_run_name=run_title("试点推进"))
def run_pilot(request: CampaignRequest) -> State[list[Receipt]]:
    """对试点学校试读、试核、试评，不入库，不抽取。"""
    campaign_id = request.campaign_id
    with campaign_turn(campaign_id):
        working_time(request.as_of)
        receipts = [check_readiness(campaign_id), look_into_inbox(campaign_id)]
        data_sets = data_sets_owed(plan_of(campaign_id))
        receipts += [ingest_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [check_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [derive_indicators(campaign_id), rehearse_pilot(campaign_id)]
        show_receipts(f"{campaign_id}-pilot", receipts, left_out="试点学校现场观摩与意见征集")
        return Completed(message="试点学校数据已试评，未入库", data=receipts)
