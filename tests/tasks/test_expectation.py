"""Rules run with Great Expectations: every failing row in full, and no rule that silently does not run."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inspection.data_set import DataSet, FileRead, no_missing
from inspection.errors import DocumentError
from inspection.expectation import Suite, parameters, settle
from inspection.source_map import SourceMap
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
    assert told == {"schools.school_code": ["1", "2"]}
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
