"""What a chart shows, as data: categories in an order that means nothing, series, a line that must be kept.

Not here: drawing (`tasks.chart`). A chart of figures is never sorted by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Bars side by side for each category; a value that is not told is None. `top` ends the scale."""

    categories: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]
    unit: str
    top: float | None = None


@dataclass(frozen=True, kw_only=True)
class DayChart:
    """One figure over the days of a term, in their order, and the limit it must keep."""

    days: tuple[str, ...]
    values: tuple[float | None, ...]
    unit: str
    limit: float
    limit_title: str


Chart = BarChart | DayChart
