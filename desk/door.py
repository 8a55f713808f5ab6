"""The clerk's door: whose schools a file names, before it is taken in.

A school may send rows of its own alone, a district rows of its schools. The file is read in the limited child
process, through its source map, and only the column of school codes is looked at; a file that cannot be read is
sent back by ingest, with its reasons.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from starlette.datastructures import UploadFile

from desk.files import remove_inside, write_inside
from desk.page import Call
from inspection.access import Role
from inspection.collect.correction import is_explanation
from inspection.errors import Fault, SourceError
from inspection.ingest.reading import find_layout
from inspection.ingest.sheet import RawFile
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau, Layout
from inspection.store import waiting
from inspection.store.engine import reading
from tasks.reading import read_batches

KEY = "school_code"
_MOST_FAULTS = 50
_ARRIVING = ("inbox", "arriving")
Named = tuple[str, int, str, str]
"""Sheet, row, heading, school code."""


def require_own_schools(call: Call, data_set: str, sent: UploadFile) -> None:
    """Refuse a file with rows of schools that are not the sender's.

    Raises:
        SourceError: it names other schools; each row is listed, up to fifty.
    """
    source_map = call.office.source_maps[data_set]
    if call.viewer.role not in {Role.SCHOOL, Role.DISTRICT} or KEY not in source_map.columns:
        return
    name = f"{secrets.token_hex(8)}{PurePosixPath(sent.filename or '').suffix.lower()}"
    write_inside(call.office.workspace, (*_ARRIVING, name), sent.file)
    try:
        foreign = _foreign(call, list(_named(call, source_map, name)))
    finally:
        remove_inside(call.office.workspace, (*_ARRIVING, name))
    if foreign:
        shown = (sent.filename or "").replace("\\", "/").rpartition("/")[2][:80]
        raise SourceError("文件未接收", [_fault(call, shown, named) for named in foreign[:_MOST_FAULTS]])


def _named(call: Call, source_map: SourceMap, name: str) -> Iterator[Named]:
    """Yield where which school is named; of a file that cannot be read, as far as it could be."""
    folder = call.office.workspace.joinpath(*_ARRIVING)
    layout: Layout | None = None
    pattern = re.compile(source_map.columns[KEY].pattern or r"\S+")
    try:
        for piece in read_batches(folder / name, source_map, inbox=folder):
            if is_explanation(piece.sheets[0]):
                continue
            if layout is None or layout.sheet != piece.sheets[0].name:
                layout = find_layout(piece, source_map, Bureau(call.office.profile))[0]
            if layout is not None and KEY in layout.header.found:
                yield from _codes(piece, layout, pattern)
    except SourceError:
        return


def _codes(piece: RawFile, layout: Layout, pattern: re.Pattern[str]) -> Iterator[Named]:
    sheet, heading = piece.sheets[0], layout.header[KEY]
    for row, cell in sheet.cells[heading.position].items():
        code = unicodedata.normalize("NFKC", str(cell)).strip()
        if pattern.fullmatch(code):
            yield sheet.name, int(str(row)), heading.text, code


def _foreign(call: Call, named: list[Named]) -> list[Named]:
    viewer = call.viewer
    if viewer.role is Role.SCHOOL:
        return [item for item in named if item[3] != viewer.scope]
    with reading(call.office.database_url) as session:
        districts = waiting.districts_of(session, {code for *_, code in named})
    return [item for item in named if districts.get(item[3], viewer.scope) != viewer.scope]


def _fault(call: Call, place: str, named: Named) -> Fault:
    sheet, row, heading, code = named
    is_school = call.viewer.role is Role.SCHOOL
    return Fault(
        place=place,
        sheet=sheet,
        row=row,
        column=heading,
        code="UPL-003",
        wanted=f"本校的标识码 {call.viewer.scope}" if is_school else "本区县学校的标识码",
        got=f"其他{'学校' if is_school else '区县学校'}的标识码 {code}",
        remedy="请删去其他单位学校的行，或者改正标识码，再重新上报。",
    )
