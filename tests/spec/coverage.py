"""Makes docs/coverage.md: for every numbered requirement of the documents, what computes it.

Run as `python -m tests.spec.coverage` from the root of the repository; with `--check` nothing is written, and
the exit code is 1 when a requirement has nothing that computes it or the page is not current. The numbers of the
requirements are in `requirements.txt`.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inspection.derive.indicator import IndicatorCatalogue, load_catalogue
from inspection.ingest.figure import Figure, load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE
from inspection.score.rubric import Ambiguity, Criterion, Rubric, load_rubric
from inspection.score.target import LEVELS, Target, TargetAmbiguity, check_targets

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "coverage.md"
NUMBERS = Path(__file__).with_name("requirements.txt")
NO_RUBRIC = {"indicators", "matters", "measures", "quality-analysis", "risk"}
KINDS = {
    "threshold": "规定值",
    "range": "范围",
    "change": "与上年比",
    "level-or-trend": "水平或提高",
    "count": "次数",
    "done-to-required": "完成率",
    "zero-tolerance": "零容忍",
    "checklist": "入校核查",
    "rating": "入校评分",
}
STAGES = {"primary": "小学", "junior": "初中", "senior": "高中"}
OPENING = """\
# 各项要求由什么评定

<!-- 本页由 rubrics/ 中的细则生成（make docs），请勿直接修改。 -->

来源文件的每一项要求，或者是用数据计分的指标项，或者是入校核查、评分后由检查记录报回的指标项，或者是区县、全市的目标，一项
不漏；缺一项，`make check` 不能通过。同一项要求分作几项的，编号后加 a、b、c。带 * 的属于考试成绩类，只在内部使用，不进入公开
等级。目标不计入任何学校的得分。
"""


@dataclass(frozen=True)
class Answer:
    """One thing that computes a requirement."""

    requirement: str
    rubric: str
    id: str
    title: str
    kind: str
    source: str
    ambiguity: Ambiguity | TargetAmbiguity | None

    def row(self) -> str:
        """The line of the page."""
        file = f"[{self.rubric}](../rubrics/{self.rubric}.yaml)"
        return f"| {self.requirement} | {self.id} | {self.title} | {self.kind} | {self.source} | {file} |"


def numbers() -> list[str]:
    """Return the numbers of every requirement."""
    return NUMBERS.read_text(encoding="utf-8").split()


@cache
def catalogue() -> IndicatorCatalogue:
    """Return the indicators that ship."""
    return load_catalogue(ROOT / "rubrics" / "indicators.yaml", ROOT / "sources" / FIGURE_CATALOGUE)


@cache
def rubrics() -> tuple[Rubric, ...]:
    """Return the rubrics that ship, each held against the figures it uses."""
    figures = load_figures(ROOT / "sources" / FIGURE_CATALOGUE)
    paths = sorted(path for path in (ROOT / "rubrics").glob("*.yaml") if path.stem not in NO_RUBRIC)
    loaded = tuple(load_rubric(path, catalogue()) for path in paths)
    for rubric in loaded:
        check_targets(rubric.targets, figures, set(catalogue().by_id), place=f"{rubric.rubric}.yaml")
    return loaded


def district_figures() -> tuple[Figure, ...]:
    """Return the figures that districts report."""
    return load_figures(ROOT / "sources" / FIGURE_CATALOGUE).district


def answers() -> dict[str, list[Answer]]:
    """Return what computes each requirement; an empty list for one that nothing computes."""
    found: dict[str, list[Answer]] = {name: [] for name in numbers()}
    for rubric in rubrics():
        for answer in _of_rubric(rubric):
            found.setdefault(answer.requirement, []).append(answer)
    return {name: sorted(listed, key=lambda one: one.id) for name, listed in found.items()}


def missing() -> list[str]:
    """Return the requirements that nothing computes, and what computes none of them."""
    known = set(numbers())
    return [name for name, listed in answers().items() if not listed or name not in known]


def render() -> str:
    """Return the whole page."""
    found = answers()
    lines = [OPENING]
    for prefix in dict.fromkeys(name[:2] for name in found):
        own = {name: listed for name, listed in found.items() if name.startswith(prefix)}
        lines += [f"## {prefix} {_document(prefix)}\n", f"共 {len(own)} 项。\n"]
        lines += ["| 要求 | 编号 | 名称 | 怎样评定 | 依据的数据 | 细则 |", "|---|---|---|---|---|---|"]
        lines += [answer.row() for listed in own.values() for answer in listed] + [""]
    lines += [
        "## 原文可作两种理解的\n",
        "| 编号 | 不明确之处 | 采用的理解 | 要取另一种理解 |",
        "|---|---|---|---|",
    ]
    told = [answer for listed in found.values() for answer in listed if answer.ambiguity]
    lines += [_reading(answer) for answer in told]
    return "\n".join(lines) + "\n"


def _of_rubric(rubric: Rubric) -> Iterator[Answer]:
    for item in rubric.criteria:
        source = "入校检查记录" if item.is_on_site else _indicator(item.rule.indicator)
        yield _answer(rubric, item, f"{KINDS[item.rule.kind]}，{_points(item, rubric)}", source)
    for target in rubric.targets:
        kind = f"{LEVELS[target.level]}目标，{KINDS[target.rule.kind]}"
        name = target.rule.indicator
        source = f"{_indicator(name)}的差异系数" if target.dispersion_by else f"`district_figures` / `{name}`"
        yield _answer(rubric, target, kind, source)


def _answer(rubric: Rubric, item: Criterion | Target, kind: str, source: str) -> Answer:
    shown = f"{item.title}*" if item.exam_result else item.title
    requirement = item.id.rstrip("abcdefg")
    return Answer(requirement, rubric.rubric, item.id, shown, kind, source, item.ambiguity)


def _points(item: Criterion, rubric: Rubric) -> str:
    points = f"{item.weight:f}分"
    if set(item.stages) in (set(), set(rubric.stages)):
        return points
    return f"{points}（{'、'.join(STAGES[stage] for stage in item.stages)}）"


def _indicator(name: str) -> str:
    return f"`{catalogue().by_id[name].data_set}` / `{name}`"


def _document(prefix: str) -> str:
    catalogued = load_figures(ROOT / "sources" / FIGURE_CATALOGUE)
    return catalogued.documents[prefix].title


def _reading(answer: Answer) -> str:
    assert answer.ambiguity
    told = (answer.ambiguity.unclear, answer.ambiguity.reading, answer.ambiguity.otherwise)
    return f"| {answer.id} | {' | '.join(told)} |"


def main(arguments: list[str]) -> int:
    """Write the page, or say what is wrong with it."""
    if absent := missing():
        sys.stdout.write(
            f"requirements that nothing computes, or that are not numbered: {', '.join(absent)}\n"
        )
        return 1
    if "--check" not in arguments:
        PAGE.write_text(render(), encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != render():
        sys.stdout.write("docs/coverage.md is not current: python -m tests.spec.coverage\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
