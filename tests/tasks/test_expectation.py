"""Rules run with Great Expectations: every failing row in full, and no rule that silently does not run."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inspection.check.expectation import Suite, beside, parameters, settle
from inspection.errors import DocumentError
from inspection.ingest.data_set import DataSet, FileRead, no_missing
from inspection.ingest.source_map import SourceMap
from tasks import expectation
from tasks.expectation import check, load_suites

MAP = SourceMap.model_validate(
    {
        "data_set": "indicators",
        "title": "学期指标",
        "files": ["*.xlsx"],
        "key": ["school_code"],
        "columns": {
            "school_code": {"headings": ["学校标识码"], "kind": "code"},
            "tested_count": {"headings": ["监测人数"], "kind": "count"},
            "pass_count": {"headings": ["合格人数"], "kind": "count"},
            "phone": {"headings": ["电话"], "is_personal": True, "purpose": "测试"},
        },
    }
)
PAIR = {
    "id": "pass-within-tested",
    "type": "expect_column_pair_values_a_to_be_greater_than_b",
    "kwargs": {
        "column_A": "tested_count",
        "column_B": "pass_count",
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    },
    "column": "pass_count",
    "severity": "warning",
    "wanted": "不多于监测人数",
    "reason": "合格人数不得多于监测人数，请核对后改正。",
}
ON_ROSTER = {
    "id": "school-on-roster",
    "type": "expect_column_values_to_be_in_set",
    "kwargs": {"column": "school_code", "value_set": {"$PARAMETER": "schools.school_code"}},
    "severity": "warning",
    "wanted": "名录中的代码",
    "reason": "请核对代码。",
}
NOT_NEGATIVE = {
    "id": "not-negative",
    "type": "expect_column_values_to_be_between",
    "columns": ["tested_count", "pass_count"],
    "kwargs": {"min_value": 0},
    "severity": "info",
    "wanted": "不小于0",
    "reason": "请核对。",
}
ANY = {
    "id": "any",
    "type": "expect_table_row_count_to_be_between",
    "kwargs": {"min_value": 9},
    "severity": "critical",
    "wanted": "至少9行",
    "reason": "请补报。",
}


def suite(*rules: dict[str, Any]) -> Suite:
    """Make a suite of rules."""
    return Suite.model_validate(
        {"data_set": "indicators", "title": "规则", "owner": "督导室", "expectations": rules}
    )


def data_set(**columns: list[Any]) -> DataSet:
    """Make a data set of accepted rows."""
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame(columns).assign(
        source_file="甲.xlsx", source_sheet="表", source_row=np.arange(5, 5 + count)
    )
    file = FileRead("甲.xlsx", "0" * 64, 1, headings={"pass_count": "体质合格人数"}, read_count=count)
    return DataSet("indicators", frame, frame.iloc[:0], no_missing(), files=(file,))


def checked(found: DataSet, rules: Suite, **known: list[str]) -> tuple[Any, DataSet]:
    """Check a data set and settle what was found."""
    told = {name.replace("__", "."): codes for name, codes in known.items()}
    report = check(found.checkable, rules, parameters=told)
    return report, settle(found, report, MAP)


def test_failing_rows_are_set_aside_with_file_row_and_the_columns_own_heading() -> None:
    found = data_set(school_code=["1", "2", "3"], tested_count=[5.0, 5.0, np.nan], pass_count=[5.0, 7.0, 9.0])
    report, settled = checked(found, suite(PAIR))
    assert settled.rows["school_code"].tolist() == ["1", "3"]
    assert settled.quarantined["school_code"].tolist() == ["2"]
    assert [fault.sentence for fault in settled.faults] == [
        "甲.xlsx 表 第6行 “体质合格人数”：应为不多于监测人数，实为7（监测人数为5）。"
        "合格人数不得多于监测人数，请核对后改正。（pass-within-tested）"
    ]
    assert not report.is_stopped


def test_every_failing_row_is_found_however_many() -> None:
    n = 3000
    found = data_set(school_code=["x"] * n, tested_count=[0.0] * n, pass_count=[1.0] * n)
    report, settled = checked(found, suite(PAIR))
    assert len(report.failures) == len(settled.faults) == len(settled.quarantined) == n
    assert report.results.to_dict("records") == [
        {
            "rule_id": "pass-within-tested",
            "severity": "warning",
            "reason": PAIR["reason"],
            "checked_count": n,
            "unexpected_count": n,
        }
    ]


def test_codes_are_looked_up_in_what_was_read_of_another_data_set() -> None:
    rules = suite(ON_ROSTER)
    roster = DataSet(
        "schools",
        pd.DataFrame({"school_code": ["1"], "source_file": "a", "source_sheet": "", "source_row": 1}),
        pd.DataFrame(
            {"school_code": ["2", None], "source_file": "a", "source_sheet": "", "source_row": [2, 3]}
        ),
        no_missing(),
    )
    told = parameters(rules, {"schools": roster})
    assert told == {"schools.school_code": ["1", "2"], "schools.school_code.accepted": ["1"]}
    found = data_set(school_code=["1", "2", "3", None])
    report = check(found.checkable, rules, parameters=told)
    assert report.failures["label"].tolist() == [2]


def test_a_rule_may_look_at_some_rows_only() -> None:
    rule = {**ON_ROSTER, "where": {"column": "school_code", "is_not": ""}}
    report = check(
        pd.DataFrame({"school_code": ["1", "", "3"]}), suite(rule), parameters={"schools.school_code": ["1"]}
    )
    assert report.failures["label"].tolist() == [2]


def test_a_rule_for_several_columns_has_an_id_and_a_result_for_each() -> None:
    found = data_set(school_code=["1"], tested_count=[-1.0], pass_count=[1.0])
    report, settled = checked(found, suite(NOT_NEGATIVE))
    assert report.results[["rule_id", "unexpected_count"]].to_numpy().tolist() == [
        ["not-negative.pass_count", 0],
        ["not-negative.tested_count", 1],
    ]
    assert [(fault.column, fault.code) for fault in settled.faults] == [
        ("监测人数", "not-negative.tested_count")
    ]


def test_an_info_tells_and_keeps_the_row() -> None:
    _, settled = checked(
        data_set(school_code=["1"], tested_count=[-1.0], pass_count=[1.0]), suite(NOT_NEGATIVE)
    )
    assert len(settled.rows) == 1
    assert len(settled.faults) == 1


def test_a_critical_rule_stops_the_data_set() -> None:
    report, settled = checked(data_set(school_code=["1"]), suite(ANY))
    assert report.is_stopped
    assert [fault.sentence for fault in settled.faults] == ["学期指标：应为至少9行，实为1。请补报。（any）"]


def test_what_stands_in_a_personal_column_is_in_no_fault() -> None:
    rule = {**ON_ROSTER, "kwargs": {"column": "phone", "value_set": ["0"]}}
    _, settled = checked(data_set(phone=["13900000000"]), suite(rule))
    assert settled.faults[0].got == "（个人信息，不显示）"


def test_checking_again_changes_nothing() -> None:
    found = data_set(school_code=["1", "2"], tested_count=[5.0, 5.0], pass_count=[5.0, 7.0])
    _, once = checked(found, suite(PAIR))
    _, twice = checked(once, suite(PAIR))
    assert twice.faults == once.faults
    assert twice.rows.equals(once.rows)
    assert twice.quarantined.equals(once.quarantined)


def test_our_own_rule_finds_parts_that_do_not_make_the_whole() -> None:
    rule = {
        "id": "parts",
        "type": "expect_parts_to_sum_to_whole",
        "kwargs": {"column_list": ["boys", "girls", "all"], "ignore_row_if": "any_value_is_missing"},
        "column": "all",
        "severity": "warning",
        "wanted": "等于各部分之和",
        "reason": "请核对。",
    }
    frame = pd.DataFrame({"boys": [1.0, 2, np.nan], "girls": [2.0, 2, 2], "all": [3.0, 5, 9]})
    report = check(frame, suite(rule), parameters={})
    assert report.failures[["label", "got"]].to_numpy().tolist() == [[1, 5.0]]
    assert report.results["checked_count"].tolist() == [2]


WRONG = """\
data_set: indicators
title: 规则
owner: 督导室
expectations:
  - id: first
    type: expect_table_row_count_to_be_between
    kwargs: {min_value: 1}
    severity: info
    wanted: 有
    reason: 请补。
  - id: second
    type: TYPE
    kwargs: KWARGS
    severity: info
    wanted: 有
    reason: 请补。
"""


@pytest.mark.parametrize(
    ("kind", "kwargs", "got"),
    [
        ("expect_column_values_to_be_betwen", "{column: a}", "expect_column_values_to_be_betwen"),
        (
            "expect_column_values_to_be_between",
            "{column: a, min_value: 1, mx: 2}",
            "mx extra fields not permitted",
        ),
        ("expect_column_values_to_be_in_set", "{value_set: [1]}", "column field required"),
    ],
)
def test_a_misspelt_rule_is_told_with_file_and_line(tmp_path: Path, kind: str, kwargs: str, got: str) -> None:
    (tmp_path / "indicators.yaml").write_text(
        WRONG.replace("TYPE", kind).replace("KWARGS", kwargs), encoding="utf-8"
    )
    with pytest.raises(DocumentError) as caught:
        load_suites(tmp_path)
    (fault,) = caught.value.faults
    assert (fault.place, fault.row, fault.got) == ("indicators.yaml", 11, got)


def test_a_rule_that_cannot_run_does_not_pass_for_one_that_found_nothing() -> None:
    with pytest.raises(DocumentError, match="有 1 条规则无法执行") as caught:
        check(pd.DataFrame({"school_code": ["1"]}), suite(PAIR), parameters={})
    assert "tested_count" in caught.value.faults[0].got


EVERY_KIND = (
    PAIR,
    ON_ROSTER,
    NOT_NEGATIVE,
    {**NOT_NEGATIVE, "id": "range", "kwargs": {"min_value": -5, "max_value": 5.5}},
    {**NOT_NEGATIVE, "id": "given", "type": "expect_column_values_to_not_be_null", "kwargs": {}},
    {
        **PAIR,
        "id": "whole",
        "type": "expect_parts_to_sum_to_whole",
        "kwargs": {
            "column_list": ["tested_count", "pass_count", "all_count"],
            "ignore_row_if": "any_value_is_missing",
        },
        "column": "all_count",
    },
)


@pytest.mark.parametrize("seed", range(3))
def test_rules_that_run_together_find_what_the_library_finds_one_by_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    values = np.array([np.nan, -6, -5, -0.0, 0, 3, 5.5, 6, np.inf])
    frame = pd.DataFrame(
        {name: rng.choice(values, 300) for name in ("tested_count", "pass_count", "all_count")}
    )
    frame["school_code"] = rng.choice(np.array(["1", "2", "", None], object), 300)
    rules, told = suite(*EVERY_KIND), {"schools.school_code": ["1"]}
    together = check(frame, rules, parameters=told)
    monkeypatch.setattr(expectation, "_shareable", lambda *_: set())
    alone = check(frame, rules, parameters=told)
    keys = ["rule_id", "label"]
    assert together.results[["rule_id", "unexpected_count"]].equals(
        alone.results[["rule_id", "unexpected_count"]]
    )
    assert together.failures[keys].equals(alone.failures[keys])
    assert len(together.failures) > 300


def test_a_group_of_columns_has_a_rule_and_a_result_for_each() -> None:
    rule = {
        "id": "share",
        "type": "expect_rate_times_count_to_be_number",
        "each": [
            {"column": "boys_rate", "column_list": ["boys_rate", "all", "boys"]},
            {"column": "girls_rate", "column_list": ["girls_rate", "all", "girls"]},
        ],
        "kwargs": {"tolerance_pp": 0.5},
        "severity": "warning",
        "wanted": "等于人数之比",
        "reason": "请核对。",
    }
    frame = pd.DataFrame({"boys_rate": [50.0], "girls_rate": [60.0], "boys": [5], "girls": [5], "all": [10]})
    report = check(frame, suite(rule), parameters={})
    assert report.results[["rule_id", "checked_count", "unexpected_count"]].to_numpy().tolist() == [
        ["share.boys_rate", 1, 0],
        ["share.girls_rate", 1, 1],
    ]
    text = check(frame.assign(boys_rate=50.0, girls_rate=50.0), suite(rule), parameters={})
    assert text.failures.empty


STEADY = {
    "id": "steady",
    "type": "expect_change_to_be_plausible",
    "kwargs": {"column": "tested_count", "earlier": "schools.tested_count", "maximum_change_rate": 50},
    "severity": "info",
    "wanted": "变化不超过50%",
    "reason": "请核对或说明原因。",
}


def test_an_implausible_change_is_told_with_the_last_terms_figure() -> None:
    found = data_set(school_code=["1", "2", "3"], tested_count=[10.0, 16.0, 99.0], pass_count=[1.0, 1, 1])
    rules = suite(STEADY)
    assert rules.earlier == {"schools.tested_count"}
    known = pd.DataFrame({"school_code": ["1", "2"], "stage": "", "value": [10.0, 10.0]})
    earlier = {"schools.tested_count": beside(found.checkable, known)}
    report = check(found.checkable, rules, parameters={}, earlier=earlier)
    assert report.results["checked_count"].tolist() == [2]
    assert [fault.sentence for fault in settle(found, report, MAP).faults] == [
        "甲.xlsx 表 第6行 “监测人数”：应为变化不超过50%，实为16（上次为10）。请核对或说明原因。（steady）"
    ]


def test_without_an_earlier_term_a_change_is_not_looked_at() -> None:
    found = data_set(school_code=["1"], tested_count=[10.0], pass_count=[1.0])
    report = check(found.checkable, suite(STEADY), parameters={})
    assert report.results[["checked_count", "unexpected_count"]].to_numpy().tolist() == [[0, 0]]


def test_schools_that_handed_in_nothing_are_named_one_by_one() -> None:
    rule = {**ON_ROSTER, "id": "complete", "type": "expect_codes_to_be_present", "severity": "info"}
    report, settled = checked(
        data_set(school_code=["1", None]), suite(rule), schools__school_code=["1", "2", "3"]
    )
    assert report.results[["checked_count", "unexpected_count"]].to_numpy().tolist() == [[3, 2]]
    assert [fault.got for fault in settled.faults] == ["没有2的数据", "没有3的数据"]
    assert report.by_school.to_numpy().tolist() == [["complete", "2", 1], ["complete", "3", 1]]


def test_failures_are_counted_by_rule_and_school() -> None:
    found = data_set(school_code=["1", "1", "2"], tested_count=[5.0, 5, 5], pass_count=[7.0, 7, 5])
    report, _ = checked(found, suite(PAIR))
    assert report.by_school.to_numpy().tolist() == [["pass-within-tested", "1", 2]]


def test_a_rule_about_several_columns_must_say_which_one_it_points_at() -> None:
    rule = {**PAIR, "column": ""}
    with pytest.raises(ValueError, match="比较几列的规则须用 column 写明向填报人指出哪一列"):
        suite(rule)
