"""Files as they arrive on bad days and from bad people: each kind writes one, by chance, from a small roster."""

import io
import os
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pandas as pd

from tests.tasks.roster_files import workbook
from tests.tasks.spreadsheet_files import ods, xls

Row = Sequence[object]
Kind = Callable[[random.Random, Path], None]
HEADER = ["学校标识码", "学校名称", "在校生数"]
FORMATS = ("csv", "gb18030", "utf-16", "xlsx", "xls", "ods", "html", "parquet")
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def roster(chance: random.Random, count: int = 60) -> list[Row]:
    """Return a header and schools."""
    schools = (
        [2137990001 + number, f"第{number + 1}小学", chance.randint(30, 3000)] for number in range(count)
    )
    return [HEADER, *schools]


def text(rows: Sequence[Row], mark: str = ",") -> str:
    """Return rows as delimited text."""
    return "".join(mark.join(map(str, row)) + "\r\n" for row in rows)


def page(rows: Sequence[Row]) -> str:
    """Return rows as a web page."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table>{lines}</table></body></html>"


def write(path: Path, rows: Sequence[Row], form: str) -> None:
    """Write rows in one of the formats, whatever the path is called."""
    if form in {"csv", "gb18030", "utf-16"}:
        path.write_bytes(text(rows).encode({"csv": "utf-8-sig"}.get(form, form)))
    elif form == "html":
        path.write_text(page(rows), encoding="utf-8")
    elif form == "parquet":
        frame = pd.DataFrame([list(map(str, row)) for row in rows[1:]], columns=list(map(str, rows[0])))
        path.write_bytes(frame.to_parquet())
    else:
        {"xlsx": workbook, "xls": xls, "ods": ods}[form](path, rows)


def _mutated(form: str, change: Callable[[random.Random, bytes], bytes]) -> Kind:
    def make(chance: random.Random, path: Path) -> None:
        write(path, roster(chance), form)
        path.write_bytes(change(chance, path.read_bytes()))

    return make


def _truncated(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def _flipped(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 4, 40])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _wrong_extension(chance: random.Random, path: Path) -> None:
    write(path, roster(chance), chance.choice(FORMATS))


def _random_bytes(chance: random.Random, path: Path) -> None:
    start = chance.choice(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"<", b"\xff\xfe", b"\xef\xbb\xbf"]
    )
    path.write_bytes(start + chance.randbytes(chance.choice([1, 100, 10_000, 300_000])))


def _rows_changed(change: Callable[[random.Random, list[list[object]]], None]) -> Kind:
    def make(chance: random.Random, path: Path) -> None:
        rows = [list(row) for row in roster(chance)]
        change(chance, rows)
        write(path, rows, chance.choice(["csv", "gb18030", "xlsx", "html"]))

    return make


def _swapped_columns(chance: random.Random, rows: list[list[object]]) -> None:
    first, other = chance.sample(range(3), 2)
    for row in rows[1:]:
        row[first], row[other] = row[other], row[first]


def _long_cells(chance: random.Random, rows: list[list[object]]) -> None:
    for row in chance.sample(rows[1:], 3):
        row[chance.randrange(3)] = "长" * chance.choice([500, 32_000])


def _ragged(chance: random.Random, rows: list[list[object]]) -> None:
    for row in chance.sample(rows[1:], 10):
        row.extend(["多"] * chance.randint(1, 9))
        del row[chance.randrange(len(row))]


def _strange_signs(chance: random.Random, rows: list[list[object]]) -> None:
    signs = ["\u202e", "\u200b", "\ufeff", "\x07", "\U0001f600", "=cmd()", '"', "'", "\n", "\t", "é", "＝"]
    for row in chance.sample(rows[1:], 20):
        at = chance.randrange(3)
        row[at] = f"{row[at]}{chance.choice(signs)}"


def _two_headers(chance: random.Random, rows: list[list[object]]) -> None:
    rows.insert(chance.randrange(1, len(rows)), list(HEADER))
    rows[0].append("在校生数")


def _mixed_encodings(chance: random.Random, path: Path) -> None:
    lines = text(roster(chance)).splitlines(keepends=True)
    path.write_bytes(
        b"".join(line.encode(chance.choice(["utf-8", "gb18030", "utf-16-le"])) for line in lines)
    )


def _nothing_bytes(chance: random.Random, path: Path) -> None:
    content = bytearray(text(roster(chance, 400)).encode())
    for _ in range(chance.choice([1, 50])):
        content.insert(chance.randrange(len(content)), 0)
    path.write_bytes(content)


def _open_quote(chance: random.Random, path: Path) -> None:
    content = text(roster(chance, chance.choice([60, 40_000])))
    at = chance.randrange(len(content))
    path.write_text(content[:at] + '"' + content[at:], encoding="utf-8")


def _very_long_cell(chance: random.Random, path: Path) -> None:
    rows = roster(chance)
    path.write_text(text(rows) + "2137990099," + "x" * chance.choice([200_000, 20_000_000]) + ",1", "utf-8")


def _many_columns(chance: random.Random, path: Path) -> None:
    rows = [[*row, *range(chance.choice([2_000, 20_000]))] for row in roster(chance, 5)]
    path.write_text(text(rows), encoding="utf-8")


def _million_empty_lines(chance: random.Random, path: Path) -> None:
    lines = text(roster(chance))
    path.write_text(lines + chance.choice(["\r\n", ",,\r\n"]) * 1_000_000, encoding="utf-8")


def _sheet_xml(path: Path, sheet: str, *, shared: str = "") -> None:
    """Write a workbook with the XML of its sheet and its shared strings as given."""
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = sheet.encode()
            if name == "xl/sharedStrings.xml" and shared:
                content = shared.encode()
            new.writestr(name, content)


def _far_cell(chance: random.Random, path: Path) -> None:
    cell = chance.choice(["XFD1048576", "A1048576", "XFD1", "ZZZ99999999", "A4294967297"])
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    inline = '<c r="A1" t="inlineStr"><is><t>学校标识码</t></is></c>'
    rows = f'<row r="1">{inline}</row><row r="{row}"><c r="{cell}"><v>1</v></c></row>'
    _sheet_xml(path, f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>')


def _million_empty_rows(chance: random.Random, path: Path) -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(1, chance.choice([150_000, 1_000_000])))
    _sheet_xml(path, f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>')


def _lying_dimension(chance: random.Random, path: Path) -> None:
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for letter, cell in zip("ABC", row, strict=True)
        )
        + "</row>"
        for number, row in enumerate(roster(chance), start=1)
    )
    sheet = f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData>'
    _sheet_xml(path, f'<worksheet xmlns="{_SPREADSHEET}">{sheet}</worksheet>')


def _billion_laughs(chance: random.Random, path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    external = '<!ENTITY x SYSTEM "file:///etc/hostname">' if chance.random() < 0.5 else ""
    document = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{entities}{external}]>'
    cell = f'<c r="A1" t="inlineStr"><is><t>&{"x" if external else "l9"};</t></is></c>'
    sheet = f'<worksheet xmlns="{_SPREADSHEET}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    if chance.random() < 0.3:
        path.write_text(document + "<w><table><tr><td>&l9;</td></tr></table></w>", encoding="utf-8")
    else:
        _sheet_xml(
            path,
            document + sheet,
            shared=document + f'<sst xmlns="{_SPREADSHEET}"><si><t>&l9;</t></si></sst>',
        )


def _zip_bomb(chance: random.Random, path: Path) -> None:
    name = chance.choice(
        ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/media/a.png", "content.xml"]
    )
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(chance.choice([80, 500])):
            part.write(b" " * 2**20)


def _odd_archive(chance: random.Random, path: Path) -> None:
    names = [
        "xl/workbook.xml",
        "../../../etc/passwd",
        "xl/worksheets/sheet1.xml",
        "a.txt",
        "[Content_Types].xml",
    ]
    with zipfile.ZipFile(path, "w") as archive:
        for name in chance.sample(names, chance.randint(0, len(names))):
            archive.writestr(name, chance.choice(["", "<a/>", "\0", "x" * 9999]))


def _formulas(chance: random.Random, path: Path) -> None:
    rows = [list(row) for row in roster(chance)]
    for row in chance.sample(rows[1:], 5):
        row[chance.randrange(3)] = chance.choice(["=1+1", '=HYPERLINK("http://a.example","x")', "=1/0"])
    workbook(path, rows)
    if chance.random() < 0.5:
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
        book.active["C5"] = '=cmd|"/c calc"!A1'
        book.save(path)


def _repeated_cell(chance: random.Random, path: Path) -> None:
    count = chance.choice([300, 16_384, 1_000_000, 999_999_999])
    ods(path, roster(chance), repeated=f'table:number-columns-repeated="{count}"')


def _deep_page(chance: random.Random, path: Path) -> None:
    tag = chance.choice(["table", "div", "b", "table><tr><td"])
    path.write_text(f"<html>{f'<{tag}>' * chance.choice([150, 300, 100_000])}{page(roster(chance))}", "utf-8")


def _wide_page(chance: random.Random, path: Path) -> None:
    cell = f"<td colspan={chance.choice([3, 1000, 99999999])} rowspan={chance.choice([1, 1000, 99999999])}>1</td>"
    count = chance.choice([10, 25_000])
    path.write_text(f"<table><tr>{cell * count}</tr>{page(roster(chance))}", encoding="utf-8")


def _broken_page(chance: random.Random, path: Path) -> None:
    content = page(roster(chance))
    for _ in range(20):
        at = chance.randrange(len(content))
        content = (
            content[:at] + chance.choice(["<", ">", "&", "</td>", "<!--", "<script>", "\0"]) + content[at:]
        )
    path.write_text(content, encoding=chance.choice(["utf-8", "gb18030"]))


def _merged(chance: random.Random, path: Path) -> None:
    workbook(path, roster(chance))
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    for _ in range(chance.choice([1, 30])):
        top, left = chance.randint(1, 60), chance.randint(1, 3)
        book.active.merge_cells(
            start_row=top, start_column=left, end_row=top + chance.randint(0, 9), end_column=left + 1
        )
    book.save(path)


def _parquet_of_other_types(chance: random.Random, path: Path) -> None:
    values = chance.choice([[[1], [2]], [b"\xff\xfe", b"a"], [1.5, None], [True, False], [2**60, -1]])
    path.write_bytes(pd.DataFrame(dict.fromkeys(HEADER, values)).to_parquet())


def _link(chance: random.Random, path: Path) -> None:
    target = path.with_name("target.bin")
    write(target, roster(chance), "xlsx")
    path.symlink_to(chance.choice([target, Path("/etc/hostname"), Path("/dev/zero"), path]))


def _pipe(_: random.Random, path: Path) -> None:
    os.mkfifo(path)


def _folder(_: random.Random, path: Path) -> None:
    path.mkdir()


def _empty(chance: random.Random, path: Path) -> None:
    path.write_bytes(
        chance.choice([b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"   ", text([HEADER]).encode()])
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **{f"truncated {form}": _mutated(form, _truncated) for form in FORMATS},
        **{f"bytes changed in {form}": _mutated(form, _flipped) for form in FORMATS},
        "wrong extension": _wrong_extension,
        "random bytes": _random_bytes,
        "empty": _empty,
        "swapped columns": _rows_changed(_swapped_columns),
        "over-long cells": _rows_changed(_long_cells),
        "one cell of megabytes": _very_long_cell,
        "ragged rows": _rows_changed(_ragged),
        "strange characters": _rows_changed(_strange_signs),
        "two headers": _rows_changed(_two_headers),
        "mixed encodings": _mixed_encodings,
        "NUL bytes": _nothing_bytes,
        "open quote": _open_quote,
        "thousands of columns": _many_columns,
        "10^6 empty lines": _million_empty_lines,
        "10^6 empty rows": _million_empty_rows,
        "one far cell": _far_cell,
        "dimension that lies": _lying_dimension,
        "billion laughs": _billion_laughs,
        "zip bomb": _zip_bomb,
        "odd archive": _odd_archive,
        "formula cells": _formulas,
        "merged at random": _merged,
        "repeated cell in ods": _repeated_cell,
        "deep page": _deep_page,
        "wide page": _wide_page,
        "broken page": _broken_page,
        "parquet of other types": _parquet_of_other_types,
        "symbolic link": _link,
        "pipe": _pipe,
        "folder": _folder,
        "changed while read": _mutated("csv", lambda _, content: content),
    }
)
