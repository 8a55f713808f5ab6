"""Correction workbooks: what is marked, what is taken of one that returns, the same bytes for the same content."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from inspection.errors import SourceError
from inspection.ingest.data_set import DataSet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.submission import Received
from inspection.ingest.table import Bureau
from tasks.correction import take_back, workbook_path, write_corrections
from tasks.reading import read_data_set, read_file
from tests.desk_names import PROFILE, TERM

ROOT = Path(__file__).resolve().parents[2]
WHOLE = load_source_maps(ROOT / "sources")["indicators"]
HEADINGS = ["学校标识码", "学校名称", "学段", "参评学生数", "近视人数", "随堂监测达标率"]
SOURCE_MAP = WHOLE.model_copy(
    update={
        "columns": {name: column for name, column in WHOLE.columns.items() if column.title in HEADINGS},
        "leave_out": (),
        "derived": {},
    }
)
ROWS = [
    ["2137990001", "东湖区实验小学", "小学", 900, 300, "92%"],
    ["2137990O02", "东湖区第二小学", "小学", 800, "约200", "88%"],
    ["2137990003", "=cmd|' /C calc'!A0", "小学", 700, 150, "-1+1"],
    ["2137990004", "东湖区第四小学", "小学部", 650, 140, "91%"],
]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTION_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("INSPECTION_PROFILE", str(ROOT / "examples/demo_city/profile.yaml"))
    (tmp_path / "inbox" / TERM).mkdir(parents=True)
    return tmp_path


def write_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "指标"
    sheet.append(["2025—2026学年第二学期学校指标报表"])
    sheet.merge_cells("A1:F1")
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append(row)
    sheet["B5"].data_type = "s"
    sheet["H5"] = "=SUM(D3:D6)"
    sheet["A1"].font = openpyxl.styles.Font(size=22)
    sheet.column_dimensions["B"].width = 31
    saved = io.BytesIO()
    book.save(saved)
    # As a spreadsheet program saves it: with the result of the formula.
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>0</v>").replace(b"<v />", b"<v>0</v>"))


def write_csv(path: Path) -> None:
    lines = [HEADINGS, *([str(cell) for cell in row] for row in ROWS)]
    path.write_bytes("\r\n".join(",".join(line) for line in lines).encode("gb18030"))


def read(workspace: Path, name: str) -> DataSet:
    folder = workspace / "inbox" / TERM
    mend = partial(take_back, source_map=SOURCE_MAP, term_id=TERM)
    return read_data_set([folder / name], SOURCE_MAP, Bureau(PROFILE), inbox=folder, mend=mend)


def corrected(workspace: Path, name: str) -> tuple[DataSet, Received, bytes]:
    """Read a file and write its correction workbook."""
    found = read(workspace, name)
    (received,) = found.received(TERM, {})
    write_corrections([received], found, SOURCE_MAP, due_on=None)
    return found, received, workbook_path(TERM, received.submission_id).read_bytes()


def edited(content: bytes, changes: dict[str, object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in changes.items():
        book.worksheets[1][cell] = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


MENDED = {"A4": "2137990002", "E4": "200", "C6": "小学", "F5": "90%"}


def test_wrong_cells_are_marked_and_commented_in_the_original_layout(workspace: Path) -> None:
    write_xlsx(workspace / "inbox" / TERM / "学期指标报表-东湖区.xlsx")
    _, received, content = corrected(workspace, "学期指标报表-东湖区.xlsx")
    assert received.status == "partly-accepted"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["更正说明", "指标"]
    sheet = book["指标"]
    assert (sheet["A1"].font.size, sheet.column_dimensions["B"].width) == (22, 31)
    assert [str(item) for item in sheet.merged_cells.ranges] == ["A1:F1"]
    commented = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert commented == {
        "A4": "应为10位数字的学校标识码，实为2137990O02。"
        "请核对代码位数，注意字母 O 与数字 0、字母 l 与数字 1；显示成 3.7E+09 的，请把该列设为文本后重新填写。（IN-102）",
        "E4": "应为整数，不带单位和文字，实为约200。请只填数字；没有数据的填“—”。（IN-103）",
        "F5": "应为百分数，如 85%，实为-1+1。请只填数字；没有数据的填“—”。（IN-103）",
        "C6": "应为以下之一：小学、初中，实为小学部。请从规定的选项中选填。（IN-106）",
    }
    assert {cell.coordinate for row in sheet for cell in row if cell.fill.fill_type} == set(commented)
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("=cmd|' /C calc'!A0", "s")
    summary = [[cell.value for cell in row] for row in book["更正说明"]]
    told = {row[0]: row[1] for row in summary if row[0]}
    assert told["回执号"] == received.submission_id
    assert told["原件校验值"] == f"SHA-256 {received.content_digest}"
    assert told["差错"] == "4处，涉及3行"
    assert summary[-1][1:6] == ["C6", "6", "学段", "以下之一：小学、初中", "小学部"]


@pytest.mark.parametrize("name", ["学期指标报表-东湖区.xlsx", "学期指标报表-东湖区.csv"])
def test_only_the_marked_rows_of_a_returned_workbook_are_taken(workspace: Path, name: str) -> None:
    path = workspace / "inbox" / TERM / name
    (write_xlsx if name.endswith("xlsx") else write_csv)(path)
    before, received, content = corrected(workspace, name)
    down = 0 if name.endswith("xlsx") else 1
    changes = {f"{cell[0]}{int(cell[1]) - down}": value for cell, value in MENDED.items()}
    changes[f"D{3 - down}"] = "1"
    path.unlink()
    back = path.with_suffix(".xlsx")
    back.write_bytes(edited(content, changes))
    after = read(workspace, back.name)
    assert before.rows["school_code"].tolist() == ["2137990001"]
    assert after.rows["school_code"].tolist() == [f"213799000{number}" for number in range(1, 5)]
    assert after.rows["student_count"].tolist() == [900, 800, 700, 650]
    assert [item.code for item in after.faults] == ["IN-231"]
    assert after.faults[0].sentence == (
        f"{back.name} {'指标 ' if not down else ''}第{3 - down}行：应为与原件相同，实为该行未标注，有1个单元格与原件不同，"
        "未采用。确需更改的，请在原件上改正后重报整个文件。（IN-231）"
    )
    (again,) = after.received(TERM, {})
    assert (again.status, again.corrects) == ("accepted", received.submission_id)
    assert again.submission_id != received.submission_id


def test_the_summary_names_a_later_day_only_to_the_unit_that_was_granted_it(workspace: Path) -> None:
    later = {"379901": date(2026, 5, 8), "379902": date(2026, 5, 6), "379903": date(2026, 4, 1)}
    told = []
    for unit in ("379901", "示例市西岭县", "379903"):
        name = f"学期指标报表-{unit}.csv"
        write_csv(workspace / "inbox" / TERM / name)
        found = read(workspace, name)
        (correction,) = write_corrections(
            found.received(TERM, {}), found, SOURCE_MAP, due_on=date(2026, 4, 24), put_off=later
        )
        told.append(dict(correction.heading_lines)["报送期限"])
    assert told == [
        "2026年5月8日（原为2026年4月24日，已同意延期）",
        "2026年5月6日（原为2026年4月24日，已同意延期）",
        "2026年4月24日",
    ]


def test_a_half_mended_workbook_gets_another_that_shows_the_rest(workspace: Path) -> None:
    name = "学期指标报表-东湖区.xlsx"
    path = workspace / "inbox" / TERM / name
    write_xlsx(path)
    _, _, content = corrected(workspace, name)
    path.write_bytes(edited(content, {"A4": "2137990002", "E4": "200", "D3": "1"}))
    _, received, rest = corrected(workspace, name)
    sheet = openpyxl.load_workbook(io.BytesIO(rest)).worksheets[1]
    assert {cell.coordinate for row in sheet for cell in row if cell.comment} == {"A3", "F5", "C6"}
    assert (sheet["D3"].value, sheet["A4"].fill.fill_type) == ("900", None)
    path.write_bytes(edited(rest, {"C6": "小学", "F5": "90%"}))
    after = read(workspace, name)
    assert (len(after.rows), after.faults) == (4, ())
    assert after.rows["student_count"].tolist() == [900, 800, 700, 650]
    assert after.files[0].corrects == received.submission_id


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_the_same_faults_give_the_same_bytes(workspace: Path, write) -> None:
    name = f"学期指标报表.{'xlsx' if write is write_xlsx else 'csv'}"
    write(workspace / "inbox" / TERM / name)
    _, received, first = corrected(workspace, name)
    workbook_path(TERM, received.submission_id).unlink()
    _, _, second = corrected(workspace, name)
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


def test_a_workbook_under_a_number_of_its_own_making_is_sent_back(workspace: Path) -> None:
    name = "学期指标报表-东湖区.xlsx"
    path = workspace / "inbox" / TERM / name
    write_xlsx(path)
    _, _, content = corrected(workspace, name)
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["更正说明"]["B1"] = "0" * 16
    book.save(path)
    found = read(workspace, name)
    assert [item.sentence for item in found.faults] == [
        f"{name}：应为本学期工作台发出的更正表，实为编号{'0' * 16}未登记。"
        "请从工作台重新下载更正表，在表中改正后上报。（IN-031）"
    ]


def changed(content: bytes, change: Callable[[Worksheet], object]) -> bytes:
    """Return a mended workbook whose rows were moved as well."""
    book = openpyxl.load_workbook(io.BytesIO(edited(content, dict(MENDED))))
    change(book.worksheets[1])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (lambda sheet: sheet.delete_rows(3), "第3行是原件第4行的内容"),
        (lambda sheet: sheet.insert_rows(4), "第7行是原件第6行的内容"),
        (lambda sheet: sheet.move_range("A3:F6", rows=4), "第8行是原件第4行的内容"),
    ],
)
def test_a_workbook_whose_rows_have_moved_is_sent_back_and_no_school_is_lost(
    workspace: Path, change: Callable[[Worksheet], object], got: str
) -> None:
    name = "学期指标报表-东湖区.xlsx"
    path = workspace / "inbox" / TERM / name
    write_xlsx(path)
    _, _, content = corrected(workspace, name)
    path.write_bytes(changed(content, change))
    found, received, _ = corrected(workspace, name)
    assert received.status == "refused"
    assert [item.sentence for item in found.faults] == [
        f"{name}：应为各行与原件次序相同、没有增删行的更正表，实为{got}。"
        "请从工作台重新下载更正表，在表中改正后上报。（IN-031）"
    ]


def test_a_row_added_below_is_asked_about_and_the_rest_is_taken(workspace: Path) -> None:
    name = "学期指标报表-东湖区.xlsx"
    path = workspace / "inbox" / TERM / name
    write_xlsx(path)
    _, _, content = corrected(workspace, name)
    added = ["2137990009", "东湖区第四小学", "小学", 650, 140, "91%"]
    path.write_bytes(changed(content, lambda sheet: sheet.append(added)))
    found = read(workspace, name)
    assert (len(found.rows), [(item.code, item.row) for item in found.faults]) == (4, [("IN-231", 7)])


def test_a_workbook_without_its_sheet_is_sent_back_for_that_alone(workspace: Path) -> None:
    name = "学期指标报表-东湖区.xlsx"
    path = workspace / "inbox" / TERM / name
    write_xlsx(path)
    _, _, content = corrected(workspace, name)
    book = openpyxl.load_workbook(io.BytesIO(content))
    del book["指标"]
    book.save(path)
    assert [item.sentence for item in read(workspace, name).faults] == [
        f"{name}：应为保留“指标”工作表，实为没有数据工作表。请从工作台重新下载更正表，在表中改正后上报。（IN-031）"
    ]


def marked(content: bytes) -> dict[str, tuple[str, str]]:
    """Return the colour and the comment of every cell that has a comment."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    return {
        cell.coordinate: (cell.fill.fgColor.rgb, cell.comment.text)
        for row in sheet
        for cell in row
        if cell.comment
    }


def test_a_file_without_a_heading_is_given_back_whole_with_its_header_marked(workspace: Path) -> None:
    name = "学期指标报表-东湖区.csv"
    path = workspace / "inbox" / TERM / name
    rows = (["序列", *HEADINGS[1:]], ROWS[0])
    path.write_bytes("\r\n".join(",".join(map(str, row)) for row in rows).encode("gb18030"))
    found, received, content = corrected(workspace, name)
    assert received.status == "refused"
    assert [item.code for item in found.faults] == ["IN-012"]
    assert marked(content) == {
        "A1": (
            "FFBDD7EE",
            "这一列的表头不是规定的写法，未采用。如果它就是“学校标识码”列，请改用规定的表头。",
        ),
        "G1": (
            "FFFFD966",
            "可在此处补“学校标识码”列。应为有“学校标识码”列的表格，实为没有这一列。"
            "请补上这一列（表头也可写作：学校代码、标识码）。（IN-012）",
        ),
    }
    summary = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content))["更正说明"]
    ]
    assert summary[-1][1:4] == ["G1", "1", "学校标识码"]
    path.unlink()
    back = path.with_suffix(".xlsx")
    back.write_bytes(edited(content, {"A1": "学校标识码"}))
    after = read(workspace, back.name)
    assert (len(after.rows), after.faults) == (1, ())
    assert after.files[0].corrects == received.submission_id


def test_a_file_with_student_rows_is_not_given_back(workspace: Path) -> None:
    maps = load_source_maps(ROOT / "sources")
    name = "学业质量监测成绩-东湖区.csv"
    (workspace / "inbox" / TERM / name).write_bytes("姓名,学籍号\r\n郑小文,G1\r\n".encode())
    from tasks.result_sums import reduce_results

    folder = workspace / "inbox" / TERM
    bureau = Bureau(PROFILE, {"schools": frozenset()}, bytes(32))
    found = reduce_results([folder / name], maps["results"], bureau, inbox=folder)
    (received,) = found.received(TERM, {})
    write_corrections([received], found, maps["results"], due_on=None)
    path = workbook_path(TERM, received.submission_id)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["更正说明"]
    assert "郑小文" not in "".join(str(cell.value) for row in book["更正说明"] for cell in row)
    assert not (workspace / "inbox" / "received").exists()
    with pytest.raises(SourceError, match="退回"):
        take_back(read_file(path, maps["results"], inbox=path.parent), maps["results"], term_id=TERM)
