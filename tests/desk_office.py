"""A small bureau for tests of the desk, in a store and a workspace: teams, schools, documents."""

from datetime import date
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from desk.office import DEMO_SECRET, Office
from inspection.canonical import digest_bytes
from inspection.deploy.plan import load_plan, plan_path
from inspection.policy_file import file_digest
from inspection.store import account
from inspection.store.engine import writing
from inspection.store.tables import (
    Campaign,
    Cycle,
    Dispatch,
    Inspector,
    PolicyVersion,
    School,
    TeamMember,
    Term,
    Visit,
    VisitResult,
)
from inspection.store.writing import append
from tests.desk_names import (
    CAMPAIGN,
    HOSTILE_NAME,
    OPENED,
    OTHER,
    PASSWORD,
    PDF,
    PEOPLE,
    PROFILE,
    SCHOOL_A,
    SCHOOL_B,
    TERM,
    WARNED_A,
    WARNED_B,
    Bureau,
    put_rows,
)
from tests.desk_papers import enter_cases, enter_draw, enter_submissions

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
        enter_cases(session, files)
        bureau.receipts = enter_submissions(session, workspace)
        enter_draw(session)
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
        f"outbox/{CAMPAIGN}/scores/{SCHOOL_A}-primary.pdf",
        f"outbox/{CAMPAIGN}/scores/{SCHOOL_B}-primary.pdf",
        f"outbox/{CAMPAIGN}/scores/{SCHOOL_A}-primary.json",
        f"outbox/{CAMPAIGN}/scores/{SCHOOL_B}-primary.json",
        f"outbox/{CAMPAIGN}/scores/score-lines.parquet",
        f"outbox/{TERM}/blanks/学期指标报表-379901.xlsx",
        f"outbox/{TERM}/blanks/学期指标报表-379902.xlsx",
        f"outbox/{TERM}/analyses/school-{SCHOOL_A}.pdf",
        f"outbox/{TERM}/analyses/school-{SCHOOL_B}.pdf",
        f"outbox/{TERM}/analyses/district-379901.pdf",
        f"outbox/{TERM}/analyses/district-379902.pdf",
        f"outbox/{TERM}/analyses/process-{SCHOOL_A}.pdf",
        f"outbox/{TERM}/analyses/process-{SCHOOL_B}.pdf",
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
    put_rows(session, Cycle, [{"cycle_id": plan.cycle, "phase": plan.phase}])
    put_rows(session, Term, [{"term_id": term.id, "title": term.title, **dates}])
    put_rows(
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
    put_rows(
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
    put_rows(
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
    put_rows(
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
    put_rows(
        session,
        Visit,
        [
            {"campaign_id": CAMPAIGN, "school_code": code, "team_code": team, "visit_on": day}
            for code, (team, day) in visits.items()
        ],
    )
    put_rows(
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
    put_rows(
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
