"""Totals rows checked against the rows they stand for.

A total is compared with the sum of every row of its file that can be read, those set aside included. Where
cells are withheld the sum is a lower bound only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inspection.errors import Fault
from inspection.ingest.cell import Converted
from inspection.ingest.fault_code import Spot, fault

Outcome = Literal["agrees", "within-bound", "differs"]


@dataclass(frozen=True)
class Reconciliation:
    """One figure of one totals row against the sum of its rows."""

    spot: Spot
    total: float
    sum: float
    suppressed_count: int
    unreadable_count: int

    @property
    def outcome(self) -> Outcome:
        """Whether the total agrees, or cannot be refuted because cells are withheld, or differs."""
        if round(self.total - self.sum, 6) == 0:
            return "agrees"
        return "within-bound" if self.suppressed_count and self.total > self.sum else "differs"


def reconcile(spot: Spot, total: float, parts: list[Converted]) -> Reconciliation:
    """Compare a total with its rows; missing cells count as nothing."""
    values = np.concatenate([np.asarray(part.values, float) for part in parts])
    reasons = np.concatenate([part.reasons for part in parts])
    faults = np.concatenate([part.faults for part in parts])
    return Reconciliation(
        spot=spot,
        total=total,
        sum=float(np.nansum(values)),
        suppressed_count=int((reasons == "suppressed").sum()),
        unreadable_count=int((faults != "").sum()),
    )


def balance_fault(spot: Spot, total: float, parts: Mapping[str, float]) -> Fault | None:
    """Compare a figure of a totals row with its parts in the same row, by their headings; None if it agrees.

    A row with a part that is not there is left alone.
    """
    whole = sum(parts.values())
    if np.isnan(whole) or np.isnan(total) or round(total - whole, 6) == 0:
        return None
    return fault(
        "control-total", spot, wanted=f"本行{'、'.join(parts)}之和{_figure(whole)}", got=_figure(total)
    )


def total_fault(found: Reconciliation) -> Fault:
    """Say that a total does not agree, and why that may be so."""
    note = f"（另有{found.unreadable_count}个单元格无法识别，未计入）" if found.unreadable_count else ""
    return fault(
        "control-total",
        found.spot,
        wanted=f"各行之和{_figure(found.sum)}{note}",
        got=_figure(found.total),
    )


def _figure(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
