"""The history of checks at the desk: the office sees every school, a district its own, nobody else any."""

from pathlib import Path

import pandas as pd
import pytest

from inspection.check.expectation import RESULT_COLUMNS
from inspection.store import quality, roster, submission
from inspection.store.engine import reading, writing
from tests.desk_names import SCHOOL_A, SCHOOL_B, TERM, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in
from tests.migrated_store import sqlite_store

BEFORE = "2024-2025-2"
REASON = "近视人数不得多于视力筛查人数，请核对后改正。"


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    url = sqlite_store(tmp_path)
    bureau = build(url, tmp_path / "workspace")
    with writing(url) as session:
        roster.enter(session, BEFORE, "schools", roster.schools(session, TERM))
        for term_id, broken in ((BEFORE, 4), (TERM, 1)):
            results = pd.DataFrame(
                [["within", "warning", REASON, 40, broken], ["any", "critical", "没有可用的指标。", 40, 0]],
                columns=RESULT_COLUMNS,
            )
            submission.enter_checks(session, term_id, "indicators", results)
            counts = [("within", SCHOOL_A, broken), ("within", SCHOOL_B, 2)]
            found = pd.DataFrame(counts, columns=["rule_id", "school_code", "unexpected_count"])
            quality.enter_by_school(session, term_id, "indicators", found)
    return bureau


def test_a_district_sees_its_own_schools_term_by_term_and_no_other(small: Bureau) -> None:
    person = signed_in(small, "district-01")
    listed = person.get("/quality/schools").text
    assert f"/quality/schools/{SCHOOL_A}" in listed
    assert SCHOOL_B not in listed
    page = person.get(f"/quality/schools/{SCHOOL_A}").text
    assert REASON in page
    assert page.index("4 行") < page.index("1 行")
    assert "没有可用的指标。" not in page
    assert person.get(f"/quality/schools/{SCHOOL_B}").status_code == 403


def test_the_office_sees_every_school_and_is_told_of_one_that_is_on_no_roster(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    assert "/quality/schools" in person.get("/quality").text
    listed = person.get("/quality/schools").text
    assert SCHOOL_A in listed
    assert SCHOOL_B in listed
    assert person.get("/quality/schools/2137999999").status_code == 404


@pytest.mark.parametrize("account_id", ["school-a", "inspector-01", "engineer-01"])
def test_nobody_else_looks_schools_up(small: Bureau, account_id: str) -> None:
    person = signed_in(small, account_id)
    for path in ("/quality/schools", f"/quality/schools/{SCHOOL_A}"):
        assert person.get(path).status_code == 403


def test_totals_are_told_for_terms_whose_data_were_checked(small: Bureau) -> None:
    with reading(small.office.database_url) as session:
        totals = {line.school_code: dict(line.counts) for line in quality.school_totals(session)}
    assert totals == {SCHOOL_A: {BEFORE: 4, TERM: 1}, SCHOOL_B: {BEFORE: 2, TERM: 2}}
