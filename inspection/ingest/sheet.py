"""A sheet as it came out of a file: text cells and merged ranges, nothing understood yet."""

from dataclasses import dataclass

import pandas as pd

Corner = tuple[int, int]
Merge = tuple[Corner, Corner]
"""First and last corner (row, column), both from 0."""


@dataclass(frozen=True)
class RawSheet:
    """Text cells of one sheet.

    `cells` holds one categorical column of text for each column of the sheet (named 0, 1, …), indexed by the
    row as the clerk counts it, from 1; its last column holds what stood beyond the width of the first rows of
    a text file. `merges` are first and last corner (row, column), both from 0.
    """

    name: str
    cells: pd.DataFrame
    merges: tuple[Merge, ...] = ()

    @property
    def is_delimited(self) -> bool:
        """Whether the sheet is a text file, where a stray delimiter pushes cells to the right."""
        return not self.name


@dataclass(frozen=True)
class RawFile:
    """A file opened: its name, the digest of its bytes, its sheets."""

    file_name: str
    content_digest: str
    byte_count: int
    sheets: tuple[RawSheet, ...]
