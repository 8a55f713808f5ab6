"""The JSON Schema of rubrics, from the model itself, so that an editor completes and checks what is written.

Here: the text of `rubrics/rubric.schema.json` and the line by which a rubric names it. Not here: the model
(`rubric`), what only the whole document can show (sums of weights, gaps between bands).
"""

import json
from typing import Any

from inspection.score.rubric import Rubric

SCHEMA_NAME = "rubric.schema.json"
_MARK = "# yaml-language-server: $schema="
# What a field says of numbers, in the standard's words.
_KEYWORDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def schema_text() -> str:
    """Return the JSON Schema; what it describes is told in the words of the fields, for whoever writes rubrics."""
    schema = _without_code_words(Rubric.model_json_schema())
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "评价细则"}
    return json.dumps({**schema, **head}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def with_schema_line(text: str, schema_path: str = SCHEMA_NAME) -> str:
    """Return a rubric's text with the first line that tells an editor where its schema lies."""
    lines = text.split("\n")
    rest = lines[1:] if lines[0].startswith(_MARK) else lines
    return "\n".join([_MARK + schema_path, *rest])


def _without_code_words(part: Any) -> Any:
    """Drop the names and docstrings of classes: they are for engineers."""
    if isinstance(part, list):
        return [_without_code_words(item) for item in part]
    if not isinstance(part, dict):
        return part
    is_class = "properties" in part
    dropped = {"title", "description"} if is_class else {"title"}
    kept = {name: value for name, value in part.items() if name not in dropped or isinstance(value, dict)}
    return {_KEYWORDS.get(name, name): _without_code_words(value) for name, value in kept.items()}
