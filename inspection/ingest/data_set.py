"""A data set as far as it has been read: accepted rows, rows set aside, every fault, what was left out.

Here: joining the files of one data set, rows that repeat each other, setting rows aside, the status of each
file. How one file becomes rows is in `reading`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.errors import Fault
from inspection.ingest.control_total import Reconciliation
from inspection.ingest.fault_code import FAULT_CODES, Spot, fault, refuses_file, severity_of
from inspection.ingest.source_map import SourceMap
from inspection.ingest.submission import Received

SOURCE = ["source_file", "source_sheet", "source_row"]
MISSING_COLUMNS = [*SOURCE, "column", "reason"]
NO_ROWS = FAULT_CODES["no-rows"].code
Row = tuple[str, str, int]
"""File, sheet, row as the clerk counts it."""


@dataclass(frozen=True)
class FileRead:
    """One file of a data set: the digest of its bytes, its size, and what was found in it.

    `headings` gives, for each canonical column, the heading as it stands in the file; `excluded` the rows
    left out, by the title of their kind; `corrects` the receipt number of the file it is a correction of.
    """

    file_name: str
    content_digest: str
    byte_count: int
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    unused_headings: tuple[str, ...] = ()
    read_count: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    corrects: str = ""


@dataclass(frozen=True)
class DataSet:
    """What reading made of the files of one data set.

    `rows` and `quarantined` have the canonical columns and `SOURCE`; `missing` says, for cells without a
    value, why (`MISSING_COLUMNS`). In a reduced data set `rows` are sums, which have no row of their own in
    the file, and `quarantined` has the columns of `SOURCE` only; `beside` holds, by name, other sums of the
    same files.
    """

    data_set: str
    rows: pd.DataFrame
    quarantined: pd.DataFrame
    missing: pd.DataFrame
    faults: tuple[Fault, ...] = ()
    totals: tuple[Reconciliation, ...] = ()
    files: tuple[FileRead, ...] = ()
    is_reduced: bool = False
    beside: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def checkable(self) -> pd.DataFrame:
        """Every row that was read, set aside or not, labelled 0, 1, …: checks speak of all of them at once."""
        return self.rows if self.is_reduced else _joined([self.rows, self.quarantined], self.rows)

    @property
    def excluded_count(self) -> int:
        """Rows left out, such as totals."""
        return sum(sum(found.excluded.values()) for found in self.files)

    @property
    def missing_counts(self) -> dict[str, int]:
        """Cells without a value in the accepted rows, by reason."""
        counts = self.missing.merge(self.rows[SOURCE].drop_duplicates(), on=SOURCE)["reason"].value_counts()
        return {str(reason): int(count) for reason, count in sorted(counts.items())}

    def known(self, column: str) -> frozenset[str]:
        """Return every code that could be read in `column`, also in rows set aside for another fault."""
        return frozenset(code for code in self.checkable[column].dropna().unique() if code)

    def received(self, term_id: str, severities: Mapping[str, str]) -> tuple[Received, ...]:
        """Return what became of each file; `severities` are those of the rules it was checked against."""
        return tuple(self._received(found, term_id, severities) for found in self.files)

    def _received(self, found: FileRead, term_id: str, severities: Mapping[str, str]) -> Received:
        faults = [item for item in self.faults if item.place == found.file_name]
        is_refused = any(refuses_file(item) for item in faults)
        set_aside_count = int((self.quarantined["source_file"] == found.file_name).sum())
        return Received(
            term_id=term_id,
            data_set=self.data_set,
            file_name=found.file_name,
            content_digest=found.content_digest,
            read_count=found.read_count,
            accepted_count=0 if is_refused else found.read_count - set_aside_count,
            excluded_count=sum(found.excluded.values()),
            corrects=found.corrects,
            faults=tuple((item, severities.get(item.code) or severity_of(item.code)) for item in faults),
        )


def no_rows(source_map: SourceMap) -> pd.DataFrame:
    """Return an empty staged frame of a data set."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in (*source_map.staged_columns, *SOURCE)})


def no_missing() -> pd.DataFrame:
    """Return an empty frame of reasons."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in MISSING_COLUMNS})


def join_groups(parts: Sequence[DataSet]) -> DataSet:
    """Join what was read of one file, group of columns by group; what is said of the file is said once."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    (file,) = first.files
    faults = {item for part in parts for item in part.faults if item.code != NO_ROWS}
    is_empty = all(part.rows.empty and part.quarantined.empty for part in parts)
    return replace(
        first,
        rows=_joined([part.rows for part in parts], first.rows),
        quarantined=_joined([part.quarantined for part in parts], first.quarantined),
        missing=_joined([part.missing for part in parts], first.missing),
        faults=tuple(sorted(faults)) if not is_empty else first.faults,
        totals=tuple(dict.fromkeys(item for part in parts for item in part.totals)),
        files=(replace(file, read_count=sum(part.files[0].read_count for part in parts)),),
    )


def combine(parts: Sequence[DataSet], source_map: SourceMap) -> DataSet:
    """Join the files of one data set and find rows that repeat each other, within and across files.

    An exact repetition is set aside. Of rows with one key and different figures none can be trusted: all are
    set aside, and the fault names both rows.
    """
    joined = DataSet(
        data_set=source_map.data_set,
        rows=_joined([part.rows for part in parts], no_rows(source_map)),
        quarantined=_joined([part.quarantined for part in parts], no_rows(source_map)),
        missing=_joined([part.missing for part in parts], no_missing()),
        faults=tuple(item for part in parts for item in part.faults),
        totals=tuple(item for part in parts for item in part.totals),
        files=tuple(sorted((item for part in parts for item in part.files), key=lambda item: item.file_name)),
    )
    rows, faults = repetitions(joined.checkable, source_map)
    return set_aside(joined, rows, faults)


def set_aside(found: DataSet, rows: Iterable[Row], faults: Iterable[Fault]) -> DataSet:
    """Move rows (file, sheet, row) into quarantine and add their faults."""
    places = pd.MultiIndex.from_frame(found.rows[SOURCE])
    is_moved = places.isin(set(rows))
    return replace(
        found,
        rows=found.rows[~is_moved].reset_index(drop=True),
        quarantined=_joined([found.quarantined, found.rows[is_moved]], found.quarantined),
        faults=tuple(sorted({*found.faults, *faults})),
    )


def with_faults(found: DataSet, faults: Iterable[Fault]) -> DataSet:
    """Return a data set with more faults, no row moved."""
    return replace(found, faults=tuple(sorted({*found.faults, *faults})))


def set_aside_sums(found: DataSet, labels: Sequence[int], faults: Iterable[Fault]) -> DataSet:
    """Drop sums of a reduced data set by their labels, and add the faults; student rows are not affected."""
    rows = found.rows.drop(index=list(labels)).reset_index(drop=True)
    return replace(found, rows=rows, faults=tuple(sorted({*found.faults, *faults})))


def _joined(frames: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return empty
    return pd.concat(filled).sort_values(SOURCE, kind="stable").reset_index(drop=True)


def repetitions(frame: pd.DataFrame, source_map: SourceMap) -> tuple[list[Row], list[Fault]]:
    """Return the rows that repeat the key of an earlier row, as far as they are set aside, and their faults."""
    key = list(source_map.key)
    has_key = frame[key].notna().all(axis=1) & (frame[key] != "").all(axis=1)
    repeated = frame[has_key & frame.duplicated(key, keep=False)]
    rows: list[Row] = []
    faults: list[Fault] = []
    for _, group in repeated.groupby(key, sort=True):
        moved, found = _group_faults(group, source_map)
        rows += moved
        faults += found
    return rows, faults


def _group_faults(group: pd.DataFrame, source_map: SourceMap) -> tuple[list[Row], list[Fault]]:
    """Return the rows of one key to set aside, and a fault for each row after the first."""
    places = [row_place(row) for row in group[SOURCE].to_dict("records")]
    rows, faults = [], []
    values = group.drop(columns=SOURCE)
    for position in range(1, len(group)):
        differs = _differing(values, position)
        other = places[0]
        here = Spot(*places[position])
        same = "" if here.place == other[0] else f"“{other[0]}”"
        wanted = f"同一{'、'.join(source_map.title_of(name) for name in source_map.key)}只报一行"
        if differs:
            names = "、".join(f"“{source_map.title_of(name)}”" for name in differs[:3])
            got = f"与{same}第{other[2]}行重复，{names}{'等' if len(differs) > 3 else ''}不同"
            faults.append(fault("conflicting-duplicate", here, wanted=wanted, got=got))
            rows += [other, places[position]]
        else:
            got = f"与{same}第{other[2]}行完全相同"
            faults.append(fault("exact-duplicate", here, wanted=wanted, got=got))
            rows.append(places[position])
    return rows, faults


def row_place(row: Mapping[Any, Any]) -> Row:
    """Return where a row of a staged frame stands."""
    return str(row["source_file"]), str(row["source_sheet"]), int(row["source_row"])


def _differing(values: pd.DataFrame, position: int) -> list[str]:
    """Return the columns in which a row differs from the first one."""
    first, other = values.iloc[0], values.iloc[position]
    is_same: npt.NDArray[np.bool_] = np.array(
        [
            one is two or (pd.isna(one) and pd.isna(two)) or bool(one == two)
            for one, two in zip(first, other, strict=True)
        ]
    )
    return [str(name) for name in values.columns[~is_same]]
