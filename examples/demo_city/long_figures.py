"""The figures of the long layout, one file for each district, and the districts' own figures."""

from random import Random

from examples.demo_city.city import City, School, SchoolStage, demo_profile
from examples.demo_city.indicators import STAGES
from examples.demo_city.table import Cell, Layout, Row, Table
from inspection.ingest.figure import Figure, load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE
from inspection.profile import District

FIGURE_COLUMNS = ("学校标识码", "学校名称", "学段", "数据项", "分子", "分母", "数值")
DISTRICT_COLUMNS = ("所属区县", "数据项", "分子", "分母", "数值")
OTHER_HEADINGS = ("学校代码", "校名", "学段", "指标名称", "达到数", "总数", "填报值")
"""What some districts call the columns."""

_SUBTOTAL = "小计"
TEACHERS = "key_teacher"
"""The figure whose denominator is how many teachers a stage has."""


def figure_tables(city: City, *, term: str) -> list[Table]:
    """Return each district's table: every figure of the catalogue for every school and stage."""
    catalogue = load_figures(demo_profile().folders.sources / FIGURE_CATALOGUE)
    tables = []
    for place, district in enumerate(city.districts):
        rows: list[Row] = []
        for school in (item for item in city.schools if item.district == district):
            rows += _school_rows(city, school, catalogue.school, term)
            rows.append([_SUBTOTAL, *[None] * (len(FIGURE_COLUMNS) - 1)])
        is_text = place % 2 == 1
        tables.append(
            Table(
                data_set="figures",
                file=f"学校数据项-{district.name}.{'csv' if is_text else 'xlsx'}",
                sheet="" if is_text else "数据项",
                columns=FIGURE_COLUMNS,
                rows=rows,
                first_row=2 if is_text else 4,
            )
        )
    return tables


def figure_layout(district: District, *, title: str) -> Layout:
    """Return how a district's workbook looks."""
    return Layout(
        title=f"{district.name}{title}学校数据项报表",
        unit_line=f"填报单位：{district.name}教育局（合成数据）",
    )


def district_figure_table(city: City, *, term: str) -> Table:
    """Return what the districts report of themselves."""
    catalogue = load_figures(demo_profile().folders.sources / FIGURE_CATALOGUE)
    rows: list[Row] = []
    for district in city.districts:
        rng = Random(f"{city.seed}/district-figures/{term}/{district.code}")
        rows += [[district.name, item.title, *_cells(rng, item)] for item in catalogue.district]
    return Table(data_set="district_figures", file="区县数据项.csv", columns=DISTRICT_COLUMNS, rows=rows)


def is_figure_row(row: Row) -> bool:
    """Whether a row holds a figure and is no subtotal."""
    return row[0] != _SUBTOTAL


def _school_rows(city: City, school: School, figures: tuple[Figure, ...], term: str) -> list[Row]:
    rows: list[Row] = []
    for size in school.stages:
        rng = Random(f"{city.seed}/long-figures/{term}/{school.code}/{size.stage}")
        for item in figures:
            if size.stage in item.stages:
                name = item.code if rng.random() < 0.05 else item.title
                whole = teachers_of(school, size) if item.code == TEACHERS else 0
                cells = _cells(rng, item, counted=whole)
                rows.append([school.code, school.name, STAGES[size.stage], name, *cells])
    return rows


def teachers_of(school: School, size: SchoolStage) -> int:
    """Return how many of a school's teachers teach in one stage, by its classes; the stages add up to the roster."""
    before = sum(stage.class_count for stage in school.stages[: school.stages.index(size)])
    edges = (before, before + size.class_count)
    first, last = (edge * school.teacher_count // school.class_count for edge in edges)
    return last - first


def _cells(rng: Random, item: Figure, *, counted: int = 0) -> list[Cell]:
    """Return numerator, denominator and value as somebody typed them; `counted` is a denominator that is known."""
    if rng.random() < 0.01:
        return ["—", "—", "未统计"]
    if item.has_parts:
        drawn = rng.randint(20, 200)
        whole = counted or drawn
        part = round(whole * rng.uniform(0.75, 1.0 if item.kind == "share" else 1.05))
        rate = f"{100 * part / whole:.1f}%"
        if rng.random() < 0.1:
            return [None, None, rate]
        return [part, whole, rate if rng.random() < 0.3 else None]
    if item.kind == "yes-no":
        return [None, None, 0 if rng.random() < 0.1 else 1]
    if item.kind == "count":
        most = 100 if item.maximum > 1000 else max(1, round(item.maximum / 10))
        return [None, None, rng.randint(0, min(most, int(item.maximum)))]
    return [None, None, round(rng.uniform(0.4, 0.6) * (item.maximum - item.minimum) + item.minimum, 1)]
