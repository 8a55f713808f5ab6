"""Targets of districts and the city: reached, not reached, or not established, and never a school's."""

import math

import numpy as np
import pandas as pd
import pytest

from inspection.errors import DocumentError
from inspection.ingest.figure import Figure, FigureCatalogue, SourceText
from inspection.score.target import Target, TargetEvidence, check_targets, reached

COUNT = Figure(
    code="schools", title="优质学校", kind="count", unit="所", requirements=("BJ-01",), maximum=5000
)
RATE = Figure(code="fund", title="专项经费", kind="share", unit="%", requirements=("BJ-02",))
EXAM = RATE.model_copy(update={"code": "admission", "title": "上线", "exam_result": True})
YES = Figure(code="system", title="有制度", kind="yes-no", requirements=("BJ-03",), maximum=1)
FIGURES = (COUNT, RATE, EXAM, YES)
CATALOGUE = FigureCatalogue(
    catalogue="example",
    title="例",
    documents={"BJ": SourceText(title="例", last=3)},
    school=(COUNT.model_copy(update={"code": "own", "title": "自有"}),),
    district=FIGURES,
)


def target(rule: dict[str, object], *, level: str = "district", **more: object) -> Target:
    words = {"id": "BJ-01", "clause": "三", "title": "例", "phrase": "例", "exam_result": False}
    return Target.model_validate(words | {"level": level, "rule": rule} | more)


def told(*rows: tuple[str, str, float | None, float | None, float | None]) -> TargetEvidence:
    names = ["district_code", "figure_code", "numerator", "denominator", "value"]
    return TargetEvidence(pd.DataFrame(rows, columns=names))


def outcome(found: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    columns = ["unit_code", "outcome", "value", "missing_reason"]
    return [tuple(row) for row in found[columns].itertuples(index=False)]


AT_LEAST_500 = {"kind": "threshold", "indicator": "schools", "at_least": 500}


def test_the_districts_counts_add_up_to_the_citys() -> None:
    now = told(("371101", "schools", None, None, 300), ("371102", "schools", None, None, 200))
    assert outcome(reached((target(AT_LEAST_500, level="city"),), FIGURES, now)) == [
        ("city", "met", 500.0, "")
    ]
    each = reached((target(AT_LEAST_500),), FIGURES, now)
    assert [row[:2] for row in outcome(each)] == [("371101", "not-met"), ("371102", "not-met")]


def test_a_target_for_a_later_year_says_by_when() -> None:
    now = told(("371101", "schools", None, None, 300))
    for year, words in ((2028, "不低于500所（到2028年）"), (None, "不低于500所")):
        (row,) = reached((target(AT_LEAST_500, by_year=year),), FIGURES, now).to_dict("records")
        assert row["requirement"] == words


def test_a_citys_rate_is_taken_over_all_districts_together() -> None:
    now = told(("371101", "fund", 1, 10, None), ("371102", "fund", 1, 90, None))
    rule = {"kind": "threshold", "indicator": "fund", "at_least": 5}
    assert outcome(reached((target(rule, level="city"),), FIGURES, now)) == [("city", "not-met", 2.0, "")]


def test_a_city_has_what_each_of_its_districts_has() -> None:
    now = told(("371101", "system", None, None, 1), ("371102", "system", None, None, 0))
    rule = {"kind": "threshold", "indicator": "system", "at_least": 1}
    assert outcome(reached((target(rule, level="city"),), FIGURES, now)) == [("city", "not-met", 0.0, "")]


def test_a_district_that_did_not_report_leaves_the_city_open() -> None:
    now = told(("371101", "schools", None, None, 900), ("371102", "schools", None, None, None))
    ((unit, found, value, reason),) = outcome(reached((target(AT_LEAST_500, level="city"),), FIGURES, now))
    assert (unit, found, reason) == ("city", "not-established", "not-reported")
    assert math.isnan(value)
    rows = outcome(reached((target(AT_LEAST_500),), FIGURES, now))
    assert [row[1] for row in rows] == ["met", "not-established"]


def test_a_change_needs_last_years_figure() -> None:
    rule = {"kind": "change", "indicator": "admission", "measured": "pp", "at_least": 2}
    wanted = target(rule, level="city", exam_result=True)
    now = told(("371101", "admission", None, None, 52))
    before = told(("371101", "admission", None, None, 50))
    assert [row[1] for row in outcome(reached((wanted,), FIGURES, now, before))] == ["met"]
    ((_, found, _, reason),) = outcome(reached((wanted,), FIGURES, now))
    assert (found, reason) == ("not-established", "no-previous")


def test_dispersion_is_taken_within_each_district_and_stage() -> None:
    rule = {"kind": "threshold", "indicator": "area", "at_most": {"primary": 0.5, "junior": 0.45}}
    rows = [
        (code, stage, name, value)
        for code, stage, area, pupils in (
            ("1", "primary", 10.0, 100.0),
            ("2", "primary", 20.0, 300.0),
            ("3", "primary", 5.0, 100.0),
            ("2", "junior", 8.0, 50.0),
            ("4", "junior", np.nan, 50.0),
        )
        for name, value in (("area", area), ("student_count", pupils))
    ]
    indicators = pd.DataFrame(rows, columns=["school_code", "stage", "indicator_id", "value"])
    schools = pd.DataFrame({"school_code": list("1234"), "district_code": ["a", "a", "b", "a"]})
    found = reached(
        (target(rule, dispersion_by="student_count"),),
        FIGURES,
        TargetEvidence(pd.DataFrame(), schools, indicators),
    )
    assert list(found["unit_code"] + "/" + found["stage"]) == ["a/junior", "a/primary", "b/primary"]
    expected = math.sqrt(7.5**2 / 4 + 3 * 2.5**2 / 4) / 17.5
    assert found["value"].tolist() == pytest.approx([0, expected, 0], abs=1e-6)
    assert set(found["outcome"]) == {"met"}


def test_rows_may_come_in_any_order() -> None:
    rows = [("371102", "schools", None, None, 7), ("371101", "schools", None, None, 600)]
    first = reached((target(AT_LEAST_500),), FIGURES, told(*rows))
    pd.testing.assert_frame_equal(first, reached((target(AT_LEAST_500),), FIGURES, told(*rows[::-1])))


def test_a_target_on_a_figure_that_nobody_reports_is_refused_with_all_its_kind() -> None:
    absent = target({"kind": "threshold", "indicator": "nothing", "at_least": 1})
    hidden = target({"kind": "threshold", "indicator": "admission", "at_least": 1})
    spread = target({"kind": "threshold", "indicator": "area", "at_most": 1}, dispersion_by="pupils")
    with pytest.raises(DocumentError) as refused:
        check_targets((absent, hidden, spread), CATALOGUE, {"area"}, place="例.yaml")
    assert {fault.got for fault in refused.value.faults} == {
        "没有 nothing 这一数据项",
        "用到考试成绩类数据项 admission",
        "没有 pupils 这一指标",
    }


def test_a_dispersion_of_the_whole_city_is_refused() -> None:
    with pytest.raises(ValueError, match="差异系数 dispersion_by 只用于区县目标和 threshold 规则"):
        target(AT_LEAST_500, level="city", dispersion_by="student_count")
