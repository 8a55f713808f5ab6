"""Indicators: every school-stage of the roster has every figure, or a reason why not."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.derive.indicator import COLUMNS, IndicatorCatalogue, derive, load_catalogue
from inspection.derive.result_students import PAIR_COUNTS
from inspection.errors import DocumentError
from inspection.score.rubric import load_rubric

SCHOOLS = pd.DataFrame(
    {
        "school_code": ["2137000001", "3137000002"],
        "stages": ["primary", "junior,primary"],
        "student_count": [300, 900],
    }
)
REPORT = pd.DataFrame(
    {
        "school_code": ["3137000002", "2137000001", "3137000002"],
        "stage": ["junior", "primary", "primary"],
        "part": [45.0, 30.0, np.nan],
        "whole": [50.0, 90.0, 100.0],
        "source_file": ["表.xlsx"] * 3,
        "source_row": [7, 5, 6],
    }
)
RATIO = {"kind": "ratio", "numerator": "part", "denominator": "whole"}
KEYS = [("2137000001", "primary"), ("3137000002", "junior"), ("3137000002", "primary")]


def catalogue(*indicators: dict[str, Any], **more: Any) -> IndicatorCatalogue:
    filled = [{"title": item["id"], "data_set": "report", **item} for item in indicators]
    return IndicatorCatalogue.model_validate({"catalogue": "c", "title": "t", "indicators": filled, **more})


def one(formula: dict[str, Any], rows: pd.DataFrame, missing: pd.DataFrame | None = None) -> pd.DataFrame:
    return derive(
        catalogue({"id": "x", "formula": formula}),
        {"schools": SCHOOLS, "report": rows},
        {} if missing is None else {"report": missing},
    )


def test_every_school_stage_has_every_indicator_in_order() -> None:
    both = catalogue(
        {"id": "b", "formula": RATIO}, {"id": "a", "formula": {"kind": "column", "column": "part"}}
    )
    long = derive(both, {"schools": SCHOOLS, "report": REPORT}, {})
    assert list(long.columns) == COLUMNS
    found = list(zip(long["school_code"], long["stage"], long["indicator_id"], strict=True))
    assert found == [(*key, name) for key in KEYS for name in ("a", "b")]


def test_a_ratio_is_in_percent_with_its_numerator_and_denominator() -> None:
    long = one(RATIO, REPORT)
    assert long["value"].tolist()[:2] == [33.333333, 90.0]
    assert long["numerator"].tolist()[:2] == [30, 45]
    assert long["denominator"].tolist() == [90, 50, 100]


def test_an_empty_cell_keeps_the_reason_the_file_gave() -> None:
    missing = pd.DataFrame(
        [("表.xlsx", 6, "part", "not-applicable"), ("表.xlsx", 6, "whole", "suppressed")],
        columns=["source_file", "source_row", "column", "reason"],
    )
    assert one(RATIO, REPORT, missing)["missing_reason"].tolist() == ["", "", "not-applicable"]
    assert one(RATIO, REPORT)["missing_reason"].tolist() == ["", "", "not-reported"]


def test_a_school_without_a_row_has_not_submitted() -> None:
    long = one(RATIO, REPORT[REPORT["school_code"] == "2137000001"])
    assert long["missing_reason"].tolist() == ["", "not-submitted", "not-submitted"]
    assert long["value"].isna().tolist() == [False, True, True]


def test_an_absent_data_set_is_not_submitted_by_anyone() -> None:
    long = derive(catalogue({"id": "x", "formula": RATIO}), {"schools": SCHOOLS}, {})
    assert set(long["missing_reason"]) == {"not-submitted"}


def test_a_denominator_below_the_minimum_says_nothing() -> None:
    long = one({**RATIO, "minimum_denominator": 60}, REPORT.fillna(0))
    assert long["missing_reason"].tolist() == ["", "below-minimum", ""]


def test_a_denominator_of_zero_is_no_division() -> None:
    assert one(RATIO, REPORT.assign(whole=0.0))["missing_reason"].tolist()[:2] == ["below-minimum"] * 2


def test_the_lowest_of_two_figures_needs_both() -> None:
    long = one({"kind": "lowest", "columns": ["whole", "part"]}, REPORT)
    assert long["value"].tolist()[:2] == [30, 45]
    assert long["missing_reason"].tolist()[2] == "not-reported"


def test_a_data_set_without_stages_speaks_for_every_stage() -> None:
    size = {"id": "x", "data_set": "schools", "formula": {"kind": "column", "column": "student_count"}}
    assert derive(catalogue(size), {"schools": SCHOOLS}, {})["value"].tolist() == [300, 900, 900]


ANSWERS = pd.DataFrame(
    {
        "school_code": ["2137000001"] * 4 + ["3137000002"],
        "stage": ["primary"] * 5,
        "answer": ["5", "4", "2", np.nan, "4"],
    }
)


def test_a_share_counts_those_who_answered() -> None:
    long = one({"kind": "share", "column": "answer", "answers": [5, 4]}, ANSWERS)
    assert long["value"].tolist()[0] == 66.666667
    assert long["denominator"].tolist() == [3, 0, 1]
    assert long["missing_reason"].tolist() == ["", "below-minimum", ""]


def test_no_response_is_a_count_of_zero() -> None:
    assert one({"kind": "rows"}, ANSWERS)["value"].tolist() == [4, 0, 1]


def test_one_indicator_divided_by_another_is_a_coverage() -> None:
    indicators = catalogue(
        {"id": "answers", "formula": {"kind": "rows"}},
        {"id": "size", "data_set": "schools", "formula": {"kind": "column", "column": "student_count"}},
        {"id": "x", "formula": {"kind": "quotient", "numerator": "answers", "denominator": "size"}},
    )
    long = derive(indicators, {"schools": SCHOOLS, "report": ANSWERS}, {})
    assert long.loc[long["indicator_id"] == "x", "value"].tolist() == [1.333333, 0, 0.111111]


SUMS = pd.DataFrame(
    [("语文", 5, 100, 90), ("数学", 5, 100, 62), ("数学", 6, 12, 2), ("英语", 5, 100, 62)],
    columns=["subject", "grade", "sat", "passed"],
).assign(school_code="2137000001", stage="primary")
LOWEST = {
    "kind": "lowest_rate",
    "numerator": "passed",
    "denominator": "sat",
    "by": ["grade", "subject"],
    "minimum_denominator": 20,
}


def test_the_lowest_rate_leaves_small_groups_aside() -> None:
    long = one(LOWEST, SUMS)
    assert long["value"].tolist()[0] == 62
    assert long["missing_reason"].tolist() == ["", "not-submitted", "not-submitted"]


def test_only_small_groups_are_below_the_minimum() -> None:
    assert one(LOWEST, SUMS[SUMS["sat"] < 20])["missing_reason"].tolist()[0] == "below-minimum"


@given(st.permutations(range(len(SUMS))), st.permutations(range(len(ANSWERS))))
def test_the_order_of_rows_is_no_content(sums: list[int], answers: list[int]) -> None:
    both = catalogue(
        {"id": "a", "formula": {"kind": "share", "column": "answer", "answers": [5]}},
        {"id": "b", "data_set": "sums", "formula": LOWEST},
    )
    frames = {"schools": SCHOOLS, "report": ANSWERS, "sums": SUMS}
    turned = {"schools": SCHOOLS[::-1], "report": ANSWERS.iloc[answers], "sums": SUMS.iloc[sums]}
    pd.testing.assert_frame_equal(derive(both, frames, {}), derive(both, turned, {}))


def test_a_column_that_no_data_set_has_is_named() -> None:
    with pytest.raises(DocumentError) as caught:
        one({"kind": "column", "column": "part_rate"}, REPORT)
    assert str(caught.value) == (
        "指标目录用到了数据中没有的列\n"
        "- 指标目录 c “x”：应为数据集 report 中的列，实为没有 part_rate 这一列。"
        "请核对指标目录中的列名与数据来源配置。（IND-001）"
    )


@pytest.mark.parametrize(
    ("indicators", "told"),
    [
        ([{"id": "x", "formula": RATIO}] * 2, "互不相同的指标编号（x 重复）"),
        (
            [{"id": "x", "data_set": "results", "formula": RATIO}],
            "注明 exam_result: true 的指标（x 取自考试成绩数据集）",
        ),
        (
            [{"id": "x", "formula": {"kind": "quotient", "numerator": "y", "denominator": "y"}}],
            "先行列出的指标（x 用到 y）",
        ),
        (
            [
                {"id": "y", "exam_result": True, "formula": RATIO},
                {"id": "x", "formula": {"kind": "quotient", "numerator": "y", "denominator": "y"}},
            ],
            "注明 exam_result: true 的指标（x 用到考试成绩类指标 y）",
        ),
    ],
)
def test_a_wrong_catalogue_is_refused(indicators: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        catalogue(*indicators, exam_data_sets=["results"])
    assert told in str(caught.value)


def test_a_summed_rate_speaks_for_all_rows_of_a_school_stage() -> None:
    grades = pd.DataFrame(
        {
            "school_code": ["2137000001", "2137000001", "3137000002"],
            "stage": ["primary", "primary", "junior"],
            "passed": [80, 10, 30],
            "sat": [100, 20, 40],
        }
    )
    long = one({"kind": "summed_rate", "numerator": "passed", "denominator": "sat"}, grades)
    assert long["value"].tolist()[:2] == [75.0, 75.0]
    assert long["denominator"].tolist()[:2] == [100 + 20, 40]
    assert long["missing_reason"].tolist() == ["", "", "not-submitted"]


def of_results(formula: dict[str, Any], frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Derive one indicator of results; `frames` are the results and what lies beside them."""
    item = {"id": "x", "data_set": "results", "exam_result": True, "formula": formula}
    return derive(catalogue(item, exam_data_sets=["results"]), {"schools": SCHOOLS, **frames}, {})


def test_who_passed_every_subject_is_counted_student_by_student() -> None:
    students = pd.DataFrame(
        [("2137000001", "primary", 5, 60, 50, 40), ("2137000001", "primary", 6, 40, 30, 20)],
        columns=["school_code", "stage", "grade", "student_count", "all_sat_count", "all_pass_count"],
    )
    formula = {"kind": "summed_rate", "beside": "students", "numerator": "all_pass_count"}
    formula |= {"denominator": "all_sat_count"}
    found = of_results(formula, {"results": students[["school_code", "stage"]], "results_students": students})
    assert found[["value", "numerator", "denominator", "data_set"]].iloc[0].tolist() == [
        75.0,
        60,
        80,
        "results",
    ]
    assert of_results(formula, {"results": students})["missing_reason"].tolist() == ["not-submitted"] * 3
    with pytest.raises(DocumentError, match="没有的列"):
        of_results(formula | {"numerator": "passed"}, {"results": students, "results_students": students})


def pairs(*told: tuple[str, int, int, int]) -> pd.DataFrame:
    """Sums over thirty pairs a school: school, mean entry, mean exit (of 100), and the spread about each mean."""
    rows = []
    for code, entry, leaving, spread in told:
        sums = [100 * 30 * mean for mean in (entry, leaving)]
        squares = [10_000 * 30 * (mean**2 + spread**2) for mean in (entry, leaving)]
        rows.append((code, "primary", 6, "语文", 30, *sums, *squares, 0))
    return pd.DataFrame(rows, columns=["school_code", "stage", "grade", "subject", *PAIR_COUNTS])


def test_a_gain_from_entry_to_exit_is_told_in_standard_scores() -> None:
    told = pairs(("2137000001", 60, 70, 0), ("3137000002", 80, 70, 0))
    found = of_results({"kind": "pair_gain"}, {"results": told, "results_pairs": told})
    # Entry lies one deviation below and above the city's mean, exit at it.
    assert found["value"].tolist()[0::2] == [10.0, -10.0]
    assert found["denominator"].tolist()[0::2] == [30, 30]
    assert (
        of_results({"kind": "pair_gain"}, {"results": told})["missing_reason"].tolist()
        == ["not-submitted"] * 3
    )
    few = of_results(
        {"kind": "pair_gain", "minimum_denominator": 31}, {"results": told, "results_pairs": told}
    )
    assert few["missing_reason"].tolist() == ["below-minimum", "not-submitted", "below-minimum"]


def test_papers_of_unlike_difficulty_make_no_gain() -> None:
    told = pairs(("2137000001", 90, 45, 0), ("3137000002", 70, 35, 0))
    found = of_results({"kind": "pair_gain"}, {"results": told, "results_pairs": told})
    assert found["value"].tolist()[0::2] == [0.0, 0.0]


def test_the_bureaus_requirements_on_passing_rest_on_results_and_not_on_what_schools_count() -> None:
    root = Path(__file__).resolve().parents[3]
    known = load_catalogue(root / "rubrics/indicators.yaml", root / "sources/catalogue/figures.yaml")
    rubric, listed = load_rubric(root / "rubrics/school-district.yaml", known), known.by_id
    asked = {item.id: item.rule.indicator for item in rubric.criteria if item.id in {"XQ-01", "XQ-02"}}
    assert asked == {"XQ-01": "single_subject_pass", "XQ-02": "all_subject_pass"}
    assert {listed[name].frame for name in asked.values()} == {"results", "results_students"}
    assert all(listed[name].exam_result for name in asked.values())


def grades(*told: tuple[int, int, int, int]) -> pd.DataFrame:
    """Rows of one school: grade, persons, examined, cases."""
    frame = pd.DataFrame(told, columns=["grade", "entered", "screened", "myopic"])
    return frame.assign(school_code="2137000001", stage="primary")


def change(now: pd.DataFrame, before: pd.DataFrame | None) -> tuple[float, str]:
    formula = {
        "kind": "same_groups_change",
        "numerator": "myopic",
        "denominator": "screened",
        "persons": "entered",
        "minimum_denominator": 20,
    }
    frames = {"schools": SCHOOLS, "report": now} | ({} if before is None else {"report_before": before})
    row = derive(catalogue({"id": "x", "formula": formula}), frames, {}).iloc[0]
    return float(row["value"]), str(row["missing_reason"])


@pytest.mark.parametrize(
    ("now", "before", "value"),
    [
        # A larger upper grade with unchanged rates is no change, though the rate over all pupils rose.
        (((1, 100, 100, 10), (6, 300, 300, 150)), ((1, 300, 300, 30), (6, 100, 100, 50)), 0.0),
        (((1, 100, 100, 8), (6, 100, 100, 48)), ((1, 100, 100, 10), (6, 100, 100, 50)), -2.0),
        # A grade that too few were screened of in either year is left out of both.
        (((1, 100, 100, 8), (6, 100, 79, 70)), ((1, 100, 100, 10), (6, 100, 100, 50)), -2.0),
        (((1, 100, 100, 8), (6, 100, 100, 70)), ((1, 100, 100, 10), (6, 100, 50, 25)), -2.0),
        # So is one that was not there.
        (((1, 100, 100, 8), (2, 100, 100, 70)), ((1, 100, 100, 10), (6, 100, 100, 25)), -2.0),
    ],
)
def test_a_change_is_taken_over_the_same_grades(
    now: tuple[tuple[int, int, int, int], ...], before: tuple[tuple[int, int, int, int], ...], value: float
) -> None:
    assert change(grades(*now), grades(*before)) == (value, "")


def test_a_change_needs_a_year_before_and_enough_pupils() -> None:
    now = grades((1, 100, 100, 8))
    assert change(now, None)[1] == "no-previous"
    assert change(now, grades((2, 100, 100, 8)))[1] == "no-previous"
    assert change(grades((1, 19, 19, 8)), grades((1, 100, 100, 8)))[1] == "below-minimum"
