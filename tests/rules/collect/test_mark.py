"""What is marked of a file that is refused for its header, so that a clerk sees where to mend it."""

from pathlib import Path

import pandas as pd

from inspection.collect.mark import WHOLE_ROW, HeaderMarks, header_marks
from inspection.ingest.reading import find_layout
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from tests.desk_names import PROFILE

WHOLE = load_source_maps(Path(__file__).resolve().parents[3] / "sources")["indicators"]
HEADINGS = ["学校标识码", "学校名称", "学段", "参评学生数", "近视人数"]
MAP = WHOLE.model_copy(
    update={
        "columns": {name: column for name, column in WHOLE.columns.items() if column.title in HEADINGS},
        "leave_out": (),
    }
)
ROW = ["2137990001", "东湖区实验小学", "小学", "900", "300"]


def marks(*rows: list[str], source_map=MAP) -> HeaderMarks:
    """Refuse a workbook of these rows, and mark it."""
    width = max(map(len, rows))
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], index=range(1, len(rows) + 1))
    raw = RawFile("报表.xlsx", "0" * 64, 1, (RawSheet("指标", cells.astype("str").astype("category"), ()),))
    layout, faults = find_layout(raw, source_map, Bureau(PROFILE))
    assert layout is None
    found = header_marks(raw, source_map, faults)
    assert found is not None
    return found


def told(found: HeaderMarks) -> list[tuple[int, int, bool]]:
    return [(mark.row, mark.column, mark.is_hint) for mark in found.marks]


def test_an_absent_column_is_marked_beside_the_header_and_odd_headings_are_asked_about() -> None:
    found = marks(["学期指标"], ["学校标识码", "校名", "学段类别", "参评学生数"], ROW[:4])
    assert told(found) == [(2, 2, True), (2, 4, False), (2, 5, False)]
    assert (found.sheet, found.width, found.places["学段"], found.places["近视人数"]) == ("指标", 6, 4, 5)
    assert found.marks[0].sentence == (
        "这一列的表头不是规定的写法，未采用。如果它就是“学段”、“近视人数”中的一列，请改用规定的表头。"
    )
    assert found.marks[1].sentence.startswith("可在此处补“学段”列。应为有“学段”列的表格，实为没有这一列。")


def test_a_heading_that_stands_twice_is_marked_at_both_places() -> None:
    found = marks([*HEADINGS, "近视人数"], [*ROW, "300"])
    assert told(found) == [(1, 4, False), (1, 5, False)]


def test_without_a_header_the_row_that_looks_most_like_one_is_marked_whole() -> None:
    found = marks(["学期指标"], ["代码", "名称", "类别", "人数一", "人数二"], ROW)
    assert told(found) == [(2, WHOLE_ROW, False)]
    assert found.width == 5
    assert found.marks[0].sentence == (
        "应为含有学校标识码、学校名称、学段、参评学生数、近视人数的表头，实为前20行中没有这样的表头。"
        "请保留表头行，并使用规定的列名。（IN-011）"
    )


def test_a_workbook_without_the_sheet_is_marked_on_its_first_one() -> None:
    found = marks(HEADINGS, ROW, source_map=MAP.model_copy(update={"sheet": "学期指标"}))
    assert found.sheet == "指标"
    assert any(mark.sentence.startswith("应为有“学期指标”工作表，实为“指标”。") for mark in found.marks)


def test_a_unit_that_is_not_agreed_is_marked_at_its_heading() -> None:
    columns = dict(MAP.columns)
    columns["student_count"] = columns["student_count"].model_copy(update={"units": {"人": 1.0}})
    found = marks(
        [*HEADINGS[:3], "参评学生数（万人）", "近视人数"],
        ROW,
        source_map=MAP.model_copy(update={"columns": columns}),
    )
    assert told(found) == [(1, 3, False)]


def test_a_file_that_could_not_be_opened_has_nothing_to_mark() -> None:
    assert header_marks(RawFile("报表.xlsx", "0" * 64, 1, ()), MAP, []) is None
