"""docs/source-maps.md says what the code and the maps say."""

from pathlib import Path

from inspection.ingest.source_map import load_source_maps
from inspection.ingest.source_map_page import with_generated_parts

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_parts_of_the_page_are_current() -> None:
    page = (ROOT / "docs" / "source-maps.md").read_text(encoding="utf-8")
    assert page == with_generated_parts(page, load_source_maps(ROOT / "sources")), (
        "run: python docs/write_source_maps.py"
    )
