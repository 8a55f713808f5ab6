"""The JSON Schema of rubrics is the one the model gives now, and every rubric that ships keeps it."""

import json
import runpy
from pathlib import Path

import jsonschema
import pytest
import yaml

from inspection.score.rubric_schema import schema_text, with_schema_line
from tests.rules.score.test_rubric import SOUND

ROOT = Path(__file__).resolve().parents[2]
WRITER = runpy.run_path(str(ROOT / "docs" / "write_rubric_schema.py"))
RUBRICS: dict[Path, str] = WRITER["rubrics"]()
SCHEMA = json.loads(schema_text())


def test_the_schema_is_current() -> None:
    assert WRITER["SCHEMA"].read_text(encoding="utf-8") == schema_text(), (
        "run: python docs/write_rubric_schema.py"
    )


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_a_rubric_names_the_schema_and_keeps_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == with_schema_line(text, RUBRICS[path]), "run: python docs/write_rubric_schema.py"
    assert (path.parent / RUBRICS[path]).resolve() == WRITER["SCHEMA"]
    jsonschema.validate(yaml.safe_load(text), SCHEMA)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("weight: 60", "weight: -60"),
        ("period: term", "period: semester"),
        ("kind: threshold", "kind: at-least"),
        ("phrase: 乙", "phrases: 乙"),
        ("id: AA-02", "id: 乙"),
        ("at_least: 80}", "at_leest: 80}"),
    ],
)
def test_the_schema_shows_an_editor_what_is_wrong(right: str, wrong: str) -> None:
    jsonschema.validate(yaml.safe_load(SOUND), SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(SOUND.replace(right, wrong, 1)), SCHEMA)


def test_what_an_editor_shows_is_chinese() -> None:
    for name in ("Criterion", "Rubric"):
        part = SCHEMA["$defs"].get(name, SCHEMA)
        for field, told in part["properties"].items():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in told.get("description", "")), field
