"""England's Key Stage 2 tables of Surrey, read by nothing but documents: real files, every figure accounted for."""

import os
from pathlib import Path

import pytest

from inspection.check.expectation import parameters, settle
from inspection.deploy.plan import load_plan
from inspection.ingest.data_set import DataSet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import load_profile
from tasks.expectation import check, load_suites
from tasks.reading import read_data_set, survey

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "england-ks2"
HOME = ROOT / "examples" / "england-ks2"
PROFILE = load_profile(HOME / "profile.yaml")
MAPS = load_source_maps(PROFILE.folders.sources)
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"England's school tables are not at {DATA}; set INSPECTION_TEST_DATA"
)


def read(year: int, data_set: str) -> DataSet:
    """Read one year's data set."""
    return read_data_set([DATA / f"{year}-936-ks2.csv"], MAPS[data_set], Bureau(PROFILE), inbox=DATA)


@needs_data
@pytest.mark.parametrize(
    ("year", "schools", "closed", "missing"),
    [
        (2016, 232, 0, {"not-reported": 444, "suppressed": 216}),
        (2017, 233, 2, {"new-school": 2, "not-applicable": 12, "not-reported": 415, "suppressed": 169}),
        (2018, 235, 4, {"new-school": 4, "not-reported": 494, "suppressed": 184}),
    ],
)
def test_every_row_is_a_school_a_total_or_closed(
    year: int, schools: int, closed: int, missing: dict[str, int]
) -> None:
    found = read(year, "indicators")
    assert len(found.rows) == schools
    assert found.quarantined.empty
    assert found.files[0].excluded == {"地方合计行": 1, "全国合计行": 2, "已停办学校": closed}
    assert found.missing_counts == missing
    lines = (DATA / f"{year}-936-ks2.csv").read_bytes().count(b"\r\n")
    assert lines - 1 in {schools + closed + 3, schools + closed + 2}
    assert set(read(year, "schools").rows["school_code"]) == set(found.rows["school_code"])


@needs_data
@pytest.mark.parametrize(
    ("year", "outcomes"),
    [
        (2016, ["differs", "agrees", "within-bound", "within-bound", "within-bound"]),
        (2017, ["agrees", "agrees", "within-bound", "agrees", "within-bound"]),
        (2018, ["agrees", "agrees", "within-bound", "within-bound", "within-bound"]),
    ],
)
def test_the_county_total_is_reconciled_with_its_schools(year: int, outcomes: list[str]) -> None:
    found = read(year, "indicators")
    assert [item.spot.column for item in found.totals] == [
        "TPUPYEAR",
        "TELIG",
        "BELIG",
        "GELIG",
        "TFSM6CLA1A",
    ]
    assert [item.outcome for item in found.totals] == outcomes


@needs_data
def test_a_published_total_that_is_one_pupil_off_is_told() -> None:
    assert [fault.sentence for fault in read(2016, "indicators").faults] == [
        "2016-936-ks2.csv 第159行 “TPUPYEAR”：应为各行之和11493，实为11492。请核对合计行和各行数据。（IN-201）"
    ]


@needs_data
def test_percentages_suppressed_cells_and_progress_are_read() -> None:
    rows = read(2018, "indicators").rows.set_index("school_code")
    wyke = rows.loc["145543"]
    assert (wyke["expected_standard_rate"], wyke["reading_progress"], wyke["eligible_count"]) == (78, 1.7, 27)
    assert wyke["stage"] == "primary"
    assert rows["expected_standard_rate"].between(0, 100).sum() == 220


@needs_data
def test_types_of_schools_are_grouped() -> None:
    counts = read(2018, "schools").rows["school_type"].value_counts().to_dict()
    assert counts == {"maintained": 132, "academy": 88, "special": 15}


@needs_data
@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_no_row_of_the_real_files_fails_a_rule(year: int) -> None:
    found = {name: read(year, name) for name in MAPS}
    for name, suite in load_suites(PROFILE.folders.expectations).items():
        report = check(found[name].checkable, suite, parameters=parameters(suite, found))
        settled = settle(found[name], report, MAPS[name])
        assert report.results["unexpected_count"].sum() == 0
        assert len(settled.rows) == len(found[name].rows)


@needs_data
def test_files_of_other_tables_in_the_folder_are_told() -> None:
    assert [fault.place for fault in survey(DATA, MAPS).faults] == ["england_ks2final.csv", "ks2_meta.csv"]


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_the_plans_compare_each_year_with_the_one_before(year: int) -> None:
    plan = load_plan(PROFILE.folders.plans, f"ks2-{year}")
    assert plan.term.id == f"{year - 1}-{year}"
    assert plan.term.compared_with == ("" if year == 2016 else f"{year - 2}-{year - 1}")
    assert bool(plan.draw) == (year == 2018)
