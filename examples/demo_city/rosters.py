"""The rosters as the office keeps them: schools, inspectors and the register of recusals."""

from random import Random

from examples.demo_city.city import City, School
from examples.demo_city.names import person_name
from examples.demo_city.table import Layout, Row, Table, full_width

SCHOOL_TYPES = {
    "primary-school": "小学",
    "junior-school": "初级中学",
    "nine-year-school": "九年一贯制学校",
    "teaching-point": "教学点",
}
LOCATIONS = {"urban": "城区", "town": "镇区", "rural": "乡村"}
SCHOOL_COLUMNS = (
    "序号",
    "学校标识码",
    "学校名称",
    "所属区县",
    "办学类型",
    "城乡类型",
    "在校生数",
    "班级数",
    "专任教师数",
    "备注",
)
INSPECTOR_COLUMNS = (
    "人员编号",
    "姓名",
    "所属区县",
    "所在单位标识码",
    "可任组长",
    "学段专长",
    "最多检查校数",
)
RECUSAL_COLUMNS = ("人员编号", "学校标识码", "回避情形")
_RELATIONS = ("三年内任职", "近亲属任职", "近亲属就读", "其他利害关系")
_FOOTER = ("填表人：王静    审核人：李建华    填表日期：{filled_on}", "注：本表为合成数据，仅供演示。")


def school_table(city: City) -> Table:
    """Return the roster of schools, with codes as numbers and as text as they were typed."""
    rows: list[Row] = []
    for number, school in enumerate(city.schools, start=1):
        rng = Random(f"{city.seed}/roster/{school.code}")
        students: str | int = school.student_count
        if school.student_count >= 1000 and rng.random() < 0.3:
            students = f"{school.student_count:,}"
        elif rng.random() < 0.05:
            students = full_width(str(school.student_count))
        rows.append(
            [
                number,
                int(school.code) if rng.random() < 0.5 else school.code,
                f"{school.name} " if rng.random() < 0.05 else school.name,
                school.district.code if rng.random() < 0.04 else school.district.name,
                SCHOOL_TYPES[school.school_type],
                LOCATIONS[school.location],
                students,
                school.class_count,
                school.teacher_count,
                "含附属幼儿园班，未计入" if rng.random() < 0.02 else None,
            ]
        )
    return Table(
        data_set="schools",
        file="学校基本情况一览表.xlsx",
        sheet="学校名录",
        columns=SCHOOL_COLUMNS,
        rows=rows,
        first_row=4,
    )


def school_layout(year: str, filled_on: str) -> Layout:
    """Return how the roster of schools looks."""
    return Layout(
        title=f"示例市{year}义务教育学校基本情况一览表",
        unit_line="填报单位：示例市教育局（合成数据）        单位：人、个",
        summed=("在校生数", "班级数", "专任教师数"),
        footer=tuple(line.format(filled_on=filled_on) for line in _FOOTER),
    )


def inspector_table(city: City) -> Table:
    """Return the roster of inspectors: one for five schools and ten more; half of them work at a school."""
    rng = Random(f"{city.seed}/inspectors")
    count = -(-len(city.schools) // 5) + 10
    rows: list[Row] = []
    for number in range(1, count + 1):
        employer = rng.choice(city.schools) if number % 2 else None
        district = employer.district if employer else city.districts[number % len(city.districts)]
        load = rng.choices(("4", "３", "3", 4), (10, 1, 2, 10))[0]
        rows.append(
            [
                f"dx-{number:04d}",
                person_name(rng),
                district.name,
                employer.code if employer else None,
                "是" if number % 3 != 2 else "否",
                _expertise(number, employer),
                load,
            ]
        )
    return Table(
        data_set="inspectors",
        file="检查人员名录.xlsx",
        sheet="Sheet1",
        columns=INSPECTOR_COLUMNS,
        rows=rows,
        first_row=4,
    )


def inspector_layout(year: str) -> Layout:
    """Return how the roster of inspectors looks."""
    return Layout(
        title=f"示例市{year}督导检查人员名录",
        unit_line="填报单位：示例市人民政府教育督导室（合成数据，姓名均为虚构）",
        footer=("注：所在单位标识码仅学校人员填写。",),
    )


def recusal_table(city: City, inspectors: Table) -> Table:
    """Return the register of recusals: own school, earlier school, relatives, declared interests."""
    rng = Random(f"{city.seed}/recusals")
    rows: list[Row] = []
    for inspector in inspectors.rows:
        inspector_id = inspectors.cell(inspector, "人员编号")
        employer = inspectors.cell(inspector, "所在单位标识码")
        seen = {employer}
        if employer and rng.random() < 0.7:
            rows.append([inspector_id, employer, "本人任职"])
        for relation in rng.choices(_RELATIONS, k=rng.randint(2, 5)):
            code = rng.choice(city.schools).code
            if code not in seen:
                seen.add(code)
                rows.append([inspector_id, code, relation])
    return Table(data_set="recusals", file="回避登记表.csv", columns=RECUSAL_COLUMNS, rows=rows)


def _expertise(number: int, employer: School | None) -> str:
    if employer is None or len(employer.stages) > 1:
        return ("小学、初中", "小学", "初中")[number % 3] if employer is None else "小学、初中"
    return "小学" if employer.stages[0].stage == "primary" else "初中"
