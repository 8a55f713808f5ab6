"""The desk's words: states, roles, refusals and next steps as an official would say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from desk.office import OFFICE_TIME
from inspection.access import AT_SCHOOL, KIND_TITLES, ROLE_TITLES, Kind, Role, Verdict, Viewer, reach
from inspection.collect import standing
from inspection.decide import case as case_states
from inspection.decide import rectification
from inspection.decide.case import CaseState
from inspection.decide.measure import RESULT_TITLES as _RESULT_TITLES
from inspection.deploy import campaign as campaign_states
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import MODE_TITLES as _MODE_TITLES
from inspection.publish.publication import DATA_SET_TITLES
from inspection.store.waiting import CaseLine

_WEEKDAYS = "一二三四五六日"
STATUS_TITLES = standing.STATUS_TITLES
STATUS_TONES: Mapping[str, str] = MappingProxyType(
    {
        "received": "open",
        "superseded": "gone",
        "overdue": "bad",
        "awaited": "open",
        "accepted": "good",
        "partly-accepted": "open",
        "refused": "bad",
    }
)
SEVERITY_TITLES: Mapping[str, str] = MappingProxyType(
    {"critical": "须重报", "warning": "须更正", "info": "提示"}
)
SEVERITY_TONES: Mapping[str, str] = MappingProxyType({"critical": "bad", "warning": "open", "info": "gone"})
OUTCOME_TITLES: Mapping[str, str] = MappingProxyType(
    {"accepted": "采纳", "partly": "部分采纳", "rejected": "不采纳"}
)
REPLY_TITLES: Mapping[str, str] = MappingProxyType(
    {"written": "书面答复", "waived": "书面放弃", "expired": "逾期未答复"}
)
EXTENSION_TITLES: Mapping[str, str] = MappingProxyType(
    {"": "待批复", "granted": "同意延期", "declined": "不同意延期"}
)
EXTENSION_TONES: Mapping[str, str] = MappingProxyType({"": "open", "granted": "good", "declined": "bad"})
DECISION_TITLES: Mapping[str, str] = MappingProxyType({"approve": "批准", "return": "退回"})
RECHECK_TITLES = rectification.OUTCOME_TITLES
RESTUDY_TITLES: Mapping[str, str] = MappingProxyType({"resubmit": "再次送审", "withdraw": "撤销处理建议"})
NOTICE_TITLES: Mapping[str, str] = MappingProxyType(
    {"hearing": "告知书", "warning": "警示类文书", "commendation": "表扬文书"}
)
ASKED_TITLES: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.ALLOWED: "已查阅", Verdict.REFUSED: "被拒绝", Verdict.ABSENT: "不存在"}
)
ASKED_TONES: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.ALLOWED: "good", Verdict.REFUSED: "bad", Verdict.ABSENT: "gone"}
)
_NOT_MINE = {
    Role.INSPECTOR: "这份材料不属于您所在的检查组。",
    Role.SCHOOL: "这份材料不是发给贵校或者由贵校报送的。",
    Role.HEAD: "这份材料不是发给贵校或者由贵校报送的。",
    Role.DISTRICT: "这份材料不属于您所在的区县。",
}

STEPS: tuple[tuple[str, CampaignState], ...] = (
    ("制定计划", CampaignState.PLANNED),
    ("核查数据", CampaignState.CHECKED),
    ("评分", CampaignState.SCORED),
    ("公布抽取方案", CampaignState.COMMITTED),
    ("抽取", CampaignState.DRAWN),
    ("派组入校", CampaignState.VISITING),
    ("收齐检查记录", CampaignState.FOUND),
    ("处理决定", CampaignState.DECIDED),
    ("办结", CampaignState.CLOSED),
)


@dataclass(frozen=True)
class Step:
    """What comes next in a case; `tone` is open, late, good or gone."""

    text: str
    tone: str = "open"


def cn_date(day: date) -> str:
    """Return a day: 2026年5月18日."""
    return f"{day.year}年{day.month}月{day.day}日"


def cn_day(day: date) -> str:
    """Return a day with its weekday: 5月18日（周一）."""
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def cn_time(instant: datetime) -> str:
    """Return an instant in office time: 2026年5月18日 09:30."""
    local = instant.astimezone(OFFICE_TIME)
    return f"{cn_date(local)} {local:%H:%M}"


def size(byte_count: int) -> str:
    """Return a file's size: 830 字节, 12 KB, 3.5 MB."""
    if byte_count < 1024:
        return f"{byte_count} 字节"
    if byte_count < 1024**2:
        return f"{byte_count // 1024} KB"
    return f"{round(byte_count / 1024**2, 1):g} MB"


def role_title(role: Role) -> str:
    """Return a role in words."""
    return ROLE_TITLES[role]


def cases_title(role: Role) -> str:
    """Return what the list of cases is called: for a school they are the papers it gets."""
    return "告知与文书" if role in AT_SCHOOL | {Role.DISTRICT} else "案件"


def mode(code: str) -> str:
    """Return a mode of inspection in words."""
    return _MODE_TITLES.get(code, code)


def campaign_state(state: str) -> str:
    """Return how far a campaign has come, in words."""
    return campaign_states.TITLES[CampaignState(state)]


def step_progress(state: str, place: int) -> str:
    """Return whether a step of a campaign is done, under way or ahead."""
    reached = next(number for number, (_, step) in enumerate(STEPS) if step == state)
    if place <= reached:
        return "done"
    return "now" if place == reached + 1 else "ahead"


def result(code: str) -> str:
    """Return the result of a visit in words."""
    return _RESULT_TITLES.get(code, code)


def data_set(code: str) -> str:
    """Return a data set's title."""
    return DATA_SET_TITLES.get(code, code)


def seat(role: str) -> str:
    """Return a place in a team in words."""
    return "组长" if role == "leader" else "组员"


def absent(kind: Kind) -> str:
    """Say that there is no such thing."""
    return f"没有找到这份{KIND_TITLES[kind]}。它可能尚未生成，也可能地址有误。"


def refusal(viewer: Viewer, kind: Kind) -> str:
    """Say why something is refused, and to whom it may be shown, without saying whether it exists."""
    title = KIND_TITLES[kind]
    if kind is Kind.STUDENT_ORIGINAL:
        return "含学生个人数据的上报原件不提供查阅，任何账号均不能打开。核对差错请使用上报情况中的差错清单。"
    if reach(viewer.role, kind) is None:
        return f"您的身份是{ROLE_TITLES[viewer.role]}，{title}不对这一身份开放。"
    return f"{_NOT_MINE[viewer.role]}您只能查阅与自己有关的{title}。"


def case_state(case: CaseLine, role: Role) -> str:
    """Return where a case stands, in the words of the reader's side."""
    state = CaseState(case.state)
    is_inside = role in {Role.DIRECTOR, Role.OFFICE}
    if state is CaseState.PROPOSED and case.direction == "favourable":
        return "公示中" if case.is_told else "待公示"
    if state is CaseState.HEARD and case.direction == "favourable" and is_inside:
        return "公示期满，待审批"
    if state is CaseState.PROPOSED and is_inside:
        return "已告知，待陈述申辩" if case.is_told else "待告知"
    if not is_inside and state in {CaseState.HEARD, CaseState.APPROVED, CaseState.RETURNED}:
        return "正在研究处理"
    if not is_inside and state is CaseState.PROPOSED:
        return "已告知，待贵校陈述申辩" if role in AT_SCHOOL else "已告知学校"
    return case_states.TITLES[state]


def case_tone(case: CaseLine) -> str:
    """Return the tone of a case's state."""
    tones = {CaseState.CLOSED: "gone", CaseState.RETURNED: "bad", CaseState.RECHECKED: "good"}
    return tones.get(CaseState(case.state), "open")


def next_step(case: CaseLine, role: Role, today: date) -> Step:
    """Say what comes next, for the reader's side."""
    if role in {Role.DIRECTOR, Role.OFFICE}:
        return _inside(case, role, today)
    state = CaseState(case.state)
    if state is CaseState.PROPOSED and case.direction == "favourable":
        return Step(f"公示至{_day(case.expires_on)}", "good")
    if state is CaseState.PROPOSED:
        return _reply_due(case, role, today)
    if state is CaseState.RECTIFYING:
        return _rectification(case, today)
    if state in {CaseState.SERVED, CaseState.RECHECKED, CaseState.CLOSED}:
        return Step("已办结" if state is CaseState.CLOSED else "请留存文书", "gone")
    return Step("等候教育督导室的处理结果", "gone")


def _inside(case: CaseLine, role: Role, today: date) -> Step:
    state = CaseState(case.state)
    if state is CaseState.PROPOSED:
        return _hearing(case, today)
    if state is CaseState.HEARD:
        return Step("请您审批" if role is Role.DIRECTOR else "等候负责人审批")
    if state is CaseState.RECTIFYING:
        return _rectification(case, today)
    words = {
        CaseState.APPROVED: Step("待制发文书"),
        CaseState.RETURNED: Step("请按退回理由重新研究", "late"),
        CaseState.SERVED: Step("文书已送达", "good"),
        CaseState.RECHECKED: Step("待销号", "open"),
        CaseState.CLOSED: Step("已办结", "gone"),
    }
    return words[state]


def _hearing(case: CaseLine, today: date) -> Step:
    if case.expires_on is None:
        return Step("待告知学校" if case.direction == "adverse" else "待公示")
    if case.direction == "favourable":
        return Step(f"公示至{_day(case.expires_on)}", "good")
    if case.reply_kind == "written" and not case.outcome:
        return Step("学校已答复，请登记采纳情况和理由", "late")
    if today > case.expires_on:
        return Step("答复期限已过，可转入审批", "late")
    return Step(f"等候学校答复，期限至{_day(case.expires_on)}")


def _reply_due(case: CaseLine, role: Role, today: date) -> Step:
    if case.reply_kind:
        return Step("意见已收到，等候研究答复", "gone")
    if case.expires_on is not None and today > case.expires_on:
        return Step(f"陈述申辩期限已于{_day(case.expires_on)}届满", "gone")
    if role in AT_SCHOOL:
        return Step(f"请于{_day(case.expires_on)}前提出书面意见", "late")
    return Step(f"等候学校提出意见，期限至{_day(case.expires_on)}")


def _rectification(case: CaseLine, today: date) -> Step:
    if case.due_on is None:
        return Step("整改中")
    days = (case.due_on - today).days
    if days < 0:
        return Step(f"整改已逾期{-days}天，期限为{_day(case.due_on)}", "late")
    return Step(f"整改期限至{_day(case.due_on)}，还有{days}天")


def _day(day: date | None) -> str:
    return cn_date(day) if day else "规定日期"
