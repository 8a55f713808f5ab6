"""Reads a document that an official may edit (YAML) into its model, with errors that name file and line.

Profiles, plans, source maps, rubrics, measures: each is a pydantic model opened here and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from inspection.canonical import digest_bytes
from inspection.errors import DocumentError, Fault


class PolicyModel(BaseModel):
    """The strictness every policy document shares: no unknown key, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Document = TypeVar("Document", bound=BaseModel)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WANTED = {
    "missing": "必填项",
    "extra_forbidden": "此处可填的项",
    "greater_than": "大于 {gt}",
    "greater_than_equal": "不小于 {ge}",
    "less_than": "小于 {lt}",
    "less_than_equal": "不大于 {le}",
    "string_pattern_mismatch": "符合格式 {pattern}",
    "string_too_short": "不少于 {min_length} 个字",
    "string_too_long": "不超过 {max_length} 个字",
    "too_short": "不少于 {min_length} 项",
    "too_long": "不超过 {max_length} 项",
    "literal_error": "{expected} 之一",
    "enum": "{expected} 之一",
    "union_tag_invalid": "{expected_tags} 之一",
    "union_tag_not_found": "写明 {discriminator}",
    "string_type": "文字（数字请加引号）",
    "int_type": "整数",
    "int_parsing": "整数",
    "int_from_float": "整数",
    "float_type": "数字",
    "float_parsing": "数字",
    "bool_type": "true 或 false",
    "bool_parsing": "true 或 false",
    "date_type": "日期，如 2026-05-18",
    "date_parsing": "日期，如 2026-05-18",
    "date_from_datetime_parsing": "日期，如 2026-05-18",
    "datetime_parsing": "带时区的时刻，如 2026-05-12T21:30:00+08:00",
    "datetime_from_date_parsing": "带时区的时刻，如 2026-05-12T21:30:00+08:00",
    "list_type": "列表（每行以“- ”开头）",
    "tuple_type": "列表（每行以“- ”开头）",
    "dict_type": "若干“名称: 值”",
    "model_type": "若干“名称: 值”",
    "model_attributes_type": "若干“名称: 值”",
}
_LISTED = ("expected", "expected_tags", "discriminator")
_REMEDIES = {"missing": "请补上这一项。", "extra_forbidden": "请检查拼写，或删去这一行。"}


def mistake(wanted: str, *at: str | int) -> PydanticCustomError:
    """Return the error of a validator that knows better than its own place where the mistake lies.

    `at` leads there from the place of the validator: a position in a list, the name of an item.
    """
    return PydanticCustomError("mistake", "{wanted}", {"wanted": wanted, "at": at})


def load(model: type[Document], path: Path) -> Document:
    """Read `path` as `model`.

    Raises:
        DocumentError: the file is absent, is no YAML, or breaks the model; one fault for each mistake.
    """
    return parse(model, _text(path), place=path.name)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of the document as it stands, kept with every result made under it."""
    return digest_bytes(_text(path).encode())


def content(text: str) -> dict[str, Any]:
    """Return what a sound document says, without its comments and its layout."""
    return cast(dict[str, Any], yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader


def parse(model: type[Document], text: str, *, place: str) -> Document:
    """Read YAML text as `model`; `place` is what messages call it.

    Raises:
        DocumentError: as for `load`.
    """
    return cast(Document, _parse(model, text, place))


@lru_cache(maxsize=512)
def _parse(model: type[BaseModel], text: str, place: str) -> BaseModel:
    # The same text is the same document, and documents are frozen: a run reads some of them twenty times.
    node = _compose(text, place)
    lines = _lines(node) if node is not None else {}
    if repeated := list(_repeated(node, place)):
        raise DocumentError(f"文件 {place} 有 {len(repeated)} 处需要改正", repeated)
    try:
        return model.model_validate(content(text))
    except ValidationError as error:
        faults = [_fault(item, place=place, lines=lines) for item in error.errors()]
        raise DocumentError(f"文件 {place} 有 {len(faults)} 处需要改正", faults) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(
            place=path.name,
            code="DOC-001",
            wanted="可读取的 UTF-8 文件",
            got=error.__class__.__name__,
            remedy=f"请确认 {path} 存在且可读。",
        )
        raise DocumentError(f"无法读取文件 {path}", [fault]) from error


def _compose(text: str, place: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else 0
        fault = Fault(
            place=place,
            row=row,
            code="DOC-002",
            wanted="合法的 YAML",
            got="该行或者上一行有读不通的写法",
            remedy="请检查该行的缩进、冒号和引号。",
        )
        raise DocumentError(f"文件 {place} 不是合法的 YAML", [fault]) from error


def _lines(node: yaml.Node, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], int]:
    lines = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines |= _lines(value, (*path, key.value))
            lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines |= _lines(value, (*path, position))
    return lines


def _repeated(node: yaml.Node | None, place: str) -> Iterator[Fault]:
    """Yield a fault for each name written twice in one group: YAML itself would take the last in silence."""
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                got, row = f"{key.value} 写了两次", key.start_mark.line + 1
                remedy = "请只保留其中一项。"
                yield Fault(place, "", row, str(key.value), "DOC-004", "同一处只写一次的项", got, remedy)
            seen.add(key.value)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    for child in children:
        yield from _repeated(child, place)


def _fault(item: Any, *, place: str, lines: dict[tuple[str | int, ...], int]) -> Fault:
    told = (*item["loc"], *item.get("ctx", {}).get("at", ()))
    location = _location(told, lines, ends_in_name=item["type"] in _REMEDIES)
    known = location
    while known and known not in lines:
        known = known[:-1]
    return Fault(
        place=place,
        row=lines.get(known, 1),
        column=".".join(str(part) for part in location),
        code="DOC-003",
        wanted=_wanted(item),
        got=_got(item),
        remedy=_REMEDIES.get(item["type"], "请改写这一项。"),
    )


_Path = tuple[str | int, ...]


def _location(told: _Path, lines: Mapping[_Path, int], *, ends_in_name: bool) -> _Path:
    """Leave out what the model adds on the way and the document does not have: the kind of a rule."""
    found: _Path = ()
    for place, part in enumerate(told, 1):
        is_name = ends_in_name and place == len(told)
        found = (*found, part) if is_name or (*found, part) in lines else found
    return found


def _got(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return f"没有规定的“{item['loc'][-1]}”"
    return "未填写" if item["type"] == "missing" else _shown(item["input"])


def _shown(found: object) -> str:
    """What was written, when it is short enough to be told; nothing for a whole group of items."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if found is None:
        return "空着"
    if isinstance(found, str):
        return f"“{found[:80]}”"
    return str(found) if isinstance(found, (int, float, Decimal, date)) else ""


def _wanted(item: Any) -> str:
    sentence = _WANTED.get(item["type"])
    if not sentence:
        return str(item["msg"]).removeprefix("Value error, ")
    context = item.get("ctx", {})
    choices = {name: _choices(context[name]) for name in _LISTED if name in context}
    return sentence.format(**context | choices)


def _choices(listed: str) -> str:
    """Write a library's list of choices ('a', 'b' or 'c') as a Chinese one."""
    return "、".join(re.findall(r"'([^']*)'", listed)) or listed
