"""Takes every case as far as it may go: proposed, heard, approved, issued."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from inspection.receipt import Receipt
from inspection.request import NoticeRequest
from tasks.artifact import show_receipts
from tasks.border import flow
from tasks.case import (
    decide_cases,
    hear_schools,
    notify_schools,
    propose_cases,
    restudy_cases,
    show_cases,
)
from tasks.clock import working_time
from tasks.hearing import send_register
from tasks.notice import issue_approved, issue_letters, render_notices
from tasks.run_title import run_title
from tasks.turn import campaign_turn


@flow(name="issue-notices", flow_run_name=run_title("办理处理措施"))
def issue_notices(request: NoticeRequest) -> State[list[Receipt]]:
    """提出处理建议，告知学校并听取申辩，按审批决定制发文书。

    Each case goes as far as the evidence on file lets it: run it again when a reply or a decision is in.
    """
    campaign_id = request.campaign_id
    with campaign_turn(campaign_id):
        as_of = working_time(request.as_of).date()
        receipts = [
            propose_cases(campaign_id, as_of=as_of),
            notify_schools(campaign_id, as_of=as_of),
            issue_letters(campaign_id, as_of=as_of),
            send_register(campaign_id, as_of=as_of),
            hear_schools(campaign_id, as_of=as_of),
            restudy_cases(campaign_id, request.restudies, as_of=as_of),
            decide_cases(campaign_id, request.decisions, as_of=as_of),
            issue_approved(campaign_id, as_of=as_of),
            render_notices(campaign_id),
        ]
        show_cases(campaign_id)
        show_receipts(f"{campaign_id}-notices", receipts)
        return Completed(message="处理措施已按现有材料办理", data=receipts)
