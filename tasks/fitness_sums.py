"""Reads fitness tests piece by piece and keeps nothing of them but sums; see `inspection.derive.fitness_sums`.

Memory holds one piece and the sums; the bits by which repeated students are found wait in a `Spill`. Where rows
repeat each other, the files are read once more for those students alone.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from inspection.derive.fitness_sums import TOTAL, add_all, fitness_rows, reduce, subtract
from inspection.derive.result_students import RECORD, Bits, Records, repeated_keys, students_with
from inspection.derive.student_rows import row_bits
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import SOURCE, DataSet, FileRead, no_missing, repetitions
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau, Table
from tasks.reading import unread
from tasks.result_spill import PARTITIONS, Spill
from tasks.student_files import StudentFiles, Sums, places_of, rows_of, tables

logger = logging.getLogger(__name__)


@dataclass
class _FileSums:
    """What one file has come to so far."""

    file: FileRead
    sums: Sums = field(default_factory=lambda: Sums(add_all))
    set_aside: list[pd.DataFrame] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def reduce_fitness(paths: Iterable[Path], source_map: SourceMap, bureau: Bureau, *, inbox: Path) -> DataSet:
    """Read all files of fitness tests into one data set of sums.

    Raises:
        SettingError: there is no pseudonym key.
    """
    files = StudentFiles(sorted(paths), source_map, bureau, inbox)
    with Spill(inbox) as spill:
        found = _joined([_reduce_file(path, files, spill) for path in files.paths], source_map)
        repeating = _repeating(spill)
    if len(repeating):
        found = _without_repetitions(found, rows_of(repeating, files, _rows), source_map)
    logger.info(
        "reduced %s: %d rows read, %d set aside, %d sums, %d faults",
        source_map.data_set,
        sum(file.read_count for file in found.files),
        len(found.quarantined),
        len(found.rows),
        len(found.faults),
    )
    return found


def _joined(files: Sequence[_FileSums], source_map: SourceMap) -> DataSet:
    return DataSet(
        data_set=source_map.data_set,
        rows=add_all([part.sums.total() for part in files]),
        quarantined=places_of([frame for part in files for frame in part.set_aside]),
        missing=no_missing(),
        faults=tuple(sorted(item for part in files for item in part.faults)),
        files=tuple(part.file for part in files),
        is_reduced=True,
    )


def _reduce_file(path: Path, files: StudentFiles, spill: Spill) -> _FileSums:
    standard = files.source_map.fitness_standard
    assert standard is not None
    nothing, mark = unread(path), spill.mark()
    part = _FileSums(FileRead(path.name, nothing.content_digest, nothing.byte_count))
    try:
        for file, table in tables(path, files):
            rows, faults = fitness_rows(table)
            part.file = replace(file, read_count=part.file.read_count + len(rows))
            part.sums.add(reduce(rows[~rows["is_bad"]], standard))
            part.set_aside.append(rows.loc[rows["is_bad"], SOURCE])
            part.faults += faults
            spill.add(_records(rows, files.source_map))
    except SourceError as error:
        spill.forget(mark)
        return _FileSums(replace(part.file, read_count=0), faults=list(error.faults))
    if not part.file.read_count:
        spot = Spot(path.name, part.file.sheet)
        part.faults.append(fault("no-rows", spot, wanted="至少一行数据", got="没有数据行"))
    return part


def _records(rows: pd.DataFrame, source_map: SourceMap) -> Records:
    made = np.zeros(len(rows), RECORD)
    made["student"], made["key"] = row_bits(rows, source_map)
    return made


def _rows(table: Table) -> pd.DataFrame:
    return fitness_rows(table)[0]


def _repeating(spill: Spill) -> Bits:
    """Return the students who have a key twice."""
    parts = (spill.partition(number) for number in range(PARTITIONS))
    return np.concatenate([students_with(part, repeated_keys(part)) for part in parts])


def _without_repetitions(found: DataSet, rows: pd.DataFrame, source_map: SourceMap) -> DataSet:
    """Take repeated rows out of the sums."""
    standard = source_map.fitness_standard
    assert standard is not None
    places, faults = repetitions(rows.drop(columns=["is_bad", f"{TOTAL}_reason"]), source_map)
    is_moved = pd.MultiIndex.from_frame(rows[SOURCE]).isin(set(places)) & ~rows["is_bad"].to_numpy(bool)
    return replace(
        found,
        rows=subtract(found.rows, reduce(rows[is_moved], standard)),
        quarantined=places_of([found.quarantined, rows.loc[is_moved, SOURCE]]),
        faults=tuple(sorted({*found.faults, *faults})),
    )
