"""A table as an office hands it in: rows under a heading, with a title above and a totals row below.

What stands in the rows is decided elsewhere; here they are written as csv or xlsx, the same bytes each time.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

import xlsxwriter


class Share(float):
    """A fraction shown as a percentage by the cell's number format, as spreadsheets keep percentages."""


Cell = str | int | float | None
Row = list[Cell]
CREATED_AT = datetime(2026, 4, 20, 9, 0)  # noqa: DTZ001 - workbooks hold no time zone


@dataclass
class Table:
    """Rows being built; `first_row` is where data begin, as the clerk counts rows."""

    data_set: str
    file: str
    columns: tuple[str, ...]
    rows: list[Row]
    sheet: str = ""
    first_row: int = 2
    total_offsets: dict[str, int] = field(default_factory=dict)

    def cell(self, row: Row, column: str) -> Cell:
        """Return a row's cell under a heading."""
        return row[self.columns.index(column)]

    def set_cell(self, row: Row, column: str, value: Cell) -> None:
        """Put `value` under a heading."""
        row[self.columns.index(column)] = value

    def row_number(self, row: Row) -> int:
        """Return where this very row stands."""
        return self.first_row + next(place for place, other in enumerate(self.rows) if other is row)

    @property
    def total_row_number(self) -> int:
        """Where the totals row stands."""
        return self.first_row + len(self.rows)

    def total(self, column: str) -> int:
        """Return what the totals row says: all readable counts, plus the planted error."""
        place = self.columns.index(column)
        return sum(readable_count(row[place]) for row in self.rows) + self.total_offsets.get(column, 0)


@dataclass(frozen=True)
class Layout:
    """How a sheet looks around its rows.

    `groups` maps a column to the group heading above it; with any, the header takes two rows.
    """

    title: str
    unit_line: str
    groups: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    summed: tuple[str, ...] = ()
    total_label: str = "合计"
    footer: tuple[str, ...] = ()

    @property
    def header_row_count(self) -> int:
        """Rows the header takes."""
        return 2 if self.groups else 1

    @property
    def first_row(self) -> int:
        """The first row of data, counted from 1: after title, unit line and header."""
        return 3 + self.header_row_count


def readable_count(cell: Cell) -> int:
    """Return the whole number a person reads in a cell, 0 where there is none."""
    if isinstance(cell, int):
        return cell
    text = unicodedata.normalize("NFKC", cell).strip().replace(",", "") if isinstance(cell, str) else ""
    return int(text) if text.lstrip("-").isdecimal() else 0


def full_width(text: str) -> str:
    """Write digits, point and percent sign in full width."""
    return text.translate({ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789.%"})


def write_csv(
    folder: Path, table: Table, *, encoding: str, headings: Sequence[str] = (), title: str = ""
) -> None:
    """Write a table as csv with the line ends of a Windows office."""
    header = ",".join(headings or table.columns)
    lines = [title + "," * (len(table.columns) - 1), header] if title else [header]
    lines += [",".join("" if cell is None else str(cell) for cell in row) for row in table.rows]
    (folder / table.file).write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def write_workbook(folder: Path, table: Table, layout: Layout) -> None:
    """Write a table as a workbook of one sheet: title, unit line, header, rows, totals, signature line."""
    assert table.first_row == layout.first_row
    book = xlsxwriter.Workbook(str(folder / table.file), {"in_memory": True})
    book.set_properties({"created": CREATED_AT, "author": "示例市（合成数据）"})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "head": book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        ),
        "cell": book.add_format({"border": 1}),
        "share": book.add_format({"border": 1, "num_format": "0.0%"}),
    }
    sheet = book.add_worksheet(table.sheet)
    last = len(table.columns) - 1
    sheet.merge_range(0, 0, 0, last, layout.title, formats["title"])
    sheet.write_string(1, 0, layout.unit_line)
    _write_header(sheet, table, layout, formats["head"])
    for number, row in enumerate(table.rows, start=table.first_row - 1):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell, formats)
    end = table.first_row - 1 + len(table.rows)
    if layout.summed:
        _write_totals(sheet, end, table, layout, formats)
        end += 1
    for number, line in enumerate(layout.footer, start=end + 1):
        sheet.write_string(number, 0, line)
    book.close()


def _write_header(
    sheet: xlsxwriter.worksheet.Worksheet, table: Table, layout: Layout, style: xlsxwriter.format.Format
) -> None:
    shown = [layout.headings.get(column, column) for column in table.columns]
    if not layout.groups:
        for place, heading in enumerate(shown):
            sheet.write_string(2, place, heading, style)
        return
    place = 0
    for group, columns in groupby(table.columns, key=lambda column: layout.groups.get(column, "")):
        width = len(tuple(columns))
        if group and width > 1:
            sheet.merge_range(2, place, 2, place + width - 1, group, style)
        elif group:
            sheet.write_string(2, place, group, style)
        for offset in range(place, place + width):
            if group:
                sheet.write_string(3, offset, shown[offset], style)
            else:
                sheet.merge_range(2, offset, 3, offset, shown[offset], style)
        place += width


def _write_totals(
    sheet: xlsxwriter.worksheet.Worksheet,
    number: int,
    table: Table,
    layout: Layout,
    formats: Mapping[str, xlsxwriter.format.Format],
) -> None:
    sheet.merge_range(number, 0, number, 1, layout.total_label, formats["head"])
    for column in layout.summed:
        _write_cell(sheet, number, table.columns.index(column), table.total(column), formats)


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    number: int,
    place: int,
    cell: Cell,
    formats: Mapping[str, xlsxwriter.format.Format],
) -> None:
    if isinstance(cell, Share):
        sheet.write_number(number, place, float(cell), formats["share"])
    elif isinstance(cell, str):
        sheet.write_string(number, place, cell, formats["cell"])
    elif cell is not None:
        sheet.write_number(number, place, cell, formats["cell"])
    else:
        sheet.write_blank(number, place, None, formats["cell"])
