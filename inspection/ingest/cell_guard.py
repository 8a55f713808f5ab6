"""The guards of single rows and cells: what a clerk typed, where it stands and what it refers to.

What one cell means is in `cell`; the order of the guards in `reading`.
"""

import numpy as np
import pandas as pd

from inspection.ingest.body import flags
from inspection.ingest.cell import Converted, convert
from inspection.ingest.division import school_code_problem
from inspection.ingest.source_map import NUMERIC_KINDS, Column
from inspection.ingest.table import Mask, Table
from inspection.pseudonym import pseudonyms


def rows_fit_the_header(table: Table) -> None:
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


def cells_can_be_read(table: Table) -> None:
    """Take every cell in its kind; the rows of those that cannot be read are set aside."""
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


def school_codes_name_class_and_region(table: Table) -> None:
    """A school code of ten digits names the class and the region of its school."""
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


def required_cells_are_filled(table: Table) -> None:
    """A row without what it needs is set aside."""
    for name, column in table.layout.source_map.columns.items():
        if column.is_required and name in table.columns:
            is_empty = np.asarray(table.columns[name].reasons != "", bool)
            table.refuse("missing-required", name, is_empty, lambda _: "空白", wanted=column.wanted_words)


def figures_keep_their_limits(table: Table) -> None:
    """A figure is no less than its minimum and no more than the column it is part of."""
    for name, column in table.layout.source_map.columns.items():
        if column.minimum is not None:
            is_low = np.asarray(table.columns[name].values, float) < column.minimum
            table.refuse("below-minimum", name, is_low, table.cell_text(name), wanted=column.wanted_words)
        if column.at_most is not None:
            most = np.asarray(table.columns[column.at_most].values, float)
            is_high = np.asarray(table.columns[name].values, float) > most
            table.refuse("over-maximum", name, is_high, table.cell_text(name), wanted=column.wanted_words)


def codes_are_on_their_roster(table: Table) -> None:
    """A code that refers to another file stands there."""
    for name, column in table.layout.source_map.columns.items():
        known = table.layout.bureau.known.get(column.refers_to)
        if known is not None:
            codes = pd.Series(table.columns[name].values, dtype=object)
            is_unknown = (codes.notna() & ~codes.isin(known)).to_numpy(bool)
            table.refuse("not-on-roster", name, is_unknown, table.cell_text(name), wanted="名录中的代码")


def _absent(column: Column, count: int) -> Converted:
    values = np.full(count, np.nan) if column.kind in NUMERIC_KINDS else np.full(count, None, object)
    return Converted(values, np.full(count, "not-reported", object), np.full(count, "", object))


def _pseudonymised(converted: Converted, key: bytes) -> Converted:
    codes, ids = pd.factorize(converted.values)
    names = np.array([*pseudonyms(ids.tolist(), key), None], object)
    return Converted(names[codes], converted.reasons, converted.faults)
