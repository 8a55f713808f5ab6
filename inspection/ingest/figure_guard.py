"""The guard of the long layout: every row holds what the catalogue says of its figure.

Here: parts that are missing, numerators beyond denominators, rates that their parts refute, bounds, stages.
What a figure is stands in `figure`; the order of the guards in `reading`.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from inspection.ingest.figure import Figure
from inspection.ingest.table import Mask, Table
from inspection.school_stage import STAGE_TITLES

Floats = npt.NDArray[np.float64]
# A rate may have been rounded to one decimal, or to a whole number where none is shown.
_ROUNDED_TO_TENTH, _ROUNDED_TO_WHOLE = 0.0501, 0.501


def figures_fit_their_codes(table: Table) -> None:
    """Set aside the rows whose parts or value cannot be those of their figure."""
    listed = {item.code: item for item in table.layout.source_map.listed_figures}
    if not listed:
        return
    codes = np.asarray(table.columns["figure_code"].values, object)
    for code in sorted(set(codes.tolist()) & listed.keys()):
        _Rows(table, listed[code], np.asarray(codes == code, bool)).check()


class _Rows:
    """The rows of one figure; a row that has failed one check is not held against the next."""

    def __init__(self, table: Table, figure: Figure, where: Mask) -> None:
        self.table, self.figure, self.where = table, figure, where
        self.part, self.whole, self.value = (
            np.asarray(table.columns[name].values, float) for name in ("numerator", "denominator", "value")
        )

    def check(self) -> None:
        """Run every check that the figure's kind asks for."""
        self._is_of_stage()
        if self.figure.has_parts:
            self._has_both_parts()
            self._parts_fit()
        else:
            self._has_value()
        self._keeps_bounds()

    def _refuse(self, kind: str, column: str, where: Mask, got: Callable[[int], str], wanted: str) -> None:
        found = self.where & where
        self.table.refuse(kind, column, found, got, wanted=f"{self.figure.title}：{wanted}")
        self.where = self.where & ~found

    def _is_of_stage(self) -> None:
        if "stage" not in self.table.columns:
            return
        stages = np.asarray(self.table.columns["stage"].values, object)
        is_other = np.array([stage is not None and stage not in self.figure.stages for stage in stages], bool)
        wanted = "、".join(STAGE_TITLES[stage] for stage in self.figure.stages) + "填报"
        self._refuse(
            "figure-not-of-stage", "figure_code", is_other, lambda at: STAGE_TITLES[stages[at]], wanted
        )

    def _has_both_parts(self) -> None:
        no_part, no_whole = np.isnan(self.part), np.isnan(self.whole)
        wanted = "同时填分子和分母"
        self._refuse("figure-incomplete", "numerator", no_part & ~no_whole, lambda _: "空白", wanted)
        self._refuse("figure-incomplete", "denominator", no_whole & ~no_part, lambda _: "空白", wanted)

    def _has_value(self) -> None:
        is_empty = np.isnan(self.value) & ~(np.isnan(self.part) & np.isnan(self.whole))
        self._refuse("figure-incomplete", "value", is_empty, lambda _: "空白", "填数值")
        if self.figure.kind == "count":
            is_broken = ~np.isnan(self.value) & (self.value != np.floor(self.value))
            self._refuse("not-whole", "value", is_broken, self._number(self.value), "整数")
        if self.figure.kind == "yes-no":
            is_other = ~np.isnan(self.value) & (self.value != 0) & (self.value != 1)
            self._refuse(
                "figure-beyond-bounds", "value", is_other, self._number(self.value), "有填1，没有填0"
            )

    def _parts_fit(self) -> None:
        is_negative = (self.part < 0) | (self.whole < 0)
        self._refuse("below-minimum", "numerator", is_negative, self._pair, "分子、分母不小于0")
        if self.figure.kind == "share":
            self._refuse("part-over-whole", "numerator", self.part > self.whole, self._pair, "分子不大于分母")
        rate = _percent(self.part, self.whole)
        is_whole_number = self.value == np.floor(self.value)
        slack = np.where(is_whole_number, _ROUNDED_TO_WHOLE, _ROUNDED_TO_TENTH)
        differs = np.abs(self.value - rate) > slack
        self._refuse("rate-differs", "value", differs, self._number(self.value), "与分子除以分母的百分数相符")

    def _keeps_bounds(self) -> None:
        figure, rate = self.figure, _percent(self.part, self.whole)
        value = np.where(np.isnan(rate), self.value, rate) if figure.has_parts else self.value
        is_beyond = (value < figure.minimum) | (value > figure.maximum)
        wanted = f"在{figure.minimum:g}{figure.unit}至{figure.maximum:g}{figure.unit}之间"
        has_own_value = ~np.isnan(self.value)
        self._refuse("figure-beyond-bounds", "value", is_beyond & has_own_value, self._number(value), wanted)
        self._refuse("figure-beyond-bounds", "numerator", is_beyond, self._number(value), wanted)

    def _number(self, values: Floats) -> Callable[[int], str]:
        return lambda position: f"{values[position]:.2f}".rstrip("0").rstrip(".")

    def _pair(self, position: int) -> str:
        return f"分子{self.part[position]:g}，分母{self.whole[position]:g}"


def _percent(part: Floats, whole: Floats) -> Floats:
    """Divide into percent where there is something to divide by."""
    is_there = whole > 0
    rate = np.full(len(part), np.nan)
    rate[is_there] = 100 * part[is_there] / whole[is_there]
    return rate
