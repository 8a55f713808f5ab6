"""Every table, column kind, state and fault code of the code stands in the glossary or in the page on names."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime

from inspection.decide import case
from inspection.deploy import campaign
from inspection.dispatch import special
from inspection.store import (
    case_tables,
    correction_tables,
    desk_tables,
    gate_tables,
    quality_tables,
    rectification_tables,
    recusal_tables,
    score_tables,
    special_tables,
    tables,
    visit_notice_tables,
)
from inspection.store.tables import Table

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
NAMING = (ROOT / "docs" / "naming.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
TABLES = sorted(Table.metadata.tables)
STATES: tuple[tuple[str, type[StrEnum], Mapping[Any, str]], ...] = (
    ("States of a campaign", campaign.CampaignState, dict(campaign.TITLES)),
    ("States of a case", case.CaseState, dict(case.TITLES)),
    ("States of a special inspection", special.SpecialState, dict(special.TITLES)),
)
# Its prefix is given by the rubrics, whose word it is.
WITHOUT_PREFIX = {"exam_result"}


def section(page: str, heading: str) -> str:
    """Return what stands under a heading of the second order."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert found, f"no section {heading}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row below its heading."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if not set(row[0]) <= {"-", " "}]


def in_backticks(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_all_tables_are_looked_at() -> None:
    modules = {mapper.class_.__module__ for mapper in Table.registry.mappers}
    own = (
        tables,
        case_tables,
        correction_tables,
        desk_tables,
        gate_tables,
        quality_tables,
        rectification_tables,
        recusal_tables,
        score_tables,
        special_tables,
        visit_notice_tables,
    )
    assert modules == {module.__name__ for module in own}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_line_in_the_glossary(table: str) -> None:
    places = {name for row in rows(GLOSSARY) if len(row) == 4 for name in in_backticks(row[3])}
    assert table in places


@pytest.mark.parametrize(("heading", "states", "titles"), STATES, ids=lambda value: str(value)[:30])
def test_every_state_stands_in_the_glossary_with_its_words(
    heading: str, states: type[StrEnum], titles: Mapping[Any, str]
) -> None:
    listed = {row[0]: row[1] for row in rows(section(GLOSSARY, heading))[1:]}
    assert listed == {str(state): titles[state] for state in states}


def test_the_state_diagrams_show_every_state_and_no_other() -> None:
    diagrams = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", ARCHITECTURE, re.DOTALL)
    shown = [set(re.findall(r"\b[A-Z]{4,}\b", diagram)) for diagram in diagrams]
    assert shown == [set(states) for _, states, _ in STATES]


def test_no_word_is_explained_twice() -> None:
    words = [row[0] for row in rows(GLOSSARY) if len(row) == 4 and row[0] != "中文"]
    assert [word for word in words if words.count(word) > 1] == []


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_named_for_what_they_hold(table: str) -> None:
    for column in Table.metadata.tables[table].columns:
        if isinstance(column.type, Boolean):
            assert column.name.startswith(("is_", "has_", "may_")) or column.name in WITHOUT_PREFIX
        elif isinstance(column.type, DateTime):
            assert column.name.endswith("_at")
        elif isinstance(column.type, Date):
            assert column.name.endswith("_on")


def test_every_group_of_fault_codes_is_listed_and_none_is_stale() -> None:
    code = re.compile(r'"([A-Z]{2,4})-\d{3}"')
    folders = ("inspection", "tasks", "flows", "desk", "control")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    used = {group for path in sources for group in code.findall(path.read_text(encoding="utf-8"))}
    listed = {group for row in rows(section(NAMING, "Fault codes"))[1:] for group in row[0].split(", ")}
    assert listed == used
