"""A small bureau for tests of the desk: two districts, two schools, two teams, cases, files in the workspace.

Everything "own" belongs to school A, district 379901 and team t01; everything "other" to school B, district
379902 and team t02.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from desk.office import DEMO_SECRET, Office
from inspection.access import Role
from inspection.canonical import canonical, digest, digest_bytes
from inspection.errors import Fault
from inspection.plan import load_plan, plan_path
from inspection.policy_file import file_digest
from inspection.profile import load_profile
from inspection.store import account, submission
from inspection.store.engine import writing
from inspection.store.tables import (
    Campaign,
    Case,
    CheckResult,
    Cycle,
    Dispatch,
    Draw,
    Hearing,
    Inspector,
    Notice,
    NoticeFile,
    PolicyVersion,
    Rectification,
    School,
    Table,
    TeamMember,
    Term,
    Visit,
    VisitResult,
)
from inspection.store.writing import append, put
from inspection.submission import Received

ROOT = Path(__file__).resolve().parent.parent
PROFILE = load_profile(ROOT / "examples" / "demo_city" / "profile.yaml")
CAMPAIGN, TERM = "2025-2026-2-basic", "2025-2026-2"
SCHOOL_A, SCHOOL_B = "2137990001", "2137990002"
HOSTILE_NAME = '南河<script>alert("x")</script>小学'
PASSWORD = "demo-pass-2026"
OPENED = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 kept-inside"
PEOPLE: Mapping[str, tuple[Role, str]] = {
    "director-01": (Role.DIRECTOR, ""),
    "office-01": (Role.OFFICE, ""),
    "inspector-01": (Role.INSPECTOR, "i-01"),
    "school-a": (Role.SCHOOL, SCHOOL_A),
    "district-01": (Role.DISTRICT, "379901"),
    "discipline-01": (Role.DISCIPLINE, ""),
    "engineer-01": (Role.ENGINEER, ""),
}
WARNED_A = f"{CAMPAIGN}-{SCHOOL_A}-warning-circular"
WARNED_B = f"{CAMPAIGN}-{SCHOOL_B}-warning-circular"
TOLD_A = f"{CAMPAIGN}-{SCHOOL_A}-criticism-circular"
UNTOLD_A = f"{CAMPAIGN}-{SCHOOL_A}-watch"
OTHER = "2025-2026-2-other"
FINDINGS_A, FINDINGS_B = "检查记录-t01.xlsx", "检查记录-t02.xlsx"
SCHOOL_FILE_A, SCHOOL_FILE_B = f"学期指标报表-{SCHOOL_A}.xlsx", f"学期指标报表-{SCHOOL_B}.xlsx"
INDICATORS_A, INDICATORS_B = "学期指标报表-示例市东湖区.xlsx", "学期指标报表-示例市西岭县.xlsx"
RESULTS_A = "学业质量监测成绩-示例市东湖区.csv"


class Clock:
    """A clock that stands still until it is told to move on."""

    def __init__(self) -> None:
        self.instant = OPENED

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass
class Bureau:
    """An office with its clock and the receipt numbers of its submissions."""

    office: Office
    clock: Clock = field(default_factory=Clock)
    receipts: dict[str, str] = field(default_factory=dict)


# As little work as Argon2 allows: the hash says itself how it was made.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def build(database_url: str, workspace: Path) -> Bureau:
    """Fill a migrated store and a workspace."""
    bureau = Bureau(
        Office(database_url=database_url, workspace=workspace, profile=PROFILE, secret=DEMO_SECRET)
    )
    files = _write_files(workspace)
    with writing(database_url) as session:
        _enter_campaign(session)
        _enter_people(session)
        _enter_teams(session, files)
        _enter_cases(session, files)
        bureau.receipts = _enter_submissions(session, workspace)
        _enter_draw(session)
    return bureau


def _write_files(workspace: Path) -> dict[str, str]:
    names = [
        f"outbox/{CAMPAIGN}/teams/t01/dossier.pdf",
        f"outbox/{CAMPAIGN}/teams/t01/检查记录-t01.xlsx",
        f"outbox/{CAMPAIGN}/teams/t02/dossier.pdf",
        f"outbox/{CAMPAIGN}/teams/t02/检查记录-t02.xlsx",
        f"outbox/{CAMPAIGN}/cases/{WARNED_A}/hearing-letter.pdf",
        f"outbox/{CAMPAIGN}/cases/{WARNED_A}/draft.pdf",
        f"outbox/{CAMPAIGN}/cases/{WARNED_B}/hearing-letter.pdf",
        f"outbox/{CAMPAIGN}/cases/{WARNED_B}/draft.pdf",
        f"outbox/{CAMPAIGN}/notices/{WARNED_A}.pdf",
        f"outbox/{CAMPAIGN}/notices/{WARNED_B}.pdf",
        f"outbox/{CAMPAIGN}/告知答复登记表.xlsx",
        f"outbox/{TERM}/quality/报告-379901.pdf",
        f"outbox/{TERM}/quality/报告-379902.pdf",
        f"outbox/{TERM}/quality/index.html",
        f"outbox/{TERM}/quality/data-docs/index.html",
        f"outbox/{TERM}/corrections/indicators-问题清单.csv",
        "inbox/private/students.csv",
    ]
    digests = {}
    for name in names:
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = PDF + name.encode()
        path.write_bytes(content)
        digests[name] = digest_bytes(content)
    return digests


def _enter_campaign(session: Session) -> None:
    folder = PROFILE.folders.plans
    plan, path = load_plan(folder, CAMPAIGN), plan_path(folder, CAMPAIGN)
    kept = {"digest": file_digest(path), "kind": "plan", "name": CAMPAIGN, "content": path.read_text("utf-8")}
    append(session, PolicyVersion, [kept])
    term = plan.term
    dates = {"starts_on": term.starts_on, "ends_on": term.ends_on}
    _put(session, Cycle, [{"cycle_id": plan.cycle, "phase": plan.phase}])
    _put(session, Term, [{"term_id": term.id, "title": term.title, **dates}])
    _put(
        session,
        Campaign,
        [
            {
                "campaign_id": CAMPAIGN,
                "term_id": TERM,
                "cycle_id": plan.cycle,
                "title": plan.title,
                "mode": plan.mode,
                "plan_digest": kept["digest"],
                "state": "VISITING",
            }
            | other
            for other in ({}, {"campaign_id": OTHER, "title": "示例市第二学期教学视导", "state": "PLANNED"})
        ],
    )


def _enter_people(session: Session) -> None:
    for account_id, (role, scope) in PEOPLE.items():
        account.add(session, account_id=account_id, role=role, scope=scope, password_hash=_HASH, at=OPENED)
    schools = [
        (SCHOOL_A, "示例市东湖区实验小学", "379901"),
        (SCHOOL_B, HOSTILE_NAME, "379902"),
    ]
    _put(
        session,
        School,
        [
            {
                "term_id": TERM,
                "school_code": code,
                "school_name": name,
                "district_code": district,
                "school_type": "primary-school",
                "location": "urban",
                "stages": "primary",
                "student_count": 900,
                "class_count": 20,
                "teacher_count": 55,
            }
            for code, name, district in schools
        ],
    )
    names = {"i-01": "郑文远", "i-02": "何秋月", "i-03": "宋立行", "i-04": "罗静安"}
    _put(
        session,
        Inspector,
        [
            {
                "term_id": TERM,
                "inspector_id": number,
                "inspector_name": name,
                "district_code": "379903",
                "employer_code": "",
                "is_leader": number in {"i-01", "i-03"},
                "expertise": "primary",
                "load_count": 4,
            }
            for number, name in names.items()
        ],
    )


def _enter_teams(session: Session, files: dict[str, str]) -> None:
    seats = {
        "t01": (("i-01", "leader"), ("i-02", "ordinary")),
        "t02": (("i-03", "leader"), ("i-04", "ordinary")),
    }
    _put(
        session,
        TeamMember,
        [
            {"campaign_id": CAMPAIGN, "team_code": team, "inspector_id": person, "role": role}
            for team, members in seats.items()
            for person, role in members
        ]
        + [{"campaign_id": OTHER, "team_code": "t09", "inspector_id": "i-03", "role": "leader"}],
    )
    visits = {SCHOOL_A: ("t01", date(2026, 5, 21)), SCHOOL_B: ("t02", date(2026, 5, 22))}
    _put(
        session,
        Visit,
        [
            {"campaign_id": CAMPAIGN, "school_code": code, "team_code": team, "visit_on": day}
            for code, (team, day) in visits.items()
        ],
    )
    _put(
        session,
        VisitResult,
        [
            {
                "campaign_id": CAMPAIGN,
                "school_code": SCHOOL_B,
                "team_code": "t02",
                "result": "pending",
                "visited_on": date(2026, 5, 19),
                "is_urgent": True,
                "submission_id": "none",
            }
        ],
    )
    _put(
        session,
        Dispatch,
        [
            {
                "campaign_id": CAMPAIGN,
                "team_code": team,
                "kind": kind,
                "file_name": f"teams/{team}/{name}",
                "content_digest": files[f"outbox/{CAMPAIGN}/teams/{team}/{name}"],
            }
            for team in seats
            for kind, name in (("dossier", "dossier.pdf"), ("findings", f"检查记录-{team}.xlsx"))
        ],
    )


def _enter_cases(session: Session, files: dict[str, str]) -> None:
    reasons = [
        {
            "stage": "primary",
            "criterion_id": "RZ-03",
            "clause": "第3项",
            "sentence": "经入校核实，五年级劳动课连续三周被语文课占用，不符合课程开设要求。",
        }
    ]
    cases = [
        (WARNED_A, SCHOOL_A, "warning-circular", "adverse", "RECTIFYING"),
        (TOLD_A, SCHOOL_A, "criticism-circular", "adverse", "PROPOSED"),
        (WARNED_B, SCHOOL_B, "warning-circular", "adverse", "HEARD"),
        (UNTOLD_A, SCHOOL_A, "watch", "neutral", "CLOSED"),
    ]
    _put(
        session,
        Case,
        [
            {
                "case_id": number,
                "campaign_id": CAMPAIGN,
                "school_code": school,
                "measure": measure,
                "direction": direction,
                "state": state,
                "reasons": canonical(reasons),
                "reasons_digest": digest(reasons),
                "proposed_on": date(2026, 5, 12),
            }
            for number, school, measure, direction, state in cases
        ],
    )
    hearing = {
        "notified_on": date(2026, 5, 13),
        "expires_on": date(2026, 5, 27),
        "outcome": "",
        "reason_text": "",
    }
    answered = {
        "reply_kind": "written",
        "replied_on": date(2026, 5, 18),
        "reply_text": "已于5月15日调整课表，恢复劳动课。",
        "outcome": "partly",
        "reason_text": "整改情况属实，但问题确曾存在。",
    }
    silent = {"reply_kind": "", "replied_on": None, "reply_text": ""}
    _put(session, Hearing, [{"case_id": TOLD_A, **hearing, **silent}])
    _put(session, Hearing, [{"case_id": WARNED_A, **hearing, **answered}])
    _put(session, Hearing, [{"case_id": WARNED_B, **hearing, **answered}])
    for number, (case_id, kind) in enumerate(
        [(WARNED_A, "hearing"), (WARNED_B, "hearing"), (WARNED_A, "warning"), (WARNED_B, "warning")], start=1
    ):
        name = f"cases/{case_id}/hearing-letter.pdf" if kind == "hearing" else f"notices/{case_id}.pdf"
        _enter_notice(session, case_id, kind, number)
        _put(
            session,
            NoticeFile,
            [
                {
                    "notice_id": f"{case_id}-{kind}",
                    "file_name": name,
                    "content_digest": files[f"outbox/{CAMPAIGN}/{name}"],
                }
            ],
        )
    _put(
        session,
        Rectification,
        [{"case_id": WARNED_A, "served_on": date(2026, 5, 14), "due_on": date(2026, 6, 26), "state": "due"}],
    )


def _enter_notice(session: Session, case_id: str, kind: str, number: int) -> None:
    _put(
        session,
        Notice,
        [
            {
                "notice_id": f"{case_id}-{kind}",
                "case_id": case_id,
                "year": 2026,
                "number": number,
                "kind": kind,
                "facts": "{}",
                "facts_digest": "f" * 64,
                "template_digest": "e" * 64,
                "issued_on": date(2026, 5, 14),
                "ledger_head": "0" * 64,
            }
        ],
    )


def _enter_submissions(session: Session, workspace: Path) -> dict[str, str]:
    fault = Fault(
        place=INDICATORS_A,
        sheet="学期指标",
        row=7,
        column="体质合格人数",
        code="IND-004",
        wanted="不大于体质监测人数（88）",
        got="91",
        remedy="请核对两栏人数后更正。",
    )
    whole = Fault(
        place=RESULTS_A, code="IN-012", wanted="学科一栏", got="没有这一栏", remedy="请补上这一列。"
    )
    sent = [
        ("indicators", INDICATORS_A, (fault, "warning"), 39),
        ("indicators", INDICATORS_B, None, 40),
        ("results", RESULTS_A, (whole, "critical"), 0),
        ("schools", "学校基本情况一览表.xlsx", None, 60),
        ("indicators", SCHOOL_FILE_A, None, 1),
        ("indicators", SCHOOL_FILE_B, None, 1),
        ("findings", FINDINGS_A, None, 9),
        ("findings", FINDINGS_B, None, 9),
    ]
    receipts = {}
    for data_set, name, found, accepted_count in sent:
        is_returned = data_set == "findings"
        term_id = CAMPAIGN if is_returned else TERM
        path = workspace / "inbox" / term_id / ("findings" if is_returned else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF + name.encode())
        received = Received(
            term_id=term_id,
            data_set=data_set,
            file_name=name,
            content_digest=digest_bytes(path.read_bytes()),
            read_count=max(accepted_count, 40),
            accepted_count=accepted_count,
            excluded_count=1,
            faults=(found,) if found else (),
        )
        submission.enter(session, term_id, [received], at=OPENED - timedelta(hours=len(receipts) + 1))
        receipts[name] = received.submission_id
        correction = workspace / "outbox" / term_id / "corrections" / f"{received.submission_id}.xlsx"
        correction.parent.mkdir(parents=True, exist_ok=True)
        correction.write_bytes(b"PK\x03\x04 correction")
    _put(
        session,
        CheckResult,
        [
            {
                "term_id": TERM,
                "data_set": "indicators",
                "rule_id": "IND-004",
                "severity": "warning",
                "reason": "体质合格人数不大于体质监测人数",
                "checked_count": 80,
                "unexpected_count": 1,
            }
        ],
    )
    return receipts


def _enter_draw(session: Session) -> None:
    _put(
        session,
        Draw,
        [
            {
                "campaign_id": CAMPAIGN,
                "state": "drawn",
                "commitment": canonical({"campaign": CAMPAIGN}),
                "commitment_digest": digest({"campaign": CAMPAIGN}),
                "annex": canonical({"salt": "secret-salt"}),
                "record": canonical({"campaign": CAMPAIGN, "state": "drawn"}),
                "record_digest": "d" * 64,
            }
        ],
    )


def _put(session: Session, table: type[Table], rows: list[dict[str, Any]]) -> None:
    """Put rows that name only what the desk reads; the other columns stand empty."""
    blank = {
        column.name: column.type.python_type()
        for column in table.__table__.columns
        if not column.nullable and column.type.python_type in {str, int, bool, float}
    }
    put(session, table, [blank | row for row in rows])
