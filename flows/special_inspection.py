"""A special inspection 专项督导: for now a preview of what would be done, checked against the record."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import SpecialRequest
from tasks.artifact import show_receipts
from tasks.clock import working_time
from tasks.special import preview_special, show_special


@flow(name="special-inspection", flow_run_name="专项督导 {request.campaign_id}")
def special_inspection(request: SpecialRequest) -> State[list[Receipt]]:
    """核对专项督导的学校、事由和线索，列出将要办理的内容。"""
    as_of = working_time(request.as_of).date()
    receipts = [preview_special(request, as_of=as_of)]
    show_special(request)
    show_receipts(f"{request.campaign_id}-special", receipts, left_out="负责人批准与派组")
    return Completed(message="专项督导预览完成，未派组", data=receipts)
