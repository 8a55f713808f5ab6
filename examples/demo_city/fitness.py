"""The term's physical fitness tests: a few students of one grade of each stage, event by event."""

from random import Random

from examples.demo_city.city import City, demo_profile
from examples.demo_city.indicators import STAGES
from examples.demo_city.names import pupil_name
from examples.demo_city.table import Cell, Row, Table
from inspection.ingest.fitness import load_fitness

FITNESS_COLUMNS = (
    *("学籍号", "姓名", "身份证号", "学校标识码", "学段", "年级", "性别"),
    *("体重指数得分", "肺活量得分", "50米跑得分", "坐位体前屈得分", "跳绳得分"),
    *("立定跳远得分", "力量得分", "耐力跑得分", "附加分", "总分", "是否近视"),
)
_EVENTS = (
    *("bmi_score", "lung_score", "sprint_score", "reach_score", "rope_score"),
    *("jump_score", "strength_score", "endurance_score"),
)
_GRADES = {"primary": 5, "junior": 8}
_TESTED = 8


def fitness_table(city: City, *, term: str) -> Table:
    """Return the tested students, total and events; some have not been tested, some are exempt."""
    standard = load_fitness(demo_profile().folders.sources / "catalogue" / "national-standard-2014.yaml")
    weights = {grade: item.events for item in standard.weights for grade in item.grades}
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/fitness/{term}/{school.code}")
        for size in school.stages:
            grade = _GRADES[size.stage]
            for number in range(1, _TESTED + 1):
                person = [f"T{school.code[4:]}{grade}{number:03d}", pupil_name(rng), "（略）"]
                place: list[Cell] = [school.code, STAGES[size.stage], grade, rng.choice(("男", "女"))]
                rows.append([*person, *place, *_scores(rng, weights[grade], number)])
    return Table(data_set="fitness", file="体质健康测试.csv", columns=FITNESS_COLUMNS, rows=rows)


def _scores(rng: Random, weights: dict[str, int], number: int) -> list[Cell]:
    myopic = rng.choice(("是", "否", "否"))
    if number == 3:
        absent = rng.choice(("-2", "未测", "免测"))
        return [*[None] * len(_EVENTS), None, absent, myopic]
    scores = {name: rng.randint(55, 100) for name in weights}
    bonus = 2 if number == 1 else 0
    total = round(sum(scores[name] * weight for name, weight in weights.items()) / 100 + bonus, 1)
    return [*[scores.get(name) for name in _EVENTS], bonus, total, myopic]
