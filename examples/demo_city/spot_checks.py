"""The bureau's spot checks: pupils drawn at half of the schools and tested again by people from outside."""

from random import Random

from examples.demo_city.city import City
from examples.demo_city.figures import Figures, stage_figures
from examples.demo_city.indicators import STAGES
from examples.demo_city.table import Cell, Layout, Row, Table

CHECKED = 40
COLUMNS = (
    *("学校标识码", "学校名称", "学段", "组织方", "抽测日期"),
    *("体质抽测人数", "体质抽测合格人数", "体质抽测优良人数", "体育技能抽测人数", "体育技能抽测达标人数"),
)


def spot_check_table(city: City, *, term: str, years: int) -> Table:
    """Return what was found on site, true to what the schools really achieved.

    Args:
        city: the schools, of which every second one is visited.
        term: the term's id.
        years: whole years after the city's first term.
    """
    rows: list[Row] = []
    for school in city.schools[::2]:
        rng = Random(f"{city.seed}/spot-checks/{term}/{school.code}")
        for size in school.stages:
            figures = stage_figures(school, size, seed=city.seed, term=term, years=years)
            day = f"2026-04-{rng.randint(1, 17):02d}"
            organiser = rng.choice(("督导室", "教育局", "第三方"))
            rows.append(
                [school.code, school.name, STAGES[size.stage], organiser, day, *_counts(rng, figures)]
            )
    return Table(
        data_set="spot_checks",
        file="现场抽测登记表.xlsx",
        columns=COLUMNS,
        rows=rows,
        sheet="抽测",
        first_row=4,
    )


def spot_check_layout(title: str) -> Layout:
    """Return how the table looks."""
    return Layout(
        title=f"{title}现场抽测登记表",
        unit_line="填报单位：示例市教育局（合成数据）        单位：人",
        summed=("体质抽测人数", "体质抽测合格人数"),
    )


def _counts(rng: Random, figures: Figures) -> list[Cell]:
    tested, passed, good = (
        int(figures[name] or 0) for name in ("体质监测人数", "体质合格人数", "体质优良人数")
    )
    checked = min(CHECKED, tested)
    places = [rng.random() for _ in range(checked)]
    skilled = figures["掌握一项体育技能学生比例"]
    skills: list[Cell] = [None, None]
    if skilled is not None:
        skills = [checked, sum(100 * rng.random() < skilled for _ in range(checked))]
    passes = sum(place * tested < passed for place in places)
    return [checked, passes, sum(place * tested < good for place in places), *skills]
