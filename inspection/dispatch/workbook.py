"""What goes into a form that is sent out and comes back as a workbook: sheets, columns, rows, as data.

Here: the description of any such form, and two of them: a team's findings 检查记录, the register of hearings
告知答复登记表. Not here: writing the file (`tasks.workbook`), reading what comes back (source maps).
A form's headings are its contract with the source map that reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from inspection.canonical import digest
from inspection.dispatch.dossier import DossierFacts, VisitItem, VisitSchool
from inspection.dispatch.notice import chinese_date

Value = str | int | date | None

CONCLUSIONS = ("符合", "不符合", "不适用")
RATINGS = ("1", "2", "3", "4", "5", "不适用")
METHODS = ("现场查看", "查阅资料", "访谈座谈", "问卷调查", "抽样核验")
DISPOSALS = ("无需处置", "当场责令改正", "建议限期整改", "建议移送有关部门", "其他")
RESULTS = (
    "未发现问题",
    "发现问题已责令改正",
    "发现问题待后续处理",
    "不配合检查情节严重",
    "弄虚作假",
    "无法联系或停办",
)
REPLIES = ("书面答复", "书面放弃", "逾期未答复")
OUTCOMES = ("采纳", "部分采纳", "不采纳")
YES_NO = ("是", "否")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: `is_input` cells may be written in, all others are locked.

    `choices` is a drop-down, `comment` is shown at the heading. `width` is in characters of the standard
    font. `kind` `date` admits dates only; codes are text.
    """

    heading: str
    width: int
    is_input: bool = False
    kind: Literal["text", "date"] = "text"
    choices: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row's cells in the order of the columns; None is an empty cell.

    `choices` gives a column of this row (by heading) a drop-down of its own.
    """

    cells: tuple[Value, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet: its title stands in row 1, the headings in row 2, the rows below."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        """Hold every row to the columns, and every drop-down to a column."""
        headings = [column.heading for column in self.columns]
        assert len(set(headings)) == len(headings), "a heading stands once"
        for row in self.rows:
            assert len(row.cells) == len(headings), "a cell for each column"
            assert set(row.choices) <= set(headings), "a drop-down belongs to a column"


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A form: instructions on the first sheet 填写说明, then the sheets to fill in."""

    title: str
    author: str
    instructions: tuple[str, ...]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, kw_only=True)
class HearingRow:
    """A case whose school has been told what is proposed, and of whom a reply is expected."""

    case_id: str
    school_code: str
    school_name: str
    told_on: date | None


def findings_workbook(facts: DossierFacts) -> Workbook:
    """Return a team's findings form: a row per school and item, and a row per school for the result."""
    due = chinese_date(facts.return_by)
    instructions = (
        "本表供检查组填报检查记录和检查结果，每组一份；与工作手册中的现场记录应当一致。",
        "只填写浅黄色单元格，其余单元格已锁定；不要增删行列、改动表头或工作表名称。",
        "“检查记录”每校每项一行：检查结论从下拉列表中选择“符合”“不符合”或“不适用”，评分项填1至5的整数，5为最好。",
        "没有检查到的项目选“不适用”，并在“问题描述”中说明原因，不得空着。",
        "选“不符合”或者评分为1、2的，须填写“问题描述”（时间、地点、人数等事实）、“佐证编号”和“处置”。",
        "佐证按“学校标识码-序号”编号，照片、复印件上写同一编号；不得写入学生姓名等个人信息。",
        "“检查结果”每校一行：检查结果从下拉列表中选择；检查日期写成2026-05-18的样式；"
        "检查人员填写到场人员的编号，多人之间用顿号隔开。",
        "有师生人身安全危险、学生受到伤害或者重大安全隐患的，“紧急情况”选“是”并写明经过；"
        f"发现时应当立即报告：{facts.urgent_contact}。",
        f"请于{due}前将本表报送{facts.office_name}。联系方式：{facts.contact}。",
    )
    records = Sheet(
        name="检查记录",
        title=f"{facts.campaign_title}检查记录（{facts.team_code}组）",
        columns=_RECORD_COLUMNS,
        rows=tuple(
            _record(facts.team_code, school, item) for school in facts.schools for item in school.items
        ),
    )
    results = Sheet(
        name="检查结果",
        title=f"{facts.campaign_title}检查结果（{facts.team_code}组）",
        columns=_RESULT_COLUMNS,
        rows=tuple(_result(facts.team_code, school) for school in facts.schools),
    )
    return Workbook(
        title=f"{_mark(facts.is_synthetic)}{facts.campaign_title}检查记录表",
        author=facts.bureau_name,
        instructions=instructions,
        sheets=(records, results),
    )


def hearing_workbook(
    cases: tuple[HearingRow, ...], *, campaign_title: str, bureau_name: str, is_synthetic: bool
) -> Workbook:
    """Return the register of hearings 告知答复登记表, a row per case in the order of case numbers."""
    ordered = sorted(cases, key=lambda case: case.case_id)
    register = Sheet(
        name="告知答复登记表",
        title=f"{campaign_title}告知答复登记表",
        columns=_HEARING_COLUMNS,
        rows=tuple(
            Row(cells=(case.case_id, case.school_code, case.school_name, case.told_on, *(None,) * 5))
            for case in ordered
        ),
    )
    return Workbook(
        title=f"{_mark(is_synthetic)}{campaign_title}告知答复登记表",
        author=bureau_name,
        instructions=(
            "本表登记拟作出处理措施的告知和学校的答复，每案一行，由教育督导机构填写。",
            "只填写浅黄色单元格，其余单元格已锁定；不要增删行列、改动表头或工作表名称。",
            "答复方式从下拉列表中选择；选“书面答复”的，须填写答复日期、答复要点、采纳情况和理由。",
            "选“书面放弃”的填写答复日期；选“逾期未答复”的，答复日期、答复要点、采纳情况和理由不填。",
            "采纳情况的理由将写入处理决定，请写明核实的事实和依据，不得写入学生姓名等个人信息。",
        ),
        sheets=(register,),
    )


def content_digest(book: Workbook) -> str:
    """Return the digest of everything a form says, as 64 hexadecimal digits."""
    sheets = [
        {
            "name": sheet.name,
            "title": sheet.title,
            "columns": [
                [column.heading, column.kind, list(column.choices), column.is_input, column.comment]
                for column in sheet.columns
            ],
            "rows": [
                [
                    ["" if cell is None else str(cell) for cell in row.cells],
                    {heading: list(choices) for heading, choices in row.choices.items()},
                ]
                for row in sheet.rows
            ],
        }
        for sheet in book.sheets
    ]
    return digest({"title": book.title, "instructions": list(book.instructions), "sheets": sheets})


_RECORD_COLUMNS = (
    Column(heading="检查组编号", width=11),
    Column(heading="学校标识码", width=13),
    Column(heading="学校名称", width=26),
    Column(heading="学段", width=7),
    Column(heading="检查事项", width=20),
    Column(heading="指标编号", width=11),
    Column(heading="检查内容", width=44),
    Column(heading="检查方式", width=12, is_input=True, choices=METHODS, comment="主要采用的方式，可改选。"),
    Column(
        heading="检查结论",
        width=11,
        is_input=True,
        choices=CONCLUSIONS,
        comment="必填。一般项目选“符合”“不符合”或“不适用”；评分项填1至5的整数，5为最好。",
    ),
    Column(
        heading="问题描述",
        width=40,
        is_input=True,
        comment="不符合或者评分为1、2的必填：写明时间、地点、人数等事实，不写个人姓名。",
    ),
    Column(heading="佐证编号", width=18, is_input=True, comment="学校标识码-序号，多个之间用顿号隔开。"),
    Column(heading="处置", width=16, is_input=True, choices=DISPOSALS, comment="不符合的必填。"),
)
_RESULT_COLUMNS = (
    Column(heading="检查组编号", width=11),
    Column(heading="学校标识码", width=13),
    Column(heading="学校名称", width=26),
    Column(heading="检查结果", width=22, is_input=True, choices=RESULTS, comment="必填，按全校情况选一项。"),
    Column(
        heading="检查日期", width=13, is_input=True, kind="date", comment="必填，入校当日，如2026-05-18。"
    ),
    Column(
        heading="检查人员",
        width=24,
        is_input=True,
        comment="必填，到场检查人员的编号，多人之间用顿号隔开。",
    ),
    Column(
        heading="紧急情况", width=10, is_input=True, choices=YES_NO, comment="必填。选“是”的应当已经报告。"
    ),
    Column(heading="紧急情况说明", width=34, is_input=True, comment="紧急情况选“是”的必填。"),
    Column(heading="备注", width=26, is_input=True),
)
_HEARING_COLUMNS = (
    Column(heading="案号", width=24),
    Column(heading="学校标识码", width=13),
    Column(heading="学校名称", width=26),
    Column(heading="告知日期", width=13, is_input=True, kind="date", comment="告知书送达之日。"),
    Column(heading="答复方式", width=13, is_input=True, choices=REPLIES, comment="必填。"),
    Column(heading="答复日期", width=13, is_input=True, kind="date", comment="收到书面答复或者放弃之日。"),
    Column(heading="答复要点", width=40, is_input=True, comment="书面答复的必填，一两句话概括。"),
    Column(heading="采纳情况", width=12, is_input=True, choices=OUTCOMES, comment="书面答复的必填。"),
    Column(heading="理由", width=40, is_input=True, comment="书面答复的必填，将写入处理决定。"),
)


def _record(team_code: str, school: VisitSchool, item: VisitItem) -> Row:
    described = (team_code, school.school_code, school.school_name, item.stage_title, item.matter_name)
    return Row(
        cells=(*described, item.criterion_id, item.content, item.method, None, None, None, None),
        choices={"检查结论": RATINGS} if item.is_rated else {},
    )


def _result(team_code: str, school: VisitSchool) -> Row:
    blanks = (None,) * (len(_RESULT_COLUMNS) - 3)
    return Row(cells=(team_code, school.school_code, school.school_name, *blanks))


def _mark(is_synthetic: bool) -> str:
    return "（演示数据）" if is_synthetic else ""
