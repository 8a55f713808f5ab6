"""Answers on special inspections: the run is suspended until a person decides, and what was said is kept.

`wait_for_decision` is called by the flow itself, since only a flow can be suspended. A resumed flow runs from
its top again: an answer is kept under the run and the number of the question, and is judged once.
"""

from datetime import date
from itertools import count

from prefect.cache_policies import NO_CACHE
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from sqlalchemy.orm import Session

from inspection.deploy.plan import MODE_TITLES
from inspection.dispatch.special import TITLES, Entered, SpecialState
from inspection.dispatch.special_check import answer_faults
from inspection.dispatch.special_request import SpecialAnswer
from inspection.errors import Fault, InspectionError, ProtocolError
from inspection.store import ledger
from inspection.store import special as specials
from inspection.store.engine import writing
from tasks.artifact import desk_link
from tasks.border import task
from tasks.clock import now, working_time
from tasks.draw import derived_key
from tasks.plan import plan_of
from tasks.settings import settings
from tasks.special import bounds_of, dispatch, ready_to_go, standing

LEAST_PATIENCE_DAYS = 30
_SECONDS_A_DAY = 86_400


class SpecialAnswerInput(RunInput, SpecialAnswer):
    """The form that the Prefect UI shows to who decides."""


def wait_for_decision(special_id: str) -> None:
    """Suspend the run until somebody decides; an answer that does not count is explained and asked for anew.

    The run is not executed further: when it is resumed, it starts again from its top and comes by here with
    the answer. Nothing is filled in beforehand, least of all who decides.
    """
    refusal = ""
    for number in count(1):
        special = standing(special_id)
        assert special is not None
        if not special.is_waiting:
            return
        answer = suspend_flow_run(
            wait_for_input=SpecialAnswerInput.with_initial_data(description=question(special, refusal)),
            timeout=patience_seconds(special),
            key=f"{special_id}-{number}",
        )
        refusal = take_answer(special_id, plain(answer), answer_id=f"{flow_run.id}-{number}")


@task(task_run_name="登记审批决定", cache_policy=NO_CACHE)
def take_answer(special_id: str, answer: SpecialAnswer, *, answer_id: str) -> str:
    """Judge and keep an answer, once, and do what it decides; return why it does not count, or nothing.

    An approval sends the teams in the same transaction, so that there is never the one without the other.
    """
    with writing(settings().database_url) as session:
        ledger.serialise(session)
        known = specials.answer_on(session, special_id, answer_id)
        if known is not None:
            return known.refusal
        special = specials.entered(session, special_id)
        assert special is not None
        on, faults = _day_of(special, answer)
        faults += _faults(session, special, answer, on)
        if not faults:
            faults += _carry_out(session, special, answer, on)
        refusal = "\n".join(fault.sentence for fault in sorted(faults))
        specials.enter_answer(session, special_id, answer, answer_id=answer_id, on=on, refusal=refusal)
    return refusal


def question(special: Entered, refusal: str) -> str:
    """Return what is shown above the form, in counts: schools and persons are on the desk."""
    request = special.request
    subject = (
        f"{MODE_TITLES[request.mode]} `{special.special_id}`（{TITLES[special.state]}）："
        f"{len(special.arrangement.visits)} 所学校、{len(special.arrangement.members)} 个检查组，"
        f"{request.window.starts_on} 至 {request.window.ends_on} 入校。"
    )
    where = f"学校和人员名单见工作台 {desk_link(f'/campaigns/{request.campaign_id}')} 。"
    due = f"请于 {special.approval_due_on} 前补办审批。" if special.approval_due_on else ""
    told = f"\n\n**上次提交未被采用：**\n\n{refusal}" if refusal else ""
    return f"{subject}{where}{due}{told}"


def patience_seconds(special: Entered) -> int:
    """Return how long a run waits for a decision: to the last day of the visits, and thirty days at least."""
    days = (special.request.window.ends_on - special.requested_on).days + 1
    return max(days, LEAST_PATIENCE_DAYS) * _SECONDS_A_DAY


def plain(answer: SpecialAnswer) -> SpecialAnswer:
    """Return an answer without what the form adds to it."""
    return SpecialAnswer(**{name: getattr(answer, name) for name in SpecialAnswer.model_fields})


def _day_of(special: Entered, answer: SpecialAnswer) -> tuple[date, list[Fault]]:
    """Return the day of a decision, and what is wrong with the one that was given."""
    try:
        return working_time.fn(answer.decided_on).date(), []
    except InspectionError as error:
        return answer.decided_on or special.requested_on, list(error.faults)


def _faults(session: Session, special: Entered, answer: SpecialAnswer, on: date) -> list[Fault]:
    plan = plan_of(special.request.campaign_id)
    known = specials.known(session, plan, besides=special.special_id, as_of=on)
    dated = answer.model_copy(update={"decided_on": on})
    return answer_faults(dated, special, known, bounds_of(special.request))


def _carry_out(session: Session, special: Entered, answer: SpecialAnswer, on: date) -> list[Fault]:
    """Do what an answer decides; return what stands in the way, in which case nothing has been done."""
    key = derived_key("case", special.request.campaign_id)
    ready = None
    if answer.decision == "approve" and special.state == SpecialState.REQUESTED:
        try:
            ready = ready_to_go(session, special, on=on, due_on=None)
        except ProtocolError as error:
            return list(error.faults)
    specials.decide(session, special.special_id, answer, key=key, at=now())
    if ready is not None:
        dispatch(session, ready)
    if answer.decision == "return" and special.state == SpecialState.DISPATCHED:
        specials.withdraw(session, special.special_id, after=on)
    return []
