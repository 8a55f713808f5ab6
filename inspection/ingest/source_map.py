"""How one kind of file maps to one data set: the model of `sources/*.yaml`.

Everything that differs between one bureau's files and another's stands in a source map: headings, kinds of
cell, words for what is missing, totals rows. What a cell of a kind looks like is in `cell`; where the header
lies is found in `heading`; reading itself is in `reading`.
"""

import fnmatch
import re
import unicodedata
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from inspection import policy_file
from inspection.errors import DocumentError, Fault
from inspection.ingest.figure import Figure, load_figures
from inspection.ingest.fitness import FitnessStandard, load_fitness
from inspection.policy_file import PolicyModel

Kind = Literal["code", "text", "choice", "choices", "yes-no", "count", "number", "percent", "date"]
MissingReason = Literal[
    "not-reported",
    "absent",
    "exempt",
    "cheated",
    "suppressed",
    "not-applicable",
    "low-coverage",
    "new-school",
]
FIGURE_CATALOGUE = Path("catalogue") / "figures.yaml"
NUMERIC_KINDS = frozenset({"count", "number", "percent"})
_TABLE_ENDING = re.compile(r"\.(xlsx|xlsm|xls|et|ods|csv|tsv|txt|html?|parquet)$")
ColumnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

_WANTED: dict[str, str] = {
    "code": "合规的代码",
    "text": "文字",
    "choice": "规定的选项",
    "choices": "规定的选项，可填多个，用顿号隔开",
    "yes-no": "“是”或“否”",
    "count": "整数，不带单位和文字",
    "number": "数字，不带单位和文字",
    "percent": "百分数，如 85%",
    "date": "日期，如 2026-03-15",
}


class Column(PolicyModel):
    """One column of the data set and how it may look in a file."""

    headings: tuple[str, ...] = Field(min_length=1, description="表头写法，第一个为标准写法")
    kind: Kind = "text"
    wanted: str = Field(default="", description="对填报人说明应填什么")
    is_required: bool = Field(default=False, description="每行必填")
    may_be_absent: bool = Field(default=False, description="文件可以没有这一列")
    is_staged: bool = Field(default=True, description="否：只用于读取，不入库")
    pattern: str = Field(default="", description="代码的格式（正则表达式）")
    choices: dict[str, str] = Field(default={}, description="选项写法与代码")
    choices_from: Literal["", "districts", "figures"] = Field(
        default="", description="选项取自配置文件（districts）或数据项目录（figures）"
    )
    code_of: Literal["", "school"] = Field(default="", description="学校标识码：核对类别码和区划码")
    suffixes: tuple[str, ...] = Field(default=(), description="数字后可带的单位")
    units: dict[str, float] = Field(
        default={}, description="单位与折算数，如 元: 1、万元: 10000；单位写在表头末尾的括号里或数字之后"
    )
    may_be_share: bool = Field(default=False, description="百分数可写成 0.85")
    is_share: bool = Field(default=False, description="不带百分号的数都是小数，0.85 即 85%")
    missing: dict[str, MissingReason] = Field(default={}, description="本列特有的缺失写法")
    minimum: float | None = Field(default=None, description="边读边汇总的数据集：最小值")
    at_most: ColumnName | None = Field(default=None, description="边读边汇总的数据集：不得大于哪一列")
    refers_to: str = Field(default="", description="边读边汇总的数据集：须在哪一数据集中")
    is_personal: bool = False
    is_sensitive: bool = Field(default=False, description="健康信息，或未满14周岁的学生的信息")
    purpose: str = Field(default="", description="个人信息的使用目的")
    handling: Literal["keep", "pseudonymise", "drop"] = "keep"

    @property
    def title(self) -> str:
        """The heading as the office writes it."""
        return self.headings[0]

    @property
    def wanted_words(self) -> str:
        """What a cell of this column should hold, in the clerk's words."""
        if self.wanted:
            return self.wanted
        if self.choices:
            first = {code: text for text, code in reversed(self.choices.items())}
            return "以下之一：" + "、".join(text for text in self.choices if text in first.values())
        return _WANTED[self.kind]

    @model_validator(mode="after")
    def _coherent(self) -> "Column":
        if self.kind in {"choice", "choices"} and bool(self.choices) == bool(self.choices_from):
            raise ValueError("选项列须填 choices 或 choices_from 之一")
        if (self.may_be_share or self.is_share) and self.kind != "percent":
            raise ValueError("may_be_share 和 is_share 只用于百分数列（kind: percent）")
        if self.may_be_share and self.is_share:
            raise ValueError("may_be_share 与 is_share 只能写一个")
        if self.units and (self.kind not in {"count", "number"} or min(self.units.values()) <= 0):
            raise ValueError("units 只用于数字列（kind: count 或 number），折算数须大于0")
        if self.is_personal and self.handling != "drop" and not self.purpose:
            raise ValueError("个人信息列须写明使用目的 purpose，不需要的写 handling: drop")
        if self.handling != "keep" and not self.is_personal:
            raise ValueError("handling 只用于个人信息列，请同时写 is_personal: true")
        _compiled(self.pattern)
        return self


class Balance(PolicyModel):
    """Within one row, a whole and its parts."""

    whole: ColumnName
    parts: tuple[ColumnName, ...] = Field(min_length=1)


class LeaveOut(PolicyModel):
    """Rows that stand in the file but are not of the data set: totals, national figures, closed schools."""

    title: str = Field(description="这类行叫什么，如 合计行")
    column: ColumnName | None = Field(default=None, description="看哪一列；不填则看整行任一单元格")
    values: tuple[str, ...] = Field(min_length=1, description="该单元格的写法")
    reconcile: tuple[ColumnName, ...] = Field(default=(), description="须与各行之和相符的列")
    balance: tuple[Balance, ...] = Field(default=(), description="本类行之内，哪一列应等于哪几列之和")
    counts_in_totals: bool = Field(default=False, description="本类行计入合计")


class SameObject(PolicyModel):
    """What makes a reader ask whether two codes are one school: the name, or another thing they share."""

    name: ColumnName = Field(description="名称列")
    within: tuple[ColumnName, ...] = Field(default=(), description="这些列也相同时，名称相同才提问")
    evidence: tuple[ColumnName, ...] = Field(
        default=(), description="这些列之一相同且名称相近时提问，如地址、校长"
    )


class Wide(PolicyModel):
    """A table with a group of columns for each subject or grade: every group is read as a row of its own."""

    column: ColumnName = Field(description="由表头得知的列，如学科")
    values: dict[str, str] = Field(min_length=1, description="表头里的写法与代码")
    columns: tuple[ColumnName, ...] = Field(min_length=1, description="每组都有的列")

    def headings(self, code: str, column: Column) -> tuple[str, ...]:
        """Return how a column of one group may be headed: the group before or after the column's own words."""
        spellings = [text for text, value in self.values.items() if value == code]
        return tuple(
            f"{first}{mark}{second}"
            for text in spellings
            for own in column.headings
            for mark in ("", "_", "-")
            for first, second in ((text, own), (own, text))
        )


class Header(PolicyModel):
    """Where the header may lie."""

    within_rows: int = Field(default=20, ge=1, le=100, description="在前多少行内找表头")
    most_rows: int = Field(default=3, ge=1, le=4, description="表头最多占几行")
    keeps_order: bool = Field(default=False, description="各列次序固定，与 columns 中的次序相同")


class Reduction(PolicyModel):
    """How student rows become sums: the shares of the full score that count as pass and good."""

    pass_percent: int = Field(default=60, ge=1, le=100, description="合格线，占满分的百分比")
    good_percent: int = Field(default=80, ge=1, le=100, description="优良线，占满分的百分比")


class Derived(PolicyModel):
    """A column that follows from another."""

    source: ColumnName = Field(description="由哪一列得出")
    values: dict[str, str] = Field(min_length=1)


class SourceMap(PolicyModel):
    """How one kind of file becomes rows of one data set."""

    data_set: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str
    files: tuple[str, ...] = Field(min_length=1, description="文件名样式，* 代表任意文字")
    sheet: str = Field(default="", description="工作表名；不填则取第一张有表头的工作表")
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")
    header: Header = Header()
    key: tuple[ColumnName, ...] = Field(min_length=1, description="哪几列合起来不得重复")
    missing: dict[str, MissingReason] = Field(default={"": "not-reported"}, description="缺失写法与原因")
    notes: tuple[str, ...] = Field(default=(), description="表尾说明行的开头文字")
    leave_out: tuple[LeaveOut, ...] = ()
    columns: dict[ColumnName, Column] = Field(min_length=1)
    constants: dict[ColumnName, str] = Field(default={}, description="文件中没有、每行相同的列")
    derived: dict[ColumnName, Derived] = Field(default={}, description="由另一列得出的列")
    wide: Wide | None = Field(default=None, description="每个学科（或年级）一组列的宽表")
    same_object: SameObject | None = Field(default=None, description="同一对象用了两个代码时如何发现")
    reduce: Reduction | None = None
    figures: Literal["", "school", "district"] = Field(
        default="", description="长表：数据项取自目录的哪一部分"
    )
    listed_figures: tuple[Figure, ...] = Field(default=(), description="由目录填入，不必填写")
    fitness: str = Field(default="", description="体质健康数据：用哪一份标准汇总")
    fitness_standard: FitnessStandard | None = Field(default=None, description="由标准填入，不必填写")
    valid_from: str = Field(default="", description="从哪个学期起适用")
    valid_to: str = Field(default="", description="到哪个学期止")

    def matches(self, file_name: str) -> bool:
        """Whether a file of this name holds this data set; what kind of table it claims to be does not matter."""
        name = unicodedata.normalize("NFC", file_name).casefold()
        return any(_fits(name, pattern.casefold()) for pattern in self.files)

    def is_valid_in(self, term_id: str) -> bool:
        """Whether the map holds for a term."""
        return (self.valid_from or term_id) <= term_id <= (self.valid_to or term_id)

    @property
    def is_reduced(self) -> bool:
        """Whether student rows become sums, so that none of them is kept."""
        return self.reduce is not None or bool(self.fitness)

    @property
    def staged_columns(self) -> tuple[str, ...]:
        """The canonical columns of the staged frame, in the order of the map."""
        listed = tuple(
            name for name, column in self.columns.items() if column.is_staged and column.handling != "drop"
        )
        told = (self.wide.column,) if self.wide else ()
        return tuple(dict.fromkeys((*listed, *told, *self.constants, *self.derived)))

    def title_of(self, column: str) -> str:
        """Return a canonical column's heading as the office writes it."""
        return self.columns[column].title if column in self.columns else column

    @property
    def personal_columns(self) -> frozenset[str]:
        """Columns whose content never appears in a fault."""
        return frozenset(name for name, column in self.columns.items() if column.is_personal)

    @model_validator(mode="after")
    def _coherent(self) -> "SourceMap":
        known = set(self.columns) | set(self.constants) | set(self.derived)
        known |= {self.wide.column} if self.wide else set()
        named = {
            "key": self.key,
            "leave_out": [item.column for item in self.leave_out if item.column],
            "leave_out.reconcile": [name for item in self.leave_out for name in item.reconcile],
            "leave_out.balance": [
                name
                for item in self.leave_out
                for balance in item.balance
                for name in (balance.whole, *balance.parts)
            ],
            "same_object": [self.same_object.name, *self.same_object.within, *self.same_object.evidence]
            if self.same_object
            else [],
            "wide.columns": self.wide.columns if self.wide else (),
            "derived": [item.source for item in self.derived.values()],
            "at_most": [column.at_most for column in self.columns.values() if column.at_most],
        }
        for place, names in named.items():
            among = known if place == "key" else set(self.columns)
            if unknown := [name for name in names if name not in among]:
                raise ValueError(f"{place} 提到的列 {'、'.join(unknown)} 未在 columns 中定义")
        if self.wide and self.wide.column in self.columns:
            raise ValueError(f"wide.column {self.wide.column} 由表头得知，不应再列在 columns 中")
        if self.wide and self.reduce:
            raise ValueError("wide 与 reduce 不能同时使用")
        headings = [heading for column in self.columns.values() for heading in column.headings]
        if repeated := sorted({heading for heading in headings if headings.count(heading) > 1}):
            raise ValueError(f"表头 {'、'.join(repeated)} 同时属于两列")
        return self


def _fits(name: str, pattern: str) -> bool:
    stem, pattern_stem = _TABLE_ENDING.sub("", name), _TABLE_ENDING.sub("", pattern)
    if name != stem and pattern != pattern_stem:
        return fnmatch.fnmatchcase(stem, pattern_stem)
    return fnmatch.fnmatchcase(name, pattern)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"正则表达式 {pattern} 有误：{error}") from error


def load_source_maps(folder: Path, term_id: str = "") -> dict[str, SourceMap]:
    """Return the source maps of a folder by their data set; with a term, those that hold in it.

    Raises:
        DocumentError: a map is wrong, the folder holds none, or two maps speak for one data set.
    """
    maps: dict[str, SourceMap] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = policy_file.load(SourceMap, path)
        except DocumentError as error:
            faults += error.faults
            continue
        if term_id and not found.is_valid_in(term_id):
            continue
        if found.data_set in maps:
            faults.append(_twice(path, found.data_set))
        maps[found.data_set] = _with_catalogue(found, folder)
    if not maps and not faults:
        faults.append(
            Fault(
                place=str(folder),
                code="DOC-011",
                wanted="至少一份来源说明（*.yaml）",
                got="没有找到",
                remedy="请检查配置文件中 folders.sources 的路径。",
            )
        )
    if faults:
        raise DocumentError(f"来源说明有 {len(faults)} 处需要改正", faults)
    return maps


def _with_catalogue(found: SourceMap, folder: Path) -> SourceMap:
    """Return a map with the figures, or the fitness standard, that lie beside it."""
    if found.fitness:
        standard = load_fitness(folder / FIGURE_CATALOGUE.parent / f"{found.fitness}.yaml")
        return found.model_copy(update={"fitness_standard": standard})
    if not found.figures:
        return found
    catalogue = load_figures(folder / FIGURE_CATALOGUE)
    listed = catalogue.school if found.figures == "school" else catalogue.district
    return found.model_copy(update={"listed_figures": listed})


def _twice(path: Path, data_set: str) -> Fault:
    return Fault(
        place=path.name,
        column="data_set",
        code="DOC-012",
        wanted="每个数据集只有一份来源说明",
        got=f"{data_set} 另有一份",
        remedy="请合并两份说明，或改用另一个数据集名称。",
    )
