"""A small bureau for special inspections: two districts, eight schools, sixteen inspectors, one drawn visit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from examples.demo_city.run import environment
from inspection.deploy.plan import load_plan
from inspection.dispatch.special_request import SpecialRequest
from inspection.store import campaign as campaigns
from inspection.store.case_tables import Case, Rectification
from inspection.store.engine import writing
from inspection.store.tables import Inspector, Recusal, School, TeamMember, Visit
from inspection.store.writing import put
from tasks.clock import now

CAMPAIGN, TERM = "2025-2026-2-small", "2025-2026-2"
PLANS = Path(__file__).parents[2] / "examples/demo_city/plans"
ASKED = date(2026, 5, 18)  # a Monday
SCHOOLS = [f"21379900{number:02d}" for number in range(1, 9)]
PEOPLE = [f"dx-{number:04d}" for number in range(1, 17)]
DIRECTOR, OFFICE = "director-01", "office-01"
OVERDUE_CASE = f"{CAMPAIGN}-0123456789"


@contextmanager
def bureau(folder: Path, url: str) -> Iterator[None]:
    """Set the environment of the demo bureau over a migrated store, and fill it."""
    values = {k: v for k, v in environment(folder).items() if k.startswith("INSPECTION_")}
    values |= {"INSPECTION_DATABASE_URL": url}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        with writing(url) as session:
            fill(session)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def fill(session: Session) -> None:
    """Enter the campaign, its rosters, a drawn visit and an overdue rectification."""
    plan = load_plan(PLANS, CAMPAIGN)
    campaigns.register(session, plan, plan_digest="a" * 64, at=now())
    put(session, School, [school(code, place) for place, code in enumerate(SCHOOLS)])
    put(session, Inspector, [inspector(code, place) for place, code in enumerate(PEOPLE)])
    put(session, Recusal, [apart(PEOPLE[0], SCHOOLS[0]), apart(PEOPLE[3], SCHOOLS[1])])
    visit = {"campaign_id": CAMPAIGN, "school_code": SCHOOLS[0], "team_code": "t01"}
    put(session, Visit, [{**visit, "visit_on": date(2026, 5, 25)}])
    seat = {"campaign_id": CAMPAIGN, "team_code": "t01", "role": "leader"}
    put(session, TeamMember, [{**seat, "inspector_id": PEOPLE[1]}])
    case = {"case_id": OVERDUE_CASE, "campaign_id": CAMPAIGN, "school_code": SCHOOLS[6]}
    rest = {"measure": "warning-circular", "direction": "adverse", "state": "RECTIFYING"}
    put(
        session,
        Case,
        [{**case, **rest, "reasons": "[]", "reasons_digest": "b" * 64, "proposed_on": date(2026, 3, 20)}],
    )
    owed = {"case_id": OVERDUE_CASE, "served_on": date(2026, 4, 1), "due_on": date(2026, 5, 15)}
    put(session, Rectification, [{**owed, "state": "overdue"}])


def school(code: str, place: int) -> dict[str, Any]:
    """Return a row of the roster of schools: odd places in the east, every fourth a junior school."""
    is_junior = place % 4 == 3
    return {
        "term_id": TERM,
        "school_code": code,
        "school_name": f"示例市第{place + 1}实验学校",
        "district_code": "379901" if place % 2 else "379902",
        "school_type": "junior-school" if is_junior else "primary-school",
        "location": "rural" if place > 5 else "urban",
        "stages": "junior" if is_junior else "primary",
        "student_count": 800,
        "class_count": 18,
        "teacher_count": 50,
    }


def inspector(code: str, place: int) -> dict[str, Any]:
    """Return a row of the roster of inspectors; the last one works at the last school."""
    return {
        "term_id": TERM,
        "inspector_id": code,
        "inspector_name": f"示督学{place + 1:02d}",
        "district_code": "379901" if place < 6 else "379902" if place < 12 else "379903",
        "employer_code": SCHOOLS[-1] if place == len(PEOPLE) - 1 else "",
        "is_leader": place % 2 == 0,
        "expertise": "primary,junior",
        "load_count": 4,
    }


def apart(person: str, code: str) -> dict[str, str]:
    """Return a recusal."""
    return {"term_id": TERM, "inspector_id": person, "school_code": code, "relation": "relative_employed"}


def asked(**changes: Any) -> SpecialRequest:
    """Return a sound request for four schools, changed as told; parts are merged."""
    content: dict[str, Any] = {
        "campaign_id": CAMPAIGN,
        "mode": "thematic",
        "matters": ["curriculum"],
        "schools": {"chosen_by": "list", "school_codes": SCHOOLS[:4]},
        "cause": {
            "trigger": "complaint",
            "reason": "多名家长反映课程表与实际授课不一致，需入校核实。",
            "evidence_ids": ["xf-2026-0031"],
        },
        "window": {"starts_on": "2026-05-20", "ends_on": "2026-05-29"},
        "requester_id": OFFICE,
        "as_of": ASKED,
    }
    for name, value in changes.items():
        is_part = isinstance(value, dict) and name in content
        content[name] = content[name] | value if is_part else value
    return SpecialRequest.model_validate(content)
