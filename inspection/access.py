"""Who may open what on the office desk: the rule role × kind of document, as a table.

Here: roles, kinds, the table, whose a thing is, who may send in which data set, how long wrong passwords make
one wait. Not here: looking up whose a thing is (`store.access`), sessions and pages (`desk`). Standard library
only. What the table does not grant is refused, and nobody is granted the originals with student rows.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from inspection.errors import Fault, ProtocolError

PASSWORD_LENGTH = 10


class Role(StrEnum):
    """What a person is to the bureau."""

    DIRECTOR = "director"
    OFFICE = "office"
    INSPECTOR = "inspector"
    SCHOOL = "school"
    HEAD = "head"
    DISTRICT = "district"
    DISCIPLINE = "discipline"
    ENGINEER = "engineer"


VALUE_ROLES = (Role.OFFICE, Role.DISCIPLINE)
"""Who may enter public values and hand in their evidence."""
ROLE_TITLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.DIRECTOR: "审批负责人",
        Role.OFFICE: "教育督导室",
        Role.INSPECTOR: "检查人员",
        Role.SCHOOL: "学校",
        Role.HEAD: "校长",
        Role.DISTRICT: "区县",
        Role.DISCIPLINE: "纪检监督",
        Role.ENGINEER: "数据工程师",
    }
)
AT_SCHOOL = frozenset({Role.SCHOOL, Role.HEAD})
"""Those who see what is their own school's; only the head sees how the classes are taught."""
SCOPED = frozenset({Role.INSPECTOR, Role.DISTRICT}) | AT_SCHOOL
_SCOPE_WORDS = {
    Role.INSPECTOR: "人员编号",
    Role.SCHOOL: "10位学校标识码",
    Role.HEAD: "10位学校标识码",
    Role.DISTRICT: "区县代码",
}
_SCOPE_FORMS = {
    Role.INSPECTOR: re.compile(r"[a-z0-9-]{2,64}"),
    Role.SCHOOL: re.compile(r"\d{10}"),
    Role.HEAD: re.compile(r"\d{10}"),
    Role.DISTRICT: re.compile(r"[0-9A-Z]{3,6}"),
}
_ACCOUNT_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")


class Kind(StrEnum):
    """A kind of page or document that somebody may ask for."""

    CAMPAIGN = "campaign"
    TEAM = "team"
    DOSSIER = "dossier"
    FINDINGS_WORKBOOK = "findings-workbook"
    CASE = "case"
    DRAFT = "draft"
    HEARING_LETTER = "hearing-letter"
    HEARING_REGISTER = "hearing-register"
    NOTICE = "notice"
    SUBMISSION = "submission"
    SUBMITTED_FILE = "submitted-file"
    STUDENT_ORIGINAL = "student-original"
    CORRECTION_WORKBOOK = "correction-workbook"
    BLANK_WORKBOOK = "blank-workbook"
    QUALITY_REPORT = "quality-report"
    SCORE_SHEET = "score-sheet"
    QUALITY_ANALYSIS = "quality-analysis"
    TEACHING_PROCESS = "teaching-process"
    RECUSAL = "recusal"
    DRAW_RECORD = "draw-record"
    DRAW_ANNEX = "draw-annex"
    LEDGER = "ledger"
    ACCESS_LOG = "access-log"


KIND_TITLES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.CAMPAIGN: "检查批次",
        Kind.TEAM: "检查组",
        Kind.DOSSIER: "检查组工作手册",
        Kind.FINDINGS_WORKBOOK: "检查记录表",
        Kind.CASE: "案件",
        Kind.DRAFT: "文书草稿",
        Kind.HEARING_LETTER: "告知书",
        Kind.HEARING_REGISTER: "告知答复登记表",
        Kind.NOTICE: "正式文书",
        Kind.SUBMISSION: "上报情况",
        Kind.SUBMITTED_FILE: "上报原件",
        Kind.STUDENT_ORIGINAL: "含学生数据的上报原件",
        Kind.CORRECTION_WORKBOOK: "更正表",
        Kind.BLANK_WORKBOOK: "空白报表",
        Kind.QUALITY_REPORT: "数据质量报告",
        Kind.SCORE_SHEET: "评价得分明细表",
        Kind.QUALITY_ANALYSIS: "学业质量分析报告",
        Kind.TEACHING_PROCESS: "教学过程分析报告",
        Kind.RECUSAL: "回避核实",
        Kind.DRAW_RECORD: "抽取记录",
        Kind.DRAW_ANNEX: "抽取附件",
        Kind.LEDGER: "台账",
        Kind.ACCESS_LOG: "查阅记录",
    }
)


class Reach(Enum):
    """How far a grant goes: everything of the kind, or only what is one's own."""

    ANY = "any"
    OWN = "own"


class Verdict(Enum):
    """The answer to a request. `ABSENT` is told only to those who may see everything of the kind."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    ABSENT = "absent"


@dataclass(frozen=True)
class Viewer:
    """A person at the desk. `scope` is an inspector id, school code or district code, or empty."""

    account_id: str
    role: Role
    scope: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose a thing is, outside the bureau's own rooms; all empty: nobody's."""

    school_code: str = ""
    district_code: str = ""
    inspector_ids: frozenset[str] = frozenset()


_BUREAU = {Role.DIRECTOR: Reach.ANY, Role.OFFICE: Reach.ANY}
_TEAM = {**_BUREAU, Role.INSPECTOR: Reach.OWN}
_SCHOOL = dict.fromkeys(sorted(AT_SCHOOL), Reach.OWN)
_UNITS = {**_BUREAU, **_SCHOOL, Role.DISTRICT: Reach.OWN}
_SENDERS = {**_UNITS, Role.INSPECTOR: Reach.OWN}
_DRAW = {**_BUREAU, Role.DISCIPLINE: Reach.ANY}

RULES: Mapping[Kind, Mapping[Role, Reach]] = MappingProxyType(
    {
        Kind.CAMPAIGN: {**_TEAM, Role.DISCIPLINE: Reach.ANY, Role.ENGINEER: Reach.ANY},
        Kind.TEAM: _TEAM,
        Kind.DOSSIER: _TEAM,
        Kind.FINDINGS_WORKBOOK: _TEAM,
        Kind.CASE: _UNITS,
        Kind.DRAFT: _BUREAU,
        Kind.HEARING_LETTER: _UNITS,
        Kind.HEARING_REGISTER: _BUREAU,
        Kind.NOTICE: _UNITS,
        Kind.SUBMISSION: {**_SENDERS, Role.ENGINEER: Reach.ANY},
        Kind.SUBMITTED_FILE: _SENDERS,
        Kind.STUDENT_ORIGINAL: {},
        Kind.CORRECTION_WORKBOOK: _UNITS,
        Kind.BLANK_WORKBOOK: {**_BUREAU, Role.DISTRICT: Reach.OWN},
        Kind.QUALITY_REPORT: {**_BUREAU, Role.ENGINEER: Reach.ANY, Role.DISTRICT: Reach.OWN},
        Kind.SCORE_SHEET: {**_BUREAU, **_SCHOOL},
        Kind.QUALITY_ANALYSIS: _UNITS,
        Kind.TEACHING_PROCESS: {Role.HEAD: Reach.OWN},
        Kind.RECUSAL: _DRAW,
        Kind.DRAW_RECORD: _DRAW,
        Kind.DRAW_ANNEX: {Role.DISCIPLINE: Reach.ANY},
        Kind.LEDGER: _DRAW,
        Kind.ACCESS_LOG: {Role.DIRECTOR: Reach.ANY, Role.DISCIPLINE: Reach.ANY},
    }
)

SENDERS: Mapping[str, Mapping[Role, Reach]] = MappingProxyType(
    {
        "schools": {Role.OFFICE: Reach.ANY},
        "inspectors": {Role.OFFICE: Reach.ANY},
        "recusals": {Role.OFFICE: Reach.ANY},
        "indicators": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "parent_survey": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "results": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "entry_results": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "figures": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "district_figures": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "fitness": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "student_survey": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "surveys": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN},
        "timetables": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "homework_log": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "exam_log": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "complaints": {Role.OFFICE: Reach.ANY},
        "spot_checks": {Role.OFFICE: Reach.ANY},
        "self_evaluation": {Role.OFFICE: Reach.ANY, Role.DISTRICT: Reach.OWN, Role.SCHOOL: Reach.OWN},
        "matters": {Role.OFFICE: Reach.ANY},
        "findings": {Role.OFFICE: Reach.ANY, Role.INSPECTOR: Reach.OWN},
        "hearings": {Role.OFFICE: Reach.ANY},
    }
)


def reach(role: Role, kind: Kind) -> Reach | None:
    """Return how far a role's grant on a kind goes; None where there is none."""
    return RULES[kind].get(role)


def sending_reach(role: Role, data_set: str) -> Reach | None:
    """Return for whom a role may send in a data set: any unit, its own, or (None) nobody."""
    return SENDERS.get(data_set, {}).get(role)


def owns(viewer: Viewer, owner: Owner) -> bool:
    """Say whether a thing is the viewer's own."""
    mine: Mapping[Role, Collection[str]] = {
        Role.INSPECTOR: owner.inspector_ids,
        Role.SCHOOL: {owner.school_code},
        Role.HEAD: {owner.school_code},
        Role.DISTRICT: {owner.district_code},
    }
    return bool(viewer.scope) and viewer.scope in mine.get(viewer.role, ())


def admit(viewer: Viewer, kind: Kind, owner: Owner | None) -> Verdict:
    """Decide on a request; `owner` is None when there is no such thing.

    Who may see only their own is refused alike whether the thing is another's or does not exist: a refusal
    must not tell that there is a case against some school.
    """
    granted = reach(viewer.role, kind)
    if granted is Reach.ANY:
        return Verdict.ABSENT if owner is None else Verdict.ALLOWED
    is_own = granted is Reach.OWN and owner is not None and owns(viewer, owner)
    return Verdict.ALLOWED if is_own else Verdict.REFUSED


def require_account(account_id: str, role: str, scope: str) -> Role:
    """Return the role of a sound account.

    Raises:
        ProtocolError: the id, the role or the scope is wrong; all of it at once.
    """
    faults = []
    if not _ACCOUNT_ID.fullmatch(account_id):
        faults.append(_account_fault("账号", "2至64个小写字母、数字或连字符", account_id))
    if role not in list(Role):
        faults.append(_account_fault("角色", "、".join(Role), role))
    elif Role(role) in SCOPED and not _SCOPE_FORMS[Role(role)].fullmatch(scope):
        faults.append(_account_fault("范围", _SCOPE_WORDS[Role(role)], scope or "未填写"))
    elif Role(role) not in SCOPED and scope:
        faults.append(_account_fault("范围", "不填（该角色不限于某一单位或个人）", scope))
    if faults:
        raise ProtocolError("账号信息有误", faults)
    return Role(role)


def require_password(password: str, *, account_id: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        ProtocolError: it is short, of one kind of character, or holds the account's id.
    """
    kinds = (str.isdigit, str.isalpha, lambda sign: not sign.isalnum())
    faults = []
    if len(password) < PASSWORD_LENGTH:
        faults.append(_password_fault(f"不少于{PASSWORD_LENGTH}个字符", f"{len(password)}个字符"))
    if sum(any(map(is_kind, password)) for is_kind in kinds) < 2:
        faults.append(_password_fault("字母、数字、符号中至少两类", "只有一类"))
    if account_id.casefold() in password.casefold():
        faults.append(_password_fault("不含账号", "含有账号"))
    if faults:
        raise ProtocolError("密码不符合要求", faults)


def wait_seconds(failure_count: int, *, free_count: int) -> int:
    """Return how long to wait after so many wrong passwords in a row: a minute, doubling up to 15 minutes.

    >>> [wait_seconds(count, free_count=5) for count in (4, 5, 6, 9, 1000)]
    [0, 60, 120, 900, 900]
    """
    if failure_count < free_count:
        return 0
    return int(min(60 * 2 ** min(failure_count - free_count, 4), 900))


def _account_fault(column: str, wanted: str, got: str) -> Fault:
    return Fault(
        place="工作台账号", column=column, code="ACC-001", wanted=wanted, got=got, remedy="请改正后重试。"
    )


def _password_fault(wanted: str, got: str) -> Fault:
    return Fault(
        place="密码", code="ACC-002", wanted=wanted, got=got, remedy="请另设密码；不要使用其他系统的密码。"
    )
