"""Reads files of student rows piece by piece, for reductions that keep nothing of them but sums.

Here: what reductions of results (`result_sums`) and of fitness tests (`fitness_sums`) share. Memory holds one
piece and the sums.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from inspection.derive.result_students import Bits
from inspection.derive.student_rows import row_bits
from inspection.errors import Fault, SourceError
from inspection.ingest import reading
from inspection.ingest.data_set import SOURCE, FileRead
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau, Layout, Table
from tasks.reading import read_batches

_WAITING_ROWS = 50_000


@dataclass(frozen=True)
class StudentFiles:
    """Files of student rows, and what must be known to read them."""

    paths: Sequence[Path]
    source_map: SourceMap
    bureau: Bureau
    inbox: Path


@dataclass
class Sums:
    """Sums on the way: the parts of many pieces are added together now and then, not after each."""

    add_all: Callable[[Sequence[pd.DataFrame]], pd.DataFrame]
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, part: pd.DataFrame) -> None:
        """Add the sums of one piece."""
        self.parts.append(part)
        if sum(map(len, self.parts[1:])) > max(_WAITING_ROWS, len(self.parts[0])):
            self.parts = [self.total()]

    def total(self) -> pd.DataFrame:
        """Return what all pieces come to so far."""
        return self.add_all(self.parts)


def tables(path: Path, files: StudentFiles) -> Iterator[tuple[FileRead, Table]]:
    """Yield the pieces of a file, read; the first piece holds the header, and what is to be told of it.

    Raises:
        SourceError: the file cannot be read, or has no header as the map wants it.
    """
    layout: Layout | None = None
    faults: tuple[Fault, ...] = ()
    for piece in read_batches(path, files.source_map, inbox=files.inbox):
        sheet = piece.sheets[0]
        told: tuple[Fault, ...] = ()
        if layout is None:
            layout, faults = reading.find_layout(piece, files.source_map, files.bureau)
            told = faults if layout is not None else ()
        if layout is not None and layout.sheet == sheet.name:
            file = FileRead(
                piece.file_name,
                piece.content_digest,
                piece.byte_count,
                sheet=sheet.name,
                headings={name: found[0].text for name, found in layout.header.found.items()},
                unused_headings=layout.header.unused,
            )
            table = reading.read_rows(layout, sheet.cells)
            table.faults += told
            none = sheet.cells.iloc[:0]
            yield file, table
        elif layout is not None and (
            unread := reading.unread_sheets(piece, files.source_map, read=layout.sheet)
        ):
            table = reading.read_rows(layout, none)
            table.faults += unread
            yield file, table
    if layout is None:
        raise SourceError(f"文件“{path.name}”退回", faults)


def rows_of(students: Bits, files: StudentFiles, rows_in: Callable[[Table], pd.DataFrame]) -> pd.DataFrame:
    """Read the files once more and return the rows of these students; of a file refused, none."""
    found = []
    for path in files.paths:
        own = []
        try:
            for _, table in tables(path, files):
                rows = rows_in(table)
                own.append(rows[np.isin(row_bits(rows, files.source_map)[0], students)])
        except SourceError:
            continue
        found += own
    return pd.concat(found, ignore_index=True)


def places_of(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return where rows stand (`SOURCE`), of all frames together, sorted."""
    kinds = {"source_file": "str", "source_sheet": "str", "source_row": "int64"}
    filled = [frame[SOURCE] for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return pd.concat(filled).sort_values(SOURCE).reset_index(drop=True).astype(kinds)
