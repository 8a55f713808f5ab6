"""Writes a form as an .xlsx file: drop-downs, locked cells, the same bytes every time.

Here: how a described form becomes a file. Not here: what is in a form (`inspection.dispatch.workbook`), where files
are kept, reading what comes back. No formula is ever written: text that begins like one is text.
"""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from inspection.dispatch.workbook import Column, Row, Sheet, Value, Workbook
from inspection.unranked import require_unranked_table

TITLE_ROW, HEADING_ROW, FIRST_ROW = 0, 1, 2
LIST_LIMIT = 255  # characters of a drop-down's choices that a cell can hold
_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_BOX = {**_FONT, "border": 1, "border_color": "#808080", "text_wrap": True}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {**_FONT, "font_name": "黑体", "font_size": 15, "align": "center"},
    "heading": {**_BOX, "font_name": "黑体", "align": "center", "bg_color": "#D9E2EC"},
    "locked": {**_BOX, "num_format": "@", "bg_color": "#F5F5F5"},
    "locked-date": {**_BOX, "num_format": "yyyy-mm-dd", "bg_color": "#F5F5F5"},
    "input": {**_BOX, "num_format": "@", "bg_color": "#FFFBE0", "locked": False},
    "input-number": {**_BOX, "bg_color": "#FFFBE0", "locked": False},
    "input-date": {**_BOX, "num_format": "yyyy-mm-dd", "bg_color": "#FFFBE0", "locked": False},
    "line": {**_FONT, "text_wrap": True, "valign": "top"},
}
_FORMATS["literal"] = {**_FORMATS["locked"], "quote_prefix": True}
_FORMATS["input-literal"] = {**_FORMATS["input"], "quote_prefix": True}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_workbook(book: Workbook, *, as_of: date) -> bytes:
    """Return the form as an .xlsx file; the same form and day give the same bytes.

    The first sheet is 填写说明. Sheets are protected without a password: against slips, not against people.

    Raises:
        ProtocolError: a sheet ranks somebody by examination result.
    """
    for sheet in book.sheets:
        headings = [column.heading for column in sheet.columns]
        require_unranked_table(
            headings, [row.cells for row in sheet.rows], place=f"{book.title} {sheet.name}"
        )
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as file:
        created = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).replace(tzinfo=None)
        file.set_properties({"title": book.title, "author": book.author, "created": created})
        formats = {name: file.add_format(look) for name, look in _FORMATS.items()}
        _write_instructions(file.add_worksheet("填写说明"), book, formats)
        for sheet in book.sheets:
            _write_sheet(file.add_worksheet(sheet.name), sheet, formats, author=book.author)
        file.worksheets()[1].activate()
    return buffer.getvalue()


def _write_instructions(paper: Any, book: Workbook, formats: dict[str, Any]) -> None:
    paper.set_column(0, 0, 5)
    paper.set_column(1, 1, 96)
    paper.set_row(0, 34)
    paper.merge_range(0, 0, 0, 1, book.title, formats["title"])
    for number, line in enumerate(book.instructions, start=1):
        paper.set_row(number, 18 * (1 + len(line) // 46))
        paper.write_number(number, 0, number, formats["line"])
        paper.write_string(number, 1, line, formats["line"])
    paper.hide_gridlines(2)
    paper.protect()


def _write_sheet(paper: Any, sheet: Sheet, formats: dict[str, Any], *, author: str) -> None:
    paper.set_row(TITLE_ROW, 30)
    paper.set_row(HEADING_ROW, 22)
    paper.write_string(TITLE_ROW, 0, sheet.title, formats["title"])
    if len(sheet.columns) > 1:
        paper.merge_range(TITLE_ROW, 0, TITLE_ROW, len(sheet.columns) - 1, sheet.title, formats["title"])
    for place, column in enumerate(sheet.columns):
        paper.set_column(place, place, column.width)
        paper.write_string(HEADING_ROW, place, column.heading, formats["heading"])
        if column.comment:
            paper.write_comment(HEADING_ROW, place, column.comment, {"author": author, "x_scale": 1.6})
    for offset, row in enumerate(sheet.rows):
        _write_row(paper, FIRST_ROW + offset, row, sheet.columns, formats)
    _set_up(paper, sheet)


def _write_row(
    paper: Any, number: int, row: Row, columns: tuple[Column, ...], formats: dict[str, Any]
) -> None:
    for place, (column, value) in enumerate(zip(columns, row.cells, strict=True)):
        choices = row.choices.get(column.heading, column.choices)
        look = formats[_look(column, value, choices)]
        refusal = _write_cell(paper, (number, place), value, look)
        assert not refusal, f"XlsxWriter refused a cell of {column.heading}"
        if column.is_input:
            _validate(paper, number, place, column, choices)


def _write_cell(paper: Any, at: tuple[int, int], value: Value, look: Any) -> int:
    """Write one cell by its type and return XlsxWriter's answer: 0, or what it refused."""
    if value is None:
        return int(paper.write_blank(*at, None, look))
    if isinstance(value, str):
        return int(paper.write_string(*at, value, look))
    if isinstance(value, date):
        midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no zone
        return int(paper.write_datetime(*at, midnight, look))
    return int(paper.write_number(*at, value, look))


def _look(column: Column, value: Value, choices: tuple[str, ...]) -> str:
    if column.kind == "date" or isinstance(value, date):
        return "input-date" if column.is_input else "locked-date"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "input-literal" if column.is_input else "literal"
    if column.is_input:
        return "input-number" if any(choice.isdigit() for choice in choices) else "input"
    return "locked"


def _validate(paper: Any, number: int, place: int, column: Column, choices: tuple[str, ...]) -> None:
    if choices:
        assert len(",".join(choices)) <= LIST_LIMIT, f"the choices of {column.heading} are too long"
        rule: dict[str, Any] = {"validate": "list", "source": list(choices)}
        told = f"请从下拉列表中选择：{'、'.join(choices)}。"
    elif column.kind == "date":
        rule = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
        told = "请填写日期，如 2026-05-18。"
    else:
        return
    rule |= {"ignore_blank": True, "error_title": "填写有误", "error_message": told[:LIST_LIMIT]}
    refusal = paper.data_validation(number, place, number, place, rule)
    assert not refusal, f"XlsxWriter refused the drop-down of {column.heading}"


def _set_up(paper: Any, sheet: Sheet) -> None:
    """Keep the headings in sight, lock what is not to be filled in, and print on landscape A4."""
    first_input = next((place for place, column in enumerate(sheet.columns) if column.is_input), 0)
    paper.freeze_panes(FIRST_ROW, min(first_input, 3))
    paper.autofilter(HEADING_ROW, 0, HEADING_ROW + max(len(sheet.rows), 1), len(sheet.columns) - 1)
    paper.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    paper.set_landscape()
    paper.set_paper(9)
    paper.fit_to_pages(1, 0)
    paper.repeat_rows(TITLE_ROW, HEADING_ROW)
    paper.set_footer("&C第 &P 页，共 &N 页")
