"""The term's indicator workbooks, one for each district, each district with its own habits of typing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from examples.demo_city.city import City, School
from examples.demo_city.figures import COUNT_HEADINGS, PERCENT_HEADINGS, Figures, stage_figures
from examples.demo_city.table import Cell, Layout, Row, Share, Table, full_width
from inspection.profile import District

STAGES = {"primary": "小学", "junior": "初中"}
_GROUPS = {
    "课程与教学": (
        "国家课程应开课时",
        "国家课程实开课时",
        "超标教学或提前结课件数",
        "随堂监测达标率",
        "校内完成书面作业学生比例",
    ),
    "体质健康": (
        "体质监测人数",
        "体质合格人数",
        "体质优良人数",
        "视力筛查人数",
        "近视人数",
        "每天校内体育锻炼时间",
        "掌握一项体育技能学生比例",
        "学生平均睡眠时间",
    ),
    "美育与劳动": ("掌握一项艺术特长学生比例", "会唱主旋律歌曲学生比例", "劳动教育清单完成率"),
}
_OPENING = ("序号", "学校标识码", "学校名称", "学段", "参评学生数")
_CLOSING = ("师德违规查实件数", "备注")
USUAL_ORDER = (*_OPENING, *_GROUPS["课程与教学"], *_GROUPS["体质健康"], *_GROUPS["美育与劳动"], *_CLOSING)
MOVED_ORDER = (
    *("序号", "学校名称", "学校标识码", "学段", "参评学生数"),
    *_GROUPS["体质健康"],
    *_GROUPS["美育与劳动"],
    *_GROUPS["课程与教学"],
    *_CLOSING,
)
SYNONYMS = {
    "学校标识码": "学校代码",
    "参评学生数": "参评人数",
    "国家课程应开课时": "应开课时",
    "国家课程实开课时": "实开课时",
    "体质监测人数": "体质健康监测人数",
    "体质合格人数": "体质监测合格人数",
    "体质优良人数": "体质监测优良人数",
    "每天校内体育锻炼时间": "每天校内体育\n锻炼时间（分钟）",
    "学生平均睡眠时间": "平均睡眠时间（小时）",
}
"""What one district calls the columns."""

SHARE_COLUMN = "随堂监测达标率"
_MISSING_MARKS = ("—", "未监测", "/", "-", "未统计", None)


@dataclass(frozen=True)
class Style:
    """How one district types: codes, percentages, counts, headings, order, totals."""

    code: str
    percent: str
    count: str = "plain"
    order: tuple[str, ...] = USUAL_ORDER
    headings: Mapping[str, str] = field(default_factory=dict)
    share_column: str = ""
    total_label: str = "合计"
    has_blank_row: bool = False
    sheet: str = "指标报表"


STYLES = (
    Style(code="number", percent="sign"),
    Style(code="text", percent="plain", count="thousands", has_blank_row=True, sheet="Sheet1"),
    Style(code="text", percent="either", headings=SYNONYMS),
    Style(code="number", percent="sign", order=MOVED_ORDER, share_column=SHARE_COLUMN, total_label="总计"),
    Style(code="either", percent="wide", count="wide"),
)


def indicator_table(city: City, district: District, *, term: str, years: int) -> Table:
    """Return one district's table of the term, rows in order of the schools' codes."""
    style = style_of(city, district)
    rows: list[Row] = []
    for school in sorted(city.schools, key=lambda school: school.code):
        if school.district == district:
            for size in school.stages:
                figures = stage_figures(school, size, seed=city.seed, term=term, years=years)
                rows.append(indicator_row(len(rows) + 1, school, size.stage, figures, style))
    if style.has_blank_row:
        rows.insert(len(rows) // 2, [None] * len(style.order))
    return Table(
        data_set="indicators",
        file=f"学期指标报表-{district.name}.xlsx",
        sheet=style.sheet,
        columns=style.order,
        rows=rows,
        first_row=5,
    )


def indicator_layout(city: City, district: District, *, title: str, filled_on: str) -> Layout:
    """Return how one district's table looks."""
    style = style_of(city, district)
    return Layout(
        title=f"{district.name}{title}义务教育学校学期指标报表",
        unit_line=f"填报单位：{district.name}教育局（合成数据）        单位：人、课时、件、％",
        groups={column: group for group, columns in _GROUPS.items() for column in columns},
        headings=style.headings,
        summed=COUNT_HEADINGS,
        total_label=style.total_label,
        footer=(
            f"填表人：张敏    联系电话：（略）    填表日期：{filled_on}",
            "注：本表为合成数据，仅供演示。",
        ),
    )


def style_of(city: City, district: District) -> Style:
    """Return a district's habits."""
    return STYLES[city.districts.index(district) % len(STYLES)]


def indicator_row(number: int, school: School, stage: str, figures: Figures, style: Style) -> Row:
    """Return one stage's figures as the district types them."""
    rng = Random(f"{school.code}/{stage}/typing")
    is_number = style.code == "number" or (style.code == "either" and rng.random() < 0.5)
    cells: dict[str, Cell] = {
        "序号": number,
        "学校标识码": int(school.code) if is_number and school.code.isdecimal() else school.code,
        "学校名称": school.name,
        "学段": STAGES[stage],
        "备注": None,
    }
    for heading, value in figures.items():
        if value is None:
            cells[heading] = rng.choice(_MISSING_MARKS)
        elif heading in PERCENT_HEADINGS:
            cells[heading] = _percent(rng, float(value), style, is_share=heading == style.share_column)
        elif heading in COUNT_HEADINGS:
            cells[heading] = _count(rng, int(value), style)
        else:
            cells[heading] = f" {value}" if style.percent == "wide" and rng.random() < 0.1 else value
    return [cells[column] for column in style.order]


def _percent(rng: Random, value: float, style: Style, *, is_share: bool) -> Cell:
    if is_share:
        return Share(round(value / 100, 4))
    if style.percent == "plain" or (style.percent == "either" and rng.random() < 0.5):
        return value
    if style.percent == "wide":
        spelt = (f" {value} ％ ", full_width(f"{value}%"), f"{value}%")
        return rng.choice(spelt)
    return f"{value:g}%"


def _count(rng: Random, value: int, style: Style) -> Cell:
    if style.count == "thousands" and value >= 1000:
        return f"{value:,}"
    if style.count == "wide" and rng.random() < 0.15:
        return full_width(str(value))
    return value
