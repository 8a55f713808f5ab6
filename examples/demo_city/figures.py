"""What a school's stage really achieved in a term: true figures, before any office writes them down."""

from collections.abc import Mapping
from math import exp
from random import Random

from examples.demo_city.city import School, SchoolStage

Figures = Mapping[str, int | float | None]
"""Heading to figure; None where the school did not report it."""

COUNT_HEADINGS = (
    "参评学生数",
    "国家课程应开课时",
    "国家课程实开课时",
    "超标教学或提前结课件数",
    "体质监测人数",
    "体质合格人数",
    "体质优良人数",
    "视力筛查人数",
    "近视人数",
    "师德违规查实件数",
)
PERCENT_HEADINGS = (
    "随堂监测达标率",
    "校内完成书面作业学生比例",
    "掌握一项体育技能学生比例",
    "掌握一项艺术特长学生比例",
    "会唱主旋律歌曲学生比例",
    "劳动教育清单完成率",
)
OF_PUPILS = (
    "校内完成书面作业学生比例",
    "掌握一项体育技能学生比例",
    "掌握一项艺术特长学生比例",
    "会唱主旋律歌曲学生比例",
)
"""Shares of the stage's pupils; counted, so that each is a whole number of them."""
_MAY_BE_MISSING = (*PERCENT_HEADINGS[1:], "每天校内体育锻炼时间", "学生平均睡眠时间")
_TEACHING_WEEKS = 18


def stage_figures(school: School, size: SchoolStage, *, seed: str, term: str, years: int) -> Figures:
    """Return the figures of one stage in one term.

    Args:
        school: the school, whose quality the figures follow.
        size: the stage.
        seed: the city's seed.
        term: the term's id.
        years: whole years after the city's first term; trends grow with it.
    """
    rng = Random(f"{seed}/figures/{term}/{school.code}/{size.stage}")
    figures = {
        "参评学生数": size.student_count,
        **_teaching(rng, school.quality, size),
        **_health(rng, school, size, seed=seed, years=years),
        **_habits(rng, school.quality, size),
    }
    for heading in OF_PUPILS:
        figures[heading] = share_of_pupils(float(figures[heading] or 0), size.student_count)
    for heading in _MAY_BE_MISSING:
        if rng.random() < 0.012:
            figures[heading] = None
    return figures


def share_of_pupils(rate: float, count: int) -> float:
    """Return the percentage, to one decimal, of the whole number of pupils nearest to a rate."""
    return round(100 * round(rate * count / 100) / count, 1)


def _teaching(rng: Random, quality: float, size: SchoolStage) -> dict[str, int | float | None]:
    required = size.class_count * (29 if size.stage == "primary" else 34) * _TEACHING_WEEKS
    falls_short = rng.random() < (0.5 if quality < -1 else 0.08)
    taught = round(required * rng.uniform(0.94, 0.995)) if falls_short else required
    return {
        "国家课程应开课时": required,
        "国家课程实开课时": taught,
        "超标教学或提前结课件数": rng.choice((1, 1, 2))
        if rng.random() < (0.2 if quality < -1 else 0.01)
        else 0,
        "随堂监测达标率": _rate(83.5 + 5 * quality + rng.gauss(0, 2.5)),
        "校内完成书面作业学生比例": _rate(
            (89 if size.stage == "primary" else 73) + 4 * quality + rng.gauss(0, 3)
        ),
    }


def _health(
    rng: Random, school: School, size: SchoolStage, *, seed: str, years: int
) -> dict[str, int | float | None]:
    lasting = Random(f"{seed}/health/{school.code}/{size.stage}")
    quality = school.quality
    good_rate = _rate(
        45 + 6 * quality + lasting.gauss(0, 4) + years * (0.5 + 0.8 * quality + rng.gauss(0, 1.2))
    )
    centre = 36 if size.stage == "primary" else 62
    change_pp = -0.4 - 0.5 * quality + rng.gauss(0, 0.6)
    myopia_rate = centre - 2 * quality + lasting.gauss(0, 4) + years * change_pp
    tested = round(
        size.student_count * (rng.uniform(0.45, 0.58) if rng.random() < 0.02 else rng.uniform(0.96, 1))
    )
    passed = round(tested * _rate(92.3 + 2.2 * quality + rng.gauss(0, 1.2)) / 100)
    screened: int | None = round(size.student_count * rng.uniform(0.95, 1))
    if rng.random() < 0.015:
        screened = None
    return {
        "体质监测人数": tested,
        "体质合格人数": passed,
        "体质优良人数": min(passed, round(tested * good_rate / 100)),
        "视力筛查人数": screened,
        "近视人数": None if screened is None else round(screened * myopia_rate / 100),
    }


def _habits(rng: Random, quality: float, size: SchoolStage) -> dict[str, int | float | None]:
    sleep_hours = (9.4 if size.stage == "primary" else 8.35) + 0.16 * quality + rng.gauss(0, 0.22)
    return {
        "每天校内体育锻炼时间": round(59.5 + 3.5 * quality + rng.gauss(0, 3)),
        "掌握一项体育技能学生比例": _rate(88.5 + 4 * quality + rng.gauss(0, 2.5)),
        "学生平均睡眠时间": round(sleep_hours, 1),
        "掌握一项艺术特长学生比例": _rate(87.5 + 4 * quality + rng.gauss(0, 2.5)),
        "会唱主旋律歌曲学生比例": _rate(97 + 1.5 * quality + rng.gauss(0, 1)),
        "劳动教育清单完成率": _rate(95 + 3 * quality + rng.gauss(0, 2)),
        "师德违规查实件数": 1 if rng.random() < (0.12 if quality < -1 else 0.005) else 0,
    }


def _rate(value: float) -> float:
    """Return a percentage to one decimal; above 97 it nears 100 and never gets there."""
    if value > 97:
        value = 100 - 3 * exp((97 - value) / 3)
    return round(min(99.9, max(20.0, value)), 1)
