"""Writes the spreadsheet files that no library at hand writes: ods, and xls as it was before 2007."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

SECTOR_BYTES = 512
ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A}
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ods(path: Path, rows: Sequence[Sequence[object]], *, repeated: str = "") -> Path:
    """Write rows as an OpenDocument spreadsheet; `repeated` is put into the last cell as attributes."""
    lines = ["".join(_ods_cell(cell, "") for cell in row) for row in rows[:-1]]
    lines.append("".join(_ods_cell(cell, repeated) for cell in rows[-1]))
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="名录">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def _ods_cell(cell: object, attributes: str) -> str:
    if isinstance(cell, str) and cell in ERRORS:
        return (
            '<table:table-cell office:value-type="string" office:string-value="" '
            f'calcext:value-type="error"><text:p>{cell}</text:p></table:table-cell>'
        )
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string" {attributes}>'
            f"<text:p>{escape(cell)}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}" {attributes}>'
        f"<text:p>{cell}</text:p></table:table-cell>"
    )


def xls(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write rows as an Excel 97 workbook: one BIFF8 stream inside a compound file."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet += _xls_cell(row, column, cell)
    sheet += _record(0x000A)
    opening = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    opening += _record(0x0042, struct.pack("<H", 1200))
    name = "名录".encode("utf-16-le")
    length = len(opening) + 4 + 8 + len(name) + 4
    bound = struct.pack("<IHBB", length, 0, 2, 1) + name
    stream = opening + _record(0x0085, bound) + _record(0x000A) + sheet
    path.write_bytes(_compound(stream))
    return path


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _xls_cell(row: int, column: int, cell: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str) and cell in ERRORS:
        return _record(0x0205, place + struct.pack("<BB", ERRORS[cell], 1))
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(cell), 1) + text)
    assert isinstance(cell, (int, float))
    return _record(0x0203, place + struct.pack("<d", cell))


def _compound(stream: bytes) -> bytes:
    """Wrap a stream as `Workbook`: header, one sector of the allocation table, one of the folder, the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR_BYTES) * SECTOR_BYTES), b"\0")
    count = len(stream) // SECTOR_BYTES
    chain = [_FAT, _END, *range(3, count + 2), _END]
    assert len(chain) <= SECTOR_BYTES // 4
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR_BYTES, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, 1, 0, 4096, _END, 0, _END, 0
    )
    header += struct.pack("<I", 0).ljust(SECTOR_BYTES - len(header), b"\xff")
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return header + table + folder.ljust(SECTOR_BYTES, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
