"""What schools keep of a term's work: timetables, homework and exams, surveys, self-evaluation; and complaints.

Small extracts, enough for every check to have something to look at.
"""

from random import Random

from examples.demo_city.city import City
from examples.demo_city.indicators import STAGES
from examples.demo_city.names import person_name
from examples.demo_city.table import Cell, Layout, Row, Table

_WEEK = 8
_LESSONS = {
    "primary": (5, {"语文": 6, "数学": 5, "英语": 3, "体育与健康": 4, "艺术": 3, "科学": 2, "劳动": 1}),
    "junior": (8, {"语文": 5, "数学": 5, "英语": 4, "体育": 4, "物理": 3, "历史": 2, "劳动": 1}),
}
_CRITERIA = ("RZ-02", "RZ-05", "RZ-07a", "RZ-11")
_SUBJECTS = ("作业过重", "违规补课", "违规收费", "其他")


def timetable_table(city: City, *, term: str) -> Table:
    """Return one week of one grade of each stage: required, posted and taught lessons of each course."""
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/timetables/{term}/{school.code}")
        for size in school.stages:
            grade, lessons = _LESSONS[size.stage]
            for course, count in lessons.items():
                taught = count - 1 if count > 1 and rng.random() < 0.05 else count
                rows.append(
                    [school.code, school.name, STAGES[size.stage], grade, course, _WEEK, count, count, taught]
                )
    columns = (
        "学校标识码",
        "学校名称",
        "学段",
        "年级",
        "课程名称",
        "周次",
        "规定周课时",
        "公示课表课时",
        "实际上课课时",
    )
    return Table(
        data_set="timetables",
        file="课程开设情况.xlsx",
        columns=columns,
        rows=rows,
        sheet="课程开设",
        first_row=4,
    )


def timetable_layout(title: str) -> Layout:
    """Return how the timetables look."""
    return Layout(
        title=f"{title}课程开设情况表",
        unit_line="单位：课时（合成数据）",
        footer=("注：本表为合成数据，仅供演示。",),
    )


def homework_table(city: City, *, term: str) -> Table:
    """Return two days of homework of one class of each stage."""
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/homework/{term}/{school.code}")
        for size in school.stages:
            grade = _LESSONS[size.stage][0]
            for day in ("2026-04-13", "2026年4月14日"):
                basic, advanced = rng.randint(12, 30), rng.randint(5, 25)
                cells: list[Cell] = [
                    basic + advanced,
                    f"{basic}分钟",
                    advanced,
                    *("是" if rng.random() < share else "否" for share in (0.95, 0.6, 0.97, 0.97, 0.96)),
                ]
                rows.append([school.code, STAGES[size.stage], grade, "1班", day, *cells])
    columns = (
        *("学校标识码", "学段", "年级", "班级", "日期"),
        *("书面作业时间", "基础作业时间", "提升作业时间", "是否公示"),
        *("有无实践作业", "学科组长把关", "班主任协调", "教务处审核"),
    )
    return Table(data_set="homework_log", file="作业日志.csv", columns=columns, rows=rows)


def exam_table(city: City) -> Table:
    """Return the term's exams of one grade of each stage."""
    rows: list[Row] = []
    for school in city.schools:
        for size in school.stages:
            grade = _LESSONS[size.stage][0]
            kinds = ("期中", "期末") if size.stage == "junior" else ("期末",)
            for place, kind in enumerate(kinds):
                held_on = ("2026-04-23", "2026-06-25")[place - len(kinds)]
                cells = [f"{kind}检测", held_on, kind, "是", "是", "否"]
                rows.append([school.code, STAGES[size.stage], grade, *cells])
    columns = (
        *("学校标识码", "学段", "年级", "考试名称", "考试日期"),
        *("考试类型", "是否纸笔考试", "是否以等级呈现", "是否排名"),
    )
    return Table(data_set="exam_log", file="考试登记.csv", columns=columns, rows=rows)


def survey_facts_table(city: City, *, term: str) -> Table:
    """Return how the surveys were held: who collected them, how, and how many came back."""
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/surveys/{term}/{school.code}")
        for size in school.stages:
            for people in ("家长", "学生"):
                issued = size.student_count
                returned = round(issued * rng.uniform(0.7, 0.98))
                collector = "学校自行组织" if rng.random() < 0.2 else "督导室"
                satisfied = round(returned * rng.uniform(0.85, 0.99))
                cells = [people, collector, "网络问卷", "是", issued, returned, satisfied]
                rows.append([school.code, school.name, STAGES[size.stage], *cells])
    columns = (
        *("学校标识码", "学校名称", "学段", "调查对象", "组织方", "作答方式", "是否匿名"),
        *("发放份数", "回收有效份数", "满意份数"),
    )
    return Table(
        data_set="surveys",
        file="问卷调查情况.xlsx",
        columns=columns,
        rows=rows,
        sheet="调查情况",
        first_row=4,
    )


def survey_facts_layout(title: str) -> Layout:
    """Return how the facts of the surveys look."""
    return Layout(
        title=f"{title}问卷调查情况表", unit_line="单位：份（合成数据）", summed=("发放份数", "回收有效份数")
    )


def student_survey_table(city: City, *, term: str) -> Table:
    """Return the students' answers, a dozen for each stage."""
    rows: list[Row] = []
    answers = ("非常满意", "满意", "基本满意", "不满意")
    for school in city.schools:
        rng = Random(f"{city.seed}/student-survey/{term}/{school.code}")
        for size in school.stages:
            for number in range(1, 13):
                answer_id = f"XS{school.code[4:]}{size.stage[0].upper()}{number:03d}"
                hours = round((9.6 if size.stage == "primary" else 8.6) + rng.gauss(0, 0.4), 1)
                cells: list[Cell] = [
                    _LESSONS[size.stage][0],
                    rng.choices(answers, (60, 30, 8, 2))[0],
                    f"{hours}小时",
                ]
                rows.append(
                    [answer_id, school.code, STAGES[size.stage], *cells, rng.choice(("是", "是", "否"))]
                )
    columns = (
        *("问卷编号", "学校标识码", "学段", "年级", "总体满意度", "每天睡眠时间"),
        "书面作业是否在校内基本完成",
    )
    return Table(data_set="student_survey", file="学生问卷.csv", columns=columns, rows=rows)


def complaint_table(city: City, *, term: str) -> Table:
    """Return complaints about some schools, with what must not be read of whoever complained."""
    rows: list[Row] = []
    for number, school in enumerate(city.schools[::2], start=1):
        rng = Random(f"{city.seed}/complaints/{term}/{school.code}")
        facts = [rng.choice(("12345热线", "信访")), rng.choice(_SUBJECTS), rng.choice(("属实", "不属实"))]
        person = [person_name(rng), "（电话略）", "（地址略）"]
        rows.append(
            [f"TS2026-{number:04d}", school.code, f"2026-03-{rng.randint(2, 28):02d}", *facts, *person]
        )
    columns = (
        *("登记编号", "学校标识码", "受理日期", "来源", "反映事项", "核查结论"),
        *("投诉人", "联系电话", "住址"),
    )
    return Table(data_set="complaints", file="投诉举报登记.csv", columns=columns, rows=rows)


def self_evaluation_table(city: City, *, term: str) -> Table:
    """Return what the schools say of themselves."""
    rows: list[Row] = []
    for school in city.schools:
        rng = Random(f"{city.seed}/self-evaluation/{term}/{school.code}")
        for size in school.stages:
            for criterion in _CRITERIA:
                score = rng.randint(6, 10)
                said = "达到" if score > 7 else "基本达到"
                rows.append(
                    [
                        school.code,
                        STAGES[size.stage],
                        criterion,
                        said,
                        score,
                        10,
                        "制度和记录齐全（合成数据）",
                    ]
                )
    columns = ("学校标识码", "学段", "指标编号", "自评结论", "自评得分", "满分", "自评依据")
    return Table(data_set="self_evaluation", file="自评报告.csv", columns=columns, rows=rows)


def matter_table() -> Table:
    """Return the list of matters that may be inspected."""
    law = "《教育督导条例》（国务院令第624号）"
    rows: list[Row] = [
        ["curriculum", "课程开设", "课程开齐开足情况", "义务教育学校", "一般检查事项", "实地检查、书面检查", "20%", "1次", "教育督导室", law],
        ["health", "体质健康", "体质健康监测和体育锻炼情况", "义务教育学校", "一般检查事项", "实地检查", "20%", 1, "教育督导室", law],
        ["ethics", "师德师风", "师德师风建设情况", "义务教育学校", "重点检查事项", "现场检查", "5％", 1, "教育督导室", law],
    ]  # fmt: skip
    columns = (
        *("事项编号", "抽查事项", "抽查内容", "检查对象", "事项类别"),
        *("检查方式", "抽查比例", "抽查频次", "检查主体", "检查依据"),
    )
    return Table(data_set="matters", file="抽查事项清单.csv", columns=columns, rows=rows)
