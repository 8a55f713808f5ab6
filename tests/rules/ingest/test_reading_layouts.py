"""Tables as offices lay them out: wide ones, merged cells, units in headings, totals that must balance, one
school under two codes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from inspection.errors import DocumentError
from inspection.ingest.data_set import DataSet, combine
from inspection.ingest.reading import parse
from inspection.ingest.same_object import are_near, ask_about_same_objects
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import Profile

BUREAU = Bureau(
    Profile.model_validate(
        {
            "profile": "test",
            "bureau": {"name": "某市教育局", "office": "某市教育督导室", "document_code": "某教督字"},
            "districts": [{"code": "379901", "name": "某市东湖区"}],
        }
    )
)
CODE = {"headings": ["学校标识码"], "kind": "code", "pattern": r"\d{4}", "is_required": True}


def source_map(columns: dict[str, Any], **more: Any) -> SourceMap:
    """Return a map of schools with some columns."""
    document = {
        "data_set": "schools",
        "title": "学校",
        "files": ["*"],
        "key": ["school_code"],
        "missing": {"": "not-reported", "缺考": "absent"},
        "columns": {"school_code": CODE, **columns},
    }
    return SourceMap.model_validate(document | more)


def read(rows: Sequence[Sequence[str]], how: SourceMap, merges: Sequence[Any] = ()) -> DataSet:
    """Read rows as the only sheet of a file."""
    width = max(map(len, rows))
    squared = [[*row, *[""] * (width - len(row))] for row in rows]
    cells = pd.DataFrame(squared, index=range(1, len(rows) + 1), dtype="str").astype("category")
    raw = RawFile("学校.xlsx", "0" * 64, 1, (RawSheet("Sheet1", cells, tuple(merges)),))
    return ask_about_same_objects(combine([parse(raw, how, BUREAU)], how), how)


def sentences(found: DataSet) -> list[str]:
    """Return what a clerk is told."""
    return [fault.sentence for fault in found.faults]


WIDE = source_map(
    {
        "exam_count": {"headings": ["参考人数"], "kind": "count"},
        "pass_count": {"headings": ["合格人数"], "kind": "count"},
    },
    key=["school_code", "subject"],
    wide={
        "column": "subject",
        "values": {"语文": "chinese", "数学": "mathematics", "外语": "english", "英语": "english"},
        "columns": ["exam_count", "pass_count"],
    },
    leave_out=[{"title": "合计行", "values": ["合计"], "reconcile": ["exam_count"]}],
)
GROUPS = ["学校标识码", "语文", "", "数学", ""]
PARTS = ["", "参考人数", "合格人数", "参考人数", "合格人数"]


@pytest.mark.parametrize(
    "header",
    [
        [GROUPS, PARTS],
        [["学校标识码", "语文参考人数", "语文合格人数", "参考人数_数学", "合格人数_数学"]],
    ],
)
def test_a_wide_table_is_read_as_a_row_for_each_subject(header: list[list[str]]) -> None:
    rows = [
        ["1001", "30", "28", "31", "29"],
        ["1002", "20", "缺考", "", ""],
        ["合计", "50", "28", "31", "29"],
    ]
    found = read([*header, *rows], WIDE)
    figures = found.rows[["school_code", "subject", "exam_count", "pass_count"]].fillna(-1)
    assert figures.to_numpy().tolist() == [
        ["1001", "chinese", 30.0, 28.0],
        ["1001", "mathematics", 31.0, 29.0],
        ["1002", "chinese", 20.0, -1.0],
    ]
    assert found.faults == ()
    assert found.missing[["column", "reason"]].to_numpy().tolist() == [["pass_count", "absent"]]
    assert [item.outcome for item in found.totals] == ["agrees", "agrees"]
    assert (found.files[0].read_count, found.files[0].excluded) == (3, {"合计行": 1})


def test_faults_of_a_wide_table_name_the_heading_they_stand_under() -> None:
    found = read([GROUPS, PARTS, ["100", "30", "28", "约31", "29"]], WIDE)
    assert [(fault.code, fault.row, fault.column) for fault in found.faults] == [
        ("IN-102", 3, "学校标识码"),
        ("IN-103", 3, "数学参考人数"),
    ]
    assert found.rows.empty


def test_a_group_of_a_wide_table_must_be_whole() -> None:
    found = read(
        [["学校标识码", "语文参考人数", "语文合格人数", "数学参考人数"], ["1001", "3", "2", "3"]], WIDE
    )
    assert [fault.code for fault in found.faults] == ["IN-012"]


def test_a_name_merged_over_several_rows_belongs_to_each_and_a_figure_to_the_first() -> None:
    how = source_map(
        {"stage": {"headings": ["学段"]}, "student_count": {"headings": ["学生数"], "kind": "count"}},
        key=["school_code", "stage"],
    )
    rows = [
        ["学校标识码", "学段", "学生数"],
        ["1001", "小学", "500"],
        ["", "初中", ""],
        ["1002", "小学", "9"],
    ]
    found = read(rows, how, merges=[((1, 0), (2, 0)), ((1, 2), (2, 2))])
    assert found.rows[["school_code", "stage"]].to_numpy().tolist() == [
        ["1001", "小学"],
        ["1001", "初中"],
        ["1002", "小学"],
    ]
    assert found.rows["student_count"].fillna(-1).tolist() == [500.0, -1.0, 9.0]


MONEY = source_map({"spent": {"headings": ["公用经费"], "kind": "number", "units": {"元": 1, "万元": 10000}}})


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("公用经费", "12000", 12000),
        ("公用经费（万元）", "1.2", 12000),
        ("公用经费 (单位：万元)", "１.２", 12000),
        ("公用经费（万元）", "12000元", 12000),
        ("公用经费（元）", "1.2万元", 12000),
        ("公用经费（万元）", "0.07", 700),
    ],
)
def test_a_unit_stands_in_the_heading_or_behind_the_figure(heading: str, cell: str, value: float) -> None:
    assert read([["学校标识码", heading], ["1001", cell]], MONEY).rows["spent"].tolist() == [value]


def test_a_unit_nobody_listed_sends_the_file_back() -> None:
    assert sentences(read([["学校标识码", "公用经费（千元）"], ["1001", "1"]], MONEY)) == [
        "学校.xlsx Sheet1 第1行 “公用经费（千元）”：应为单位为元、万元之一，实为千元。"
        "请把表头的单位改为规定的写法，并按该单位填报。（IN-017）"
    ]


def test_shares_that_are_declared_need_no_others_beside_them() -> None:
    how = source_map({"pass_rate": {"headings": ["合格率"], "kind": "percent", "is_share": True}})
    rows = [["学校标识码", "合格率"], ["1001", "1"], ["1002", "0.85"], ["1003", "８５％"]]
    assert read(rows, how).rows["pass_rate"].tolist() == [100.0, 85.0, 85.0]


BALANCED = source_map(
    {
        name: {"headings": [text], "kind": "count"}
        for name, text in (("all", "学生数"), ("boys", "男"), ("girls", "女"))
    },
    leave_out=[
        {"title": "合计行", "values": ["合计"], "balance": [{"whole": "all", "parts": ["boys", "girls"]}]}
    ],
)


def test_a_totals_row_must_balance_in_itself() -> None:
    header = ["学校标识码", "学生数", "男", "女"]
    assert read([header, ["1001", "9", "4", "5"], ["合计", "19", "9", "10"]], BALANCED).faults == ()
    assert sentences(read([header, ["1001", "9", "4", "5"], ["合计", "19", "9", "9"]], BALANCED)) == [
        "学校.xlsx Sheet1 第3行 “学生数”：应为本行男、女之和18，实为19。请核对合计行和各行数据。（IN-201）"
    ]


def test_a_heading_out_of_its_place_is_told_where_the_form_keeps_its_order() -> None:
    how = BALANCED.model_copy(update={"header": BALANCED.header.model_copy(update={"keeps_order": True})})
    rows = [["学校标识码", "备注", "学生数", "女", "男"], ["1001", "", "9", "4", "5"]]
    found = read(rows, how)
    assert len(found.rows) == 1
    assert sentences(found) == [
        "学校.xlsx Sheet1 第1行 “女”：应为第3列为“男”（只数规定的列），实为女。"
        "请核对表头是否错位，表头下的数据是否属于该列。（IN-204）",
        "学校.xlsx Sheet1 第1行 “男”：应为第4列为“女”（只数规定的列），实为男。"
        "请核对表头是否错位，表头下的数据是否属于该列。（IN-204）",
    ]
    assert read(rows, BALANCED).faults == ()


ROSTER = source_map(
    {
        name: {"headings": [text]}
        for name, text in (("name", "学校名称"), ("town", "乡镇"), ("address", "地址"))
    },
    same_object={"name": "name", "within": ["town"], "evidence": ["address"]},
)
ROSTER_HEADER = ["学校标识码", "学校名称", "乡镇", "地址"]


def test_one_school_under_two_codes_is_asked_about_with_the_evidence() -> None:
    rows = [["1001", "东湖实验小学", "城关镇", "湖滨路1号"], ["1002", "东湖（实验）小学", "城关镇", ""]]
    found = read([ROSTER_HEADER, *rows], ROSTER)
    assert len(found.rows) == 2
    assert sentences(found) == [
        "学校.xlsx Sheet1 第3行 “学校标识码”：应为同一对象只用一个学校标识码，"
        "实为“东湖（实验）小学”与第2行“东湖实验小学”（1001）的“学校名称”、“乡镇”相同。"
        "请核实：是同一对象的，只保留一个代码；不是的，无需处理。（IN-203）"
    ]


@pytest.mark.parametrize(
    ("other", "is_asked"),
    [
        (["1002", "东湖小学", "城关镇", ""], True),
        (["1002", "东湖小学", "山口镇", ""], False),
        (["1002", "东湖中心小学", "山口镇", "湖滨路1号"], True),
        (["1002", "西岭中学", "城关镇", "湖滨路1号"], False),
        (["1001", "东湖小学", "城关镇", "湖滨路1号"], False),
    ],
)
def test_what_makes_a_reader_ask(other: list[str], is_asked: bool) -> None:
    found = read([ROSTER_HEADER, ["1001", "东湖小学", "城关镇", "湖滨路1号"], other], ROSTER)
    assert [fault.code for fault in found.faults].count("IN-203") == is_asked


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("东湖第一小学", "东湖第二小学", False),
        ("东湖东路小学", "东湖西路小学", False),
        ("东湖区实验小学", "实验小学", True),
        ("St Mary's School", "ST MARYS SCHOOL", True),
        ("东湖小学", "西岭中学", False),
    ],
)
def test_near_names_differ_in_no_number_and_no_direction(one: str, other: str, near: bool) -> None:
    assert are_near(one, other) == near


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("    units: {元: 0}", "units 只用于数字列"),
        ("    is_share: true", "只用于百分数列"),
        (
            "wide: {column: subject, values: {语文: a}, columns: [pass_count]}",
            "wide.columns 提到的列 pass_count 未在",
        ),
        ("same_object: {name: title}", "same_object 提到的列 title 未在"),
    ],
)
def test_a_wrong_map_is_refused_with_file_and_line(tmp_path: Path, line: str, told: str) -> None:
    text = (
        "data_set: schools\ntitle: 学校\nfiles: ['*']\nkey: [school_code]\ncolumns:\n  school_code:\n"
        f"    headings: [学校标识码]\n{line}\n"
    )
    (tmp_path / "schools.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=told) as caught:
        load_source_maps(tmp_path)
    assert caught.value.faults[0].place == "schools.yaml"


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("学校基本情况2026.xlsx", True),
        ("学校基本情况2026.XLS", True),
        ("学校基本情况.html", True),
        ("学校基本情况.pdf", False),
        ("学校情况.xlsx", False),
        ("学校基本情况", False),
    ],
)
def test_a_file_is_known_by_its_name_whatever_kind_of_table_it_claims_to_be(name: str, is_ours: bool) -> None:
    how = source_map({}, files=["学校基本情况*.xlsx"])
    assert how.matches(name) == is_ours
