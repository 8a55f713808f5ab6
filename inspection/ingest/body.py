"""Which rows beneath a header are data: not the blank ones, notes, repeated headers, totals or closed schools.

Rows that are left out by the source map are kept beside, since totals are checked against the data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.ingest.cell import Spellings, convert, normal
from inspection.ingest.heading import Header, same_heading
from inspection.ingest.sheet import RawSheet
from inspection.ingest.source_map import NUMERIC_KINDS, LeaveOut, SourceMap

Mask = npt.NDArray[np.bool_]
_NUMBERING = r"\s*(\d{1,2}|[甲乙丙丁戊])?\s*"


@dataclass(frozen=True)
class LeftOut:
    """Rows that the source map leaves out, and by which entry."""

    entry: LeaveOut
    cells: pd.DataFrame


@dataclass(frozen=True)
class Body:
    """The data rows of a sheet (physical columns, indexed by the clerk's row), and what was left out."""

    cells: pd.DataFrame
    left_out: tuple[LeftOut, ...] = ()

    @property
    def excluded_counts(self) -> dict[str, int]:
        """Rows left out, by the title of their kind."""
        counts: dict[str, int] = {}
        for found in self.left_out:
            counts[found.entry.title] = counts.get(found.entry.title, 0) + len(found.cells)
        return counts


def with_merged_cells(sheet: RawSheet, header: Header, source_map: SourceMap) -> pd.DataFrame:
    """Return a sheet's cells, what stands in a cell merged over several rows repeated in each of them.

    A figure is not repeated: it may be meant once, and would be counted twice.
    """
    places = {
        found.position
        for name, headings in header.found.items()
        if name in source_map.columns and source_map.columns[name].kind not in NUMERIC_KINDS
        for found in headings
    }
    cells = sheet.cells
    columns: dict[int, npt.NDArray[np.object_]] = {}
    for (top, left), (bottom, _) in sheet.merges:
        if left in places and top >= header.last_row and bottom > top and top < len(cells):
            texts = columns.setdefault(left, cells[left].astype("object").to_numpy(object, copy=True))
            texts[top : bottom + 1] = texts[top]
    filled = {
        place: pd.Series(texts, cells.index, dtype="str").astype("category")
        for place, texts in columns.items()
    }
    cells = cells.copy(deep=False)
    for place, column in filled.items():
        cells[place] = column
    return cells


def find_body(cells: pd.DataFrame, header: Header, source_map: SourceMap) -> Body:
    """Return the data rows among `cells` (any part of the sheet; rows of the header and above are skipped)."""
    cells = cells[cells.index > header.last_row]
    for is_no_data in (_is_blank, _is_numbering, _is_repeated_header, _is_note):
        cells = cells[~is_no_data(cells, header, source_map)]
    left_out = []
    for entry in source_map.leave_out:
        is_left_out = _is_left_out(cells, header, source_map, entry)
        left_out.append(LeftOut(entry, cells[is_left_out]))
        cells = cells[~is_left_out]
    return Body(cells, tuple(left_out))


def flags(column: "pd.Series[str]", predicate: Callable[[str], bool]) -> Mask:
    """Ask `predicate` of each distinct text of a categorical column."""
    answers = np.array([predicate(text) for text in column.cat.categories], bool)
    return answers[column.cat.codes.to_numpy()] if len(column) else np.zeros(0, bool)


def _is_blank(cells: pd.DataFrame, _: Header, __: SourceMap) -> Mask:
    mask = np.ones(len(cells), bool)
    for name in sorted(cells.columns, key=lambda name: len(cells[name].cat.categories)):
        mask &= flags(cells[name], lambda text: not text or text.isspace())
        if not mask.any():
            break
    return mask


def _is_numbering(cells: pd.DataFrame, header: Header, _: SourceMap) -> Mask:
    """The row 甲 乙 1 2 3 beneath many official headers."""
    mask = np.zeros(len(cells), bool)
    if len(cells) and cells.index[0] == header.last_row + 1:
        texts = [str(text) for text in cells.iloc[0]]
        filled = [normal(text) for text in texts if text.strip()]
        is_short = all(pd.Series(texts).str.fullmatch(_NUMBERING))
        mask[0] = is_short and len(filled) >= 3 and len(set(filled)) == len(filled)
    return mask


def _is_repeated_header(cells: pd.DataFrame, header: Header, source_map: SourceMap) -> Mask:
    name = next((name for name in source_map.key if name in header.found), "")
    if not name:
        return np.zeros(len(cells), bool)
    heading = header[name]
    spellings = (heading.text, *source_map.columns[name].headings)
    headings = {same_heading(text) for text in spellings}
    column = cells[heading.position]
    if not len(column):
        return np.zeros(0, bool)
    # All at once, and only what begins like a heading one by one: a key column holds about as many distinct
    # texts as rows.
    firsts = tuple({"*", *(text[:1] for text in (*spellings, *headings))})
    texts = column.cat.categories.astype("str")
    is_heading = np.asarray(texts.str.strip().str.startswith(firsts), bool)
    is_heading[is_heading] = [same_heading(text) in headings for text in texts[is_heading]]
    mask: Mask = is_heading[column.cat.codes.to_numpy()]
    return mask


def _is_note(cells: pd.DataFrame, header: Header, source_map: SourceMap) -> Mask:
    """Rows whose first filled cell opens like a note: 注：…, 填表人：…; a remark before a school's row is none."""
    starts = tuple(normal(text) for text in source_map.notes)
    mask = np.zeros(len(cells), bool)
    if not starts:
        return mask
    is_open = np.ones(len(cells), bool)
    for name in cells.columns:
        mask |= is_open & flags(cells[name], lambda text: normal(text).startswith(starts))
        is_open &= flags(cells[name], lambda text: not text.strip())
        if not is_open.any():
            break
    return _without_code(mask, cells, header, source_map)


def _is_left_out(cells: pd.DataFrame, header: Header, source_map: SourceMap, entry: LeaveOut) -> Mask:
    """Rows that say what the entry says: in its column, or without one in any, 合计： and 合计（12所） like 合计.

    What stands in a column that nobody asked for leaves no row out that has a code.
    """
    if entry.column:
        own = [heading.position for heading in header.found.get(entry.column, ())]
        return _holds(cells[own], {normal(value) for value in entry.values}, normal)
    values = {same_heading(value) for value in entry.values}
    listed = {heading.position for found in header.found.values() for heading in found}
    beside = [position for position in cells.columns if position not in listed]
    mask = _holds(cells[beside], values, same_heading)
    return _without_code(mask, cells, header, source_map) | _holds(
        cells[sorted(listed)], values, same_heading
    )


def _holds(cells: pd.DataFrame, values: set[str], plain: Callable[[str], str]) -> Mask:
    mask = np.zeros(len(cells), bool)
    for position in cells.columns:
        mask |= flags(cells[position], lambda text: plain(text) in values)
    return mask


def _without_code(mask: Mask, cells: pd.DataFrame, header: Header, source_map: SourceMap) -> Mask:
    """Return those of the rows in which no code of the key can be read."""
    names = [name for name in source_map.key if name in header.found]
    for name in names:
        column = source_map.columns[name]
        if column.kind == "code" and column.pattern and mask.any():
            read = convert(
                cells.loc[mask, header[name].position], column, Spellings({"": "not-reported"}, {})
            )
            mask = mask.copy()
            mask[mask] = np.array([value is None for value in read.values], bool)
    return mask
