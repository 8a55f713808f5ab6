"""The facts of the written notice 督导通知 that tells a school of an inspection (教育督导条例 Art 17).

No names of people: the facts are kept for good, and who comes shows a card at the gate. Nor why the inspection
was asked for: a complaint must not lead back to who made it. Not here: layout (`report_templates`), numbers,
rendering (`tasks.special_notice`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from inspection.dispatch.dossier import VisitMatter
from inspection.dispatch.notice import Letter, chinese_date, title_lines
from inspection.profile import Calendar
from inspection.workdays import workdays_before

NOTICE_CODE_SUFFIX = "通"
LEGAL_BASIS: dict[str, tuple[str, ...]] = {
    "thematic": ("《教育督导条例》第十六条、第十七条",),
    "comprehensive": ("《教育督导条例》第十六条、第十七条",),
}
_GENERAL = ("《教育督导条例》",)
_REQUIREMENTS = (
    "请如实提供与检查事项有关的资料，确定一名联络人员，配合检查组了解情况；"
    "不得隐瞒真实情况，不得提供虚假材料，不得干扰师生如实反映情况。",
    "检查当日保持正常的教育教学秩序，不停课、不调课，不组织迎送和汇报演出，不张挂标语，不安排宴请，不赠送礼品。",
    "检查组成员违反工作纪律的，请向我局反映，我局将依规处理并为反映人保密。",
)
SELF_EVALUATED_MODES = frozenset({"thematic", "comprehensive"})
"""Modes in which the school evaluates itself first (教育督导条例 Art 18)."""


def legal_basis(mode: str) -> tuple[str, ...]:
    """Return what an inspection of a mode rests on."""
    return LEGAL_BASIS.get(mode, _GENERAL)


def notice_code(document_code: str) -> str:
    """Return the code 发文代字 of the bureau's series of inspection notices.

    >>> notice_code("示教督字"), notice_code("示教督")
    ('示教督通字', '示教督通')
    """
    stem = document_code.removesuffix("字")
    return stem + NOTICE_CODE_SUFFIX + document_code[len(stem) :]


def self_evaluation_due_on(mode: str, visit_on: date, *, issued_on: date, calendar: Calendar) -> date | None:
    """Return by when a school evaluates itself, None where the mode asks for none.

    The working day before the visit, or the visit's own day when the notice leaves none between.
    """
    if mode not in SELF_EVALUATED_MODES:
        return None
    day = workdays_before(visit_on - timedelta(days=1), 0, calendar)
    return day if day > issued_on else visit_on


def requirements(office_name: str, due_on: date | None) -> tuple[str, ...]:
    """Return what is asked of a school, in order; `due_on` is when its evaluation of itself is due, if it is."""
    if due_on is None:
        return _REQUIREMENTS
    own = (
        f"请你校对照检查事项开展自评，形成自评报告，于{chinese_date(due_on)}前报送{office_name}。"
        "自评报告应当实事求是，既说明做法和成效，也说明问题和改进措施。"
    )
    return (own, *_REQUIREMENTS)


@dataclass(frozen=True, kw_only=True)
class SpecialNoticeFacts(Letter):
    """A notice to one school: what will be looked at, when, by how many, and what to make ready.

    `self_evaluation_due_on` is None where the mode asks for none. An urgent inspection comes before its
    approval, and its notice does not speak of one.
    """

    matters: tuple[VisitMatter, ...]
    legal_basis: tuple[str, ...]
    visit_on: date
    team_count: int
    is_urgent: bool
    approver_title: str
    self_evaluation_due_on: date | None

    @property
    def lines(self) -> tuple[str, ...]:
        """Such as 某市教育局 / 关于对某小学开展专项督导的通知."""
        return title_lines((self.bureau_name, f"关于对{self.school_name}", f"开展{self.mode_title}的通知"))

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is asked of the school, in order."""
        return requirements(self.office_name, self.self_evaluation_due_on)
