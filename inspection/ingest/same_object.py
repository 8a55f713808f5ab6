"""Asks a person whether two codes are one school: rows whose codes differ and whose names or addresses do not.

It only asks, with the evidence; no row is set aside for it. Rows that share a code are in `data_set`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import pandas as pd

from inspection.errors import Fault
from inspection.ingest.cell import normal
from inspection.ingest.data_set import SOURCE, DataSet, row_place, with_faults
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.source_map import SourceMap

Record = Mapping[Any, Any]
"""A row of a staged frame by its columns."""

_MARKS = re.compile(r"[^\w]|_")
# What tells 第一小学 from 第二小学: names that differ in these are two names, however near.
_NUMBERING = re.compile(r"[0-9一二三四五六七八九十东南西北甲乙丙丁]")
_NEAR = 0.6


def ask_about_same_objects(found: DataSet, source_map: SourceMap) -> DataSet:
    """Return a data set with a question for each row that may be the same school as an earlier one.

    Rows are compared where their names are the same and so is everything in `same_object.within`, and where
    they share one thing of `same_object.evidence` and their names are near.
    """
    if source_map.same_object is None:
        return found
    rows = found.checkable
    named = rows[rows[list(source_map.key)].notna().all(axis=1)]
    faults = {item.where: item for item in _by_evidence(named, source_map)}
    faults |= {item.where: item for item in _by_name(named, source_map)}
    return with_faults(found, faults.values())


def plain_name(name: str) -> str:
    """Return a name as it is compared: without width, blanks, marks and brackets."""
    return _MARKS.sub("", normal(name)).casefold()


def are_near(one: str, other: str) -> bool:
    """Whether two names may be spellings of one.

    One ends in the other (the district left out), or they differ little and not in a number or a direction.
    """
    one, other = plain_name(one), plain_name(other)
    if one.endswith(other) or other.endswith(one):
        return True
    if _NUMBERING.findall(one) != _NUMBERING.findall(other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEAR


def _by_name(rows: pd.DataFrame, source_map: SourceMap) -> Iterator[Fault]:
    assert source_map.same_object is not None
    name, within = source_map.same_object.name, list(source_map.same_object.within)
    keyed = rows.assign(plain=[plain_name(str(text)) for text in rows[name].fillna("")])
    keyed = keyed[(keyed["plain"] != "") & _is_filled(keyed, within)]
    for first, other in _pairs(keyed, ["plain", *within], source_map):
        yield _question(first, other, [name, *within], source_map)


def _by_evidence(rows: pd.DataFrame, source_map: SourceMap) -> Iterator[Fault]:
    assert source_map.same_object is not None
    name = source_map.same_object.name
    for column in source_map.same_object.evidence:
        for first, other in _pairs(rows[_is_filled(rows, [column])], [column], source_map):
            if are_near(str(first[name]), str(other[name])):
                yield _question(first, other, [column], source_map)


def _is_filled(rows: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[bool]":
    cells = rows[list(columns)]
    return (cells.notna() & (cells != "")).all(axis=1)


def _pairs(rows: pd.DataFrame, columns: list[str], source_map: SourceMap) -> Iterator[tuple[Record, Record]]:
    """Yield neighbours that share what stands in `columns` but not their key."""
    shared = rows[rows.duplicated(columns, keep=False)]
    for _, group in shared.groupby(columns, sort=True):
        for first, other in pairwise(group.sort_values(SOURCE).to_dict("records")):
            if any(first[name] != other[name] for name in source_map.key):
                yield first, other


def _question(first: Record, other: Record, shared: Sequence[str], source_map: SourceMap) -> Fault:
    assert source_map.same_object is not None
    name = source_map.same_object.name
    place, earlier = row_place(other), row_place(first)
    where = "" if earlier[0] == place[0] else f"“{earlier[0]}”"
    codes = "、".join(str(first[column]) for column in source_map.key)
    titles = "、".join(f"“{source_map.title_of(column)}”" for column in shared)
    key = "、".join(source_map.title_of(column) for column in source_map.key)
    return fault(
        "same-school",
        Spot(*place, source_map.title_of(source_map.key[0])),
        wanted=f"同一对象只用一个{key}",
        got=f"“{other[name]}”与{where}第{earlier[2]}行“{first[name]}”（{codes}）的{titles}相同",
    )
