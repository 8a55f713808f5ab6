"""Blank workbooks: what a district fills in is read back without a fault, and last term's figures are not taken over."""

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from examples.demo_city.city import HOME
from inspection.collect.blank import Known, blank_workbook
from inspection.collect.burden import BurdenRule, load_burden_rule
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import load_profile
from tasks.reading import read_data_set
from tasks.workbook import write_workbook

ROOT = Path(__file__).resolve().parents[2]
MAPS = load_source_maps(ROOT / "sources")
SCHOOLS = pd.DataFrame(
    {
        "school_code": ["2137990001", "2137990002"],
        "school_name": ["示例市东湖区实验小学", "示例市东湖区九年一贯制学校"],
        "district_code": ["379901", "379901"],
        "stages": ["primary", "primary,junior"],
        "student_count": [900.0, 1500.0],
    }
)
LAST = pd.DataFrame(
    {
        "school_code": ["2137990001"],
        "stage": ["primary"],
        "lessons_required_count": [5220.0],
        "sleep_hours": [9.1],
    }
)


@pytest.fixture(scope="module")
def rule() -> BurdenRule:
    found = load_burden_rule(ROOT / "sources", MAPS)
    assert found is not None
    return found


def written(tmp_path: Path, rule: BurdenRule, data_set: str, last: pd.DataFrame = LAST) -> Path:
    book = blank_workbook(
        MAPS[data_set], rule, Known(SCHOOLS, last), title="示例市东湖区本学期", author="示例市教育局"
    )
    path = tmp_path / f"{MAPS[data_set].title}-379901.xlsx"
    path.write_bytes(write_workbook(book, as_of=date(2026, 3, 5)))
    return path


def fill(path: Path, values: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["报表"]
    places = {cell.value: cell.column for cell in sheet[2]}
    for row in range(3, sheet.max_row + 1):
        for heading, value in values.items():
            cell = sheet.cell(row, places[heading])
            cell.value = value if cell.value is None else cell.value
    book.save(path)


def test_a_filled_form_is_read_back_without_a_fault(tmp_path: Path, rule: BurdenRule) -> None:
    path = written(tmp_path, rule, "indicators")
    titles = {name: MAPS["indicators"].title_of(name) for name in MAPS["indicators"].columns}
    counts = {titles[name]: 90 for name in titles if name.endswith("_count") and name != "student_count"}
    rates = {titles[name]: "96.5%" for name in titles if name.endswith("_rate")}
    fill(path, {**counts, **rates, titles["student_count"]: 500, titles["sleep_hours"]: "—"})
    bureau = Bureau(load_profile(HOME / "profile.yaml"), {"schools": set(SCHOOLS["school_code"])})
    found = read_data_set([path], MAPS["indicators"], bureau, inbox=tmp_path)
    assert list(found.faults) == []
    rows = found.rows.set_index(["school_code", "stage"])
    assert set(rows.index) == {
        ("2137990001", "primary"),
        ("2137990002", "primary"),
        ("2137990002", "junior"),
    }
    assert rows.loc[("2137990001", "primary"), "student_count"] == 900
    assert rows.loc[("2137990001", "primary"), "lessons_required_count"] == 5220
    assert rows.loc[("2137990002", "junior"), "student_count"] == 500


def test_figures_of_this_term_are_not_filled_in_from_the_last(tmp_path: Path, rule: BurdenRule) -> None:
    book = openpyxl.load_workbook(written(tmp_path, rule, "indicators"))
    sheet = book["报表"]
    heading = MAPS["indicators"].title_of("sleep_hours")
    place = next(cell.column for cell in sheet[2] if cell.value == heading)
    assert [sheet.cell(row, place).value for row in range(3, 6)] == [None] * 3
    assert "9.1" in {str(cell.value) for row in book["上学期数据"].iter_rows() for cell in row}


def test_the_long_form_lists_each_figure_that_is_asked_once(tmp_path: Path, rule: BurdenRule) -> None:
    path = written(tmp_path, rule, "figures", pd.DataFrame())
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["填写说明", "报表"]
    sheet = book["报表"]
    places = {cell.value: cell.column for cell in sheet[2]}
    keys = [
        tuple(sheet.cell(row, places[h]).value for h in ("学校标识码", "学段", "数据项"))
        for row in range(3, sheet.max_row + 1)
    ]
    assert len(set(keys)) == len(keys) > 200
    given = {item.title for item in MAPS["figures"].listed_figures if item.code in rule.given_by}
    assert not given & {figure for _, _, figure in keys}
    bureau = Bureau(load_profile(HOME / "profile.yaml"), {"schools": set(SCHOOLS["school_code"])})
    fill(path, {MAPS["figures"].title_of(name): "—" for name in ("numerator", "denominator", "value")})
    found = read_data_set([path], MAPS["figures"], bureau, inbox=tmp_path)
    assert {fault.code for fault in found.faults} <= set()
    assert len(found.rows) == len(keys)
