"""Divisions: codes of today and codes abolished, and the parts of a school's code."""

import csv
import os
from pathlib import Path

import pytest

from inspection.errors import DocumentError
from inspection.ingest.division import Division, district_faults, load_divisions, school_code_problem

ROOT = Path(__file__).resolve().parents[3]
TABLE = load_divisions(ROOT / "sources" / "divisions.csv")
ORACLE = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "divisions"


def listed(name: str) -> dict[str, str]:
    """Return a public list of counties."""
    path = ORACLE / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with path.open(encoding="utf-8") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def test_codes_that_hold_bear_the_names_of_the_public_list() -> None:
    today = listed("areas.csv")
    for item in TABLE.values():
        if not item.is_abolished:
            assert today[item.code] == item.name
        assert not item.successor or item.successor in today


def test_abolished_codes_are_on_the_public_list_no_more_and_were_while_they_held() -> None:
    today, before = listed("areas.csv"), listed("areas-2018.csv")
    gone = [item for item in TABLE.values() if item.is_abolished]
    assert len(gone) == 17
    for item in gone:
        assert item.code not in today
        if int(item.valid_to) > 2018:
            assert before[item.code] == item.name


def test_every_county_of_the_provinces_and_cities_listed_is_there() -> None:
    today = listed("areas.csv")
    for start in ("37", "5205", "1311"):
        counties = {code for code in today if code.startswith(start) and code[4] != "7"}
        assert counties <= set(TABLE), start


@pytest.mark.parametrize(
    ("code", "school_type", "problem"),
    [
        ("2137000001", "primary-school", ""),
        ("3137000001", "nine-year-school", ""),
        ("2137000001", "junior-school", "前两位21（小学）与办学类型不符"),
        ("9937000001", "primary-school", "前两位99不是学校类别码"),
        ("2138000001", "primary-school", "第3、4位38不是省级区划码"),
        ("2152000001", "primary-school", "第3、4位52不是本省的区划码"),
    ],
)
def test_a_school_code_names_its_class_and_province(code: str, school_type: str, problem: str) -> None:
    assert school_code_problem(code, school_type, frozenset({"37"})) == problem


def test_a_district_of_the_profile_must_be_one_today() -> None:
    districts = {
        "371002": "环翠区",
        "371081": "文登市",
        "371099": "无此区",
        "110101": "东城区",
        "E06": "Surrey",
    }
    told = [str(item) for item in district_faults(districts, TABLE)]
    assert len(told) == 2
    assert "371081（文登市）已于2014年撤销，现用代码371003" in told[0]
    assert "371099，区划表中没有" in told[1]


def test_a_division_says_what_it_is() -> None:
    assert Division("371002", "环翠区").words == "371002是环翠区的代码"


def test_a_wrong_table_is_refused_with_every_line(tmp_path: Path) -> None:
    path = tmp_path / "divisions.csv"
    path.write_text(
        "code,name,valid_to,successor\n371002,环翠区,,\n371002,环翠区,,\n3710,威海市,,\n", encoding="utf-8"
    )
    with pytest.raises(DocumentError) as error:
        load_divisions(path)
    assert [item.row for item in error.value.faults] == [3, 4]
    path.write_text("code,name\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="行政区划表有误"):
        load_divisions(path)
    with pytest.raises(DocumentError, match="没有行政区划表"):
        load_divisions(tmp_path / "none.csv")
