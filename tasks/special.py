"""Special inspections: a request checked against the record, previewed, entered, sent out, followed.

Who decides on one that waits is asked in `special_answer`; its papers are made in `special_preview` and
`special_notice`. What the Prefect UI shows of one is counts, never a school or a person.
"""

from collections import Counter
from dataclasses import replace
from datetime import date

from prefect.cache_policies import INPUTS, NO_CACHE, RUN_ID, TASK_SOURCE
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import veiled
from inspection.deploy.plan import MODE_TITLES, Plan, VisitPlan
from inspection.dispatch.dossier import visit_item_faults
from inspection.dispatch.special import (
    PLACE,
    TITLES,
    Arrangement,
    Bounds,
    Entered,
    Known,
    SpecialState,
    approval_due_on,
    arrange,
    chosen_schools,
    rearranged,
    special_plan,
    veiled_refusal,
    visit_days,
)
from inspection.dispatch.special_check import request_faults
from inspection.dispatch.special_request import TRIGGER_TITLES, SpecialRequest
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import ledger
from inspection.store import special as specials
from inspection.store.engine import reading, writing
from tasks.artifact import desk_link, note, table
from tasks.border import task
from tasks.case import measures
from tasks.clock import now
from tasks.draw import derived_key
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings
from tasks.special_notice import notice_rows
from tasks.special_preview import preview_facts, write_preview
from tasks.visit import Grounds, dossiers, visit_items, write_materials

_ONCE_A_RUN = RUN_ID + INPUTS + TASK_SOURCE
_NOTHING = Arrangement(visits=(), seats=())


def special_number(request: SpecialRequest) -> str:
    """Return the number of a special inspection: the same for the same request, telling nothing without the key.

    It is the number of its preview and, once dispatched, the id of its campaign.
    """
    key = derived_key("case", request.campaign_id)
    return f"{request.campaign_id}-s{veiled(key, 'special', request.digest)}"


def standing(special_id: str) -> Entered | None:
    """Return a special inspection as it is on record, or none."""
    with reading(settings().database_url) as session:
        return specials.entered(session, special_id)


def outcome(special_id: str) -> str:
    """Return how far a special inspection has come, in Chinese."""
    special = standing(special_id)
    assert special is not None
    return TITLES[special.state]


@task(task_run_name="核对申请并预排", cache_policy=NO_CACHE)
def check_special(request: SpecialRequest, *, as_of: date) -> Receipt:
    """Check a request, arrange teams and days, and write the preview; one on record is not judged again.

    Raises:
        ProtocolError: everything that stands against the request, before anything is entered.
    """
    number = special_number(request)
    with reading(settings().database_url) as session:
        special = specials.entered(session, number)
        if special is None:
            special = _arranged(session, request, as_of=as_of)
            _write_preview(session, special, state_title="预览，尚未登记")
    arrangement = special.arrangement
    counts = {"学校": len(arrangement.visits), "检查组": len(arrangement.members)}
    return Receipt("核对申请", counts, digest_rows(vars(visit).values() for visit in arrangement.visits))


@task(task_run_name="登记申请", cache_policy=NO_CACHE)
def enter_special(request: SpecialRequest, *, as_of: date) -> Receipt:
    """Enter a request with its arrangement, once; its days are kept free from then on.

    Raises:
        ProtocolError: everything that stands against the request.
    """
    number, key = special_number(request), derived_key("case", request.campaign_id)
    with writing(settings().database_url) as session:
        ledger.serialise(session)
        special = specials.entered(session, number)
        if special is None:
            special = _arranged(session, request, as_of=as_of)
            specials.enter(session, special, key=key, at=now())
    with reading(settings().database_url) as session:
        _write_preview(session, special, state_title=TITLES[special.state])
    return Receipt("登记申请", {"学校": len(special.arrangement.visits)}, request.digest)


@task(task_run_name="校园安全情形立即派组", cache_policy=NO_CACHE)
def dispatch_urgent(special_id: str, *, as_of: date) -> Receipt:
    """Send the teams of an urgent inspection at once; the approval follows within a working day.

    Raises:
        ProtocolError: the days that are left are not enough.
    """
    with writing(settings().database_url) as session:
        ledger.serialise(session)
        special = specials.entered(session, special_id)
        assert special is not None
        if special.request.is_urgent and special.state == SpecialState.REQUESTED and not special.decision:
            due_on = approval_due_on(as_of, profile().calendar)
            dispatch(session, ready_to_go(session, special, on=as_of, due_on=due_on))
    return Receipt("立即派组", {"学校": len(special.arrangement.visits)}, special_id)


@task(task_run_name="派发工作手册与检查记录表", cache_policy=NO_CACHE)
def write_special(special_id: str) -> Receipt:
    """Write the dossiers and findings workbooks of a dispatched inspection; again gives the same bytes.

    Raises:
        DocumentError: a document holds a character no font has.
    """
    with reading(settings().database_url) as session:
        special = specials.entered(session, special_id)
        assert special is not None
        _write_preview(session, special, state_title=TITLES[special.state])
        if special.state != SpecialState.DISPATCHED:
            return Receipt("派发材料", {"检查组": 0})
        plan = own_plan(special)
        key = derived_key("case", special.request.campaign_id)
        grounds = Grounds(*specials.grounds(session, special, key=key), is_drawn=False)
        assert special.dispatched_on is not None
        facts = dossiers(session, plan, grounds, as_of=special.dispatched_on)
    return write_materials(special_id, facts, as_of=special.dispatched_on)


@task(task_run_name="展示专项督导方案", cache_policy=_ONCE_A_RUN, persist_result=True)
def show_special(request: SpecialRequest, *, as_of: date) -> str:
    """Show what would be done, in counts: schools by district, teams by size, days, notices. Once a run."""
    number = special_number(request)
    with reading(settings().database_url) as session:
        special = specials.entered(session, number) or _arranged(session, request, as_of=as_of)
        known = specials.known(session, plan_of(request.campaign_id), besides=number, as_of=as_of)
    codes = [visit.school_code for visit in special.arrangement.visits]
    counts = Counter(profile().district_name(known.schools[code].district_code) for code in codes)
    rows = [{"区县": name, "学校数": count} for name, count in sorted(counts.items())]
    note(f"{number}-plan", _sketch(special), description="专项督导方案概况")
    table(f"{number}-districts", rows, description="拟检查学校按区县分布")
    return number


@task(task_run_name="展示办理结果", cache_policy=NO_CACHE)
def show_outcome(special_id: str) -> None:
    """Show how far a special inspection has come, and where its papers are."""
    special = standing(special_id)
    assert special is not None
    lines = [f"- 状态：{TITLES[special.state]}", *_dates(special)]
    if special.dispatched_on:
        lines.append(f"- 检查组、工作手册和检查记录表：工作台 {desk_link(f'/campaigns/{special_id}')}")
    note(f"{special_id}-outcome", "\n".join(lines), description="专项督导办理结果")


@task(task_run_name="跟踪专项督导审批", cache_policy=NO_CACHE)
def follow_specials(campaign_id: str, *, as_of: date) -> Receipt:
    """Count the special inspections of a campaign that wait for a decision, and show them; no school by name."""
    with reading(settings().database_url) as session:
        waiting = [special for special in specials.specials(session, campaign_id) if special.is_waiting]
    rows = [_follow_line(special, as_of) for special in waiting]
    if rows:
        table(f"{campaign_id}-specials", rows, description="待决定的专项督导")
    late = sum(row["是否逾期"] == "已逾期" for row in rows)
    return Receipt("专项督导审批", {"待决定": len(rows), "逾期": late}, digest_rows(r.values() for r in rows))


def ready_to_go(session: Session, special: Entered, *, on: date, due_on: date | None) -> Entered:
    """Return a special inspection as its teams would be sent on a day; nothing is written.

    Days that have passed or been taken since are set anew; teams stay as they were arranged.

    Raises:
        ProtocolError: the days that are left are not enough.
    """
    days = visit_days(special.request, dispatched_on=on, calendar=profile().calendar)
    taken = specials.taken(session, besides=special.special_id)
    try:
        arrangement = rearranged(special.arrangement, days, taken=taken)
    except ProtocolError as error:
        raise veiled_refusal(error) from error
    return replace(special, arrangement=arrangement, dispatched_on=on, approval_due_on=due_on)


def dispatch(session: Session, ready: Entered) -> None:
    """Send the teams of a special inspection, in the transaction that decides it."""
    plan = own_plan(ready)
    notices = notice_rows(session, ready, plan)
    key = derived_key("case", ready.request.campaign_id)
    specials.dispatch(session, ready, plan, notices=notices, key=key, at=now())


def own_plan(special: Entered) -> Plan:
    """Return the plan of a special inspection: a campaign of its own, on the days of its visits."""
    days = [visit.visit_on for visit in special.arrangement.visits]
    visits = VisitPlan(starts_on=min(days), ends_on=max(days))
    parent = plan_of(special.request.campaign_id)
    return special_plan(parent, special.request, special_id=special.special_id, visits=visits)


def bounds_of(request: SpecialRequest) -> Bounds:
    """Return what the bureau's own documents set for a request."""
    return Bounds(
        plan=plan_of(request.campaign_id),
        quorum=measures().quorum[request.mode],
        calendar=profile().calendar,
        approvers=profile().approvers,
    )


def _arranged(session: Session, request: SpecialRequest, *, as_of: date) -> Entered:
    """Return a request with its arrangement, as it would be entered."""
    number, bounds = special_number(request), bounds_of(request)
    campaigns.get(session, request.campaign_id)
    known = specials.known(session, bounds.plan, besides=number, as_of=as_of)
    faults = request_faults(request, known, bounds, as_of=as_of)
    faults += _item_faults(request, known, bounds.plan)
    if faults:
        raise ProtocolError(f"专项督导申请有 {len(faults)} 处需要改正", faults)
    special = Entered(
        special_id=number,
        request=request,
        arrangement=_NOTHING,
        state=SpecialState.REQUESTED,
        requested_on=as_of,
    )
    days = visit_days(request, dispatched_on=as_of, calendar=bounds.calendar)
    is_required = bounds.plan.team.requires_stage_expertise
    try:
        return replace(
            special, arrangement=arrange(request, known, days, is_stage_expertise_required=is_required)
        )
    except ProtocolError as error:
        problems = tuple(fault.sentence for fault in error.faults)
        facts = preview_facts(special, known, bounds.plan, state_title="预览，尚未登记", problems=problems)
        write_preview(facts, campaign_id=request.campaign_id)
        raise veiled_refusal(error) from error


def _item_faults(request: SpecialRequest, known: Known, plan: Plan) -> list[Fault]:
    """Refuse matters that give a team nothing to look at, or more than fits a visit."""
    chosen = tuple(matter for matter in plan.matters if matter.code in request.matters)
    own, (rubric, _) = plan.model_copy(update={"matters": chosen}), rubric_of(plan)
    kinds = {known.schools[code].stages for code in chosen_schools(request, known)}
    items = [visit_items(stages, own, rubric) for stages in sorted(kinds)]
    faults = {fault for found in items for fault in visit_item_faults(found, place=PLACE)}
    if chosen and not all(items):
        remedy = "请增加检查事项，或者在计划中为该事项列明现场核查的指标。"
        wanted = "对每个学段都有现场核查指标的事项"
        faults.add(
            Fault(
                place=PLACE, column="检查事项", code="SPE-004", wanted=wanted, got="没有指标", remedy=remedy
            )
        )
    return sorted(faults)


def _write_preview(session: Session, special: Entered, *, state_title: str) -> None:
    plan = plan_of(special.request.campaign_id)
    known = specials.known(session, plan, besides=special.special_id, as_of=special.requested_on)
    facts = preview_facts(special, known, plan, state_title=state_title)
    write_preview(facts, campaign_id=plan.campaign)


def _sketch(special: Entered) -> str:
    request, arrangement = special.request, special.arrangement
    days = {visit.visit_on for visit in arrangement.visits}
    told = 0 if request.announcement.is_unannounced else len(arrangement.visits)
    approval = "派组后一个工作日内补办审批" if request.is_urgent else "负责人批准后派组"
    lines = {
        "编号": f"`{special.special_id}`",
        "检查方式": MODE_TITLES[request.mode],
        "启动情形": TRIGGER_TITLES[request.cause.trigger],
        "学校": f"{len(arrangement.visits)} 所",
        "检查组": f"{len(arrangement.members)} 个，每组 {request.team_size} 人",
        "入校": f"{len(days)} 个工作日，在 {request.window.starts_on} 至 {request.window.ends_on} 之间",
        "督导通知": f"{told} 份",
        "审批": approval,
        "学校和人员": f"见工作台 {desk_link(f'/campaigns/{request.campaign_id}')}",
    }
    return "\n".join(
        ["| 项目 | 内容 |", "|---|---|", *(f"| {name} | {text} |" for name, text in lines.items())]
    )


def _dates(special: Entered) -> list[str]:
    lines = [f"- 申请日期：{special.requested_on}"]
    if special.dispatched_on:
        lines.append(f"- 派组日期：{special.dispatched_on}")
    if special.approval_due_on:
        done = "已办理" if special.decision else "尚未办理"
        lines.append(f"- 补办审批期限：{special.approval_due_on}（{done}）")
    return lines


def _follow_line(special: Entered, as_of: date) -> dict[str, str]:
    due_on = special.approval_due_on or special.request.window.ends_on
    return {
        "编号": special.special_id,
        "检查方式": MODE_TITLES[special.request.mode],
        "状态": "已派组，待补办审批" if special.dispatched_on else TITLES[special.state],
        "申请日期": str(special.requested_on),
        "最迟决定日期": str(due_on),
        "是否逾期": "已逾期" if as_of > due_on else "未逾期",
    }
