"""Records of student results, waiting on disk until every row of a student has been seen.

They lie in a temporary file without a name, which no other process can open and which is gone with this one,
however it ends. See `inspection.derive.result_students` for what a record holds.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np

from inspection.derive.result_students import RECORD, Records

PARTITIONS = 256


@dataclass
class Spill:
    """Records by partition; all rows of one student are in the same one."""

    folder: Path
    offsets: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)

    def __enter__(self) -> "Spill":
        self.file = tempfile.TemporaryFile(dir=self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def add(self, records: Records) -> None:
        """Put records away."""
        partition = (records["student"] % np.uint64(PARTITIONS)).astype("uint8")
        counts = np.bincount(partition, minlength=PARTITIONS)
        start = self.file.seek(0, 2)
        self.file.write(records[np.argsort(partition, kind="stable")].tobytes())
        self.offsets.append(start + RECORD.itemsize * np.concatenate([[0], np.cumsum(counts)]))

    def mark(self) -> int:
        """Return a mark of what has been put away so far, for `forget`."""
        return len(self.offsets)

    def forget(self, mark: int) -> None:
        """Drop what was put away after a mark."""
        del self.offsets[mark:]

    def partition(self, number: int) -> Records:
        """Return the records of one partition."""
        self.file.flush()
        parts = [np.zeros(0, RECORD)]
        for offsets in self.offsets:
            self.file.seek(int(offsets[number]))
            parts.append(np.frombuffer(self.file.read(int(offsets[number + 1] - offsets[number])), RECORD))
        return np.concatenate(parts)
