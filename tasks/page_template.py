"""How templates of documents format what they are given: the environment, and a named filter for each form.

Not here: rendering (`tasks.document`), drawing (`tasks.chart`).
"""

import re
from base64 import b64encode
from functools import cache, partial
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from inspection.analyse.chart import Chart
from inspection.analyse.quality_analysis import grade_title
from inspection.canonical import digest_bytes
from inspection.dispatch import notice
from inspection.draw.record_sheet import in_fours
from tasks.chart import chart_svg

MARK_WIDTH_POINTS = 425  # 150 mm of the 156 mm of the text area
MARK_POINTS = 44  # largest size of the issuer's mark: 上级机关 prints theirs no smaller
CHART_FONT = "InspectionHei-Regular.otf"
IMAGE = "data:image/svg+xml;base64,"
_WHOLE = re.compile(r"\d{4}[—–-]\d{4,}|\b[A-Z]{2,}\d*-\w+")


@cache
def page_environment(root: Path) -> Environment:
    """Return the environment of a root of templates, with the named filters that they format with."""
    environment = Environment(
        loader=FileSystemLoader(root),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "cn_date": notice.chinese_date,
        "cn_span": notice.date_range,
        "numeral": notice.chinese_numeral,
        "fit": mark_points,
        "whole": whole,
        "in_fours": in_fours,
        "sha256": lambda text: digest_bytes(text.encode()),
        "qr": qr,
        "grade": grade_title,
        "chart": partial(chart_image, font_file=root / "fonts" / CHART_FONT),
    }
    return environment


def mark_points(bureau_name: str) -> float:
    """Return the size in points at which a bureau's name and 文件 fill one line at most."""
    characters = len(bureau_name) + 2
    return min(MARK_POINTS, round(MARK_WIDTH_POINTS / (characters * 1.04), 1))


def whole(text: str) -> Markup:
    """Return text in which a school year and a criterion's id are never broken between two lines."""
    return Markup(_WHOLE.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def qr(text: str) -> Markup:
    """Return the QR code of a text as SVG; a fifth of it may be damaged and it still reads."""
    code = segno.make(text, error="q", micro=False)
    return Markup(code.svg_inline(border=2, omitsize=True))  # noqa: S704 - holds coordinates only


def chart_image(chart: Chart, *, font_file: Path) -> Markup:
    """Return a chart as an image that lies in the page itself."""
    written = b64encode(chart_svg(chart, font_file=font_file).encode()).decode()
    return Markup(f'<img alt="" src="{IMAGE}{written}">')  # noqa: S704 - letters of base 64 only
