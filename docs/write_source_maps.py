"""Writes the generated parts of docs/source-maps.md anew: `python docs/write_source_maps.py`."""

from pathlib import Path

from inspection.ingest.source_map import load_source_maps
from inspection.ingest.source_map_page import with_generated_parts

ROOT = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    page = ROOT / "docs" / "source-maps.md"
    text = with_generated_parts(page.read_text(encoding="utf-8"), load_source_maps(ROOT / "sources"))
    page.write_text(text, encoding="utf-8")
