"""The faults that reading can find, listed once: stable code, what becomes of the file or row, words.

Rules that a bureau states itself (ranges, parts and wholes) are in `expectations/` and carry their own ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inspection.errors import Fault

Effect = Literal["refuse-file", "quarantine-row", "report"]
Severity = Literal["critical", "warning", "info"]
_SEVERITIES: Mapping[Effect, Severity] = {
    "refuse-file": "critical",
    "quarantine-row": "warning",
    "report": "info",
}
EFFECT_WORDS: Mapping[Effect, str] = {
    "refuse-file": "整个文件退回",
    "quarantine-row": "该行暂不采用",
    "report": "只作提示",
}


@dataclass(frozen=True)
class FaultCode:
    """One kind of fault: `remedy` is what the clerk should do."""

    code: str
    kind: str
    effect: Effect
    title: str
    remedy: str

    @property
    def severity(self) -> Severity:
        """The severity that results are stored under."""
        return _SEVERITIES[self.effect]


_LISTED: tuple[tuple[str, str, Effect, str, str], ...] = (
    ("IN-001", "empty-inbox", "refuse-file", "收件箱中没有文件", "请把本学期各单位报送的文件放入收件箱后重新运行。"),
    ("IN-002", "unknown-file", "refuse-file", "不认识的文件", "请核对文件名；与本次上报无关的文件请移出收件箱。"),
    ("IN-003", "not-a-file", "refuse-file", "不是收件箱内的普通文件", "请放入文件本身，不要放快捷方式、链接或其他特殊文件。"),
    ("IN-004", "unreadable", "refuse-file", "文件无法读取", "请用表格软件打开，另存为“Excel 工作簿（.xlsx）”或 CSV 后重新报送。"),
    ("IN-005", "too-large", "refuse-file", "文件过大", "请删去表格以外的多余行列；数据行数超过上限的请改用 CSV 报送。"),
    ("IN-006", "reading-stopped", "refuse-file", "读取超过时间或内存限制", "请把表格内容复制到新的工作簿后重新报送。"),
    ("IN-007", "encoding", "refuse-file", "文字编码无法识别", "请另存为“CSV UTF-8（逗号分隔）”后重新报送。"),
    ("IN-008", "changed-while-read", "refuse-file", "读取时文件被改动", "请等文件保存完毕后重新运行。"),
    ("IN-009", "empty-file", "refuse-file", "文件没有内容", "请核对是否放错文件，重新报送。"),
    ("IN-011", "header-not-found", "refuse-file", "找不到表头", "请保留表头行，并使用规定的列名。"),
    ("IN-012", "column-absent", "refuse-file", "缺少规定的列", "请补上这一列，或把表头改为规定的写法。"),
    ("IN-013", "heading-repeated", "refuse-file", "同一列出现两次", "请只保留一列，或在表头上区分。"),
    ("IN-014", "no-rows", "refuse-file", "表头下没有数据", "请填报后重新报送。"),
    ("IN-015", "sheet-absent", "refuse-file", "缺少规定的工作表", "请恢复原工作表名称。"),
    ("IN-016", "uncalculated", "refuse-file", "公式没有计算结果", "请用表格软件打开文件，算出结果后保存，或把公式粘贴为数值，再重新报送。"),
    ("IN-017", "heading-unit", "refuse-file", "表头注明的单位不是规定的单位", "请把表头的单位改为规定的写法，并按该单位填报。"),
    ("IN-031", "correction-unknown", "refuse-file", "更正表与登记的原件对不上", "请从工作台重新下载更正表，在表中改正后上报。"),
    ("IN-101", "missing-required", "quarantine-row", "必填项为空", "请补填。"),
    ("IN-102", "malformed-code", "quarantine-row", "代码格式有误", "请核对代码位数，注意字母 O 与数字 0、字母 l 与数字 1；显示成 3.7E+09 的，请把该列设为文本后重新填写。"),
    ("IN-103", "text-in-number", "quarantine-row", "数字栏填了文字", "请只填数字；没有数据的填“—”。"),
    ("IN-104", "not-whole", "quarantine-row", "应为整数", "请填整数。"),
    ("IN-105", "unit-unclear", "quarantine-row", "百分数的单位不明", "同一列请统一写法，例如都写成 85%。"),
    ("IN-106", "unknown-choice", "quarantine-row", "不是规定的选项", "请从规定的选项中选填。"),
    ("IN-107", "unknown-district", "quarantine-row", "区县不在本市名单中", "请填写本市区县的名称或代码。"),
    ("IN-108", "malformed-date", "quarantine-row", "日期无法识别", "请按 2026-03-15 的格式填写。"),
    ("IN-109", "row-too-wide", "quarantine-row", "该行比表头多出单元格", "请检查该行是否有未加引号的逗号，或错位的单元格。"),
    ("IN-110", "too-long", "quarantine-row", "单元格内文字过长", "请精简文字，详细材料另附。"),
    ("IN-111", "below-minimum", "quarantine-row", "低于最小值", "请核对后改正。"),
    ("IN-112", "over-maximum", "quarantine-row", "超过上限", "请核对后改正。"),
    ("IN-113", "not-on-roster", "quarantine-row", "不在名录中", "请核对代码；名录有遗漏的，先补报名录。"),
    ("IN-114", "formula-error", "quarantine-row", "单元格显示的是公式错误", "请检查公式，改为实际的内容。"),
    ("IN-115", "abolished-division", "quarantine-row", "区划代码已撤销", "请改填现用的区县名称或代码。"),
    ("IN-116", "school-code-parts", "quarantine-row", "学校标识码的类别码或区划码有误", "请对照学校（机构）代码证核对；学校性质变更的，应申领新的标识码。"),
    ("IN-131", "figure-incomplete", "quarantine-row", "数据项没有填全", "比例和完成率请填分子和分母，其他数据项请填数值。"),
    ("IN-132", "part-over-whole", "quarantine-row", "分子大于分母", "请核对分子、分母是否填反。"),
    ("IN-133", "rate-differs", "quarantine-row", "数值与分子、分母不符", "请按分子除以分母重新计算，或只填分子和分母。"),
    ("IN-134", "figure-beyond-bounds", "quarantine-row", "超出合理范围", "请核对单位和数值后改正。"),
    ("IN-135", "figure-not-of-stage", "quarantine-row", "该学段不填报这一数据项", "请核对学段和数据项。"),
    ("IN-136", "total-differs", "quarantine-row", "总分与各单项不符", "请核对各单项得分和总分。"),
    ("IN-121", "exact-duplicate", "quarantine-row", "与另一行完全相同", "请删去重复的行。"),
    ("IN-122", "conflicting-duplicate", "quarantine-row", "同一对象报了两行且数据不同", "请确认哪一行正确，删去另一行；改正前两行均不采用。"),
    ("IN-201", "control-total", "report", "合计与各行之和不符", "请核对合计行和各行数据。"),
    ("IN-202", "name-differs", "report", "学校名称与名录不一致", "请核对标识码是否填错；更名的，请先更新名录。"),
    ("IN-203", "same-school", "report", "可能是同一对象用了两个代码", "请核实：是同一对象的，只保留一个代码；不是的，无需处理。"),
    ("IN-204", "heading-moved", "report", "列的次序与规定的表样不同", "请核对表头是否错位，表头下的数据是否属于该列。"),
    ("IN-205", "sheet-unread", "report", "另有工作表没有读取", "一个文件只读取一个工作表：未读取的工作表中有应报数据的，请并入同一工作表后重新报送；不报的，无需处理。"),
    ("IN-231", "changed-unmarked", "report", "更正表中未标注的行有改动", "确需更改的，请在原件上改正后重报整个文件。"),
)  # fmt: skip
FAULT_CODES: Mapping[str, FaultCode] = {row[1]: FaultCode(*row) for row in _LISTED}
_BY_CODE: Mapping[str, FaultCode] = {entry.code: entry for entry in FAULT_CODES.values()}


@dataclass(frozen=True)
class Spot:
    """Where something stands, as the clerk sees it."""

    place: str
    sheet: str = ""
    row: int = 0
    column: str = ""


def fault(kind: str, spot: Spot, *, wanted: str, got: str, remedy: str = "") -> Fault:
    """Make a fault of a listed kind; `remedy` replaces the listed one where more can be said."""
    entry = FAULT_CODES[kind]
    return Fault(
        place=spot.place,
        sheet=spot.sheet,
        row=spot.row,
        column=spot.column,
        code=entry.code,
        wanted=wanted,
        got=got,
        remedy=remedy or entry.remedy,
    )


def severity_of(code: str) -> Severity:
    """Return the severity of a code that reading uses."""
    return _BY_CODE[code].severity


def refuses_file(found: Fault) -> bool:
    """Whether a fault sends its whole file back."""
    return found.code in _BY_CODE and _BY_CODE[found.code].effect == "refuse-file"


def fault_table() -> str:
    """Return the list as a Markdown table, for the documentation."""
    lines = ["| 代码 | 问题 | 处理 | 请填报人 |", "|---|---|---|---|"]
    lines += [
        f"| {entry.code} | {entry.title} | {EFFECT_WORDS[entry.effect]} | {entry.remedy} |"
        for entry in FAULT_CODES.values()
    ]
    return "\n".join(lines)
