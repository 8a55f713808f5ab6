"""Draws charts for documents as SVG: letters as outlines of our own fonts, the same bytes every time."""

import io
from functools import cache
from pathlib import Path
from typing import Any

from inspection.analyse.chart import BarChart, Chart, DayChart

_WIDTH_INCHES, _HEIGHT_INCHES = 6.7, 1.9
_FEWEST_DAYS = 8
_COLOURS = ("#3d6d99", "#b9cfe2", "#7a7a7a")


def chart_svg(chart: Chart, *, font_file: Path) -> str:
    """Return a chart as an SVG image, as wide as the text of a page."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings = {"svg.hashsalt": "chart", "svg.fonttype": "path", "axes.unicode_minus": False}
    with rc_context(settings | {"font.family": _family(font_file), "font.size": 8}):
        figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES), layout="constrained")
        axes = figure.subplots()
        if isinstance(chart, BarChart):
            _bars(axes, chart)
        else:
            _days(axes, chart)
        axes.spines[["top", "right"]].set_visible(False)
        written = io.StringIO()
        FigureCanvasSVG(figure).print_svg(written, metadata={"Date": None, "Creator": None})
    return written.getvalue()


@cache
def _family(font_file: Path) -> str:
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(font_file)
    return str(FontProperties(fname=font_file).get_name())


def _bars(axes: Any, chart: BarChart) -> None:
    width = 0.8 / len(chart.series)
    places = range(len(chart.categories))
    for number, (title, values) in enumerate(chart.series.items()):
        at = [place + (number - (len(chart.series) - 1) / 2) * width for place in places]
        heights = [value or 0 for value in values]
        drawn = axes.bar(at, heights, width * 0.92, label=title, color=_COLOURS[number % len(_COLOURS)])
        labels = ["不列" if value is None else f"{value:g}" for value in values]
        axes.bar_label(drawn, labels=labels, fontsize=7, padding=1)
    axes.set_xticks(list(places), chart.categories)
    axes.set_ylabel(chart.unit)
    if chart.top is not None:
        axes.set_ylim(0, chart.top * 1.12)  # room for the figure above a full bar
        axes.set_yticks([chart.top * part / 5 for part in range(6)])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=len(chart.series), frameon=False)


def _days(axes: Any, chart: DayChart) -> None:
    places = list(range(len(chart.days)))
    axes.bar(places, [value or 0 for value in chart.values], 0.8, color=_COLOURS[0])
    axes.axhline(chart.limit, color="#a33", linewidth=1, linestyle="--")
    axes.set_title(chart.limit_title, fontsize=8, loc="right", color="#a33")
    step = max(1, len(places) // 8)
    axes.set_xticks(places[::step], chart.days[::step])
    axes.set_xlim(-0.6, max(len(places), _FEWEST_DAYS) - 0.4)
    axes.set_ylabel(chart.unit)
    axes.set_ylim(0, max([chart.limit, *(value or 0 for value in chart.values)]) * 1.15 or 1)
