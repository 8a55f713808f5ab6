"""What stands against a special inspection: in the request of the office, in the answer of an official.

All faults at once, in the words of the form. Who and what exists is told by `Known`; a fault repeats what was
typed into the form, never what only the store knows.
"""

from collections.abc import Collection, Iterable
from datetime import date

from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.special import (
    NOTIFIED_MODES,
    PLACE,
    TITLES,
    Bounds,
    Entered,
    Known,
    SpecialState,
    chosen_schools,
    visit_days,
)
from inspection.dispatch.special_request import TRIGGER_TITLES, SpecialAnswer, SpecialRequest
from inspection.errors import Fault

_EVIDENCED = frozenset({"superior", "complaint", "public-opinion", "safety"})
_ON_RECORD = frozenset({"overdue-rectification", "public-band-fail"})
_FILTERS = {
    "district_codes": "筛选：区县",
    "stages": "筛选：学段",
    "school_types": "筛选：办学类型",
    "locations": "筛选：城乡类型",
}
_NAME_LENGTH = 3  # a name of two characters is also found in ordinary words
_REASON_LENGTH = 10


def request_faults(request: SpecialRequest, known: Known, bounds: Bounds, *, as_of: date) -> list[Fault]:
    """Return everything that stands against a request, but not whether teams and days can be found."""
    return [
        *_school_faults(request, known),
        *_filter_faults(request, known),
        *_matter_faults(request, bounds.plan),
        *_evidence_faults(request, known),
        *_window_faults(request, bounds, as_of),
        *_form_faults(request, bounds.quorum),
        *name_faults(request.cause.reason, known, column="事由"),
    ]


def answer_faults(answer: SpecialAnswer, entered: Entered, known: Known, bounds: Bounds) -> list[Fault]:
    """Return what stands against an answer: whether one still may be given, by whom, and for what reason."""
    faults = []
    if not entered.is_waiting:
        faults.append(_answer_fault("尚待决定的申请", f"已有决定（{TITLES[entered.state]}）"))
    if answer.decision == "cancel":
        faults += _cancel_faults(answer, entered)
    else:
        faults += _approver_faults(answer, entered, known, bounds.approvers)
    if answer.decided_on and answer.decided_on < entered.requested_on:
        wanted = f"不早于申请日期（{entered.requested_on}）的决定日期"
        faults.append(_answer_fault(wanted, str(answer.decided_on)))
    said = len(answer.reason.strip())
    if answer.decision != "approve" and said < _REASON_LENGTH:
        faults.append(_answer_fault(f"{_REASON_LENGTH}字以上的理由", f"{said}字"))
    return faults + name_faults(answer.reason, known, column="理由")


def name_faults(text: str, known: Known, *, column: str) -> list[Fault]:
    """Return the fault of a text that names a school or a person; the name itself is not repeated."""
    names = {school.name for school in known.schools.values()}
    names |= {name for name in known.person_names.values() if len(name) >= _NAME_LENGTH}
    if not any(name and name in text for name in names):
        return []
    remedy = "请改用“有关学校”“有关人员”等写法重新提交，并请平台管理员删除本次运行。"
    return [_fault(column, "SPE-009", "不出现学校名称和人员姓名的文字", "写有名录中的名称", remedy)]


def _school_faults(request: SpecialRequest, known: Known) -> list[Fault]:
    """Say what is wrong with the choice of schools: the columns that were used, and what they come to."""
    choice, trigger = request.schools, request.cause.trigger
    faults = [
        _fault(
            "名单：学校标识码",
            "SPE-001",
            "本学期学校名录中的标识码",
            f"{code} 不在名录中",
            "请核对学校标识码。",
        )
        for code in sorted(set(choice.school_codes) - known.schools.keys())
    ]
    used = [title for name, title in _FILTERS.items() if getattr(choice, name)]
    is_listed = choice.chosen_by == "list" or (choice.chosen_by == "trigger" and trigger not in _ON_RECORD)
    if choice.chosen_by == "trigger" and trigger == "planned":
        faults.append(_choice_fault("选校方式", "按名单或者按条件筛选", "按计划安排时选了按启动情形"))
    elif is_listed and not choice.school_codes:
        faults.append(_choice_fault("名单：学校标识码", "至少1所学校", "未填写"))
    elif choice.chosen_by == "filter" and not used:
        faults.append(_choice_fault("筛选", "至少一项筛选条件", "未填写"))
    elif not faults and not chosen_schools(request, known):
        faults.append(_choice_fault("学校", "至少1所学校符合", "没有符合的学校"))
    if choice.school_codes and not is_listed:
        faults.append(
            _choice_fault("名单：学校标识码", "留空（所选方式用不到）", f"填了{len(choice.school_codes)}所")
        )
    if choice.chosen_by != "filter":
        faults += [_choice_fault(title, "留空（所选方式用不到）", "已填写") for title in used]
    return faults


def _filter_faults(request: SpecialRequest, known: Known) -> list[Fault]:
    choice, schools = request.schools, known.schools.values()
    on_roster = {
        "筛选：区县": (choice.district_codes, {school.district_code for school in schools}),
        "筛选：学段": (choice.stages, {stage for school in schools for stage in school.stages}),
        "筛选：办学类型": (choice.school_types, {school.school_type for school in schools}),
        "筛选：城乡类型": (choice.locations, {school.location for school in schools}),
    }
    return [
        _unknown(column, wanted, value, existing)
        for column, (values, existing) in on_roster.items()
        for value in sorted(set(values) - existing)
        for wanted in ["名录中已有的取值"]
    ]


def _matter_faults(request: SpecialRequest, plan: Plan) -> list[Fault]:
    codes = {matter.code for matter in plan.matters}
    return [
        _unknown("检查事项", "所属批次计划中列明的事项", code, codes)
        for code in sorted(set(request.matters) - codes)
    ]


def _evidence_faults(request: SpecialRequest, known: Known) -> list[Fault]:
    cause = request.cause
    column = "线索或依据编号"
    if cause.trigger in _EVIDENCED and not cause.evidence_ids:
        wanted = f"“{TRIGGER_TITLES[cause.trigger]}”情形至少1个登记编号"
        return [_fault(column, "SPE-005", wanted, "未填写", "请填写收文或者线索登记编号。")]
    if cause.trigger != "overdue-rectification":
        return []
    return [
        _fault(column, "SPE-005", "本批次整改逾期未完成的案号", number, "请在整改情况中核对案号。")
        for number in sorted(set(cause.evidence_ids) - known.overdue.keys())
    ]


def _window_faults(request: SpecialRequest, bounds: Bounds, as_of: date) -> list[Fault]:
    window, term = request.window, bounds.plan.term
    faults = []
    if window.ends_on < window.starts_on:
        faults.append(_window_fault("结束日期", "不早于开始日期", str(window.ends_on)))
    if window.starts_on < as_of:
        faults.append(_window_fault("开始日期", f"不早于办理日期（{as_of}）", str(window.starts_on)))
    if window.starts_on < term.starts_on or window.ends_on > term.ends_on:
        wanted = f"在本学期内（{term.starts_on}至{term.ends_on}）"
        faults.append(_window_fault("入校时间", wanted, f"{window.starts_on}至{window.ends_on}"))
    if not faults and not visit_days(request, dispatched_on=as_of, calendar=bounds.calendar):
        wanted = "扣除提前通知的时间后至少1个工作日"
        faults.append(_window_fault("入校时间", wanted, "没有可以入校的工作日"))
    return faults


def _form_faults(request: SpecialRequest, quorum: int) -> list[Fault]:
    announcement, title = request.announcement, MODE_TITLES[request.mode]
    faults = []
    if request.team_size < quorum:
        wanted, remedy = f"{title}每组不少于{quorum}人", "请增加每组人数。"
        faults.append(_fault("每组人数", "SPE-007", wanted, f"{request.team_size}人", remedy))
    if announcement.is_unannounced and request.mode in NOTIFIED_MODES and not announcement.basis.strip():
        wanted = f"{title}不提前通知的依据（《教育督导条例》第十七条规定应当事先书面通知）"
        remedy = "请写明依据，或者改为提前通知，或者改选其他检查方式。"
        faults.append(_fault("不提前通知的依据", "SPE-008", wanted, "未填写", remedy))
    return faults


def _cancel_faults(answer: SpecialAnswer, entered: Entered) -> list[Fault]:
    """Who asked for it may take it back, until teams are sent."""
    faults = []
    if answer.approver_id != entered.request.requester_id:
        faults.append(_answer_fault("由申请人本人撤回", f"{answer.approver_id} 不是申请人"))
    if entered.state == SpecialState.DISPATCHED:
        faults.append(_answer_fault("在派组前撤回", TITLES[entered.state]))
    return faults


def _approver_faults(
    answer: SpecialAnswer, entered: Entered, known: Known, approvers: Collection[str]
) -> list[Fault]:
    """The approver is named in the profile, did not ask for it, is on no team and related to no school."""
    person, arrangement = answer.approver_id, entered.arrangement
    schools = {visit.school_code for visit in arrangement.visits}
    faults = []
    if person not in approvers:
        faults.append(_answer_fault("列入审批人员名单的负责人", f"{person} 不在名单中"))
    if person == entered.request.requester_id:
        faults.append(_answer_fault("申请人以外的负责人", f"{person} 是申请人"))
    if any(person in members for members in arrangement.members.values()):
        faults.append(_answer_fault("检查组以外的负责人", f"{person} 是检查组成员"))
    if any(item.inspector_id == person and item.school_code in schools for item in known.relations):
        faults.append(_answer_fault("没有应当回避情形的负责人", f"{person} 有登记的回避关系"))
    return faults


def _fault(column: str, code: str, wanted: str, got: str, remedy: str) -> Fault:
    return Fault(place=PLACE, column=column, code=code, wanted=wanted, got=got, remedy=remedy)


def _choice_fault(column: str, wanted: str, got: str) -> Fault:
    return _fault(column, "SPE-002", wanted, got, "请按所选的选校方式填写。")


def _unknown(column: str, wanted: str, got: str, existing: Iterable[str]) -> Fault:
    known = "、".join(sorted(existing)) or "无"
    return _fault(column, "SPE-003", wanted, got, f"可填：{known}。")


def _window_fault(column: str, wanted: str, got: str) -> Fault:
    return _fault(column, "SPE-006", wanted, got, "请改填日期。")


def _answer_fault(wanted: str, got: str) -> Fault:
    remedy = "请由符合条件的人员重新作出决定。"
    return Fault(place="专项督导审批", code="SPE-011", wanted=wanted, got=got, remedy=remedy)
