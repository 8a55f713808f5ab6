"""Reads student results piece by piece and keeps nothing of them but sums; see `inspection.result_sums`.

Memory holds one piece, the sums and eight bytes for each row (to find rows that repeat each other). Where some
do, the files are read once more for those rows alone.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection import reading
from inspection.data_set import SOURCE, DataSet, FileRead, no_missing, repetitions
from inspection.errors import Fault, SourceError
from inspection.fault_code import Spot, fault
from inspection.reading import Bureau, Layout, Table
from inspection.result_sums import (
    add,
    no_sums,
    reduce,
    repeated_keys,
    row_keys,
    student_rows,
    subtract,
)
from inspection.source_map import SourceMap
from tasks.reading import read_batches, unread

logger = logging.getLogger(__name__)

Keys = npt.NDArray[np.uint64]


@dataclass
class _FileSums:
    """What one file has come to so far."""

    file: FileRead
    sums: pd.DataFrame = field(default_factory=no_sums)
    set_aside: list[pd.DataFrame] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def reduce_results(paths: Iterable[Path], source_map: SourceMap, bureau: Bureau, *, inbox: Path) -> DataSet:
    """Read all files of student results into one data set of sums.

    Raises:
        SettingError: there is no pseudonym key.
    """
    ordered = sorted(paths)
    files = [_reduce_file(path, source_map, bureau, inbox) for path in ordered]
    sums = no_sums()
    for part in files:
        sums = add(sums, part.sums)
    repeated = repeated_keys([keys for part in files for keys in part.keys])
    found = DataSet(
        data_set=source_map.data_set,
        rows=sums,
        quarantined=_places([frame for part in files for frame in part.set_aside]),
        missing=no_missing(),
        faults=tuple(sorted(item for part in files for item in part.faults)),
        files=tuple(part.file for part in files),
        is_reduced=True,
    )
    if len(repeated):
        readable = [path for path, part in zip(ordered, files, strict=True) if part.keys]
        found = _without_repetitions(
            found, _rows_with(repeated, readable, source_map, bureau, inbox), source_map
        )
    logger.info(
        "reduced %s: %d rows read, %d set aside, %d sums, %d faults",
        source_map.data_set,
        sum(file.read_count for file in found.files),
        len(found.quarantined),
        len(found.rows),
        len(found.faults),
    )
    return found


def _reduce_file(path: Path, source_map: SourceMap, bureau: Bureau, inbox: Path) -> _FileSums:
    assert source_map.reduce is not None
    nothing = unread(path)
    part = _FileSums(FileRead(path.name, nothing.content_digest, nothing.byte_count))
    try:
        for file, table in _tables(path, source_map, bureau, inbox):
            rows = student_rows(table)
            count = part.file.read_count + len(rows)
            part.file = replace(file, read_count=count)
            part.sums = add(part.sums, reduce(rows[~rows["is_bad"]], source_map.reduce))
            part.set_aside.append(rows.loc[rows["is_bad"], SOURCE])
            part.keys.append(row_keys(rows, source_map))
            part.faults += table.faults
    except SourceError as error:
        return _FileSums(replace(part.file, read_count=0), faults=list(error.faults))
    if not part.file.read_count:
        spot = Spot(path.name, part.file.sheet)
        part.faults.append(fault("no-rows", spot, wanted="至少一行数据", got="没有数据行"))
    return part


def _tables(
    path: Path, source_map: SourceMap, bureau: Bureau, inbox: Path
) -> Iterator[tuple[FileRead, Table]]:
    """Yield the pieces of a file, read; the first piece holds the header.

    Raises:
        SourceError: the file cannot be read, or has no header as the map wants it.
    """
    layout: Layout | None = None
    faults: tuple[Fault, ...] = ()
    for piece in read_batches(path, source_map, inbox=inbox):
        sheet = piece.sheets[0]
        if layout is None:
            layout, faults = reading.find_layout(piece, source_map, bureau)
        if layout is not None and layout.sheet == sheet.name:
            file = FileRead(
                piece.file_name,
                piece.content_digest,
                piece.byte_count,
                sheet=sheet.name,
                headings={name: found[0].text for name, found in layout.header.found.items()},
                unused_headings=layout.header.unused,
            )
            yield file, reading.read_rows(layout, sheet.cells)
    if layout is None:
        raise SourceError(f"文件“{path.name}”退回", faults)


def _rows_with(
    keys: Keys, paths: Sequence[Path], source_map: SourceMap, bureau: Bureau, inbox: Path
) -> pd.DataFrame:
    """Read the files once more and return the rows with one of these keys."""
    found = []
    for path in paths:
        for _, table in _tables(path, source_map, bureau, inbox):
            rows = student_rows(table)
            found.append(rows[np.isin(row_keys(rows, source_map), keys)])
    return pd.concat(found, ignore_index=True)


def _without_repetitions(found: DataSet, rows: pd.DataFrame, source_map: SourceMap) -> DataSet:
    assert source_map.reduce is not None
    places, faults = repetitions(rows.drop(columns=["is_bad", "score_reason"]), source_map)
    is_moved = pd.MultiIndex.from_frame(rows[SOURCE]).isin(set(places)) & ~rows["is_bad"]
    return replace(
        found,
        rows=subtract(found.rows, reduce(rows[is_moved], source_map.reduce)),
        quarantined=_places([found.quarantined, rows.loc[is_moved, SOURCE]]),
        faults=tuple(sorted({*found.faults, *faults})),
    )


def _places(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return no_sums()[SOURCE]
    return pd.concat(filled).sort_values(SOURCE).reset_index(drop=True)
