"""Marks 标注: the cells of a file that a correction workbook colours and comments.

Here: what one mark says, and what is marked of a file that is sent back whole because its header cannot be
used. Which rows are marked otherwise, and what is taken back, is in `correction`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspection.errors import Fault
from inspection.ingest.fault_code import FAULT_CODES
from inspection.ingest.heading import Header
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import SourceMap
from inspection.ingest.wide import header_of

WHOLE_ROW = -1
_ABSENT = FAULT_CODES["column-absent"].code
_REPEATED = FAULT_CODES["heading-repeated"].code
_OF_HEADERS = frozenset(
    FAULT_CODES[kind].code
    for kind in ("header-not-found", "column-absent", "heading-repeated", "heading-unit", "sheet-absent")
)
_MOST_NAMED = 5


@dataclass(frozen=True, order=True)
class Mark:
    """A cell to look at: row from 1 as the clerk counts it, column from 0 (`WHOLE_ROW`: all of the row)."""

    row: int
    column: int
    sentence: str
    is_hint: bool


@dataclass(frozen=True)
class HeaderMarks:
    """What is marked of a header that cannot be used; `places` are cells by the column that a fault names."""

    sheet: str
    width: int
    places: Mapping[str, int]
    marks: tuple[Mark, ...]


def mark_sentence(item: Fault) -> str:
    """Return what a comment says of a fault."""
    return f"应为{item.wanted}，实为{item.got}。{item.remedy}（{item.code}）"


def header_marks(raw: RawFile, source_map: SourceMap, faults: Sequence[Fault]) -> HeaderMarks | None:
    """Mark a file that is refused for its header; None where its faults are of another kind, or it has no sheet.

    An absent column is marked to the right of the header, where it may be put; a heading that nobody asked for
    is asked about, since it may be the absent one under another name. Without a header the row that looks most
    like one is marked.
    """
    told = [item for item in faults if item.code in _OF_HEADERS]
    if not told or not raw.sheets:
        return None
    sheet = next((item for item in raw.sheets if item.name == told[0].sheet), raw.sheets[0])
    header = header_of(sheet, source_map)
    if header is None:
        row, width = _fullest_row(sheet, source_map.header.within_rows)
        marks = tuple(Mark(row, WHOLE_ROW, mark_sentence(item), is_hint=False) for item in told)
        return HeaderMarks(sheet.name, width, {}, marks)
    absent = [item.column for item in told if item.code == _ABSENT]
    places = {title: header.width + number for number, title in enumerate(dict.fromkeys(absent))}
    places = _found_places(header, source_map) | places
    marks = (
        *_told_marks(told, header, source_map, places),
        *_questions(sheet, header, list(dict.fromkeys(absent))),
    )
    width = max([header.width, *(place + 1 for place in places.values())])
    return HeaderMarks(sheet.name, width, places, tuple(sorted(marks)))


def _told_marks(
    told: Sequence[Fault], header: Header, source_map: SourceMap, places: Mapping[str, int]
) -> Iterator[Mark]:
    for item in told:
        sentence = mark_sentence(item)
        if item.code == _ABSENT:
            sentence = f"可在此处补“{item.column}”列。{sentence}"
        columns = [places.get(item.column, WHOLE_ROW)]
        if item.code == _REPEATED:
            columns = _twice(header, source_map, item.column) or columns
        for column in columns:
            yield Mark(item.row or header.last_row, column, sentence, is_hint=False)


def _questions(sheet: RawSheet, header: Header, absent: Sequence[str]) -> Iterator[Mark]:
    """Ask of each heading that nobody asked for whether it is an absent one."""
    if not absent:
        return
    used = {found.position for several in header.found.values() for found in several}
    names = "、".join(f"“{title}”" for title in absent[:_MOST_NAMED])
    names += "等列中的一列" if len(absent) > _MOST_NAMED else "列" if len(absent) == 1 else "中的一列"
    sentence = f"这一列的表头不是规定的写法，未采用。如果它就是{names}，请改用规定的表头。"
    for column, text in enumerate(_texts(sheet, header.last_row)):
        if text and column not in used and column < header.width:
            yield Mark(header.last_row, column, sentence, is_hint=True)


def _found_places(header: Header, source_map: SourceMap) -> dict[str, int]:
    places = {}
    for name, found in header.found.items():
        places[source_map.title_of(name)] = found[0].position
        places[found[0].text] = found[0].position
    return places


def _twice(header: Header, source_map: SourceMap, title: str) -> list[int]:
    return [
        found.position
        for name, several in header.found.items()
        if source_map.title_of(name) == title and len(several) > 1
        for found in several
    ]


def _fullest_row(sheet: RawSheet, within_rows: int) -> tuple[int, int]:
    """Return the first of the rows with the most cells that say anything, and where its last cell ends."""
    rows = [int(row) for row in sheet.cells.index[:within_rows]]
    filled = {row: [at for at, text in enumerate(_texts(sheet, row)) if text] for row in rows}
    row = max(rows, key=lambda row: (len(filled[row]), -row), default=1)
    return row, max(filled.get(row, []), default=0) + 1


def _texts(sheet: RawSheet, row: int) -> list[str]:
    return [str(text).strip() for text in sheet.cells.loc[row].to_numpy(object)]
