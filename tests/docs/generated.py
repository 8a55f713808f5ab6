"""The generated parts of the guides and the README: `python -m tests.docs.generated` writes them anew."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from control.panel import Panel
from inspection.check.expectation import Expectation, load_suites
from inspection.ingest.fault_code import EFFECT_WORDS, fault_table
from inspection.ingest.source_map import SourceMap, load_source_maps
from tasks.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_ORDER = (
    *("schools", "inspectors", "recusals", "matters", "indicators", "figures", "district_figures"),
    *("results", "entry_results", "fitness", "parent_survey", "student_survey", "surveys"),
    *("timetables", "homework_log", "exam_log", "self_evaluation", "complaints", "spot_checks"),
)
_EFFECTS = MappingProxyType(
    {
        "critical": EFFECT_WORDS["refuse-file"],
        "warning": EFFECT_WORDS["quarantine-row"],
        "info": EFFECT_WORDS["report"],
    }
)


def rule_table() -> str:
    """Return the rules that data are checked against, for whoever sends them."""
    suites, maps = load_suites(ROOT / "expectations"), load_source_maps(ROOT / "sources")
    assert set(suites) == set(_ORDER), "the order of the data sets names each suite once"
    lines = ["| 编号 | 数据 | 栏目 | 应为 | 不符合时 | 为什么、怎样改 |", "|---|---|---|---|---|---|"]
    for name in _ORDER:
        for rule in suites[name].expectations:
            cells = (
                rule.id,
                maps[name].title,
                _columns(rule, maps[name]),
                rule.wanted,
                _EFFECTS[rule.severity],
                rule.reason,
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _columns(rule: Expectation, source_map: SourceMap) -> str:
    listed = rule.columns or tuple(str(case["column"]) for case in rule.each)
    names = listed or ((rule.shown_column,) if rule.shown_column else ())
    return "、".join(source_map.title_of(name) for name in names) or "整个数据"


def settings_table() -> str:
    """Return the bureau's settings: one line a field of `Settings`."""
    lines = ["| Variable | What | Default |", "|---|---|---|"]
    prefix = str(Settings.model_config["env_prefix"])
    for name, field in Settings.model_fields.items():
        default = "none" if isinstance(field.default, SecretStr) else f"`{field.default}`"
        lines.append(f"| `{prefix}{name.upper()}` | {field.description} | {default} |")
    return "\n".join(lines)


def service_table() -> str:
    """Return where the services listen: one line a field of `Panel`."""
    lines = ["| Variable | What | Default |", "|---|---|---|"]
    for name, field in Panel.model_fields.items():
        what = field.description or name.replace("_", " ")
        lines.append(f"| `INSPECTION_{name.upper()}` | {what} | `{field.default}` |")
    return "\n".join(lines)


PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "docs/guide-clerks.md": {"faults": fault_table, "rules": rule_table},
        "README.md": {"settings": settings_table, "services": service_table},
    }
)


def part_of(page: str, name: str) -> str:
    """Return what stands between the marks of a generated part."""
    found = re.search(f"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", page, re.DOTALL)
    assert found, f"the page has no part {name}"
    return found[1].strip()


def with_parts(page: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with its generated parts as they should be now."""
    for name, make in parts.items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{make()}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    for path, parts in PARTS.items():
        written = ROOT / path
        written.write_text(with_parts(written.read_text(encoding="utf-8"), parts), encoding="utf-8")
