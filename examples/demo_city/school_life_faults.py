"""Plants faults in the figures of the long layout and in what schools keep of a term's work."""

from collections.abc import Mapping, Sequence

from examples.demo_city.faults import Planter
from examples.demo_city.long_figures import is_figure_row
from examples.demo_city.table import Row, Table, readable_count


def plant_in_figures(
    planter: Planter, tables: Sequence[Table], districts: Table, unused_codes: Sequence[str]
) -> None:
    """Spoil figures of the long layout, each in a row of its own.

    Args:
        planter: keeps the record.
        tables: the districts' tables; the third has other headings, and stays sound.
        districts: the districts' own figures.
        unused_codes: a code that no school of the city has.
    """
    east, west, _, north, coast = tables
    share, minutes = "骨干教师", "平均每天书面作业时间"

    def of(table: Table, title: str) -> Row:
        return planter.pick(table, lambda row: is_figure_row(row) and table.cell(row, "数据项") == title)

    def put(table: Table, row: Row, part: int | None, whole: int | None, value: str | None) -> None:
        for column, cell in (("分子", part), ("分母", whole), ("数值", value)):
            table.set_cell(row, column, cell)

    row = of(east, share)
    put(east, row, 52, 50, None)
    planter.spoil("part-over-whole", east, "分子", 52, row=row)
    row = of(west, "作业设计展示、交流、评比次数")
    planter.spoil("text-in-number", west, "数值", "若干", row=row)
    row = of(west, "家长会、家长开放日、教育沙龙次数")
    planter.spoil("unknown-school", west, "学校标识码", unused_codes[0], row=row)
    row = of(north, "建立成长档案的学生")
    put(north, row, 80, 100, "86%")
    planter.spoil("rate-differs", north, "数值", "86%", row=row)
    planter.spoil("figure-beyond-bounds", coast, "数值", 480, row=of(coast, minutes))
    planter.spoil("unknown-choice", coast, "数据项", "教师幸福指数", row=of(coast, "学情会商次数"))
    row = of(north, "对学校教育教学满意的家长")
    put(north, row, 80, None, None)
    planter.spoil("figure-incomplete", north, "分母", None, row=row)
    planter.repeat_row("exact-duplicate", east, of(east, "随堂监测达标"), [])
    row = of(coast, "校本课程门数")
    planter.repeat_row(
        "conflicting-duplicate", coast, row, [("数值", readable_count(coast.cell(row, "数值")) + 1)]
    )
    planter.spoil("unknown-district", districts, "所属区县", "示例市高新区", row=districts.rows[0])
    row = districts.rows[-1]
    put(districts, row, None, None, "约30")
    planter.spoil("text-in-number", districts, "数值", "约30", row=row)


def plant_in_school_life(planter: Planter, tables: Mapping[str, Table], unused_codes: Sequence[str]) -> None:
    """Spoil single rows of the logs, surveys, tests and registers; `tables` by data set."""
    table = tables["timetables"]
    planter.spoil("text-in-number", table, "实际上课课时", "正常")
    planter.spoil("beyond-plausible", table, "公示课表课时", 36)
    planter.repeat("exact-duplicate", table)
    table = tables["homework_log"]
    row = planter.pick(table)
    written = readable_count(table.cell(row, "书面作业时间"))
    planter.spoil("parts-and-sum", table, "书面作业时间", written + 9, row=row)
    planter.spoil("malformed-date", table, "日期", "4月31日")
    planter.spoil("unknown-answer", table, "是否公示", "部分")
    table = tables["exam_log"]
    planter.spoil("unknown-choice", table, "考试类型", "月考")
    planter.spoil("missing-required", table, "考试名称", None)
    table = tables["surveys"]
    row = planter.pick(table)
    returned = readable_count(table.cell(row, "回收有效份数"))
    planter.spoil("part-over-whole", table, "满意份数", returned + 4, row=row)
    planter.spoil("missing-required", table, "组织方", None)
    planter.misadd(table, "发放份数", 30)
    table = tables["student_survey"]
    planter.spoil("beyond-plausible", table, "每天睡眠时间", "540")
    planter.spoil("unknown-answer", table, "总体满意度", "一般")
    table = tables["complaints"]
    planter.spoil("unknown-school", table, "学校标识码", unused_codes[1])
    table = tables["self_evaluation"]
    planter.spoil("malformed-code", table, "指标编号", "第2条")
    planter.spoil("score-over-full", table, "自评得分", 12)
    table = tables["spot_checks"]
    row = planter.pick(table)
    checked = readable_count(table.cell(row, "体质抽测人数"))
    planter.spoil("part-over-whole", table, "体质抽测合格人数", checked + 3, row=row)
    table = tables["matters"]
    planter.spoil("missing-required", table, "检查依据", None, row=table.rows[1])
    table = tables["fitness"]

    def is_tested(row: Row) -> bool:
        return isinstance(table.cell(row, "总分"), float)

    row = planter.pick(table, is_tested)
    wrong = float(str(table.cell(row, "总分"))) - 5
    planter.spoil("total-differs", table, "总分", round(wrong, 1), row=row)
    planter.spoil("unknown-school", table, "学校标识码", unused_codes[2])
    planter.spoil("text-in-number", table, "总分", "良好", row=planter.pick(table, is_tested))
