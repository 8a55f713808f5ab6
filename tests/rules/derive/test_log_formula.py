"""What a log holds is counted from the log: each way of counting, and what is said where it says nothing."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.derive.indicator import IndicatorCatalogue, derive, load_indicators
from inspection.derive.log_formula import MostRows, SharedOut, YesShare

INDICATORS = Path(__file__).parents[3] / "rubrics" / "indicators.yaml"
SCHOOLS = pd.DataFrame({"school_code": ["a", "b", "c"], "stages": ["primary"] * 3})


def catalogue(formula: dict[str, Any], **more: Any) -> IndicatorCatalogue:
    item = {"id": "x", "title": "x", "data_set": "log", "formula": formula, **more}
    return IndicatorCatalogue.model_validate({"catalogue": "c", "title": "t", "indicators": [item]})


def log(**columns: list[Any]) -> pd.DataFrame:
    """Return rows of school a, but for the last, which is of school b."""
    count = len(next(iter(columns.values())))
    codes = ["a"] * (count - 1) + ["b"]
    return pd.DataFrame({"school_code": codes, "stage": ["primary"] * count, **columns})


def found(formula: dict[str, Any], rows: pd.DataFrame) -> list[tuple[float | None, str]]:
    long = derive(catalogue(formula), {"schools": SCHOOLS, "log": rows}, {})
    pairs = zip(long["value"], long["missing_reason"], strict=True)
    return [(None if pd.isna(value) else value, reason) for value, reason in pairs]


def boolean(*values: bool | None) -> list[Any]:
    return list(pd.array(values, dtype="boolean"))


def test_days_that_say_yes_in_every_column_are_shared_by_those_that_say_anything() -> None:
    rows = log(one=boolean(True, True, None, False), two=boolean(True, False, True, None))
    formula = {"kind": "yes_share", "marked": ["one", "two"]}
    assert found(formula, rows) == [(50.0, ""), (None, "not-reported"), (None, "not-submitted")]


def test_a_week_counts_when_one_of_its_days_says_yes() -> None:
    days = ["2026-04-13", "2026-04-17", "2026-04-20", "2026-04-13"]
    rows = log(has=boolean(False, True, False, True), day=days)
    formula = {"kind": "yes_share", "marked": ["has"], "by_week_of": "day"}
    assert found(formula, rows) == [(50.0, ""), (100.0, ""), (None, "not-submitted")]


def test_a_week_of_one_class_is_no_week_of_another() -> None:
    rows = log(
        has=boolean(True, False, True, False, True),
        room=["1班", "2班", "1班", "2班", "1班"],
        day=["2026-04-13", "2026-04-13", "2026-04-20", "2026-04-21", "2026-04-13"],
    )
    formula = {"kind": "yes_share", "marked": ["has"], "by_week_of": "day"}
    assert found(formula, rows)[0] == (100.0, "")
    assert found(formula | {"each": ["room"]}, rows)[:2] == [(50.0, ""), (100.0, "")]


def test_practical_homework_is_looked_for_in_every_class() -> None:
    formula = load_indicators(INDICATORS).by_id["practice_homework_week"].formula
    assert isinstance(formula, YesShare)
    assert formula.each == ("grade", "class_name")


def test_a_week_that_spans_the_year_is_one_week() -> None:
    rows = log(has=boolean(True, False, True), day=["2025-12-31", "2026-01-02", "2026-01-02"])
    formula = {"kind": "yes_share", "marked": ["has"], "by_week_of": "day"}
    assert found(formula, rows)[0] == (100.0, "")


def test_lessons_held_are_divided_by_those_required_over_rows_that_tell_both() -> None:
    rows = log(held=[4.0, 3.0, None, None], due=[5.0, 3.0, 9.0, 2.0])
    formula = {"kind": "shared_out", "numerator": "held", "denominator": "due"}
    assert found(formula, rows) == [(87.5, ""), (None, "not-reported"), (None, "not-submitted")]


def test_lessons_beyond_what_one_course_requires_do_not_stand_in_for_another() -> None:
    rows = log(
        course=["chinese", "arts", "arts", "arts"],
        grade=[5.0, 5.0, 5.0, 5.0],
        held=[9.0, 1.0, 3.0, 3.0],
        due=[6.0, 2.0, 2.0, 3.0],
    )
    formula = {"kind": "shared_out", "numerator": "held", "denominator": "due"}
    assert found(formula, rows)[0] == (130.0, "")
    # Of a week the arts were short of and made up for in the next, nothing is missing.
    assert found(formula | {"capped_by": ["grade", "course"]}, rows) == [
        (100.0, ""),
        (100.0, ""),
        (None, "not-submitted"),
    ]
    short = rows.assign(held=[9.0, 1.0, 0.0, 3.0])
    assert found(formula | {"capped_by": ["grade", "course"]}, short)[0] == (70.0, "")


def test_the_lessons_of_a_term_are_counted_course_by_course() -> None:
    formula = load_indicators(INDICATORS).by_id["lessons_on_plan"].formula
    assert isinstance(formula, SharedOut)
    assert formula.capped_by == ("grade", "course")


def test_the_mean_is_over_the_rows_that_tell_it() -> None:
    rows = log(minutes=[10.0, None, 25.0, None])
    assert found({"kind": "mean", "column": "minutes"}, rows) == [
        (17.5, ""),
        (None, "not-reported"),
        (None, "not-submitted"),
    ]


def test_lessons_planned_and_not_held_and_held_unplanned_both_count() -> None:
    rows = log(planned=[5.0, 2.0, None, 3.0], held=[4.0, 4.0, 9.0, 3.0])
    assert found({"kind": "difference", "columns": ["planned", "held"]}, rows) == [
        (3.0, ""),
        (0.0, ""),
        (None, "not-submitted"),
    ]


def test_examinations_are_those_of_the_grade_with_the_most() -> None:
    rows = log(grade=[1.0, 3.0, 3.0, 1.0])
    assert found({"kind": "most_rows"}, rows) == [(2.0, ""), (1.0, ""), (None, "not-submitted")]


def test_what_the_office_itself_holds_is_no_examination_of_the_school() -> None:
    rows = log(grade=[6.0, 6.0, 6.0, 6.0], held=["final", "monitoring", "other", "monitoring"])
    formula = {"kind": "most_rows", "leave_out": {"held": ["monitoring"]}}
    assert found(formula, rows) == [(2.0, ""), (0.0, ""), (None, "not-submitted")]


def test_monitoring_does_not_count_towards_the_examinations_of_a_term() -> None:
    formula = load_indicators(INDICATORS).by_id["exam_count"].formula
    assert isinstance(formula, MostRows)
    assert formula.leave_out == {"exam_kind": ("monitoring",)}


def test_a_register_without_such_an_examination_counts_none() -> None:
    rows = log(grade=[1.0, 3.0, 2.0, 4.0], paper=boolean(True, True, False, True))
    formula = {"kind": "most_rows", "marked": "paper", "grades": [1, 2]}
    assert found(formula, rows) == [(1.0, ""), (0.0, ""), (None, "not-submitted")]


@pytest.mark.parametrize(
    "formula",
    [
        {"kind": "yes_share", "marked": ["has"]},
        {"kind": "yes_share", "marked": ["has"], "by_week_of": "day"},
        {"kind": "shared_out", "numerator": "n", "denominator": "n"},
        {"kind": "shared_out", "numerator": "n", "denominator": "grade", "capped_by": ["day"]},
        {"kind": "mean", "column": "n"},
        {"kind": "difference", "columns": ["n", "grade"]},
        {"kind": "most_rows", "marked": "has"},
    ],
)
@settings(max_examples=20)
@given(order=st.permutations(range(6)))
def test_the_order_of_a_log_is_no_content(formula: dict[str, Any], order: list[int]) -> None:
    rows = log(
        has=boolean(True, None, False, True, True, False),
        day=["2026-04-13", "2026-04-14", "2026-04-20", "2026-04-27", "2026-04-27", "2026-04-13"],
        n=[1.0, 2.0, None, 4.0, 5.0, 6.0],
        grade=[1.0, 1.0, 2.0, 2.0, 2.0, 1.0],
    )
    assert found(formula, rows.iloc[order].reset_index(drop=True)) == found(formula, rows)


def test_a_school_that_keeps_no_log_is_taken_at_the_figure_it_handed_in() -> None:
    rows = log(has=boolean(True, False, True))
    handed_in = pd.DataFrame(
        {
            "school_code": ["a", "b", "c"],
            "stage": ["primary"] * 3,
            "figure_code": ["days"] * 3,
            "numerator": [9.0, 9.0, 9.0],
            "denominator": [10.0, 10.0, 10.0],
            "value": [None] * 3,
        }
    )
    asked = catalogue(
        {"kind": "yes_share", "marked": ["has"]}, otherwise={"kind": "figure", "figure_code": "days"}
    )
    frames = {"schools": SCHOOLS, "log": rows, "figures": handed_in}
    long = derive(asked, frames, {})
    assert long["value"].tolist() == [50.0, 100.0, 90.0]
    assert long["data_set"].tolist() == ["log", "log", "figures"]
    without_log = derive(asked, {"schools": SCHOOLS, "figures": handed_in}, {})
    assert (without_log["value"].tolist(), set(without_log["data_set"])) == ([90.0] * 3, {"figures"})
    without_both = derive(asked, {"schools": SCHOOLS}, {})
    assert set(without_both["missing_reason"]) == {"not-submitted"}


def test_a_log_that_does_not_say_leaves_the_figure_that_was_handed_in() -> None:
    rows = log(has=boolean(None, None, True))
    told = {"stage": ["primary"], "figure_code": ["days"], "numerator": [3.0], "denominator": [4.0]}
    handed_in = pd.DataFrame({"school_code": ["a"], **told, "value": [None]})
    asked = catalogue(
        {"kind": "yes_share", "marked": ["has"]}, otherwise={"kind": "figure", "figure_code": "days"}
    )
    long = derive(asked, {"schools": SCHOOLS, "log": rows, "figures": handed_in}, {})
    assert long["value"].tolist()[:2] == [75.0, 100.0]
    assert long["missing_reason"].tolist() == ["", "", "not-submitted"]
    silent = derive(asked, {"schools": SCHOOLS, "log": rows}, {})
    assert silent["missing_reason"].tolist() == ["not-reported", "", "not-submitted"]


def test_what_came_in_with_a_fault_is_not_said_to_be_missing() -> None:
    rows = log(has=boolean(True))
    aside = pd.DataFrame({"school_code": ["a", "b"], "stage": ["primary", "primary"], "has": [None, None]})
    asked = catalogue({"kind": "yes_share", "marked": ["has"]})
    long = derive(asked, {"schools": SCHOOLS, "log": rows}, {}, {"log": aside})
    assert long["missing_reason"].tolist() == ["set-aside", "", "not-submitted"]
    either = catalogue(
        {"kind": "yes_share", "marked": ["has"]}, otherwise={"kind": "figure", "figure_code": "days"}
    )
    long = derive(either, {"schools": SCHOOLS, "log": rows}, {}, {"log": aside})
    assert long["missing_reason"].tolist() == ["set-aside", "", "not-submitted"]


def test_a_figure_set_aside_is_no_other_figure() -> None:
    told = {"stage": ["primary"], "figure_code": ["days"], "numerator": [9.0], "denominator": [8.0]}
    aside = pd.DataFrame({"school_code": ["a"], **told, "value": [None]})
    frames = {"schools": SCHOOLS, "log": aside.iloc[:0]}
    for code, reason in (("days", "set-aside"), ("weeks", "not-submitted")):
        long = derive(catalogue({"kind": "figure", "figure_code": code}), frames, {}, {"log": aside})
        assert long["missing_reason"].tolist() == [reason, "not-submitted", "not-submitted"]


def test_a_survey_that_did_not_ask_leaves_the_figure_that_was_handed_in() -> None:
    rows = log(answer=[None] * 30 + [5.0])
    told = {"stage": ["primary"], "figure_code": ["satisfied"], "numerator": [57.0], "denominator": [60.0]}
    handed_in = pd.DataFrame({"school_code": ["a"], **told, "value": [None]})
    share = {"kind": "share", "column": "answer", "answers": [5, 4], "minimum_denominator": 20}
    asked = catalogue(share, otherwise={"kind": "figure", "figure_code": "satisfied"})
    long = derive(asked, {"schools": SCHOOLS, "log": rows, "figures": handed_in}, {})
    assert long["value"].tolist()[:1] == [95.0]
    assert long["data_set"].tolist() == ["figures", "log", "figures"]
    assert long["missing_reason"].tolist() == ["", "below-minimum", "not-submitted"]
