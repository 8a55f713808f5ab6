"""Rows of students on their way to sums: one batch as a frame, and bits by which rows of one student are found.

Here: what reductions of student results and of fitness tests share. Nothing made here may be written anywhere;
what is kept of students are sums (`result_sums`, `fitness_sums`).
"""

import numpy as np
import pandas as pd

from inspection.derive.result_students import Bits
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Table


def student_rows(table: Table, *, reason_of: str) -> pd.DataFrame:
    """Return the rows of a batch, row for row: the staged columns, a reason, `is_bad` and `SOURCE`.

    `reason_of` is the column of which the frame also says why it is empty, as `<column>_reason`.

    For reducing only: it must not be written anywhere. Texts stay the objects that reading made, one for
    each distinct text.
    """
    source_map, count = table.layout.source_map, len(table.body.cells)
    frame: dict[str, object] = {}
    for name in source_map.staged_columns:
        if name in source_map.columns:
            frame[name] = table.columns[name].values
        elif name in source_map.constants:
            frame[name] = np.full(count, source_map.constants[name], object)
        else:
            rule = source_map.derived[name]
            frame[name] = pd.Series(table.columns[rule.source].values, dtype=object).map(rule.values)
    frame[f"{reason_of}_reason"] = table.columns[reason_of].reasons
    frame["source_file"] = np.full(count, table.layout.place, object)
    frame["source_sheet"] = np.full(count, table.layout.sheet, object)
    made = pd.DataFrame({name: _compact(values) for name, values in frame.items()})
    return made.assign(is_bad=table.is_bad, source_row=table.body.cells.index.to_numpy("int64"))


def _compact(values: object) -> object:
    """Return texts by number, so that each distinct one is looked at once from here on; figures as they are."""
    if np.asarray(values).dtype != object:
        return values
    codes, uniques = pd.factorize(np.asarray(values, object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(uniques, dtype=object))


def row_bits(rows: pd.DataFrame, source_map: SourceMap) -> tuple[Bits, Bits]:
    """Return 64 bits for each row's student (the first column of the key), and for its whole key.

    They are equal where student or key are; the key's are 0 where a part of it is missing. Unequal keys may
    share bits, so what looks repeated must be compared.
    """
    parts, is_whole = [], np.ones(len(rows), bool)
    for name in source_map.key:
        codes, values = pd.factorize(rows[name])
        bits = np.append(pd.util.hash_array(np.asarray(values, object)), np.uint64(0))
        parts.append(bits[codes])
        is_whole &= codes >= 0
    keys = parts[0]
    for part in parts[1:]:
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + part
    return parts[0], np.where(is_whole, keys | np.uint64(1), np.uint64(0))
