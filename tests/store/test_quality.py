"""Data quality on record: a school's history over terms, the last term's figures, risk classes."""

from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import func, select

from inspection.draw.risk import Risk, SchoolRecord
from inspection.store import quality, roster, submission
from inspection.store.engine import reading, writing
from inspection.store.quality_tables import CheckSchool
from inspection.store.tables import Campaign, Cycle, Score, Term
from inspection.store.writing import put

BEFORE, NOW = "2024-2025-2", "2025-2026-2"
ONE, TWO = "3799010001", "3799010002"
AT = datetime(2026, 5, 8, tzinfo=UTC)


def schools(**counts: int) -> pd.DataFrame:
    rows = [
        {"school_code": code, "school_name": code, "district_code": "379901", "student_count": count}
        for code, count in ((ONE, counts["one"]), (TWO, counts["two"]))
    ]
    return pd.DataFrame(rows)


def checks(*unexpected: int) -> pd.DataFrame:
    rows = [["a", "warning", "请核对。", 9, unexpected[0]], ["b", "info", "请核对。", 9, unexpected[1]]]
    return pd.DataFrame(rows, columns=["rule_id", "severity", "reason", "checked_count", "unexpected_count"])


def by_school(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rule_id", "school_code", "unexpected_count"])


def two_terms(url: str) -> None:
    with writing(url) as session:
        for term, size in ((BEFORE, 100), (NOW, 120)):
            roster.enter(session, term, "schools", schools(one=size, two=size + 1))
        submission.enter_checks(session, BEFORE, "indicators", checks(3, 0))
        submission.enter_checks(session, NOW, "indicators", checks(1, 0))
        quality.enter_by_school(session, BEFORE, "indicators", by_school(("a", ONE, 2), ("a", TWO, 1)))
        quality.enter_by_school(session, NOW, "indicators", by_school(("a", TWO, 1)))


def test_a_school_has_a_history_of_every_expectation_over_terms(store_url: str) -> None:
    two_terms(store_url)
    with reading(store_url) as session:
        found = quality.history(session, ONE)
    assert found.to_numpy().tolist() == [
        [BEFORE, "indicators", "a", 2],
        [NOW, "indicators", "a", 0],
        [BEFORE, "indicators", "b", 0],
        [NOW, "indicators", "b", 0],
    ]


def test_entering_again_changes_nothing_and_other_counts_replace(store_url: str) -> None:
    two_terms(store_url)
    two_terms(store_url)
    with writing(store_url) as session:
        assert session.execute(select(func.count()).select_from(CheckSchool)).scalar_one() == 3
        assert not quality.enter_by_school(session, NOW, "indicators", by_school(("a", TWO, 1)))
        assert quality.enter_by_school(session, NOW, "indicators", by_school())
        assert quality.by_school(session, NOW).empty


def test_counts_of_schools_know_their_district(store_url: str) -> None:
    two_terms(store_url)
    with reading(store_url) as session:
        assert quality.by_school(session, NOW)["district_code"].tolist() == ["379901"]


def test_the_last_terms_figures_are_found_by_name(store_url: str) -> None:
    two_terms(store_url)
    figure = {"stage": "primary", "indicator_id": "myopia_rate", "value": 40.0, "numerator": 4.0}
    rows = pd.DataFrame([{"school_code": ONE, **figure, "denominator": 10.0}])
    with writing(store_url) as session:
        roster.enter_indicators(session, BEFORE, rows.assign(missing_reason="", data_set="indicators"))
        roster_figures = quality.earlier(session, BEFORE, "schools.student_count")
        assert roster_figures.to_numpy().tolist() == [[ONE, "", 100], [TWO, "", 101]]
        found = quality.earlier(session, BEFORE, "indicator.myopia_rate")
        assert found.to_numpy().tolist() == [[ONE, "primary", 40.0]]
        wide = quality.figures(session, BEFORE)
    assert wide.to_dict("records") == [
        {
            "school_code": ONE,
            "stage": "primary",
            "myopia_rate": 40.0,
            "myopia_rate:count": 10.0,
            "myopia_rate:number": 4.0,
        }
    ]


def test_a_risk_class_rests_on_the_worst_band_of_an_earlier_term(store_url: str) -> None:
    two_terms(store_url)
    told = {
        "mode": "double-random",
        "plan_digest": "0" * 64,
        "state": "SCORED",
        "title": "检查",
        "cycle_id": "c",
    }
    score = {
        "basis": "reported",
        "school_type": "",
        "rubric_digest": "0" * 64,
        "points_centi": 0,
        "coverage_rate": 0.0,
        "band": "good",
        "public_points_centi": 0,
        "public_coverage_rate": 0.0,
        "public_margin_centi": 0,
        "is_vetoed": False,
        "school_code": ONE,
    }
    with writing(store_url) as session:
        put(session, Cycle, [{"cycle_id": "c", "phase": "rollout"}])
        days = {"title": "学期", "starts_on": AT.date(), "ends_on": AT.date()}
        put(session, Term, [{"term_id": term, **days} for term in (BEFORE, NOW)])
        put(session, Campaign, [{"campaign_id": f"{t}-x", "term_id": t, **told} for t in (BEFORE, NOW)])
        rows = [(BEFORE, "primary", "pass"), (BEFORE, "junior", "fail"), (NOW, "primary", "excellent")]
        put(
            session,
            Score,
            [
                {**score, "campaign_id": f"{t}-x", "stage": stage, "public_band": band}
                for t, stage, band in rows
            ],
        )
        signals = pd.DataFrame([["copied-term", ONE, 1.0, 0.6, "学生数", "请说明。"]])
        signals.columns = ["check_id", "school_code", "statistic", "threshold", "figures", "question"]
        quality.enter_signals(session, NOW, signals, checks(1, 0))
        assert quality.school_records(session, NOW) == {
            ONE: SchoolRecord(last_band="fail", signal_ids=("copied-term",)),
            TWO: SchoolRecord(),
        }
        quality.enter_risks(session, NOW, {ONE: Risk("C", {"last-band": 3})})
        assert quality.risk_classes(session, NOW) == {ONE: "C"}
        assert quality.risk_reasons(session, NOW, ONE) == {"last-band": 3}
        assert "integrity" not in set(quality.results(session, NOW)["data_set"])
