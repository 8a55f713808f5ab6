"""A special inspection 专项督导: checked, previewed, decided by a responsible official, sent out."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.dispatch.special_request import SpecialRequest
from inspection.receipt import Receipt
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.clock import working_time
from tasks.run_title import run_title
from tasks.special import (
    check_special,
    dispatch_urgent,
    enter_special,
    outcome,
    show_outcome,
    show_special,
    special_number,
    write_special,
)
from tasks.special_answer import wait_for_decision
from tasks.special_notice import render_special_notices
from tasks.turn import campaign_turn


@flow(name="special-inspection", flow_run_name=run_title("专项督导"))
def special_inspection(request: SpecialRequest) -> State[list[Receipt]]:
    """核对专项督导申请并预排检查组；关闭“仅预览”后登记申请，经负责人批准后派组。

    校园安全情形立即派组，一个工作日内补办审批。

    Raises:
        ProtocolError: everything that stands against the request, before anything is entered.
    """
    as_of = working_time(request.as_of).date()
    special_id = special_number(request)
    receipts = [check_special(request, as_of=as_of)]
    show_special(request, as_of=as_of)
    if request.dry_run:
        show_receipts(f"{special_id}-preview", receipts, left_out="登记、审批和派组（仅预览）")
        return Completed(message="预览完成，未登记、未派组", data=receipts)
    # The turn is given back while the run is suspended, and taken anew when it is resumed.
    with campaign_turn(request.campaign_id):
        receipts.append(enter_special(request, as_of=as_of))
        if request.is_urgent:
            receipts.append(dispatch_urgent(special_id, as_of=as_of))
            receipts += [write_special(special_id), render_special_notices(special_id)]
        wait_for_decision(special_id)
        receipts += [write_special(special_id), render_special_notices(special_id)]
    show_outcome(special_id)
    show_receipts(f"{special_id}-receipts", receipts)
    return Completed(message=f"专项督导：{outcome(special_id)}", data=receipts)
