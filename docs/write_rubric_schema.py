"""Writes rubrics/rubric.schema.json anew and names it in every rubric: `python docs/write_rubric_schema.py`."""

from pathlib import Path

import yaml

from inspection.score.rubric_schema import SCHEMA_NAME, schema_text, with_schema_line

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "rubrics" / SCHEMA_NAME


def rubrics() -> dict[Path, str]:
    """Return every rubric that ships, with the way from there to the schema."""
    folders = {ROOT / "rubrics": SCHEMA_NAME}
    folders |= dict.fromkeys(ROOT.glob("examples/*/rubrics"), f"../../../rubrics/{SCHEMA_NAME}")
    listed = {path: told for folder, told in folders.items() for path in sorted(folder.glob("*.yaml"))}
    return {
        path: told
        for path, told in listed.items()
        if "criteria" in yaml.safe_load(path.read_text(encoding="utf-8"))
    }


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    for rubric, schema_path in rubrics().items():
        text = rubric.read_text(encoding="utf-8")
        rubric.write_text(with_schema_line(text, schema_path), encoding="utf-8")
