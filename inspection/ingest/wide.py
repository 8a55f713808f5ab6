"""Wide tables: a group of columns for each subject or grade. Each group is read as if it were the only one.

Here: which physical columns are of which group, and which rows say nothing in a group. Reading one group is
reading any sheet (`reading`).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from inspection.ingest.body import flags
from inspection.ingest.heading import Header, find_header
from inspection.ingest.sheet import RawSheet
from inspection.ingest.source_map import Column, SourceMap


def header_of(sheet: RawSheet, source_map: SourceMap) -> Header | None:
    """Find the header of a sheet; that of a wide one has its groups under names of their own."""
    return find_header(sheet, _spread(source_map) if source_map.wide else source_map)


def groups(header: Header, source_map: SourceMap) -> Iterator[tuple[Header, SourceMap]]:
    """Yield, for each group that the sheet has, its header and its map; a map that is not wide has one group."""
    if source_map.wide is None:
        yield header, source_map
        return
    wide = source_map.wide
    common = {name: found for name, found in header.found.items() if name in source_map.columns}
    for number, code in enumerate(dict.fromkeys(wide.values.values())):
        own = {name: header.found.get(_name(name, number)) for name in wide.columns}
        if any(own.values()):
            found = common | {name: place for name, place in own.items() if place}
            constants = source_map.constants | {wide.column: code}
            yield replace(header, found=found), source_map.model_copy(update={"constants": constants})


def rows_of_group(cells: pd.DataFrame, header: Header, source_map: SourceMap) -> pd.DataFrame:
    """Return the rows that say something in a group: a school without a subject leaves its columns blank."""
    if source_map.wide is None:
        return cells
    is_blank = np.ones(len(cells), bool)
    for name in source_map.wide.columns:
        if name in header.found:
            is_blank &= flags(cells[header[name].position], lambda text: not text.strip())
    return cells[~is_blank | (cells.index <= header.last_row)]


def _spread(source_map: SourceMap) -> SourceMap:
    """Return the map with a column of its own for each group and column."""
    wide = source_map.wide
    assert wide is not None
    columns = {name: column for name, column in source_map.columns.items() if name not in wide.columns}
    for number, code in enumerate(dict.fromkeys(wide.values.values())):
        columns |= {
            _name(name, number): _headed(
                source_map.columns[name], wide.headings(code, source_map.columns[name])
            )
            for name in wide.columns
        }
    return source_map.model_copy(update={"columns": columns})


def _headed(column: Column, headings: tuple[str, ...]) -> Column:
    return column.model_copy(update={"headings": headings, "may_be_absent": True})


def _name(column: str, number: int) -> str:
    return f"{column}_of_group_{number}"
