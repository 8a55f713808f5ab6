"""Check what came in, as often as files are mended, before the term is scored and a draw is promised."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import CampaignRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.campaign import check_readiness, enter_term
from tasks.check import check_data_set, show_quality
from tasks.clock import working_time
from tasks.ingest import data_sets_owed, ingest_data_set, look_into_inbox
from tasks.plan import plan_of
from tasks.run_title import run_title
from tasks.score import derive_indicators
from tasks.standing import show_standing
from tasks.turn import campaign_turn


@flow(name="check-submissions", flow_run_name=run_title("核查上报"))
def check_submissions(request: CampaignRequest) -> State[list[Receipt]]:
    """读取、核查已报数据，生成更正表，列出上报进度；不评分，不抽取。

    Raises:
        DocumentError, SourceError, ProtocolError, SettingError: what was on record before still is.
    """
    campaign_id = request.campaign_id
    with campaign_turn(campaign_id):
        as_of = working_time(request.as_of)
        show_standing(campaign_id, as_of=as_of)
        receipts = [check_readiness(campaign_id), look_into_inbox(campaign_id)]
        data_sets = data_sets_owed(plan_of(campaign_id))
        receipts += [ingest_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [check_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [derive_indicators(campaign_id), enter_term(campaign_id)]
        receipts += [show_standing(campaign_id, as_of=as_of)]
        show_quality(campaign_id)
        show_receipts(f"{campaign_id}-check", receipts)
        return Completed(message="已报数据已核查，更正表已生成", data=receipts)
