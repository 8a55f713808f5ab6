"""Substitutions: a drawn school or an inspector drops out, the next by rule steps in, the visits follow.

Effects only; the rules are `inspection.draw.substitution` and `inspection.dispatch.visit`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inspection import policy_file
from inspection.canonical import canonical
from inspection.deploy.campaign import CampaignState, require
from inspection.draw.commitment import pseudonym
from inspection.draw.record import UNOPENED, Record
from inspection.draw.substitution import current_teams, is_done, replace_inspector, substitute
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.request import DropOut, SubstituteRequest
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import finding
from inspection.store.engine import writing
from tasks.border import task
from tasks.clock import now
from tasks.draw import derived_key
from tasks.plan import plan_of
from tasks.settings import settings
from tasks.visit import move_visits
from tasks.workspace import returned


@task(task_run_name="按规则递补")
def substitute_drawn(request: SubstituteRequest, *, as_of: date) -> Receipt:
    """Replace a school or an inspector by rule, enter it in the ledger, and set the days of the new visits.

    All in one step of the store: a refusal leaves everything as it was. The same request again changes nothing.

    Raises:
        ProtocolError: nothing is drawn, the request is not whole, the school is already inspected, nobody can
            step in, or the days do not suffice.
        DocumentError: the request file is absent or wrong.
    """
    plan = plan_of(request.campaign_id)
    with writing(settings().database_url) as session:
        require(
            request.campaign_id, campaigns.get(session, request.campaign_id).state, CampaignState.VISITING
        )
        record = draws.record_of(session, request.campaign_id)
        asked = _asked(request, record)
        changed = _changed(session, record, asked, as_of=as_of)
        if changed is not None:
            by = {"asked_by": request.asked_by, "asked_on": as_of.isoformat(), **asked.model_dump()}
            draws.keep_substitution(session, request.campaign_id, changed, asked=canonical(by), at=now())
            move_visits(session, plan, as_of=as_of)
        done = draws.record_of(session, request.campaign_id)["substitutions"]
    kinds = [item["kind"] for item in done]
    counts = {"递补学校": kinds.count("school"), "更换检查人员": kinds.count("inspector")}
    return Receipt("递补", counts, done[-1]["digest"])


def _asked(request: SubstituteRequest, record: Mapping[str, Any]) -> DropOut:
    """Return what is asked for, from the form or from its file."""
    typed = DropOut(school_code=request.school_code, inspector_id=request.inspector_id, reason=request.reason)
    is_typed = any(typed.model_dump().values())
    is_hidden = record["state"] == UNOPENED
    if request.request_file and not is_typed:
        path = returned(request.campaign_id, "substitutions") / request.request_file
        typed = policy_file.load(DropOut, path)
    elif is_hidden or request.request_file:
        wanted = "名单公布前只用申请文件提出" if is_hidden else "表中填写与申请文件二者只用一种"
        raise ProtocolError(
            "不能递补", [_fault("SUB-001", wanted, "表中填写了内容" if is_typed else "没有申请文件")]
        )
    if not typed.reason.strip() or not (typed.school_code or typed.inspector_id):
        got = "没有写明理由" if not typed.reason.strip() else "学校和检查人员均未填写"
        raise ProtocolError("不能递补", [_fault("SUB-002", "写明学校或者检查人员，以及理由", got)])
    return typed


def _changed(session: Session, record: Record, asked: DropOut, *, as_of: date) -> Record | None:
    """Return the record with the substitution made, None when this request has been carried out already."""
    campaign_id = record["commitment"]["campaign"]
    inspected = set(finding.results(session, campaign_id).school_code)
    if asked.school_code in inspected:
        raise ProtocolError(
            "不能递补", [_fault("SUB-003", "尚未检查的学校", f"学校 {asked.school_code} 的检查记录已存档")]
        )
    if not asked.inspector_id:
        if is_done(record, school_code=asked.school_code, reason=asked.reason):
            return None
        return substitute(record, asked.school_code, reason=asked.reason)
    person = pseudonym(derived_key("annex", campaign_id), asked.inspector_id)
    days = {row["school_code"]: row["visit_on"] for row in draws.visits(session, campaign_id)}
    own = {
        code
        for code, team in current_teams(record).items()
        if person in {member["inspector"] for member in team["members"]}
    }
    due = {code for code in own - inspected if days[code] >= as_of}
    schools = own & {asked.school_code} if asked.school_code else due
    if not schools and is_done(record, school_code=asked.school_code, inspector=person, reason=asked.reason):
        return None
    return replace_inspector(record, person, sorted(schools), reason=asked.reason)


def _fault(code: str, wanted: str, got: str) -> Fault:
    return Fault(place="递补申请", code=code, wanted=wanted, got=got, remedy="请核对后重新提交。")
