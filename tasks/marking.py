"""The child process that marks the wrong cells of a workbook, in the layout in which it was handed in.

`correction` starts this file by its path. Standard input holds one line of JSON (what to mark, limits) and then
the workbook, or nothing: then the rows stand in the JSON. It limits itself first; standard output is the marked
workbook, with fixed times. It imports nothing of this project. No formula, link or macro is written back.
"""

import io
import json
import re
import resource
import sys
import zipfile
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

EXPLANATION, DATA = "更正说明", "数据"
AUTHOR = "数据核查"
WRONG, HINT, ROW = "FFFFD966", "FFBDD7EE", "FFFFF2CC"
_COLOURS = frozenset({WRONG, HINT, ROW})
_MOST_COMMENTS = 2000
_LITERAL = ("=", "+", "-", "@", "\t", "\r")
_FIXED = (1980, 1, 1, 0, 0, 0)
_CLOCK = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS = (14, 10, 8, 22, 34, 34, 46, 16, 30)
Told = dict[str, Any]


def main() -> None:
    """Read what to mark, and the workbook; write it marked."""
    told: Told = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (told["memory_bytes"], told["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (told["cpu_seconds"], told["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (told["unpacked_bytes"], told["unpacked_bytes"]))
    content = sys.stdin.buffer.read()
    book = _opened(content) if content else _made(told)
    sheet = _sheet(book, told["sheet"])
    if sheet is not None:
        for row, column, text in told["restored"]:
            _put_text(sheet.cell(row, column + 1), text)
        _mark(sheet, told)
    _explain(book, told)
    sys.stdout.buffer.write(_fixed(book))


def _opened(content: bytes) -> Workbook:
    """Open a workbook by its values, without what could act: formulas, links, names, conditions."""
    book = load_workbook(io.BytesIO(content), data_only=True, keep_vba=False, keep_links=False)
    for name in [name for name in book.sheetnames if name.startswith(EXPLANATION)]:
        if len(book.sheetnames) > 1:
            del book[name]
    for sheet in list(book.chartsheets):
        book.remove(sheet)
    book.defined_names.clear()
    for sheet in book.worksheets:
        _disarm(sheet)
    return book


def _disarm(sheet: Any) -> None:
    sheet._images, sheet._charts, sheet._hyperlinks = [], [], []
    sheet.conditional_formatting = type(sheet.conditional_formatting)()
    sheet.data_validations.dataValidation = []
    sheet.protection.sheet = False
    for row in sheet.iter_rows():
        for cell in row:
            _clean(cell)


def _clean(cell: Any) -> None:
    """Take off the marks of an earlier correction; text that looks like a formula is text."""
    if isinstance(cell, MergedCell):
        return
    if cell.comment is not None and cell.comment.author == AUTHOR:
        cell.comment = None
    if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in _COLOURS:
        cell.fill = PatternFill()
    if cell.data_type == "f":
        cell.value = None
    if isinstance(cell.value, str) and cell.value.startswith(_LITERAL):
        cell.quotePrefix = True


def _made(told: Told) -> Workbook:
    """Make a workbook of text cells, each where it stood; without any, only the summary will be in it."""
    book = Workbook()
    if not told["cells"]:
        book.remove(book.active)
        return book
    sheet = book.active
    sheet.title = told["sheet"] or DATA
    for row, texts in told["cells"]:
        for column, text in enumerate(texts, start=1):
            if text:
                _put_text(sheet.cell(row, column), text)
    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    return book


def _put_text(cell: Any, text: str) -> None:
    if isinstance(cell, MergedCell):
        return
    cell.value = _CONTROL.sub("", text)
    if text:
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = text.startswith(_LITERAL)


def _sheet(book: Workbook, name: str) -> Any:
    if name in book.sheetnames:
        return book[name]
    return book.worksheets[0] if book.worksheets else None


def _mark(sheet: Any, told: Told) -> None:
    sentences: dict[tuple[int, int], list[str]] = {}
    for row, column, sentence, is_hint in sorted(told["marks"], key=lambda mark: (mark[1] >= 0, mark)):
        place = _place(sheet, row, max(column, 0))
        if column < 0:
            for number in range(1, max(told["width"], 1) + 1):
                _fill(sheet.cell(row, number), ROW)
        elif place not in sentences or not is_hint:
            _fill(sheet.cell(*place), HINT if is_hint else WRONG)
        sentences.setdefault(place, []).append(sentence)
    for place, found in sorted(sentences.items())[:_MOST_COMMENTS]:
        text = _CONTROL.sub("", "\n".join(found))
        # Width in pixels, and a line of about eighteen characters.
        sheet.cell(*place).comment = Comment(text, AUTHOR, height=40 + 20 * (len(text) // 18), width=280)


def _place(sheet: Any, row: int, column: int) -> tuple[int, int]:
    """Return the cell that holds the text of a place: the first one of a merged range."""
    if isinstance(sheet.cell(row, column + 1), MergedCell):
        for merged in sheet.merged_cells.ranges:
            if (row, column + 1) in set(merged.cells):
                return merged.min_row, merged.min_col
    return row, column + 1


def _fill(cell: Cell, colour: str) -> None:
    cell.fill = PatternFill("solid", fgColor=colour)


def _explain(book: Workbook, told: Told) -> None:
    """Write the summary as the first sheet that is seen."""
    sheet = book.create_sheet(EXPLANATION, 0)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for row, (label, text) in enumerate(told["heading_lines"], start=1):
        _put_text(sheet.cell(row, 1), label)
        _put_text(sheet.cell(row, 2), text)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=len(_WIDTHS))
        sheet.cell(row, 1).font = Font(bold=True)
        sheet.cell(row, 2).alignment = wrapped
    first = len(told["heading_lines"]) + 2
    for offset, line in enumerate([told["summary_headings"], *told["lines"]]):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(first + offset, column)
            _put_text(cell, text)
            cell.alignment = wrapped
            if not offset:
                cell.font = Font(bold=True)
                _fill(cell, "FFD9E2EC")
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _fixed(book: Workbook) -> bytes:
    """Return the file with fixed times, so that equal content has equal bytes."""
    book.properties = type(book.properties)(creator=AUTHOR, title=EXPLANATION)
    saved, packed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _CLOCK.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            target.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


if __name__ == "__main__":
    main()
