"""What is scored: findings of a team with the quorum decide lines, those of a smaller one verify nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from inspection.store.engine import reading, writing
from inspection.store.tables import Finding, VisitResult
from inspection.store.writing import put
from tasks.plan import plan_of
from tasks.score import evidence_of
from tests.migrated_store import sqlite_store
from tests.tasks.special_office import CAMPAIGN, PEOPLE, SCHOOLS, bureau


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A bureau in which each of two schools was found wanting, by two inspectors and by one."""
    url = sqlite_store(tmp_path)
    with bureau(tmp_path, url):
        with writing(url) as session:
            for code, present in zip(SCHOOLS, ("、".join(PEOPLE[:2]), PEOPLE[2]), strict=False):
                put(session, Finding, [found(code)])
                put(session, VisitResult, [visited(code, present)])
        yield url


def found(code: str) -> dict[str, object]:
    told = {"campaign_id": CAMPAIGN, "school_code": code, "stage": "primary", "item_code": "RZ-02"}
    said = {"conclusion": "not-met", "rating": None, "problem_text": "提前结课", "evidence_id": ""}
    return told | said | {"team_code": "t01", "disposal": "", "submission_id": "s1"}


def visited(code: str, present: str) -> dict[str, object]:
    told = {"campaign_id": CAMPAIGN, "school_code": code, "team_code": "t01", "result": "pending"}
    return told | {
        "visited_on": date(2026, 5, 25),
        "present": present,
        "is_urgent": False,
        "submission_id": "s1",
    }


def test_a_visit_by_fewer_than_the_quorum_verifies_no_score(url: str) -> None:
    with reading(url) as session:
        told = {basis: evidence_of(session, plan_of(CAMPAIGN), basis) for basis in ("reported", "verified")}
    assert told["verified"].findings["school_code"].tolist() == [SCHOOLS[0]]
    assert told["reported"].findings.empty
