"""What pupils and parents hand in: results of the term's monitoring and answers to the survey."""

from random import Random

from examples.demo_city.city import City, School, SchoolStage
from examples.demo_city.indicators import STAGES
from examples.demo_city.names import pupil_name
from examples.demo_city.table import Row, Table, full_width

RESULT_COLUMNS = ("学籍号", "姓名", "学校标识码", "学段", "年级", "学科", "成绩", "满分")
SURVEY_COLUMNS = ("问卷编号", "学校标识码", "学段", "总体满意度", "提交时间")
SUBJECTS = ("语文", "数学", "英语")
_TESTED = {"primary": ("5", 100), "junior": ("8", 120)}
_ANSWERS = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")


def result_table(city: City, *, term: str) -> Table:
    """Return every tested pupil's scores, one row for each subject."""
    rows: list[Row] = []
    for school in city.schools:
        for size in school.stages:
            rows += _stage_results(city, school, size, term)
    return Table(data_set="results", file="学业质量监测成绩.csv", columns=RESULT_COLUMNS, rows=rows)


def survey_table(city: City, *, term: str, opened_on: str) -> Table:
    """Return the parents' answers, one row for each."""
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/survey/{term}/{school.code}")
        satisfied = min(0.99, 0.9 + 0.05 * school.quality + rng.gauss(0, 0.015))
        weights = (0.6 * satisfied, 0.4 * satisfied, 0.8 * (1 - satisfied), 0.15 * (1 - satisfied), 0.0)
        for size in school.stages:
            share = city.sizes.answers_per_school / len(school.stages)
            count = min(size.student_count, round(share * rng.uniform(0.8, 1.2)))
            for number, answer in enumerate(rng.choices(_ANSWERS, weights, k=count), start=1):
                answer_id = f"WJ{school.code[4:]}{size.stage[0].upper()}{number:03d}"
                at = f"{opened_on} {rng.randint(18, 21)}:{rng.randint(10, 59)}"
                rows.append([answer_id, school.code, STAGES[size.stage], answer, at])
    return Table(data_set="parent_survey", file="家长满意度调查.csv", columns=SURVEY_COLUMNS, rows=rows)


def _stage_results(city: City, school: School, size: SchoolStage, term: str) -> list[Row]:
    rng = Random(f"{city.seed}/results/{term}/{school.code}/{size.stage}")
    absent = "缺考" if city.districts.index(school.district) % 2 else "-2"
    exempt = "免考" if absent == "缺考" else "-3"
    grade, full = _TESTED[size.stage]
    stage = STAGES[size.stage]
    means = [0.77 + 0.045 * school.quality + rng.gauss(0, 0.02) for _ in SUBJECTS]
    gauss, random = rng.gauss, rng.random
    opening = f"X{school.district.code}{school.code[6:]}{term[2:4]}{grade}"
    rows: list[Row] = []
    for number in range(1, size.grade_size + 1):
        student_id = f"{opening}{number:04d}"
        name = pupil_name(rng)
        ability = gauss(0, 0.09)
        for subject, mean in zip(SUBJECTS, means, strict=True):
            place = random()
            if place < 0.0125:
                score = absent if place < 0.01 else exempt if place < 0.0122 else "舞弊"
            else:
                half_points = round(2 * full * min(1.0, max(0.05, mean + ability + gauss(0, 0.08))))
                score = str(half_points // 2) if half_points % 2 == 0 else f"{half_points / 2}"
                if place > 0.9995:
                    score = full_width(score)
            rows.append([student_id, name, school.code, stage, grade, subject, score, str(full)])
    return rows
