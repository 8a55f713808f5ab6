"""Reads student results piece by piece and keeps nothing of them but sums; see `inspection.derive.result_sums`.

Memory holds one piece and the sums; what must wait until all rows of a student have been seen waits as small
records in a `Spill`. Where rows repeat each other, the files are read once more for those students alone.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from inspection.derive.result_students import (
    PAIR_COUNTS,
    STUDENT_COUNTS,
    Bits,
    Places,
    Whole,
    pair_frame,
    pair_sums,
    repeated_keys,
    student_frame,
    student_sums,
    students_with,
    without_students,
)
from inspection.derive.result_sums import add_all, records, reduce, subtract
from inspection.derive.student_rows import student_rows
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import SOURCE, DataSet, FileRead, no_missing, repetitions
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau, Table
from tasks.reading import unread
from tasks.result_spill import PARTITIONS, Spill
from tasks.student_files import StudentFiles, Sums, places_of, rows_of, tables

logger = logging.getLogger(__name__)

STUDENTS = "students"


@dataclass
class _FileSums:
    """What one file has come to so far."""

    file: FileRead
    sums: Sums = field(default_factory=lambda: Sums(add_all))
    set_aside: list[pd.DataFrame] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Waiting:
    """Where the records of a data set wait, and the numbers of their places."""

    places: Places
    spill: Spill


def reduce_results(paths: Iterable[Path], source_map: SourceMap, bureau: Bureau, *, inbox: Path) -> DataSet:
    """Read all files of student results into one data set of sums; `beside` holds those by student.

    Raises:
        SettingError: there is no pseudonym key.
    """
    results = StudentFiles(sorted(paths), source_map, bureau, inbox)
    with Spill(inbox) as spill:
        waiting = _Waiting(Places(), spill)
        files = [_reduce_file(path, results, waiting) for path in results.paths]
        found = _joined(files, source_map)
        repeating, sums = _students(waiting)
    if len(repeating):
        rows = rows_of(repeating, results, _rows)
        found, sound = _without_repetitions(found, rows, source_map)
        own = student_sums(records(sound, source_map, waiting.places), len(waiting.places.groups))
        sums = own + np.pad(sums, ((0, len(own) - len(sums)), (0, 0)))
    found = replace(found, beside={STUDENTS: student_frame(sums, waiting.places)})
    logger.info(
        "reduced %s: %d rows read, %d set aside, %d sums, %d faults",
        source_map.data_set,
        sum(file.read_count for file in found.files),
        len(found.quarantined),
        len(found.rows),
        len(found.faults),
    )
    return found


def pair_results(entry: StudentFiles, leaving: StudentFiles) -> pd.DataFrame:
    """Return sums over the students with an entry and an exit score, by school, stage, grade and subject.

    The school is that of the exit. A file that cannot be read gives no pair; its faults are those that
    `reduce_results` finds in it.

    Raises:
        SettingError: there is no pseudonym key.
    """
    places = Places()
    with ExitStack() as stack:
        spills = []
        for results in (entry, leaving):
            spill = stack.enter_context(Spill(results.inbox))
            spills.append(spill)
            for path in results.paths:
                _reduce_file(path, results, _Waiting(places, spill))
        sums = np.zeros((len(places.groups) * len(places.subjects), len(PAIR_COUNTS)), "int64")
        for number in range(PARTITIONS):
            sums += pair_sums(spills[0].partition(number), spills[1].partition(number), places)
    return pair_frame(sums, places)


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


def _reduce_file(path: Path, results: StudentFiles, waiting: _Waiting) -> _FileSums:
    source_map = results.source_map
    assert source_map.reduce is not None
    nothing, mark = unread(path), waiting.spill.mark()
    part = _FileSums(FileRead(path.name, nothing.content_digest, nothing.byte_count))
    try:
        for file, table in tables(path, results):
            rows = _rows(table)
            part.file = replace(file, read_count=part.file.read_count + len(rows))
            sound = rows[~table.is_bad] if table.is_bad.any() else rows
            part.sums.add(reduce(sound, source_map.reduce))
            if len(sound) < len(rows):
                part.set_aside.append(rows.loc[table.is_bad, SOURCE])
            part.faults += table.faults
            waiting.spill.add(records(rows, source_map, waiting.places))
    except SourceError as error:
        waiting.spill.forget(mark)
        return _FileSums(replace(part.file, read_count=0), faults=list(error.faults))
    if not part.file.read_count:
        spot = Spot(path.name, part.file.sheet)
        part.faults.append(fault("no-rows", spot, wanted="至少一行数据", got="没有数据行"))
    return part


def _rows(table: Table) -> pd.DataFrame:
    return student_rows(table, reason_of="score")


def _students(waiting: _Waiting) -> tuple[Bits, Whole]:
    """Return the students who have a key twice, and the sums by student of everybody else."""
    count = len(waiting.places.groups)
    sums = np.zeros((count, len(STUDENT_COUNTS)), "int64")
    repeating = []
    for number in range(PARTITIONS):
        part = waiting.spill.partition(number)
        again = students_with(part, repeated_keys(part))
        sums += student_sums(without_students(part, again), count)
        repeating.append(again)
    return np.concatenate(repeating), sums


def _without_repetitions(
    found: DataSet, rows: pd.DataFrame, source_map: SourceMap
) -> tuple[DataSet, pd.DataFrame]:
    """Take repeated rows out of the sums; return also the rows that stay, those set aside marked bad."""
    assert source_map.reduce is not None
    places, faults = repetitions(rows.drop(columns=["is_bad", "score_reason"]), source_map)
    is_moved = pd.MultiIndex.from_frame(rows[SOURCE]).isin(set(places)) & ~rows["is_bad"].to_numpy(bool)
    return replace(
        found,
        rows=subtract(found.rows, reduce(rows[is_moved], source_map.reduce)),
        quarantined=places_of([found.quarantined, rows.loc[is_moved, SOURCE]]),
        faults=tuple(sorted({*found.faults, *faults})),
    ), rows[~is_moved]
