"""The screen over a term on record: who is asked what, what becomes of the risk class, what nobody learns."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from inspection.deploy.campaign import CampaignState
from inspection.store import campaign as campaigns
from inspection.store import quality, roster
from inspection.store.engine import reading, writing
from tasks.integrity import screen_integrity
from tasks.workspace import quality_reports
from tests.tasks.special_office import CAMPAIGN, SCHOOLS, TERM, bureau

BEFORE = "2024-2025-2"
COPIED = SCHOOLS[3]
RATES = {"fitness_pass_rate": 0.9, "fitness_good_rate": 0.5, "vision_coverage_rate": 0.95, "myopia_rate": 0.4}


def figures(seed: int) -> pd.DataFrame:
    """Make eight schools' indicators of one term."""
    rng = np.random.default_rng(seed)
    rows = []
    for code in SCHOOLS:
        whole = float(rng.integers(400, 900))
        rows.append((code, "student_count", whole, np.nan, np.nan))
        for name, share in RATES.items():
            number = float(rng.binomial(int(whole), share))
            rows.append((code, name, 100 * number / whole, number, whole))
    frame = pd.DataFrame(rows, columns=["school_code", "indicator_id", "value", "numerator", "denominator"])
    return frame.assign(stage="primary", missing_reason="", data_set="indicators")


def count_students(session: Session, told: pd.DataFrame) -> None:
    """Let the roster count no more students than any of these figures."""
    least = told[told["indicator_id"] == "student_count"].groupby("school_code")["value"].min()
    listed = roster.schools(session, TERM)
    roster.enter(
        session,
        TERM,
        "schools",
        listed.assign(student_count=[int(least[code]) for code in listed["school_code"]]),
    )


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[str]:
    now, before = figures(1), figures(2)
    is_copied = now["school_code"] == COPIED
    now[is_copied] = before[is_copied]
    with bureau(tmp_path, store_url):
        with writing(store_url) as session:
            roster.enter_indicators(session, TERM, now)
            roster.enter_indicators(session, BEFORE, before)
            count_students(session, pd.concat([figures(1), before]))
        yield store_url


def test_a_school_that_sent_last_terms_figures_is_asked_and_raised(office: str) -> None:
    receipt = screen_integrity.fn(CAMPAIGN)
    assert dict(receipt.counts) == {"检查项": 9, "提示": 1, "请补充佐证的学校": 1}
    with reading(office) as session:
        signals = quality.signals(session, TERM)
        assert signals[["check_id", "school_code", "statistic"]].to_numpy().tolist() == [
            ["copied-term", COPIED, 1.0]
        ]
        classes = quality.risk_classes(session, TERM)
        assert classes[COPIED] == "B"
        assert classes[SCHOOLS[6]] == "B"  # its rectification is overdue
        assert {classes[code] for code in SCHOOLS if code not in {COPIED, SCHOOLS[6]}} == {"A"}
        (titles,) = quality.figures_asked(session, TERM).values()
    assert "近视率的分子" in titles


def test_the_question_goes_to_the_district_without_a_reproach_or_a_class(office: str) -> None:
    screen_integrity.fn(CAMPAIGN)
    (path,) = quality_reports(TERM).iterdir()
    assert path.name == "补充佐证材料清单-379901.csv"
    text = path.read_bytes().decode("utf-8-sig")
    head, line = text.splitlines()
    assert head == "学校标识码,学校名称,事项,涉及栏目,请学校说明并提供"
    assert line.startswith(f"{COPIED},示例市第4实验学校,与上年同期相同,参评学生数、")
    assert line.endswith("请确认是否为本学期数据，并提供本学期的原始登记表。")
    assert not [word for word in ("造假", "风险", "虚报", "等级") if word in text]


def test_screening_again_changes_nothing_and_an_answered_question_goes(office: str) -> None:
    first = screen_integrity.fn(CAMPAIGN)
    assert screen_integrity.fn(CAMPAIGN) == first
    with writing(office) as session:
        roster.enter_indicators(session, TERM, figures(1))
    assert screen_integrity.fn(CAMPAIGN).counts["提示"] == 0
    assert list(quality_reports(TERM).iterdir()) == []


def test_once_the_draw_is_promised_classes_stay_as_in_its_annex(office: str) -> None:
    screen_integrity.fn(CAMPAIGN)
    with writing(office) as session:
        campaigns.advance(session, CAMPAIGN, CampaignState.COMMITTED)
        roster.enter_indicators(session, TERM, figures(1))
    screen_integrity.fn(CAMPAIGN)
    with reading(office) as session:
        assert quality.risk_classes(session, TERM)[COPIED] == "B"


def test_a_school_with_more_students_on_the_roster_than_it_reports_is_asked_for_both_rosters(
    office: str,
) -> None:
    ghost = SCHOOLS[5]
    with writing(office) as session:
        roster.enter_indicators(session, TERM, figures(1))
        listed = roster.schools(session, TERM)
        more = listed["student_count"] + 1000 * (listed["school_code"] == ghost)
        roster.enter(session, TERM, "schools", listed.assign(student_count=more))
    screen_integrity.fn(CAMPAIGN)
    with reading(office) as session:
        signals = quality.signals(session, TERM)
    assert signals[["check_id", "school_code", "figures"]].to_numpy().tolist() == [
        ["ghost-students", ghost, "在校生数（学校名录）、参评学生数"]
    ]
