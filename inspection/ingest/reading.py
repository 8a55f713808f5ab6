"""Reads one file's text cells into rows of its data set, through a source map; finds every fault at once.

Here: the order of the guards, and what they leave: accepted rows, rows set aside, reasons for empty cells,
control totals. What one cell means is in `cell`, where the header lies in `heading`, which rows are data in
`body`, rows that repeat each other in `data_set`; opening the file is a task.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from inspection.errors import Fault
from inspection.ingest.body import find_body, with_merged_cells
from inspection.ingest.cell import Converted, spellings
from inspection.ingest.cell_guard import (
    cells_can_be_read,
    codes_are_on_their_roster,
    figures_keep_their_limits,
    required_cells_are_filled,
    rows_fit_the_header,
    school_codes_name_class_and_region,
)
from inspection.ingest.data_set import SOURCE, DataSet, FileRead, join_groups, no_missing, no_rows
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.figure_guard import figures_fit_their_codes
from inspection.ingest.heading import Header, header_faults, heading_unit, order_faults
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import NUMERIC_KINDS, Column, SourceMap
from inspection.ingest.table import Bureau, Layout, Table
from inspection.ingest.total_guard import totals_add_up, totals_balance
from inspection.ingest.wide import groups, header_of, rows_of_group

Guard = Callable[[Table], None]


def parse(raw: RawFile, source_map: SourceMap, bureau: Bureau) -> DataSet:
    """Read one file of a data set.

    A file that cannot be read as a whole has no rows and says why in its faults; otherwise each row is
    accepted or, with all its faults, set aside.

    Raises:
        SettingError: a personal column needs a pseudonym key and there is none.
    """
    layouts, faults = find_layouts(raw, source_map, bureau)
    if not layouts:
        return refused(raw, source_map, faults)
    sheet = next(sheet for sheet in raw.sheets if sheet.name == layouts[0].sheet)
    cells = with_merged_cells(sheet, layouts[0].header, source_map)
    parts = []
    for layout in layouts:
        rows = rows_of_group(cells, layout.header, layout.source_map)
        parts.append(assemble(raw, read_rows(layout, rows), faults))
    return join_groups(parts)


def refused(raw: RawFile, source_map: SourceMap, faults: Sequence[Fault]) -> DataSet:
    """Return a file of which no row is taken."""
    file = FileRead(raw.file_name, raw.content_digest, raw.byte_count)
    return DataSet(
        data_set=source_map.data_set,
        rows=no_rows(source_map),
        quarantined=no_rows(source_map),
        missing=no_missing(),
        faults=tuple(sorted(faults)),
        files=(file,),
    )


def find_layout(
    raw: RawFile, source_map: SourceMap, bureau: Bureau
) -> tuple[Layout | None, tuple[Fault, ...]]:
    """Find the sheet and header of a data set in a file, or the faults for which the file is sent back.

    Faults beside a layout only tell. A wide table has no one layout: see `find_layouts`.
    """
    layouts, faults = find_layouts(raw, source_map, bureau)
    return (layouts[0] if layouts else None), faults


def find_layouts(
    raw: RawFile, source_map: SourceMap, bureau: Bureau
) -> tuple[tuple[Layout, ...], tuple[Fault, ...]]:
    """Find the sheet and header of a data set in a file: a layout for each group of a wide table, else one."""
    sheets = [sheet for sheet in raw.sheets if not source_map.sheet or sheet.name in {"", source_map.sheet}]
    if not sheets:
        names = "、".join(f"“{sheet.name}”" for sheet in raw.sheets) or "没有工作表"
        spot = Spot(raw.file_name)
        return (), (fault("sheet-absent", spot, wanted=f"有“{source_map.sheet}”工作表", got=names),)
    headed = [(sheet, header) for sheet in sheets if (header := header_of(sheet, source_map))]
    if not headed:
        return (), (_no_header(raw, sheets[0], source_map),)
    filled = [(sheet, count) for sheet, header in headed if (count := _row_count(sheet, header, source_map))]
    sheet, header = next((item for item in headed if filled and item[0] is filled[0][0]), headed[0])
    found = list(groups(header, source_map)) or [(header, source_map)]
    faults = [
        item for group in found for item in header_faults(*group, place=raw.file_name, sheet=sheet.name)
    ]
    if faults:
        return (), tuple(sorted(set(faults)))
    layouts = tuple(_layout(raw, sheet, group_header, own_map, bureau) for group_header, own_map in found)
    told = order_faults(header, source_map, place=raw.file_name, sheet=sheet.name)
    return layouts, (*told, *(_unread(raw, other, count, read=sheet.name) for other, count in filled[1:]))


def unread_sheets(piece: RawFile, source_map: SourceMap, *, read: str) -> list[Fault]:
    """Return a hint for each sheet of a piece of a file that might be read as well, where `read` already is."""
    sheets = [sheet for sheet in piece.sheets if not source_map.sheet and sheet.name != read]
    headed = [(sheet, header) for sheet in sheets if (header := header_of(sheet, source_map))]
    counts = [(sheet, _row_count(sheet, header, source_map)) for sheet, header in headed]
    return [_unread(piece, sheet, count, read=read) for sheet, count in counts if count]


def _row_count(sheet: RawSheet, header: Header, source_map: SourceMap) -> int:
    return len(find_body(sheet.cells, header, source_map).cells)


def _unread(raw: RawFile, sheet: RawSheet, row_count: int, *, read: str) -> Fault:
    wanted, got = f"数据都在“{read}”工作表中", f"这一工作表另有{row_count}行，未读取"
    return fault("sheet-unread", Spot(raw.file_name, sheet.name), wanted=wanted, got=got)


def _layout(raw: RawFile, sheet: RawSheet, header: Header, source_map: SourceMap, bureau: Bureau) -> Layout:
    words = {
        name: spellings(column, source_map, bureau.profile, unit=_unit_of(header, name))
        for name, column in source_map.columns.items()
    }
    return Layout(raw.file_name, sheet.name, sheet.is_delimited, header, source_map, words, bureau)


def _unit_of(header: Header, column: str) -> str:
    return heading_unit(header[column].text) if column in header.found else ""


def _no_header(raw: RawFile, sheet: RawSheet, source_map: SourceMap) -> Fault:
    titles = "、".join(column.title for column in source_map.columns.values() if not column.may_be_absent)
    got = f"前{source_map.header.within_rows}行中没有这样的表头"
    return fault("header-not-found", Spot(raw.file_name, sheet.name), wanted=f"含有{titles}的表头", got=got)


def read_rows(layout: Layout, cells: pd.DataFrame) -> Table:
    """Read some or all rows of a sheet through every guard."""
    body = find_body(cells, layout.header, layout.source_map)
    count = len(body.cells)
    table = Table(layout, body, is_bad=np.zeros(count, bool), is_shifted=np.zeros(count, bool))
    for guard in GUARDS:
        guard(table)
    return table


GUARDS: tuple[Guard, ...] = (
    rows_fit_the_header,
    cells_can_be_read,
    required_cells_are_filled,
    figures_keep_their_limits,
    school_codes_name_class_and_region,
    figures_fit_their_codes,
    codes_are_on_their_roster,
    totals_add_up,
    totals_balance,
)


def assemble(raw: RawFile, table: Table, faults: Sequence[Fault] = ()) -> DataSet:
    """Make staged frames of a table that has passed the guards."""
    layout = table.layout
    frame = staged_frame(table)
    faults = [*faults, *table.faults]
    if frame.empty:
        spot = layout.spot(layout.header.last_row)
        faults.append(fault("no-rows", spot, wanted="至少一行数据", got="没有数据行"))
    file = FileRead(
        raw.file_name,
        raw.content_digest,
        raw.byte_count,
        sheet=layout.sheet,
        headings={name: found[0].text for name, found in layout.header.found.items()},
        unused_headings=layout.header.unused,
        read_count=len(frame),
        excluded=table.body.excluded_counts,
    )
    return DataSet(
        data_set=layout.source_map.data_set,
        rows=frame[~table.is_bad].reset_index(drop=True),
        quarantined=frame[table.is_bad].reset_index(drop=True),
        missing=_missing(table, frame[SOURCE]),
        faults=tuple(sorted(faults)),
        totals=tuple(table.totals),
        files=(file,),
    )


def staged_frame(table: Table) -> pd.DataFrame:
    """Return every row of a table with the canonical columns and where it stands."""
    source_map, count = table.layout.source_map, len(table.body.cells)
    frame: dict[str, object] = {}
    for name in source_map.staged_columns:
        if name in source_map.columns:
            frame[name] = _series(table.columns[name], source_map.columns[name])
        elif name in source_map.constants:
            frame[name] = pd.Series([source_map.constants[name]] * count, dtype="str")
        else:
            rule = source_map.derived[name]
            frame[name] = pd.Series(table.columns[rule.source].values, dtype="str").map(rule.values)
    frame["source_file"] = pd.Series([table.layout.place] * count, dtype="str")
    frame["source_sheet"] = pd.Series([table.layout.sheet] * count, dtype="str")
    frame["source_row"] = table.body.cells.index.to_numpy("int64")
    return pd.DataFrame(frame)


def _series(converted: Converted, column: Column) -> pd.Series:
    if column.kind in NUMERIC_KINDS:
        return pd.Series(converted.values, dtype=float)
    if column.kind == "yes-no":
        return pd.Series(converted.values, dtype="boolean")
    if column.kind == "date":
        return pd.Series(converted.values, dtype=object)
    text = pd.Series(converted.values, dtype="str")
    return text if column.is_required else text.mask(converted.reasons != "", "")


def _missing(table: Table, places: pd.DataFrame) -> pd.DataFrame:
    """Return why each cell without a value has none; free text may simply be blank."""
    frames = []
    for name, column in table.layout.source_map.columns.items():
        if name in table.columns and column.is_staged and column.kind not in {"text", "code"}:
            reasons = table.columns[name].reasons
            is_missing = np.asarray(reasons != "", bool)
            frames.append(places[is_missing].assign(column=name, reason=reasons[is_missing]))
    told = [frame for frame in frames if len(frame)]
    if not told:
        return no_missing()
    return pd.concat(told, ignore_index=True).astype({"column": "str", "reason": "str"})
