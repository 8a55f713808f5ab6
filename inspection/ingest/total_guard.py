"""The guards of totals rows: they are what the rows add up to, and their parts make their whole.

What a difference is worth saying stands in `control_total`; the order of the guards in `reading`.
"""

import numpy as np
import numpy.typing as npt

from inspection.ingest.body import LeftOut
from inspection.ingest.cell import convert
from inspection.ingest.control_total import balance_fault, reconcile, total_fault
from inspection.ingest.table import Layout, Table


def totals_add_up(table: Table) -> None:
    """Hold each totals row against the sum of the rows."""
    layout = table.layout
    counted = [found.cells for found in table.body.left_out if found.entry.counts_in_totals]
    for found in table.body.left_out:
        for name in found.entry.reconcile:
            position, column = layout.header[name].position, layout.source_map.columns[name]
            parts = [table.columns[name]]
            parts += [convert(cells[position], column, layout.words[name]) for cells in counted if len(cells)]
            totals = convert(found.cells[position], column, layout.words[name])
            for row, total in zip(found.cells.index, np.asarray(totals.values, float), strict=True):
                if not np.isnan(total):
                    table.totals.append(reconcile(layout.spot(int(row), name), float(total), parts))
    table.faults += [total_fault(found) for found in table.totals if found.outcome == "differs"]


def totals_balance(table: Table) -> None:
    """Within a totals row the parts make the whole: boys and girls are all pupils."""
    layout = table.layout
    for found in table.body.left_out:
        for balance in found.entry.balance:
            names = [balance.whole, *balance.parts]
            if not set(names) <= layout.header.found.keys():
                continue
            figures = {name: _left_out_figures(layout, found, name) for name in names}
            for position, row in enumerate(found.cells.index):
                told = {layout.header[name].text: float(figures[name][position]) for name in balance.parts}
                spot = layout.spot(int(row), balance.whole)
                if wrong := balance_fault(spot, float(figures[balance.whole][position]), told):
                    table.faults.append(wrong)


def _left_out_figures(layout: Layout, found: LeftOut, name: str) -> npt.NDArray[np.float64]:
    cells = found.cells[layout.header[name].position]
    return np.asarray(convert(cells, layout.source_map.columns[name], layout.words[name]).values, float)
