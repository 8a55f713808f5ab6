"""Makes docs/how-scores-are-computed.md from the spec tests: what the page says is what the tests prove.

Run as `python -m tests.spec.page` from the root of the repository.
"""

import ast
import importlib.util
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import yaml

from tests.spec.specification import Example, SpecTest, cells, code, rizhao

HOME = Path(__file__).parent
PAGE = HOME.parents[1] / "docs" / "how-scores-are-computed.md"
OPENING = """\
# 得分是怎样算出来的

<!-- 本页由 tests/spec 中的测试生成（make docs），请勿直接修改。 -->

本页的每个例子都是一项测试：表中左边是数据，右边是应得的结果，程序每次改动都要重新验证。

- 分值和得分以百分之一分为单位按整数计算，800 即 8.00 分；“得分”一栏列出算式。
- 比率以百分数表示；比较大小和按比例计分都用整数进行，不受计算机小数误差影响。
- 四舍五入只在每项得分和总分处各做一次，恰为半数的进一。算式中的 // 是取整数商。
- 细则的写法见 [rubrics.md](rubrics.md)；其他细则的逐项举例在 [scores](scores) 文件夹中，各项要求由什么评定见
  [coverage.md](coverage.md)。
"""
OUTCOMES = {
    "met": "达到",
    "partly": "部分达到",
    "not-met": "未达到",
    "not-established": "未评定",
    "not-applicable": "不适用",
    "awaiting-visit": "待入校检查",
    "excellent": "优秀",
    "good": "良好",
    "pass": "合格",
    "fail": "不合格",
}
PARTS = {"previous": "上年", "numerator": "分子", "denominator": "分母", "missing": "缺失原因"}
HEADINGS = {
    "school": "学校",
    "stage": "学段",
    "conclusion": "入校核查结论",
    "rating": "入校评分",
    "item": "指标编号",
    "rows": "份数",
    "x_count": "次数",
    "case_count": "触线件数",
    "people_count": "总体人数",
    "screened_rate": "筛查覆盖率",
    "sat_count": "参加人数",
    "pass_count": "合格人数",
}
WORDS = {
    "primary": "小学",
    "junior": "初中",
    "not-submitted": "未报送",
    "not-reported": "未填报",
    "not-applicable": "不适用",
    "met": "符合",
    "not-met": "不符合",
}
TABLES = {
    "indicators": "学期指标",
    "previous": "上年同期",
    "results": "学业质量监测",
    "parent_survey": "家长问卷",
    "findings": "入校检查",
}


@dataclass(frozen=True)
class Passage:
    """One test: its sentence, its example, and the expected values as they are written in the test."""

    sentence: str
    example: Example
    expected: dict[str, list[str]]


def render() -> str:
    """Return the whole page."""
    chapters = [chapter(path) for path in sorted(HOME.glob("test_*.py"))]
    return "\n".join([OPENING, *chapters])


def chapter(path: Path) -> str:
    """Return one module's part of the page."""
    module = _module(path)
    title, _, text = (module.__doc__ or "").strip().partition("\n")
    parts = [f"## {title.rstrip('。')}\n"] + ([text.strip() + "\n"] if text.strip() else [])
    parts += [_passage(passage) for passage in _passages(path, module)]
    return "\n".join(parts)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _passages(path: Path, module: ModuleType) -> Iterator[Passage]:
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            recorder = SpecTest()
            getattr(module, node.name)(recorder)
            sentence = textwrap.dedent(ast.get_docstring(node) or "")
            for example, expected in zip(recorder.examples, _expected(node, source), strict=True):
                yield Passage(sentence, example, expected)


def _expected(function: ast.FunctionDef, source: str) -> list[dict[str, list[str]]]:
    """Return, for each example, school → the expected values as source text."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.keyword) and node.arg == "expected":
            assert isinstance(node.value, ast.Dict)
            found.append({_text(key, source): _values(value, source) for key, value in _pairs(node.value)})
    return found


def _pairs(node: ast.Dict) -> Iterator[tuple[ast.expr, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        assert key is not None
        yield key, value


def _values(node: ast.expr, source: str) -> list[str]:
    assert isinstance(node, ast.Tuple)
    return [_text(item, source) for item in node.elts]


def _text(node: ast.expr, source: str) -> str:
    return (ast.get_source_segment(source, node) or "").strip("\"'")


def _passage(passage: Passage) -> str:
    title, text = _title(passage)
    parts = [f"### {title.rstrip('。')}\n"] + ([text + "\n"] if text else [])
    definition = passage.example.definition
    if "\n" in definition:
        parts.append(f"```yaml\n{textwrap.dedent(definition).strip()}\n```\n")
    tables = list(passage.example.tables.items())
    parts += [f"{TABLES[name]}：\n\n{_table(cells(table))}" for name, table in tables if name]
    rows = [] if tables[0][0] else cells(tables[0][1])
    parts.append(_table([_result(row, passage) for row in _schools(rows, passage)]))
    return "\n".join(parts)


def _title(passage: Passage) -> tuple[str, str]:
    first, _, rest = passage.sentence.partition("\n")
    if "\n" not in passage.example.definition:
        criterion = rizhao()[1].by_id[passage.example.definition]
        return f"{criterion.id} {criterion.title}（{criterion.weight:f}分）", passage.sentence
    title, colon, tail = first.partition("：")
    return title, "\n".join(filter(None, [tail if colon else "", rest.strip()]))


def _schools(rows: list[dict[str, str]], passage: Passage) -> list[dict[str, str]]:
    return rows or [{"school": school} for school in passage.expected]


def _result(row: dict[str, str], passage: Passage) -> dict[str, str]:
    values, scored = passage.expected[row["school"]], passage.example.scored
    if len(values) == 2:
        outcome, points = values
        lines = scored.lines[scored.lines["criterion_id"] == _criterion_id(passage.example)]
        return row | {
            "结果": OUTCOMES[outcome],
            "得分": _points(points, lines, row["school"]) if outcome in _SCORED else "—",
        }
    points, band, public_band = values
    total = "—" if band == public_band == "not-established" else _points(points, scored.totals, row["school"])
    return row | {"总分": total, "等级": OUTCOMES[band], "公开等级": OUTCOMES[public_band]}


_SCORED = ("met", "partly", "not-met")


def _criterion_id(example: Example) -> str:
    return "AA-01" if "\n" in example.definition else example.definition


def _points(arithmetic: str, scored: pd.DataFrame, school: str) -> str:
    """Return an arithmetic as it is written in the test, and what it came to."""
    centi = int(scored.loc[scored["school_code"] == code(school), "points_centi"].iloc[0])
    told = f"{centi / 100:.2f}"
    if arithmetic.isdigit():
        return told
    written = re.sub(r"\s+", " ", arithmetic).replace("*", "×").replace("-", "−")
    return f"{written} ＝ {centi}，即 {told}"


def _table(rows: list[dict[str, str]]) -> str:
    lines = [[_heading(name) for name in rows[0]], ["---"] * len(rows[0])]
    lines += [[WORDS.get(cell, cell) for cell in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _heading(name: str) -> str:
    indicator, _, part = name.partition(".")
    known = HEADINGS.get(indicator) or _source_headings().get(indicator, indicator)
    return f"{known}（{PARTS[part]}）" if part else known


@cache
def _source_headings() -> dict[str, str]:
    """Return what the offices call the columns, from the source maps."""
    headings: dict[str, str] = {}
    for path in sorted((HOME.parents[1] / "sources").glob("*.yaml")):
        columns = yaml.safe_load(path.read_text(encoding="utf-8"))["columns"]
        headings = {name: column["headings"][0] for name, column in columns.items()} | headings
    return headings


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
