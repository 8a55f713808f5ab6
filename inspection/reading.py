"""Reads one file's text cells into rows of its data set, through a source map; finds every fault at once.

Here: the order of the guards, and what they leave: accepted rows, rows set aside, reasons for empty cells,
control totals. What one cell means is in `cell`, where the header lies in `heading`, which rows are data in
`body`, rows that repeat each other in `data_set`; opening the file is a task.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.body import Body, find_body, flags, with_merged_cells
from inspection.cell import Converted, Spellings, convert, spellings
from inspection.control_total import Reconciliation
from inspection.data_set import SOURCE, DataSet, FileRead, join_groups, no_missing, no_rows
from inspection.division import Division, school_code_problem
from inspection.errors import Fault
from inspection.fault_code import Spot, fault
from inspection.figure_guard import figures_fit_their_codes
from inspection.heading import Header, header_faults, heading_unit, order_faults
from inspection.profile import Profile
from inspection.pseudonym import pseudonyms
from inspection.sheet import RawFile, RawSheet
from inspection.source_map import NUMERIC_KINDS, Column, SourceMap
from inspection.total_guard import totals_add_up, totals_balance
from inspection.wide import groups, header_of, rows_of_group

Mask = npt.NDArray[np.bool_]
HIDDEN = "（个人信息，不显示）"
_LONGEST_GOT = 40


@dataclass(frozen=True)
class Bureau:
    """What reading must know besides the file and its map.

    `known` holds, by data set, the codes that other files may refer to; the key makes pseudonyms; without
    `divisions` no region is looked up.
    """

    profile: Profile
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pseudonym_key: bytes = b""
    divisions: Mapping[str, Division] = field(default_factory=dict)

    @property
    def provinces(self) -> frozenset[str]:
        """The provinces of the bureau's districts, as far as their codes are of six digits."""
        codes = (district.code for district in self.profile.districts)
        return frozenset(code[:2] for code in codes if len(code) == 6 and code.isdecimal())


@dataclass(frozen=True)
class Layout:
    """Where a data set lies in one file: the sheet, its header, and what its words mean."""

    place: str
    sheet: str
    is_delimited: bool
    header: Header
    source_map: SourceMap
    words: Mapping[str, Spellings]
    bureau: Bureau

    def spot(self, row: int, column: str = "") -> Spot:
        """Return a place as the clerk sees it; `column` is canonical."""
        heading = self.header.found.get(column)
        return Spot(self.place, self.sheet, row, heading[0].text if heading else column)


@dataclass
class Table:
    """Rows being read: the guards fill it in, one after the other."""

    layout: Layout
    body: Body
    columns: dict[str, Converted] = field(default_factory=dict)
    is_bad: Mask = field(default_factory=lambda: np.zeros(0, bool))
    is_shifted: Mask = field(default_factory=lambda: np.zeros(0, bool))
    faults: list[Fault] = field(default_factory=list)
    totals: list[Reconciliation] = field(default_factory=list)

    def refuse(self, kind: str, column: str, where: Mask, got: Callable[[int], str], *, wanted: str) -> None:
        """Set aside the rows where `where` holds, with a fault for each; `got` names what a position holds.

        A row whose cells have been pushed aside has that one fault; what stands in the wrong place is none.
        """
        where = where & ~self.is_shifted
        self.is_bad |= where
        rows = self.body.cells.index
        for position in np.flatnonzero(where):
            spot = self.layout.spot(int(rows[position]), column)
            self.faults.append(fault(kind, spot, wanted=wanted, got=got(int(position))))

    def cell_text(self, column: str) -> Callable[[int], str]:
        """Return a function from a position to what stands there, unless that is personal."""
        if self.layout.source_map.columns[column].is_personal:
            return lambda _: HIDDEN
        cells = self.body.cells[self.layout.header[column].position]
        return lambda position: str(cells.iloc[position]).strip()[:_LONGEST_GOT] or "空白"


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
    headed = ((sheet, header_of(sheet, source_map)) for sheet in sheets)
    sheet, header = next(((sheet, header) for sheet, header in headed if header), (sheets[0], None))
    if header is None:
        return (), (_no_header(raw, sheet, source_map),)
    found = list(groups(header, source_map)) or [(header, source_map)]
    faults = [
        item for group in found for item in header_faults(*group, place=raw.file_name, sheet=sheet.name)
    ]
    if faults:
        return (), tuple(sorted(set(faults)))
    layouts = tuple(_layout(raw, sheet, group_header, own_map, bureau) for group_header, own_map in found)
    return layouts, tuple(order_faults(header, source_map, place=raw.file_name, sheet=sheet.name))


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


def _rows_fit_the_header(table: Table) -> None:
    """In a text file a stray delimiter pushes figures into the wrong columns."""
    if not table.layout.is_delimited:
        return
    beyond = [name for name in table.body.cells if name >= table.layout.header.width]
    counts = np.zeros(len(table.body.cells), int)
    for name in beyond:
        counts += flags(table.body.cells[name], lambda text: bool(text.strip()))
    is_wide = np.asarray(counts > 0, bool)
    wanted = "与表头列数一致"
    table.refuse(
        "row-too-wide", "", is_wide, lambda position: f"多出{counts[position]}个单元格", wanted=wanted
    )
    table.is_shifted = is_wide


def _cells_can_be_read(table: Table) -> None:
    layout = table.layout
    for name, column in layout.source_map.columns.items():
        if column.handling == "drop":
            continue
        if name not in layout.header.found:
            table.columns[name] = _absent(column, len(table.body.cells))
            continue
        cells = table.body.cells[layout.header[name].position]
        converted = convert(cells, column, layout.words[name])
        if column.handling == "pseudonymise":
            converted = _pseudonymised(converted, layout.bureau.pseudonym_key)
        table.columns[name] = converted
        for kind in sorted(set(converted.faults) - {""}):
            wrong = np.asarray(converted.faults == kind, bool)
            if kind == "unknown-district":
                wrong &= ~_abolished(table, name, wrong)
            table.refuse(kind, name, wrong, table.cell_text(name), wanted=column.wanted_words)


def _abolished(table: Table, name: str, where: Mask) -> Mask:
    """Refuse codes of districts that are abolished, in the words of the table, and return where they stand."""
    divisions, text = table.layout.bureau.divisions, table.cell_text(name)
    typed = {int(at): divisions.get(text(int(at))) for at in np.flatnonzero(where)}
    gone = {at: item for at, item in typed.items() if item and item.is_abolished}
    found = np.zeros(len(where), bool)
    found[list(gone)] = True
    wanted = table.layout.source_map.columns[name].wanted_words
    table.refuse("abolished-division", name, found, lambda at: gone[at].words, wanted=wanted)
    return found


def _school_codes_name_class_and_region(table: Table) -> None:
    for name, column in table.layout.source_map.columns.items():
        if column.code_of == "school" and table.layout.bureau.divisions:
            problems = _code_problems(table, name)
            wanted = "类别码与办学类型相符、区划码为本省的学校标识码"
            is_wrong = np.array([bool(problem) for problem in problems], bool)
            table.refuse("school-code-parts", name, is_wrong, problems.__getitem__, wanted=wanted)


def _code_problems(table: Table, name: str) -> list[str]:
    """Say of each row what is wrong with the parts of its school code."""
    codes, provinces = table.columns[name].values, table.layout.bureau.provinces
    types = table.columns["school_type"].values if "school_type" in table.columns else [""] * len(codes)
    return [
        school_code_problem(str(code), str(kind), provinces) if code is not None else ""
        for code, kind in zip(codes, types, strict=True)
    ]


def _required_cells_are_filled(table: Table) -> None:
    for name, column in table.layout.source_map.columns.items():
        if column.is_required and name in table.columns:
            is_empty = np.asarray(table.columns[name].reasons != "", bool)
            table.refuse("missing-required", name, is_empty, lambda _: "空白", wanted=column.wanted_words)


def _figures_keep_their_limits(table: Table) -> None:
    for name, column in table.layout.source_map.columns.items():
        if column.minimum is not None:
            is_low = np.asarray(table.columns[name].values, float) < column.minimum
            table.refuse("below-minimum", name, is_low, table.cell_text(name), wanted=column.wanted_words)
        if column.at_most is not None:
            most = np.asarray(table.columns[column.at_most].values, float)
            is_high = np.asarray(table.columns[name].values, float) > most
            table.refuse("over-maximum", name, is_high, table.cell_text(name), wanted=column.wanted_words)


def _codes_are_on_their_roster(table: Table) -> None:
    for name, column in table.layout.source_map.columns.items():
        known = table.layout.bureau.known.get(column.refers_to)
        if known is not None:
            codes = pd.Series(table.columns[name].values, dtype=object)
            is_unknown = (codes.notna() & ~codes.isin(known)).to_numpy(bool)
            table.refuse("not-on-roster", name, is_unknown, table.cell_text(name), wanted="名录中的代码")


GUARDS: tuple[Guard, ...] = (
    _rows_fit_the_header,
    _cells_can_be_read,
    _required_cells_are_filled,
    _figures_keep_their_limits,
    _school_codes_name_class_and_region,
    figures_fit_their_codes,
    _codes_are_on_their_roster,
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


def _absent(column: Column, count: int) -> Converted:
    values = np.full(count, np.nan) if column.kind in NUMERIC_KINDS else np.full(count, None, object)
    return Converted(values, np.full(count, "not-reported", object), np.full(count, "", object))


def _pseudonymised(converted: Converted, key: bytes) -> Converted:
    codes, ids = pd.factorize(converted.values)
    names = np.array([*pseudonyms(ids.tolist(), key), None], object)
    return Converted(names[codes], converted.reasons, converted.faults)
