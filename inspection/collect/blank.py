"""Blank workbooks 空白报表: what a district fills in for its schools, with what is already known filled in.

Names, codes and stages stand in every row; what another source gives is filled in beforehand and may be mended;
last term's figures stand beside for comparison and are not taken over: a figure of this term is counted anew.
A sheet's headings are those of the source map that reads it back. Not here: writing the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from inspection.collect.burden import LAST_TERM, Asked, BurdenRule, asked_figures, typed_columns
from inspection.dispatch.workbook import Column, Row, Sheet, Value, Workbook
from inspection.ingest.figure import KIND_TITLES
from inspection.ingest.source_map import SourceMap
from inspection.school_stage import STAGE_TITLES

_INSTRUCTIONS = (
    "本表由系统按最近一次的学校名录生成，每校每学段一行，请勿增删行列、改动表头或工作表名称；学校有变动的，请告知教育督导室。",
    "只填写浅黄色单元格。已填好的单元格是名录或者上学期的数据，与实际不符的请直接改正。",
    "没有开展监测或者不适用的，填“—”；不得留空，也不得填0代替。",
    "“上学期数据”工作表只供核对，请勿照抄：本学期的数据须重新统计，不得沿用。",
    "填好后在督导工作台“数据上报”中上报，或者按通知的方式报送。",
)


@dataclass(frozen=True)
class Known:
    """What is known before a term: the schools of one district, last term's rows of the data set."""

    schools: pd.DataFrame
    last: pd.DataFrame


def blank_workbook(
    source_map: SourceMap, rule: BurdenRule, known: Known, *, title: str, author: str
) -> Workbook:
    """Return the form of one data set for one district's schools, a row for each school and stage."""
    make = _figure_sheet if source_map.figures else _wide_sheet
    sheet = make(source_map, rule, known, title)
    last = _last_sheet(source_map, known)
    return Workbook(
        title=f"{title}{source_map.title}（空白报表）",
        author=author,
        instructions=_INSTRUCTIONS,
        sheets=(sheet, last) if last.rows else (sheet,),
    )


def _wide_sheet(source_map: SourceMap, rule: BurdenRule, known: Known, title: str) -> Sheet:
    names = [*_identity(source_map), *typed_columns(source_map)]
    columns = tuple(_column(source_map, name) for name in names)
    before = _by_key(source_map, known.last)
    asked = rule.data_sets[source_map.data_set]
    rows = []
    for school, stage in _stages(known.schools):
        identity = _identity_cells(source_map, school, stage)
        told = before.get((str(school["school_code"]), stage), {})
        filled = [_known(name, asked, school, told) for name in typed_columns(source_map)]
        rows.append(Row(cells=(*identity, *filled)))
    return Sheet(name="报表", title=f"{title}{source_map.title}", columns=columns, rows=tuple(rows))


def _figure_sheet(source_map: SourceMap, rule: BurdenRule, known: Known, title: str) -> Sheet:
    names = [*_identity(source_map), "figure_code", *typed_columns(source_map)]
    columns = (
        *(_column(source_map, name) for name in names),
        Column(heading="填报说明", width=44),
    )
    rows = []
    for school, stage in _stages(known.schools):
        identity = _identity_cells(source_map, school, stage)
        for item in asked_figures(rule, source_map, stage):
            told = "填分子、分母" if item.has_parts else f"填数值（{item.unit or KIND_TITLES[item.kind]}）"
            cells = (*identity, item.title, *(None for _ in typed_columns(source_map)), told)
            rows.append(Row(cells=cells))
    return Sheet(name="报表", title=f"{title}{source_map.title}", columns=columns, rows=tuple(rows))


def _last_sheet(source_map: SourceMap, known: Known) -> Sheet:
    """Return last term's rows of these schools, for comparison only."""
    codes = set(known.schools["school_code"])
    names = [name for name in (*source_map.key, *typed_columns(source_map)) if name in known.last]
    own = known.last[known.last["school_code"].isin(codes)] if len(known.last) else known.last
    rows = tuple(
        Row(cells=tuple(_shown(row[name], name) for name in names)) for row in own[names].to_dict("records")
    )
    columns = tuple(Column(heading=f"{source_map.title_of(name)}（上学期）", width=14) for name in names)
    return Sheet(name="上学期数据", title="上学期数据（仅供核对）", columns=columns, rows=rows)


def _identity(source_map: SourceMap) -> tuple[str, ...]:
    return tuple(name for name in ("school_code", "school_name", "stage") if name in source_map.columns)


def _identity_cells(source_map: SourceMap, school: Mapping[str, object], stage: str) -> list[Value]:
    told = {
        "school_code": str(school["school_code"]),
        "school_name": str(school["school_name"]),
        "stage": STAGE_TITLES[stage],
    }
    return [told[name] for name in _identity(source_map)]


def _stages(schools: pd.DataFrame) -> Sequence[tuple[Mapping[str, object], str]]:
    listed = schools.sort_values("school_code").to_dict("records")
    return [(school, stage) for school in listed for stage in str(school["stages"]).split(",")]


def _by_key(source_map: SourceMap, last: pd.DataFrame) -> dict[tuple[str, str], Mapping[str, object]]:
    if not {"school_code", "stage"} <= set(last.columns):
        return {}
    return {(str(row["school_code"]), str(row["stage"])): row for row in last.to_dict("records")}


def _known(name: str, asked: Asked, school: Mapping[str, object], told: Mapping[str, object]) -> Value:
    """Return what a cell is filled with; a school of two stages has no one number of students."""
    source = asked.prefilled.get(name, "")
    if source == LAST_TERM:
        return _shown(told.get(name), name)
    if source.startswith("schools.") and "," not in str(school["stages"]):
        return _shown(school[source.removeprefix("schools.")], name)
    return None


def _shown(value: object, name: str) -> Value:
    if value is None or pd.isna(value):
        return None
    if name == "stage":
        return STAGE_TITLES[str(value)]
    return int(value) if isinstance(value, float) and value.is_integer() else str(value)


def _column(source_map: SourceMap, name: str) -> Column:
    is_input = name in typed_columns(source_map)
    column = source_map.columns[name]
    wide = {"school_name": 30, "figure_code": 36, "school_code": 14}
    return Column(heading=column.title, width=wide.get(name, 13), is_input=is_input, comment=column.wanted)
