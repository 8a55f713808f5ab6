"""Forms that go out and come back: read again with other software, locked where they should be."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from inspection.dispatch.dossier import DossierFacts
from inspection.dispatch.workbook import (
    CONCLUSIONS,
    DISPOSALS,
    OUTCOMES,
    RATINGS,
    REPLIES,
    RESULTS,
    Column,
    HearingRow,
    Row,
    Sheet,
    Workbook,
    content_digest,
    findings_workbook,
    hearing_workbook,
)
from tasks.document import sample
from tasks.workbook import write_workbook

AS_OF = date(2026, 5, 15)
CASES = (
    HearingRow(
        case_id="2025-2026-2-basic-0002", school_code="2137000233", school_name="乙小学", told_on=None
    ),
    HearingRow(
        case_id="2025-2026-2-basic-0001",
        school_code="2137000101",
        school_name="甲小学",
        told_on=date(2026, 6, 1),
    ),
)


def dossier() -> DossierFacts:
    facts = sample("dossier")
    assert isinstance(facts, DossierFacts)
    return facts


def rows(content: bytes, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_object(BytesIO(content)).get_sheet_by_name(sheet).to_python()


def register() -> Workbook:
    return hearing_workbook(CASES, campaign_title="春季抽查", bureau_name="示例市教育局", is_synthetic=True)


def form(*values: str, is_input: bool = False) -> Workbook:
    """A form of one column."""
    sheet = Sheet(
        name="表",
        title="表",
        columns=(Column(heading="名称", width=10, is_input=is_input),),
        rows=tuple(Row(cells=(value,)) for value in values),
    )
    return Workbook(title="表", author="示例市教育局", instructions=("填写。",), sheets=(sheet,))


def choices_by_cell(content: bytes, sheet: str) -> dict[str, tuple[str, ...]]:
    paper = load_workbook(BytesIO(content))[sheet]
    return {
        cell: tuple(rule.formula1.strip('"').split(","))
        for rule in paper.data_validations.dataValidation
        if rule.type == "list"
        for cell in str(rule.sqref).split()
    }


def test_the_findings_form_has_a_row_per_school_and_item_and_one_per_school() -> None:
    facts = dossier()
    content = write_workbook(findings_workbook(facts), as_of=AS_OF)
    title, headings, *records = rows(content, "检查记录")
    assert title[0] == f"{facts.campaign_title}检查记录（t03组）"
    assert headings == [
        "检查组编号", "学校标识码", "学校名称", "学段", "检查事项", "指标编号",
        "检查内容", "检查方式", "检查结论", "问题描述", "佐证编号", "处置",
    ]  # fmt: skip
    assert [(row[1], row[5]) for row in records] == [
        (school.school_code, item.criterion_id) for school in facts.schools for item in school.items
    ]
    _, headings, *results = rows(content, "检查结果")
    assert headings == [
        "检查组编号", "学校标识码", "学校名称", "检查结果", "检查日期", "检查人员", "紧急情况", "紧急情况说明", "备注",
    ]  # fmt: skip
    assert [row[:3] for row in results] == [["t03", s.school_code, s.school_name] for s in facts.schools]


def test_drop_downs_offer_what_the_reader_understands() -> None:
    content = write_workbook(findings_workbook(dossier()), as_of=AS_OF)
    records = choices_by_cell(content, "检查记录")
    assert records["I3"] == RATINGS, "RZ-01 is rated"
    assert records["I4"] == CONCLUSIONS
    assert records["L3"] == DISPOSALS
    results = choices_by_cell(content, "检查结果")
    assert results["D3"] == RESULTS == (
        "未发现问题", "发现问题已责令改正", "发现问题待后续处理", "不配合检查情节严重", "弄虚作假", "无法联系或停办",
    )  # fmt: skip
    assert results["G4"] == ("是", "否")


def test_only_what_is_to_be_filled_in_is_unlocked() -> None:
    content = write_workbook(findings_workbook(dossier()), as_of=AS_OF)
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == ["填写说明", "检查记录", "检查结果"]
    assert all(paper.protection.sheet for paper in book)
    for name, first_input in (("检查记录", 8), ("检查结果", 4)):
        for row in book[name].iter_rows(min_row=3):
            assert [not cell.protection.locked for cell in row] == [
                cell.column >= first_input for cell in row
            ]


def test_codes_are_text_and_dates_are_dates() -> None:
    content = write_workbook(register(), as_of=AS_OF)
    _, _, first, second = rows(content, "告知答复登记表")
    assert first[:4] == ["2025-2026-2-basic-0001", "2137000101", "甲小学", date(2026, 6, 1)]
    assert second[3] == ""
    paper = load_workbook(BytesIO(content))["告知答复登记表"]
    assert paper["D3"].value.date() == date(2026, 6, 1)
    assert [paper[cell].number_format for cell in ("B3", "D4", "F3")] == ["@", "yyyy-mm-dd", "yyyy-mm-dd"]


def test_the_register_of_hearings_has_the_agreed_columns_in_the_order_of_cases() -> None:
    content = write_workbook(register(), as_of=AS_OF)
    assert rows(content, "告知答复登记表")[1] == [
        "案号", "学校标识码", "学校名称", "告知日期", "答复方式", "答复日期", "答复要点", "采纳情况", "理由",
    ]  # fmt: skip
    offered = choices_by_cell(content, "告知答复登记表")
    assert (offered["E3"], offered["H3"]) == (REPLIES, OUTCOMES)
    assert content_digest(register()) == content_digest(
        hearing_workbook(
            CASES[::-1], campaign_title="春季抽查", bureau_name="示例市教育局", is_synthetic=True
        )
    )


@pytest.mark.parametrize("is_input", [True, False])
def test_text_that_begins_like_a_formula_stays_text(*, is_input: bool) -> None:
    hostile = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.invalid","x")', "\t=1")
    content = write_workbook(form(*hostile, is_input=is_input), as_of=AS_OF)
    paper = load_workbook(BytesIO(content))["表"]
    cells = [paper.cell(row=3 + place, column=1) for place in range(len(hostile))]
    assert [cell.value for cell in cells] == list(hostile)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    with zipfile.ZipFile(BytesIO(content)) as package:
        sheets = [package.read(name) for name in package.namelist() if "worksheets/sheet" in name]
    assert not any(re.search(rb"<f[ >]", sheet) or b"<hyperlink" in sheet for sheet in sheets)


def test_the_same_form_and_day_give_the_same_bytes() -> None:
    first = write_workbook(findings_workbook(dossier()), as_of=AS_OF)
    assert first == write_workbook(findings_workbook(dossier()), as_of=AS_OF)
    assert first != write_workbook(findings_workbook(dossier()), as_of=date(2026, 5, 16))
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert b"2026-05-15T00:00:00Z" in package.read("docProps/core.xml")


def test_a_synthetic_form_says_so_and_a_real_one_does_not() -> None:
    assert findings_workbook(dossier()).title.startswith("（演示数据）")
    assert "演示" not in findings_workbook(replace(dossier(), is_synthetic=False)).title


def test_the_instructions_say_by_when_to_whom_and_what_is_urgent() -> None:
    content = write_workbook(findings_workbook(dossier()), as_of=AS_OF)
    told = "".join(str(row[1]) for row in rows(content, "填写说明"))
    assert "请于2026年5月22日前将本表报送教育督导室" in told
    assert "立即报告：示例市教育局教育督导室值班负责人" in told


def test_two_hundred_rows_are_written_and_read() -> None:
    facts = dossier()
    school = facts.schools[0]
    schools = tuple(
        replace(school, school_code=f"21370002{place:02d}", items=(school.items * 3)[:25])
        for place in range(8)
    )
    content = write_workbook(findings_workbook(replace(facts, schools=schools)), as_of=AS_OF)
    assert len(rows(content, "检查记录")) == 202
    assert len({row[1] for row in rows(content, "检查记录")[2:]}) == 8


def test_the_digest_changes_with_what_the_form_says() -> None:
    book = findings_workbook(dossier())
    assert content_digest(book) == content_digest(findings_workbook(dossier()))
    assert content_digest(book) != content_digest(findings_workbook(replace(dossier(), team_code="t04")))


def test_a_cell_that_a_workbook_cannot_hold_is_never_dropped_silently() -> None:
    with pytest.raises(AssertionError, match="XlsxWriter refused a cell of 名称"):
        write_workbook(form("字" * 40_000), as_of=AS_OF)


def test_a_row_that_does_not_fit_its_columns_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="a cell for each column"):
        Sheet(
            name="表",
            title="表",
            columns=(Column(heading="名称", width=10),),
            rows=(Row(cells=("一", "二")),),
        )


def test_the_file_opens_on_the_first_sheet_to_fill_in(tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    file.write_bytes(write_workbook(findings_workbook(dossier()), as_of=AS_OF))
    assert load_workbook(file).active.title == "检查记录"
