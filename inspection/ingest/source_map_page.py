"""The generated parts of docs/source-maps.md: faults as the code has them, columns as the maps have them."""

import re
from collections.abc import Mapping

from inspection.ingest.fault_code import fault_table
from inspection.ingest.figure import figure_table
from inspection.ingest.source_map import SourceMap

KIND_TITLES: dict[str, str] = {
    "code": "代码",
    "text": "文字",
    "choice": "单选",
    "choices": "多选",
    "yes-no": "是否",
    "count": "整数",
    "number": "数字",
    "percent": "百分数",
    "date": "日期",
}


def with_generated_parts(page: str, maps: Mapping[str, SourceMap]) -> str:
    """Return the page with its generated parts as they should be now."""
    columns = [f"### {item.title} `{name}`\n\n{column_table(item)}" for name, item in sorted(maps.items())]
    figures = [
        f"### {item.title}\n\n{figure_table(item.listed_figures)}" for item in maps.values() if item.figures
    ]
    page = _with_part(page, "faults", fault_table())
    page = _with_part(page, "figures", "\n\n".join(figures))
    return _with_part(page, "columns", "\n\n".join(columns))


def _with_part(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    page, count = re.subn(pattern, lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    assert count == 1, f"the page has no part {name}"
    return page


def column_table(source_map: SourceMap) -> str:
    """Return the columns of a data set as a Markdown table, for the documentation."""
    lines = ["| 列 | 表头写法 | 类型 | 必填 | 应填 |", "|---|---|---|---|---|"]
    for name, column in source_map.columns.items():
        headings, needed = "、".join(column.headings), "是" if column.is_required else ""
        kind = KIND_TITLES[column.kind] + ("（个人信息）" if column.is_personal else "")
        kind += "（敏感）" if column.is_sensitive else ""
        lines.append(f"| `{name}` | {headings} | {kind} | {needed} | {column.wanted_words} |")
    return "\n".join(lines)
