"""The guard of every output inside the bureau: nothing orders or ranks anybody by examination result.

基础教育规范管理负面清单. What leaves the bureau passes `guard`, which is stricter. Here: tables (artifacts,
workbooks, CSV, frames) and the facts of documents. A table that names units and holds examination figures must
stand in the order of its units, and no column or field may carry a place. What an inspector writes down in
words is evidence (a school that posts its pupils' places is written up as such) and is held only against
sentences that give a school, class, teacher or pupil a place. Standard library only.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from math import isnan
from pathlib import PurePath
from typing import Any

from inspection.errors import Fault, ProtocolError

_PLACE_NAME = re.compile(
    r"(^|_)(rank|ranks|ranking|percentile|quantile|league|placing)(_|$)|排名|名次|位次|排位|百分位|排行",
    re.IGNORECASE,
)
_UNIT_NAME = re.compile(
    r"(^|_)(school|class|teacher|pupil|student)_?(code|id|name|number)$|^(school|class|teacher|pupil|student)$"
    r"|^(学校|班级|教师|学生)(标识码|名称|代码|编号|姓名)?$|^(学籍号|姓名|校名|单位名称|班名|教学班|任课教师|班主任)$",
    re.IGNORECASE,
)
_EXAM_NAME = re.compile(
    r"(^|_)(exam|exams|score|scores|mark|marks|points|total|average|mean|pass_rate|good_rate|subject)(_|$)"
    r"|成绩|分数|得分|总分|均分|标准分|及格|合格率|合格人数|优良率|优秀率|优分率|低分率|上线率|升学率|达标率"
    r"|学业质量|增值",
    re.IGNORECASE,
)
_PLACE_TOLD = re.compile(
    r"(全市|全县|全区|全省|同类学校|本区县?|各校|各班|年级)(中|内)?[^。；;，,\d]{0,8}"
    r"(第[\d一二三四五六七八九十百]+[名位]|倒数第|前\d+[名%]|百分位|排名?第|[列居]第|位居(首|末)|垫底)"
)
_FAULT = "不按考试成绩排列学校、班级、教师、学生，不含名次"
MOST_CELLS = 3


def table_faults(headings: Sequence[str], rows: Sequence[Sequence[Any]], *, place: str) -> list[Fault]:
    """Return what ranks in a table: a column of places, or rows that stand in the order of a result."""
    faults = [_fault(place, name, f"出现“{name}”列") for name in headings if _PLACE_NAME.search(str(name))]
    units = [at for at, name in enumerate(headings) if _UNIT_NAME.search(str(name))]
    if not units or any(_ascends([str(row[at]) for row in rows]) for at in units):
        return faults
    for at, name in enumerate(headings):
        if at not in units and _EXAM_NAME.search(str(name)) and _is_order([row[at] for row in rows]):
            faults.append(_fault(place, str(name), f"各行按“{name}”排列"))
    return faults


def fact_faults(facts: object, *, place: str) -> list[Fault]:
    """Return what ranks in the facts of a document, at any depth: fields, sentences, lists of units."""
    return list(_walk(facts, place, reads_text=True))


def require_unranked_table(headings: Sequence[str], rows: Sequence[Sequence[Any]], *, place: str) -> None:
    """Refuse a table that ranks.

    Raises:
        ProtocolError: a column of places, or units in the order of their results.
    """
    _refuse(table_faults(headings, rows, place=place))


def require_unranked_facts(facts: object, *, place: str) -> None:
    """Refuse the facts of a document that ranks.

    Raises:
        ProtocolError: as `fact_faults` finds.
    """
    _refuse(fact_faults(facts, place=place))


def require_unranked_names(facts: object, *, place: str) -> None:
    """Refuse the facts of a page that ranks by its fields or its order; its words may quote what came in.

    Raises:
        ProtocolError: as `fact_faults` finds in anything but words.
    """
    _refuse(list(_walk(facts, place, reads_text=False)))


def require_unranked_text(text: str, *, place: str) -> None:
    """Refuse running text that gives a unit a place.

    Raises:
        ProtocolError: a sentence does.
    """
    _refuse(list(_told(text, place, "")))


def require_unranked_file(path: PurePath, content: bytes) -> None:
    """Refuse a finished file that ranks: names and order of CSV and JSON.

    Cells may quote what came in. Other kinds are held where they are made.

    Raises:
        ProtocolError: a table in it does.
    """
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        width = len(rows[0]) if rows else 0
        whole = [row for row in rows[1:] if len(row) == width]
        _refuse(table_faults(rows[0] if rows else (), whole, place=path.name))
    elif path.suffix == ".json":
        _refuse(list(_walk(json.loads(content), path.name, reads_text=False)))


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise ProtocolError("输出内容带有按考试成绩的排序或者名次，未生成", faults)


def _fault(place: str, column: str, got: str) -> Fault:
    remedy = "请删去名次，并按代码排列。"
    return Fault(place=place, column=column, code="RNK-001", wanted=_FAULT, got=got, remedy=remedy)


def _walk(value: Any, place: str, name: str = "", *, reads_text: bool) -> Iterator[Fault]:
    if isinstance(value, str):
        yield from _told(value, place, name) if reads_text else ()
        return
    members = _members(value)
    for key, item in members.items():
        if _PLACE_NAME.search(key):
            yield _fault(place, key, f"出现“{key}”")
        yield from _walk(item, place, key, reads_text=reads_text)
    if isinstance(value, (list, tuple)):
        yield from _list_faults(value, place)
        for item in value:
            yield from _walk(item, place, name, reads_text=reads_text)


def _members(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if is_dataclass(value):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    return {}


def _list_faults(items: Sequence[Any], place: str) -> Iterator[Fault]:
    rows = [_members(item) for item in items]
    if not rows or not all(rows):
        return
    names = [name for name in rows[0] if all(name in row for row in rows)]
    # A column of places is told of where the field is met.
    found = table_faults(names, [[row[name] for name in names] for row in rows], place=place)
    yield from (fault for fault in found if not _PLACE_NAME.search(fault.column))


def _told(text: str, place: str, name: str) -> Iterator[Fault]:
    for match in _PLACE_TOLD.finditer(re.sub(r"\s+", "", text)):
        yield _fault(place, name, f"“{match[0]}”")


def _ascends(cells: Sequence[str]) -> bool:
    return all(before <= after for before, after in pairwise(cells))


def _is_order(cells: Sequence[Any]) -> bool:
    """Say whether numbers stand sorted, best or worst first; so few may do so by chance."""
    numbers = [number for number in map(_number, cells) if number is not None]
    if len(set(numbers)) <= MOST_CELLS:
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)


def _number(cell: Any) -> float | None:
    try:
        number = float(str(cell).rstrip("%分").strip())
    except ValueError:
        return None
    return None if isnan(number) else number
