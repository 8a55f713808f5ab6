"""Figures 数据项: what a school or a district reports in the long layout, one row for each figure.

Here: the catalogue (a YAML document) with each figure's kind, unit, bounds and the requirements it speaks of.
Not here: how a row is held against it (`figure_guard`), what a figure is worth (`rule`, `rubric`).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from inspection import policy_file
from inspection.policy_file import PolicyModel

FIGURE_DATA_SET = "figures"
DISTRICT_DATA_SET = "district_figures"
YES_NO = "是否"
"""The unit of a figure that says whether something is there: 1 for yes, 0 for no."""
FigureKind = Literal["share", "ratio", "count", "number", "yes-no"]
KIND_TITLES: dict[str, str] = {
    "share": "比例",
    "ratio": "完成率",
    "count": "整数",
    "number": "数值",
    "yes-no": "有无",
}


class Figure(PolicyModel):
    """One figure: how it is reported and what it speaks of.

    `share` and `ratio` are reported as numerator and denominator and read in percent; of a share the numerator
    is part of the denominator, of a ratio it may be more. The others are reported as a value.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: FigureKind
    unit: str = ""
    requirements: tuple[str, ...] = Field(min_length=1, description="反映哪几项要求")
    minimum: float = Field(default=0.0, description="合理范围的下限")
    maximum: float = Field(default=100.0, description="合理范围的上限")
    stages: tuple[str, ...] = Field(
        default=("primary", "junior", "senior"), min_length=1, description="哪些学段填报"
    )
    is_sensitive: bool = Field(default=False, description="涉及健康信息或未满14周岁的学生")
    exam_result: bool = Field(default=False, description="来自考试成绩")

    @property
    def has_parts(self) -> bool:
        """Whether it is reported as numerator and denominator."""
        return self.kind in {"share", "ratio"}

    @property
    def told_in(self) -> str:
        """The unit it is told in where people read it."""
        return YES_NO if self.kind == "yes-no" else self.unit

    @model_validator(mode="after")
    def _sound(self) -> "Figure":
        if self.minimum > self.maximum:
            raise ValueError("不大于上限 maximum 的下限 minimum")
        if self.has_parts and self.unit != "%":
            raise ValueError('比例和完成率的单位写 "%"')
        return self


class SourceText(PolicyModel):
    """A document whose requirements are numbered from 01 to `last`."""

    title: str
    last: int = Field(ge=1, le=99)


class FigureCatalogue(PolicyModel):
    """Every figure, and for each requirement of the documents where its evidence comes from."""

    catalogue: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    documents: dict[str, SourceText]
    on_site: tuple[str, ...] = Field(default=(), description="须入校判断的要求")
    school: tuple[Figure, ...] = Field(min_length=1, description="学校数据项")
    district: tuple[Figure, ...] = Field(default=(), description="区县数据项")

    @property
    def by_requirement(self) -> dict[str, tuple[str, ...]]:
        """The codes of the figures that speak of each numbered requirement, letters of its parts left off."""
        found: dict[str, list[str]] = {}
        for figure in (*self.school, *self.district):
            for requirement in figure.requirements:
                listed = found.setdefault(requirement.rstrip("abc"), [])
                if figure.code not in listed:
                    listed.append(figure.code)
        return {requirement: tuple(codes) for requirement, codes in sorted(found.items())}

    @model_validator(mode="after")
    def _whole(self) -> "FigureCatalogue":
        for listed in (self.school, self.district):
            for names in ([item.code for item in listed], [item.title for item in listed]):
                if repeated := sorted({name for name in names if names.count(name) > 1}):
                    raise ValueError(f"互不相同的数据项（{'、'.join(repeated)} 重复）")
        told = {*self.by_requirement, *self.on_site}
        wanted = {f"{key}-{n:02d}" for key, text in self.documents.items() for n in range(1, text.last + 1)}
        if strange := sorted(told - wanted):
            raise ValueError(f"documents 中有的要求编号（没有 {'、'.join(strange)}）")
        if absent := sorted(wanted - told):
            raise ValueError(f"每项要求都有数据项，或列入 on_site（缺 {'、'.join(absent)}）")
        return self


def load_figures(path: Path) -> FigureCatalogue:
    """Read a catalogue of figures.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(FigureCatalogue, path)


def figure_table(figures: tuple[Figure, ...]) -> str:
    """Return figures as a Markdown table, for the documentation."""
    lines = ["| 代码 | 数据项 | 报法 | 单位 | 合理范围 | 反映的要求 |", "|---|---|---|---|---|---|"]
    for item in figures:
        title = f"{item.title}（敏感）" if item.is_sensitive else item.title
        bounds = f"{item.minimum:g}–{item.maximum:g}" if item.kind != "yes-no" else "0、1"
        kind = KIND_TITLES[item.kind]
        wanted = "、".join(item.requirements)
        lines.append(f"| `{item.code}` | {title} | {kind} | {item.unit} | {bounds} | {wanted} |")
    return "\n".join(lines)
