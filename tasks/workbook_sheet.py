"""Sheets of a workbook (xlsx, xls, ods) as rows of text, once its archive has been found to be bounded.

Part of the child process that opens a hostile file (`sheet`); imports nothing of this project.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, BinaryIO

_ARCHIVE = b"PK\x03\x04"
_CELL_REFERENCE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d+)"')
_ROW_REFERENCE = re.compile(rb'<row [^>]*?r="(\d+)"')
_WIDE_REFERENCE = re.compile(rb' r="([A-Z]{2,3})\d+"')
# A formula whose result was never stored, unless the result is the empty text.
_UNCALCULATED = re.compile(
    rb'<c (?![^>]*t="str")[^>]*?r="([A-Z]{1,3}\d+)"[^>]*><f(?:[^>]*/>|[^>]*>[^<]{0,9000}</f>)(?:<v\s*/>|<v></v>)?</c>'
)
# A cell that shows an error, which the library at hand takes for an empty one.
_ERROR_MARK = b' t="e"'
_ERROR_CELL = re.compile(rb'(<c [^>]*?t=)"e"')
_ODS_CONTENT = "content.xml"
_ODS_ERROR_CELL = re.compile(rb' office:string-value=""(?= calcext:value-type="error")')
# In a workbook as it was before 2007: a formula whose result is an error, or an error that was typed.
_XLS_ERROR = re.compile(
    rb"\x06\x00[^\0].(..)(..)..\x02.([\x00\x07\x0f\x17\x1d\x24\x2a])...\xff\xff"
    rb"|\x05\x02\x08\x00(..)(..)..([\x00\x07\x0f\x17\x1d\x24\x2a])\x01",
    re.DOTALL,
)
_XLS_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
Rows = list[list[str]]


class WorkbookError(Exception):
    """A workbook that is not read: `kind` is the reason, `detail` what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Reach:
    """What a workbook may hold."""

    unpacked_bytes: int
    zip_ratio: int
    most_rows: int
    most_cells: int


def workbook_rows(file: BinaryIO, reach: Reach) -> Iterator[tuple[str, list[Any], Rows]]:
    """Yield name, merged ranges and rows of every visible sheet.

    Raises:
        WorkbookError: the workbook is damaged or locked, reaches too far, or holds a formula without a result.
    """
    import python_calamine

    if file.read(len(_ARCHIVE)) == _ARCHIVE:
        file = _with_errors_as_text(file, _check_archive(file, reach))
    else:
        _check_results(file)
    file.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
    except python_calamine.PasswordError as error:
        raise WorkbookError("unreadable", "文件设有打开密码") from error
    except python_calamine.CalamineError as error:
        raise WorkbookError("unreadable", "工作簿已损坏") from error
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != python_calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height > reach.most_rows:
            raise WorkbookError("too-large", f"共{sheet.total_height}行，上限为{reach.most_rows}行")
        rows = sheet.to_python(skip_empty_area=False)
        texts = [[_cell_text(cell) for cell in row] for row in rows]
        yield meta.name, sheet.merged_cell_ranges or [], texts


def _check_archive(file: BinaryIO, reach: Reach) -> set[str]:
    """Refuse an archive that unpacks beyond measure, or a sheet with a cell far away from the rest.

    Returns the names of the sheets in which a cell may show an error.
    """
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise WorkbookError("unreadable", "压缩包已损坏") from error
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > reach.unpacked_bytes:
        raise WorkbookError("too-large", f"解压后超过{reach.unpacked_bytes // 2**20}MB")
    erring = set()
    for part in parts:
        if part.file_size > 2**20 and part.file_size > reach.zip_ratio * max(part.compress_size, 1):
            raise WorkbookError("too-large", f"压缩比超过{reach.zip_ratio}倍")
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
            if _check_dimensions(archive.open(part), reach):
                erring.add(part.filename)
        elif part.filename == _ODS_CONTENT and _ODS_ERROR_CELL.search(archive.read(part)):
            erring.add(part.filename)
    return erring


def _with_errors_as_text(file: BinaryIO, erring: set[str]) -> BinaryIO:
    """Return an archive in whose sheets a cell that shows an error holds the error's name as text."""
    if not erring:
        return file
    archive, copy = zipfile.ZipFile(file), io.BytesIO()
    with zipfile.ZipFile(copy, "w") as written:
        for name in dict.fromkeys(archive.namelist()):
            content = archive.read(name)
            if name in erring:
                content = _ODS_ERROR_CELL.sub(b"", _ERROR_CELL.sub(rb'\1"str"', content))
            written.writestr(name, content)
    return copy


def _check_results(file: BinaryIO) -> None:
    """Refuse a workbook of the old kind in which a cell shows an error: there it cannot be told from an empty one."""
    file.seek(0)
    if found := _XLS_ERROR.search(file.read()):
        row, column = (int.from_bytes(found[at] or found[at + 3], "little") for at in (1, 2))
        name = _XLS_ERRORS[(found[3] or found[6])[0]]
        raise WorkbookError("uncalculated", f"第{row + 1}行第{column + 1}列显示{name}")


def _check_dimensions(part: Any, reach: Reach) -> bool:
    """Refuse a sheet that reaches too far or was never calculated; say whether a cell may show an error."""
    rows, columns, tail, is_erring = 1, 26, b"", False
    while block := part.read(2**20):
        text = tail + block
        rows = max(chain([rows], map(int, _ROW_REFERENCE.findall(text))))
        columns = max(chain([columns], map(_column_number, set(_WIDE_REFERENCE.findall(text)))))
        if not _ROW_REFERENCE.search(text):
            rows = max(chain([rows], (int(row) for _, row in _CELL_REFERENCE.findall(text))))
        if b"<f" in text and (blank := _UNCALCULATED.search(text)):
            raise WorkbookError("uncalculated", f"单元格{blank[1].decode()}的公式没有计算结果")
        is_erring |= _ERROR_MARK in text
        tail = text[-10_000:]
    if rows > reach.most_rows:
        raise WorkbookError("too-large", f"表中最末一行是第{rows}行，上限为{reach.most_rows}行")
    if rows * columns > reach.most_cells:
        raise WorkbookError("too-large", f"表的范围为{rows}行×{columns}列")
    return is_erring


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell_text(cell: object) -> str:
    """Return a cell as the clerk would have typed it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell.total_seconds() / 86400) if isinstance(cell, timedelta) else str(cell)
