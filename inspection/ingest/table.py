"""A sheet being read as a data set: where it lies, what its words mean, and the rows that the guards go over.

Here: what guards share. Not here: their order (`reading`) and what each looks for (`cell_guard`,
`figure_guard`, `total_guard`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inspection.errors import Fault
from inspection.ingest.body import Body
from inspection.ingest.cell import Converted, Spellings
from inspection.ingest.control_total import Reconciliation
from inspection.ingest.division import Division
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.heading import Header
from inspection.ingest.source_map import SourceMap
from inspection.profile import Profile

Mask = npt.NDArray[np.bool_]
HIDDEN = "（个人信息，不显示）"
_LONGEST_GOT = 40


@dataclass(frozen=True)
class Bureau:
    """What reading must know besides the file and its map.

    `known` holds, by data set, the codes that other files may refer to; the key makes pseudonyms; without
    `divisions` no region is looked up.
    """

    profile: Profile
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pseudonym_key: bytes = b""
    divisions: Mapping[str, Division] = field(default_factory=dict)

    @property
    def provinces(self) -> frozenset[str]:
        """The provinces of the bureau's districts, as far as their codes are of six digits."""
        codes = (district.code for district in self.profile.districts)
        return frozenset(code[:2] for code in codes if len(code) == 6 and code.isdecimal())


@dataclass(frozen=True)
class Layout:
    """Where a data set lies in one file: the sheet, its header, and what its words mean."""

    place: str
    sheet: str
    is_delimited: bool
    header: Header
    source_map: SourceMap
    words: Mapping[str, Spellings]
    bureau: Bureau

    def spot(self, row: int, column: str = "") -> Spot:
        """Return a place as the clerk sees it; `column` is canonical."""
        heading = self.header.found.get(column)
        return Spot(self.place, self.sheet, row, heading[0].text if heading else column)


@dataclass
class Table:
    """Rows being read: the guards fill it in, one after the other."""

    layout: Layout
    body: Body
    columns: dict[str, Converted] = field(default_factory=dict)
    is_bad: Mask = field(default_factory=lambda: np.zeros(0, bool))
    is_shifted: Mask = field(default_factory=lambda: np.zeros(0, bool))
    faults: list[Fault] = field(default_factory=list)
    totals: list[Reconciliation] = field(default_factory=list)

    def refuse(self, kind: str, column: str, where: Mask, got: Callable[[int], str], *, wanted: str) -> None:
        """Set aside the rows where `where` holds, with a fault for each; `got` names what a position holds.

        A row whose cells have been pushed aside has that one fault; what stands in the wrong place is none.
        """
        where = where & ~self.is_shifted
        self.is_bad |= where
        rows = self.body.cells.index
        for position in np.flatnonzero(where):
            spot = self.layout.spot(int(rows[position]), column)
            self.faults.append(fault(kind, spot, wanted=wanted, got=got(int(position))))

    def cell_text(self, column: str) -> Callable[[int], str]:
        """Return a function from a position to what stands there, unless that is personal."""
        if self.layout.source_map.columns[column].is_personal:
            return lambda _: HIDDEN
        cells = self.body.cells[self.layout.header[column].position]
        return lambda position: str(cells.iloc[position]).strip()[:_LONGEST_GOT] or "空白"
