"""Withholds small counts of persons so that they cannot be worked out from the rest of the table.

Here: two-way tables with totals. Not here: counts of schools, which are published as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TOTAL = "合计"

Cell = tuple[str, str]


@dataclass(frozen=True)
class CountTable:
    """A two-way table of persons with its totals; a withheld count is None."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int | None]

    def count(self, row: str, column: str) -> int | None:
        """Return the published count, None when it is withheld."""
        return self.counts[row, column]

    @property
    def withheld_count(self) -> int:
        """How many cells are withheld."""
        return sum(count is None for count in self.counts.values())


def suppressed(
    counts: Mapping[Cell, int], *, rows: tuple[str, ...], columns: tuple[str, ...], minimum: int
) -> CountTable:
    """Return the table with a 合计 row and column, and small cells withheld.

    Counts from 1 to `minimum - 1` are withheld, totals included; then further cells (the smallest that help,
    inner cells before totals) until no withheld cell follows from the published ones. A withheld cell of a
    two-way table with totals follows from the rest exactly when it is a bridge of the graph whose nodes are
    rows and columns and whose edges are withheld cells (Gusfield 1988). Absent cells count as 0.
    """
    full = _with_totals(counts, rows, columns)
    withheld = {cell for cell, count in full.items() if 0 < count < minimum}
    while (bridge := _first_bridge(withheld)) is not None:
        withheld.add(_cheapest_across(bridge, full, withheld))
    table = {cell: None if cell in withheld else count for cell, count in full.items()}
    return CountTable((*rows, TOTAL), (*columns, TOTAL), table)


def _with_totals(
    counts: Mapping[Cell, int], rows: tuple[str, ...], columns: tuple[str, ...]
) -> dict[Cell, int]:
    full = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    for row in rows:
        full[row, TOTAL] = sum(full[row, column] for column in columns)
    for column in (*columns, TOTAL):
        full[TOTAL, column] = sum(full[row, column] for row in rows)
    return full


def _first_bridge(withheld: set[Cell]) -> Cell | None:
    for row, column in sorted(withheld):
        if (1, column) not in _reached((0, row), withheld - {(row, column)}):
            return row, column
    return None


def _reached(start: tuple[int, str], edges: set[Cell]) -> set[tuple[int, str]]:
    reached, waiting = {start}, [start]
    while waiting:
        side, name = waiting.pop()
        ahead = {(1 - side, edge[1 - side]) for edge in edges if edge[side] == name} - reached
        reached |= ahead
        waiting += sorted(ahead)
    return reached


def _cheapest_across(bridge: Cell, full: Mapping[Cell, int], withheld: set[Cell]) -> Cell:
    near = _reached((0, bridge[0]), withheld - {bridge})
    across = [
        cell for cell in full if cell not in withheld and ((0, cell[0]) in near) != ((1, cell[1]) in near)
    ]
    return min(across, key=lambda cell: (TOTAL in cell, full[cell] == 0, full[cell], cell))
