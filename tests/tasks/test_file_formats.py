"""A file is what its first bytes say: a page named .xls, Parquet, ods, text without a mark, each with its rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from inspection.errors import SourceError
from tasks.reading import LIMITS, read_data_set, read_file
from tests.tasks.roster_files import BOTH, BUREAU, MAP, ROWS, TEXT, codes, refusal, workbook
from tests.tasks.spreadsheet_files import ods, xls

LINES = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
PAGE = f"<html><head>{{meta}}</head><body><table>{LINES}</table></body></html>"


def read_sheet(path: Path) -> list[list[str]]:
    """Return the first sheet's cells as text, without the column of what stood beyond."""
    raw = read_file(path, MAP, inbox=path.parent)
    return [list(map(str, row))[:-1] for row in raw.sheets[0].cells.to_numpy(object)]


@pytest.mark.parametrize("write", [ods, xls, workbook])
@pytest.mark.parametrize("name", ["学校.xls", "学校.csv"])
def test_a_spreadsheet_is_read_under_any_name(
    tmp_path: Path, write: Callable[[Path, list[list[object]]], Path], name: str
) -> None:
    assert codes(write(tmp_path / name, ROWS)) == BOTH


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb18030"),
        ("", "gb18030"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_a_page_named_as_a_workbook_is_read(tmp_path: Path, meta: str, encoding: str) -> None:
    path = tmp_path / "学校.xls"
    path.write_bytes(PAGE.format(meta=meta).encode(encoding))
    assert codes(path) == BOTH


def test_merged_cells_of_a_page_are_laid_out_as_a_reader_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "学校.xls"
    path.write_text(
        "<table><tr><td colspan=3>一览表</td></tr>"
        "<tr><th rowspan=2>学校标识码</th><th colspan=2>学校</th></tr><tr><th>名称</th><th>在校生数</th></tr>"
        "<tr><td>2137990001</td><td>东<b>湖</b>小学<script>x</script></td><td>&#53;00&nbsp;</td></tr></table>",
        encoding="utf-8",
    )
    assert read_sheet(path)[1:] == [
        ["学校标识码", "学校", ""],
        ["", "名称", "在校生数"],
        ["2137990001", "东湖小学", "500"],
    ]
    found = read_data_set([path], MAP, BUREAU, inbox=tmp_path)
    assert found.rows[["school_name", "student_count", "source_row"]].to_numpy().tolist() == [
        ["东湖小学", 500.0, 4]
    ]


def test_a_table_inside_the_cell_of_another_is_found(tmp_path: Path) -> None:
    path = tmp_path / "学校.xls"
    path.write_text(f"<table><tr><td>导出<table>{LINES}</table></td></tr></table>", encoding="utf-8")
    assert codes(path) == BOTH


@pytest.mark.parametrize(
    ("page", "got"),
    [
        ("<table>" * 5000 + LINES, "嵌套超过200层"),
        (f"<table>{'<tr><td>1</td></tr>' * 200_200}</table>", "超过200100行"),
        ("<table>" + "<tr>" + "<td colspan=1000>1</td>" * 21_000 + "</tr></table>", "超过20000000个单元格"),
    ],
)
def test_a_page_beyond_measure_is_sent_back(tmp_path: Path, page: str, got: str) -> None:
    path = tmp_path / "学校.xls"
    path.write_text(f"<html>{page}", encoding="utf-8")
    assert got in refusal(path)


def test_a_page_expands_no_entity_and_fetches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "学校.xls"
    secret = tmp_path / "secret"
    secret.write_text("密", encoding="utf-8")
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY a SYSTEM "file://{secret}">]><table><tr><td>学校名称</td><td>&a;</td></tr></table>',
        encoding="utf-8",
    )
    assert "密" not in str(read_sheet(path))


def test_a_parquet_file_is_read_as_its_figures_are_written(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "学校标识码": [2137990001, 2137990002],
            "学校名称": ["东湖小学", None],
            "在校生数": [500.0, float("nan")],
            "开办": [date(2001, 9, 1), None],
            "公办": [True, None],
            "类": pd.Categorical(["甲", "乙"]),
            "时": pd.to_datetime(["2026-03-15", None]),
            "率": [0.123456789, 1e-7],
        }
    )
    path = tmp_path / "学校.xlsx"
    frame.to_parquet(path)
    assert codes(path) == BOTH
    assert read_sheet(path)[1:] == [
        ["2137990001", "东湖小学", "500", "2001-09-01", "是", "甲", "2026-03-15 00:00:00", "0.123456789"],
        ["2137990002", "", "", "", "", "乙", "", "1e-07"],
    ]
    found = read_data_set([path], MAP, BUREAU, inbox=tmp_path)
    assert found.rows["source_row"].tolist() == [2, 3]


def test_a_parquet_file_with_lists_in_its_cells_is_sent_back(tmp_path: Path) -> None:
    pd.DataFrame({"学校标识码": [[1, 2]]}).to_parquet(tmp_path / "学校.parquet")
    assert "实为“学校标识码”列不是单值列" in refusal(tmp_path / "学校.parquet")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "学校.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert codes(path) == BOTH


def test_a_nothing_anywhere_in_a_text_file_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    path.write_bytes((TEXT * 300).encode() + b"2137990001,a\0b,1\n")
    assert "实为不是文字文件" in refusal(path)


def test_formulas_are_read_by_their_results_and_never_as_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", [*ROWS[:2], [2137990002, "乙", "=1+1"]])
    assert codes(path) == BOTH
    book = openpyxl.load_workbook(path)
    book["名录"]["C3"] = "=C2+1"
    book.save(path)
    assert refusal(path) == (
        "学校.xlsx：应为公式都已算出结果的工作簿，实为单元格C3的公式没有计算结果。"
        "请用表格软件打开文件，算出结果后保存，或把公式粘贴为数值，再重新报送。（IN-016）"
    )


def test_an_error_of_a_formula_and_an_endless_text_are_no_names(tmp_path: Path) -> None:
    path = tmp_path / "学校.csv"
    long = "长" * 32_768
    path.write_text(
        f"{TEXT}2137990003,#N/A,1\r\n2137990004,{long},1\r\n2137990005,丁,#REF!\r\n", encoding="utf-8"
    )
    found = read_data_set([path], MAP, BUREAU, inbox=tmp_path)
    assert [(fault.code, fault.row, fault.column) for fault in found.faults] == [
        ("IN-114", 4, "学校名称"),
        ("IN-110", 5, "学校名称"),
        ("IN-114", 6, "在校生数"),
    ]


def test_a_cell_of_a_workbook_that_shows_an_error_is_told_and_never_taken_for_empty(tmp_path: Path) -> None:
    path = workbook(tmp_path / "学校.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book["名录"]["C2"], book["名录"]["C3"] = "#N/A", "#DIV/0!"
    book.save(path)
    other = ods(
        tmp_path / "学校.ods", [ROWS[0], ["2137990003", "丙", "#N/A"], ["2137990004", "丁", "#DIV/0!"]]
    )
    found = read_data_set([path, other], MAP, BUREAU, inbox=tmp_path)
    assert found.rows.empty
    assert [fault.sentence for fault in found.faults] == [
        f"学校.{kind} 名录 第{row}行 “在校生数”：应为整数，不带单位和文字，实为{error}。"
        "请检查公式，改为实际的内容。（IN-114）"
        for kind in ("ods", "xlsx")
        for row, error in ((2, "#N/A"), (3, "#DIV/0!"))
    ]


def test_an_error_in_an_old_workbook_sends_it_back(tmp_path: Path) -> None:
    path = xls(tmp_path / "学校.xls", [*ROWS[:2], ["2137990002", "乙", "#DIV/0!"]])
    assert refusal(path) == (
        "学校.xls：应为公式都已算出结果的工作簿，实为第3行第3列显示#DIV/0!。"
        "请用表格软件打开文件，算出结果后保存，或把公式粘贴为数值，再重新报送。（IN-016）"
    )


@pytest.mark.parametrize("count", [16_384, 999_999_999])
def test_a_repeated_cell_of_an_open_document_stays_within_the_limits(tmp_path: Path, count: int) -> None:
    path = ods(tmp_path / "学校.ods", ROWS, repeated=f'table:number-columns-repeated="{count}"')
    with pytest.raises(SourceError) as caught:
        read_file(path, MAP, inbox=tmp_path, limits=replace(LIMITS, memory_bytes=2**30))
    assert {fault.code for fault in caught.value.faults} <= {"IN-005", "IN-006"}


def test_rows_that_a_stray_quote_swallows_are_not_lost(tmp_path: Path) -> None:
    rows = [line.split(",") for line in TEXT.strip().splitlines()]
    whole = tmp_path / "学校.csv"
    whole.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    assert codes(whole) == BOTH
    # The quote opens in one row and closes in the same column of the next: the width of the row is right.
    rows[1][1], rows[2][1] = f'"{rows[1][1]}', f'{rows[2][1]}"'
    whole.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    assert "有引号没有配对，把几行并成了一格" in refusal(whole)
