"""docs/source-maps.md says what the code and the maps say."""

import re
from pathlib import Path

from inspection.fault_code import fault_table
from inspection.source_map import column_table, load_source_maps

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "source-maps.md").read_text(encoding="utf-8")


def generated(name: str) -> str:
    """Return the text between the marks of a generated part."""
    found = re.search(f"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", PAGE, re.DOTALL)
    assert found, f"docs/source-maps.md has no part {name}"
    return found[1].strip()


def test_the_page_lists_every_fault_as_the_code_has_it() -> None:
    assert generated("faults") == fault_table()


def test_the_page_lists_every_column_as_the_maps_have_it() -> None:
    maps = load_source_maps(ROOT / "sources")
    parts = [f"### {item.title} `{name}`\n\n{column_table(item)}" for name, item in sorted(maps.items())]
    assert generated("columns") == "\n\n".join(parts)
