"""Worked examples of the rubrics: one figure in, outcome and points out, the points written as arithmetic.

The examples are the YAML files of `examples/`, one for each rubric; each makes a page of docs/scores. Here: reading
them, scoring them in one go, the page. Not here: examples of how figures are derived and totals made (`test_*.py`).
Run as `python -m tests.spec.worked_example` from the root of the repository.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict

from inspection.derive.indicator import COLUMNS
from inspection.score.evidence import FINDING_COLUMNS, Evidence
from inspection.score.explanation import measured
from inspection.score.rubric import Rubric
from inspection.score.scoring import score
from inspection.score.target import LEVELS, reached
from tests.spec.coverage import KINDS, ROOT, STAGES, catalogue, district_figures, rubrics
from tests.spec.target_example import evidence_of

FOLDER = Path(__file__).parent / "examples"
PAGES = ROOT / "docs" / "scores"
OUTCOMES = {
    "met": "达到",
    "partly": "部分达到",
    "not-met": "未达到",
    "not-established": "未评定",
}
_CONCLUSIONS = {"met": "符合", "not-met": "不符合"}
_OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = MappingProxyType(
    {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv}
)


class Example(BaseModel):
    """One example: a figure and last year's, or what a visit found; the outcome and the points it must give.

    `answered` says of a survey how many answered, and of how many.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    stage: str = ""
    value: float | None = None
    previous: float | None = None
    interval: tuple[float, float] | None = None
    answered: tuple[int, int] | None = None
    conclusion: str = ""
    rating: int | None = None
    outcome: str
    points: str = "0"

    @property
    def points_centi(self) -> int:
        """What the arithmetic comes to, in hundredths of a point."""
        return _worked_out(ast.parse(self.points, mode="eval").body)


class Examples(BaseModel):
    """The examples of one rubric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rubric: str
    examples: tuple[Example, ...]
    targets: tuple[Example, ...] = ()


def load(name: str) -> Examples:
    """Read the examples of a rubric."""
    return Examples.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def names() -> list[str]:
    """Return the rubrics that have examples."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def rubric_of(name: str) -> Rubric:
    """Return a rubric as it ships."""
    return next(rubric for rubric in rubrics() if rubric.rubric == name)


def scored(name: str) -> list[tuple[str, int]]:
    """Return the outcome and the points of each example, every one a school of its own."""
    rubric, told = rubric_of(name), load(name).examples
    codes = [f"{number:010d}" for number in range(len(told))]
    schools = pd.DataFrame(
        {"school_code": codes, "stages": [one.stage for one in told], "school_type": "primary-school"}
    )
    evidence = Evidence(
        catalogue=catalogue(),
        schools=schools,
        indicators=_indicators(rubric, codes, told, before=False),
        previous=_indicators(rubric, codes, told, before=True),
        findings=_findings(codes, told),
    )
    lines = score(rubric, evidence, minimum_coverage_rate=60).lines.set_index(["school_code", "criterion_id"])
    found = [lines.loc[(code, one.id)] for code, one in zip(codes, told, strict=True)]
    return [(str(line["outcome"]), int(line["points_centi"])) for line in found]


def decided(name: str) -> list[str]:
    """Return the outcome of each example of a target."""
    rubric = rubric_of(name)
    by_id = {target.id: target for target in rubric.targets}
    outcomes = []
    for one in load(name).targets:
        target = by_id[one.id]
        now = evidence_of(target, one.value, one.stage)
        before = evidence_of(target, one.previous, one.stage)
        rows = reached((target,), district_figures(), now, before)
        outcomes.append(str(rows["outcome"].iloc[0]))
    return outcomes


def render(name: str) -> str:
    """Return the page of one rubric."""
    rubric, told = rubric_of(name), load(name)
    lines = [
        f"# {rubric.title}：逐项举例\n",
        f"<!-- 本页由 tests/spec/examples/{name}.yaml 生成（make docs），请勿直接修改。 -->\n",
        f"来源文件：{rubric.document.title}。细则见 [{name}.yaml](../../rubrics/{name}.yaml)，",
        "每个例子都是一项测试。得分一栏的算式以百分之一分为单位，// 是取整数商。\n",
    ]
    for criterion in rubric.criteria:
        unit = catalogue().by_id[criterion.rule.indicator].unit if criterion.rule.indicator else ""
        stages = rubric.stages_of(criterion)
        wanted = dict.fromkeys(criterion.rule.requirement(stage, unit) for stage in stages)
        mark = "（考试成绩类，只在内部使用）" if criterion.exam_result else ""
        lines += [f"## {criterion.id} {criterion.title}（{criterion.weight:f}分）{mark}\n"]
        lines += [f"“{criterion.phrase}”（{criterion.clause}）\n", f"要求：{'；'.join(wanted)}。\n"]
        lines += ["| 学段 | 数据 | 上年同期 | 结果 | 得分 |", "|---|---|---|---|---|"]
        lines += [_row(one, unit) for one in told.examples if one.id == criterion.id] + [""]
    lines += ["## 区县和全市的目标\n"] if rubric.targets else []
    for target in rubric.targets:
        lines += [f"### {target.id} {target.title}（{LEVELS[target.level]}，{KINDS[target.rule.kind]}）\n"]
        lines += [f"“{target.phrase}”（{target.clause}）\n"]
        lines += ["| 学段 | 数据 | 上年同期 | 结果 |", "|---|---|---|---|"]
        rows = [_row(one, "") for one in told.targets if one.id == target.id]
        lines += [f"{row.rsplit('|', 2)[0]}|" for row in rows] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _row(one: Example, unit: str) -> str:
    shown = _figure(one.value, unit)
    if one.interval:
        shown += f"（95%区间{_figure(one.interval[0], unit)}至{_figure(one.interval[1], unit)}）"
    if one.answered:
        shown += f"（{one.answered[1]}人中{one.answered[0]}人作答）"
    if one.conclusion:
        shown = f"入校核查{_CONCLUSIONS[one.conclusion]}"
    if one.rating:
        shown = f"入校评分{one.rating}分"
    cells = (STAGES.get(one.stage, ""), shown, _figure(one.previous, unit, none=""), OUTCOMES[one.outcome])
    return f"| {' | '.join((*cells, _points(one)))} |"


def _figure(value: float | None, unit: str, none: str = "未报送") -> str:
    return none if value is None else measured(value, unit)


def _points(one: Example) -> str:
    if one.outcome == "not-established":
        return "—"
    told = f"{one.points_centi / 100:.2f}"
    if one.points.isdigit():
        return told
    return f"{one.points.replace('*', '×').replace('-', '−')} ＝ {one.points_centi}，即 {told}"


def _indicators(rubric: Rubric, codes: list[str], told: tuple[Example, ...], *, before: bool) -> pd.DataFrame:
    rows = []
    for code, one in zip(codes, told, strict=True):
        criterion = rubric.by_id[one.id]
        figures = {criterion.rule.indicator: one.previous if before else one.value}
        if one.interval and criterion.estimated:
            figures |= {criterion.estimated.low: one.interval[0], criterion.estimated.high: one.interval[1]}
        count, population = one.answered or (np.nan, None)
        if criterion.sampled:
            figures |= {criterion.sampled.population: population}
        rows += [
            {"school_code": code, "stage": one.stage, "indicator_id": name, "value": value}
            | {"numerator": np.nan, "denominator": count, "missing_reason": "", "data_set": "figures"}
            for name, value in figures.items()
            if name and value is not None
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _findings(codes: list[str], told: tuple[Example, ...]) -> pd.DataFrame:
    rows = [
        (code, one.stage, one.id, one.conclusion, one.rating)
        for code, one in zip(codes, told, strict=True)
        if one.conclusion or one.rating
    ]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


def _worked_out(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_worked_out(node.operand)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_worked_out(node.left), _worked_out(node.right))
    raise ValueError("arithmetic of whole numbers")


if __name__ == "__main__":
    for page in names():
        (PAGES / f"{page}.md").write_text(render(page), encoding="utf-8")
