"""Ingest, check, score, screen, commit: a term's files become bands and a published promise of how to draw."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import GatedRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.campaign import check_readiness, enter_term
from tasks.check import check_data_set, show_quality
from tasks.clock import working_time
from tasks.draw import commit_draw
from tasks.ingest import data_sets_owed, ingest_data_set, look_into_inbox
from tasks.integrity import screen_integrity
from tasks.plan import plan_of
from tasks.quality import report_quality
from tasks.run_title import run_title
from tasks.score import derive_indicators, score_schools, show_bands
from tasks.standing import show_standing
from tasks.target import has_targets, judge_targets
from tasks.turn import campaign_turn


@flow(name="inspect-term", flow_run_name=run_title("学期评定"))
def inspect_term(request: GatedRequest) -> State[list[Receipt]]:
    """读取本学期上报数据，核查、评分，并公布抽取方案。

    Raises:
        DocumentError, SourceError, ProtocolError, SettingError: nothing has been written to the store.
    """
    campaign_id = request.campaign_id
    with campaign_turn(campaign_id):
        as_of = working_time(request.as_of)
        receipts = [check_readiness(campaign_id), look_into_inbox(campaign_id)]
        data_sets = data_sets_owed(plan_of(campaign_id))
        receipts += [ingest_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [check_data_set(campaign_id, data_set) for data_set in data_sets]
        receipts += [derive_indicators(campaign_id), enter_term(campaign_id)]
        receipts += [score_schools(campaign_id, basis="reported"), screen_integrity(campaign_id)]
        if has_targets(campaign_id):
            receipts.append(judge_targets(campaign_id))
        receipts += [commit_draw(campaign_id, as_of=as_of, overrides=request.overrides)]
        receipts += [report_quality(campaign_id, as_of=as_of.date())]
        show_standing(campaign_id, as_of=as_of)
        show_quality(campaign_id)
        show_bands(campaign_id, basis="reported")
        show_receipts(f"{campaign_id}-term", receipts)
        return Completed(message="本学期数据已核查、评分，抽取方案已公布", data=receipts)
