"""Reading a sheet: the header wherever it stands, every fault at once, nothing lost, totals reconciled."""

import hmac
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from inspection.errors import SettingError
from inspection.ingest.data_set import SOURCE, DataSet, combine
from inspection.ingest.reading import parse
from inspection.ingest.roster import compare_names
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import HIDDEN, Bureau
from inspection.profile import Profile

MISSING = {"": "not-reported", "—": "not-reported", "不适用": "not-applicable", "SUPP": "suppressed"}
MAP = SourceMap.model_validate(
    {
        "data_set": "schools",
        "title": "学校名录",
        "files": ["*.xlsx"],
        "key": ["school_code"],
        "missing": MISSING,
        "notes": ["注:", "填表人"],
        "leave_out": [{"title": "合计行", "values": ["合计"], "reconcile": ["student_count"]}],
        "columns": {
            "school_code": {
                "headings": ["学校标识码", "学校代码"],
                "kind": "code",
                "pattern": r"\d{4}",
                "wanted": "4位数字的学校标识码",
                "is_required": True,
            },
            "school_name": {"headings": ["学校名称"]},
            "district_code": {"headings": ["区县"], "kind": "choice", "choices_from": "districts"},
            "student_count": {"headings": ["在校生数", "学生人数"], "kind": "count"},
            "pass_rate": {"headings": ["达标率"], "kind": "percent", "may_be_absent": True},
        },
    }
)
BUREAU = Bureau(
    Profile.model_validate(
        {
            "profile": "test",
            "bureau": {"name": "某市教育局", "office": "某市教育督导室", "document_code": "某教督字"},
            "districts": [{"code": "379901", "name": "某市东湖区"}, {"code": "379902", "name": "某市西岭县"}],
        }
    )
)
HEADER = ["学校标识码", "学校名称", "区县", "在校生数"]
GOOD = ["1001", "东湖小学", "东湖区", "500"]


def sheet(rows: Sequence[Sequence[str]], *, name: str = "Sheet1", merges: Sequence[Any] = ()) -> RawSheet:
    """Make a sheet of rows."""
    width = max(map(len, rows))
    squared = [[*row, *[""] * (width - len(row))] for row in rows]
    cells = pd.DataFrame(squared, index=range(1, len(rows) + 1), dtype="str").astype("category")
    return RawSheet(name, cells, tuple(merges))


def file(*sheets: RawSheet, name: str = "学校.xlsx") -> RawFile:
    """Make a file of sheets."""
    return RawFile(name, "0" * 64, 1, sheets)


def read(rows: Sequence[Sequence[str]], source_map: SourceMap = MAP, **more: Any) -> DataSet:
    """Read rows as the only sheet of a file."""
    return combine([parse(file(sheet(rows, **more)), source_map, BUREAU)], source_map)


def sentences(found: DataSet) -> list[str]:
    """Return what a clerk is told."""
    return [fault.sentence for fault in found.faults]


def test_a_row_becomes_values_and_says_where_it_stood() -> None:
    found = read([["一览表"], HEADER, GOOD])
    assert found.rows.to_dict("records") == [
        {
            "school_code": "1001",
            "school_name": "东湖小学",
            "district_code": "379901",
            "student_count": 500.0,
            "pass_rate": pytest.approx(float("nan"), nan_ok=True),
            "source_file": "学校.xlsx",
            "source_sheet": "Sheet1",
            "source_row": 3,
        }
    ]
    assert found.faults == ()


def test_the_header_may_move_and_use_other_headings_and_units() -> None:
    rows = [
        ["标题"],
        ["单位：人"],
        [],
        ["区县", "学生 人数\n（人）", "备注", "*学校\u200b名称", "学校代码："],
    ]
    found = read([*rows, ["西岭县", "1,200", "x", "西岭中学", "1002"]])
    assert found.rows[["school_code", "student_count"]].to_numpy().tolist() == [["1002", 1200.0]]
    assert found.files[0].headings["student_count"] == "学生人数（人）"
    assert found.files[0].unused_headings == ("备注",)


def test_a_part_beside_the_whole_is_no_second_column_of_it() -> None:
    found = read([[*HEADER, "在校生数（女）"], [*GOOD, "240"]])
    assert (found.rows["student_count"].tolist(), found.faults) == ([500.0], ())
    assert found.files[0].unused_headings == ("在校生数（女）",)


def test_a_multiple_that_the_map_does_not_know_sends_the_file_back() -> None:
    assert sentences(read([[*HEADER[:3], "在校生数（百人）"], [*GOOD[:3], "5"]])) == [
        "学校.xlsx Sheet1 第1行 “在校生数（百人）”：应为不成倍的单位，实为百人。"
        "请把表头的单位改为规定的写法，并按该单位填报。（IN-017）"
    ]
    assert read([[*HEADER, "达标率（百分比）"], [*GOOD, "85%"]]).faults == ()


def test_a_header_may_take_two_rows_with_group_headings() -> None:
    top = ["学校标识码", "学校名称", "区县", "学生", ""]
    merges = [((1, 3), (1, 4)), *(((1, place), (2, place)) for place in range(3))]
    found = read([["标题"], top, ["", "", "", "人数", "达标率"], [*GOOD, "85%"]], merges=merges)
    assert found.rows[["student_count", "pass_rate"]].to_numpy().tolist() == [[500.0, 85.0]]
    assert found.rows["source_row"].tolist() == [4]


def test_every_fault_of_a_file_is_found_at_once() -> None:
    found = read(
        [
            HEADER,
            ["100", "短码小学", "东湖区", "约500"],
            ["1002", "无名小学", "南山区", "1.5"],
            ["", "缺码小学", "东湖区", "10"],
            GOOD,
        ]
    )
    assert sentences(found) == [
        "学校.xlsx Sheet1 第2行 “在校生数”：应为整数，不带单位和文字，实为约500。"
        "请只填数字；没有数据的填“—”。（IN-103）",
        "学校.xlsx Sheet1 第2行 “学校标识码”：应为4位数字的学校标识码，实为100。"
        "请核对代码位数，注意字母 O 与数字 0、字母 l 与数字 1；显示成 3.7E+09 的，请把该列设为文本后重新填写。（IN-102）",
        "学校.xlsx Sheet1 第3行 “区县”：应为规定的选项，实为南山区。请填写本市区县的名称或代码。（IN-107）",
        "学校.xlsx Sheet1 第3行 “在校生数”：应为整数，不带单位和文字，实为1.5。请填整数。（IN-104）",
        "学校.xlsx Sheet1 第4行 “学校标识码”：应为4位数字的学校标识码，实为空白。请补填。（IN-101）",
    ]


def test_no_row_is_lost() -> None:
    found = read([HEADER, GOOD, ["100", "甲", "东湖区", "1"], ["合计", "", "", "501"], ["注：略"], []])
    assert found.rows["source_row"].tolist() == [2]
    assert found.quarantined["source_row"].tolist() == [3]
    assert found.files[0].excluded == {"合计行": 1}
    assert found.files[0].read_count == 2


def test_what_could_be_read_of_a_row_set_aside_is_kept_and_its_code_is_known() -> None:
    found = read([HEADER, ["1002", "甲", "南山区", "1"], GOOD])
    assert found.quarantined["student_count"].tolist() == [1.0]
    assert found.known("school_code") == {"1001", "1002"}
    assert found.checkable["source_row"].tolist() == [2, 3]


def test_missing_figures_keep_their_reasons() -> None:
    found = read(
        [HEADER, ["1001", "甲", "东湖区", "—"], ["1002", "乙", "东湖区", "SUPP"], ["1003", "", "", ""]]
    )
    told = found.missing[["source_row", "column", "reason"]].to_numpy().tolist()
    assert [row for row in told if row[1] == "student_count"] == [
        [2, "student_count", "not-reported"],
        [3, "student_count", "suppressed"],
        [4, "student_count", "not-reported"],
    ]
    assert found.rows["student_count"].isna().all()
    assert found.rows["school_name"].tolist() == ["甲", "乙", ""]


@pytest.mark.parametrize(
    ("cells", "total", "outcome"),
    [
        (["1", "2"], "3", "agrees"),
        (["1", "2"], "4", "differs"),
        (["1", "—"], "1", "agrees"),
        (["1", "约2"], "1", "agrees"),
        (["1", "约2"], "3", "differs"),
        (["1", "SUPP"], "5", "within-bound"),
        (["1", "SUPP"], "0", "differs"),
    ],
)
def test_a_total_is_checked_against_all_readable_rows(cells: list[str], total: str, outcome: str) -> None:
    rows = [[f"100{place}", "甲", "东湖区", cell] for place, cell in enumerate(cells)]
    found = read([HEADER, *rows, ["合 计", "", "", total]])
    assert [item.outcome for item in found.totals] == [outcome]
    assert [fault.code for fault in found.faults].count("IN-201") == (outcome == "differs")


def test_a_total_that_does_not_add_up_says_what_was_left_out() -> None:
    found = read([HEADER, GOOD, ["1002", "乙", "东湖区", "约2"], ["合计", "", "", "777"]])
    assert sentences(found)[-1] == (
        "学校.xlsx Sheet1 第4行 “在校生数”：应为各行之和500（另有1个单元格无法识别，未计入），实为777。"
        "请核对合计行和各行数据。（IN-201）"
    )
    assert len(found.rows) == 1


def test_rows_left_out_may_still_count_in_the_total() -> None:
    closed = {"title": "停办", "column": "school_name", "values": ["停办"], "counts_in_totals": True}
    source_map = MAP.model_copy(
        update={"leave_out": (*MAP.leave_out, type(MAP.leave_out[0]).model_validate(closed))}
    )
    found = read([HEADER, GOOD, ["1002", "停办", "东湖区", "7"], ["合计", "", "", "507"]], source_map)
    assert (len(found.rows), found.totals[0].outcome) == (1, "agrees")
    assert found.files[0].excluded == {"合计行": 1, "停办": 1}


def test_rows_that_are_no_data_are_passed_over() -> None:
    numbering = ["甲", "乙", "1", "2"]
    found = read([HEADER, numbering, GOOD, [], HEADER, ["1002", "乙", "东湖区", "3"], ["填表人：略"]])
    assert found.rows["school_code"].tolist() == ["1001", "1002"]
    assert found.faults == ()


def test_a_header_printed_again_is_passed_over_however_it_is_broken_into_lines() -> None:
    again = ["学校\n标识码：", "学校名称", "区县", "在校生数"]
    found = read([["*学校\n标识码", *HEADER[1:]], GOOD, again, ["1002", "乙", "东湖区", "3"]])
    assert (found.rows["school_code"].tolist(), found.faults) == (["1001", "1002"], ())


def test_a_remark_before_a_row_with_a_code_is_no_note_and_loses_no_row() -> None:
    rows = [["备注", *HEADER, "口径"], ["注：新建", *GOOD, ""], ["", "1002", "乙", "东湖区", "3", "合计"]]
    found = read([*rows, ["注：以上为3月数", "", "", "", "", ""], ["合 计：", "", "", "", "503", ""]])
    assert found.rows["school_code"].tolist() == ["1001", "1002"]
    assert (found.files[0].excluded, found.faults) == ({"合计行": 1}, ())


def test_a_total_is_known_with_a_colon_or_a_count_behind_it() -> None:
    found = read([HEADER, GOOD, ["合计：", "", "", "500"], ["合计（1所）", "", "", "501"]])
    assert found.rows["school_code"].tolist() == ["1001"]
    assert [fault.code for fault in found.faults] == ["IN-201"]


def test_a_stray_comma_in_a_text_file_is_found() -> None:
    found = read([[*HEADER, ""], ["1002", "东湖", "小学", "东湖区", "500"], [*GOOD, ""]], name="")
    assert sentences(found) == [
        "学校.xlsx 第2行：应为与表头列数一致，实为多出1个单元格。"
        "请检查该行是否有未加引号的逗号，或错位的单元格。（IN-109）"
    ]
    assert len(found.rows) == 1


def test_an_exact_repetition_is_set_aside_and_a_conflict_takes_both_rows() -> None:
    other = ["1002", "乙", "东湖区", "3"]
    found = read([HEADER, GOOD, GOOD, other, ["1002", "乙", "东湖区", "4"], ["1003", "丙", "东湖区", "5"]])
    assert found.rows["source_row"].tolist() == [2, 6]
    assert sentences(found) == [
        "学校.xlsx Sheet1 第3行：应为同一学校标识码只报一行，实为与第2行完全相同。请删去重复的行。（IN-121）",
        "学校.xlsx Sheet1 第5行：应为同一学校标识码只报一行，实为与第4行重复，“在校生数”不同。"
        "请确认哪一行正确，删去另一行；改正前两行均不采用。（IN-122）",
    ]


def test_repetitions_are_found_across_files() -> None:
    parts = [parse(file(sheet([HEADER, GOOD]), name=name), MAP, BUREAU) for name in ("乙.xlsx", "甲.xlsx")]
    found = combine(parts, MAP)
    assert [fault.got for fault in found.faults] == ["与“乙.xlsx”第2行完全相同"]
    assert combine(parts[::-1], MAP).rows.equals(found.rows)


def test_the_same_figures_in_other_spellings_are_the_same_row() -> None:
    found = read([HEADER, GOOD, ["１００１", " 东湖小学", "379901", "500.0"]])
    assert [fault.code for fault in found.faults] == ["IN-121"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [["学校名称", "区县", "在校生数"], ["甲", "东湖区", "5"]],
            "学校.xlsx Sheet1 第1行 “学校标识码”：应为有“学校标识码”列的表格，实为没有这一列。"
            "请补上这一列（表头也可写作：学校代码）。（IN-012）",
        ),
        (
            [["备忘"], ["周三开会"]],
            "学校.xlsx Sheet1：应为含有学校标识码、学校名称、区县、在校生数的表头，"
            "实为前20行中没有这样的表头。请保留表头行，并使用规定的列名。（IN-011）",
        ),
        (
            [[*HEADER, "学生人数"], [*GOOD, "1"]],
            "学校.xlsx Sheet1 第1行 “在校生数”：应为只有一列，实为有2列。请只保留一列，或在表头上区分。（IN-013）",
        ),
        ([HEADER], "学校.xlsx Sheet1 第1行：应为至少一行数据，实为没有数据行。请填报后重新报送。（IN-014）"),
    ],
)
def test_a_file_that_cannot_be_used_is_sent_back_whole(rows: list[list[str]], sentence: str) -> None:
    found = read(rows)
    assert sentences(found) == [sentence]
    assert found.rows.empty
    assert found.received("t", {})[0].status == "refused"


def test_a_named_sheet_must_be_there() -> None:
    source_map = MAP.model_copy(update={"sheet": "名录"})
    found = parse(file(sheet([HEADER, GOOD], name="其他")), source_map, BUREAU)
    assert sentences(found) == ["学校.xlsx：应为有“名录”工作表，实为“其他”。请恢复原工作表名称。（IN-015）"]


def test_the_first_sheet_with_the_header_is_read() -> None:
    raw = file(sheet([["填表说明"], ["请如实填写"]], name="说明"), sheet([HEADER, GOOD], name="数据"))
    assert parse(raw, MAP, BUREAU).rows["source_sheet"].tolist() == ["数据"]


def test_a_sheet_with_a_header_alone_does_not_hide_the_one_with_the_rows() -> None:
    raw = file(sheet([HEADER], name="模板"), sheet([HEADER, GOOD], name="数据"))
    found = parse(raw, MAP, BUREAU)
    assert (found.rows["source_sheet"].tolist(), found.faults) == (["数据"], ())


def test_a_second_sheet_with_rows_is_told_since_it_is_not_read() -> None:
    raw = file(
        sheet([HEADER, GOOD], name="小学"), sheet([HEADER, ["1002", "乙", "东湖区", "3"], GOOD], name="初中")
    )
    found = combine([parse(raw, MAP, BUREAU)], MAP)
    assert found.rows["source_sheet"].tolist() == ["小学"]
    assert sentences(found) == [
        "学校.xlsx 初中：应为数据都在“小学”工作表中，实为这一工作表另有2行，未读取。"
        "一个文件只读取一个工作表：未读取的工作表中有应报数据的，请并入同一工作表后重新报送；不报的，无需处理。（IN-205）"
    ]


def personal(handling: str) -> SourceMap:
    """Return the map with a personal name column."""
    columns = MAP.model_dump()["columns"]
    columns["school_name"] |= {
        "is_personal": True,
        "purpose": "测试",
        "handling": handling,
        "is_required": True,
        "kind": "code",
        "pattern": "[a-z]+",
    }
    return SourceMap.model_validate(MAP.model_dump() | {"columns": columns})


def test_what_stands_in_a_personal_column_is_in_no_fault() -> None:
    found = read([HEADER, ["1001", "王小明", "东湖区", "5"]], personal("keep"))
    assert [fault.got for fault in found.faults] == [HIDDEN]
    assert "王小明" not in str(found.faults)


def test_a_pseudonym_replaces_the_id_and_needs_a_key() -> None:
    rows = [HEADER, ["1001", "abc", "东湖区", "5"], ["1002", "abc", "东湖区", "6"]]
    raw = file(sheet(rows))
    with pytest.raises(SettingError, match="without a pseudonym key"):
        parse(raw, personal("pseudonymise"), BUREAU)
    key = bytes(range(32))
    found = parse(raw, personal("pseudonymise"), Bureau(BUREAU.profile, pseudonym_key=key))
    assert found.rows["school_name"].tolist() == [hmac.new(key, b"abc", "sha256").hexdigest()[:24]] * 2


def test_a_dropped_column_is_kept_nowhere() -> None:
    found = read([HEADER, ["1001", "abc", "东湖区", "5"], ["100", "abd", "东湖区", "5"]], personal("drop"))
    assert "school_name" not in found.rows
    assert "school_name" not in found.quarantined
    assert list(found.rows.columns[-3:]) == SOURCE


def test_a_school_called_otherwise_on_the_roster_is_only_mentioned() -> None:
    roster = pd.DataFrame({"school_code": ["1001", "1002"], "school_name": ["东湖小学", "西岭 中学"]})
    found = read([HEADER, GOOD, ["1002", "西岭中学", "西岭县", "1"], ["1003", "丙", "西岭县", "1"]])
    assert compare_names(found, roster, MAP).faults == ()
    hinted = compare_names(found, roster.assign(school_name="东湖一小"), MAP)
    assert sentences(hinted)[0] == (
        "学校.xlsx Sheet1 第2行 “学校名称”：应为东湖一小，实为东湖小学。"
        "请核对标识码是否填错；更名的，请先更新名录。（IN-202）"
    )
    assert len(hinted.rows) == 3


def test_a_receipt_counts_what_became_of_a_file() -> None:
    found = read([HEADER, GOOD, ["100", "甲", "东湖区", "1"], ["合计", "", "", "501"]])
    receipt = found.received("2025-2026-2", {})[0]
    assert (receipt.status, receipt.read_count, receipt.accepted_count) == ("partly-accepted", 2, 1)
    assert (receipt.excluded_count, [severity for _, severity in receipt.faults]) == (1, ["warning"])
