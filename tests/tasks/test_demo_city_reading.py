"""Every fault planted in the demo city is caught where it was planted, and nothing else is called a fault."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from examples.demo_city.city import HOME, Sizes
from examples.demo_city.term import CURRENT_TERM, PREVIOUS_TERM, write_term
from inspection.data_set import DataSet
from inspection.errors import Fault
from inspection.expectation import parameters, settle
from inspection.profile import load_profile
from inspection.reading import Bureau
from inspection.source_map import load_source_maps
from tasks.expectation import check, load_suites
from tasks.reading import read_data_set, survey
from tasks.result_sums import reduce_results

PROFILE = load_profile(HOME / "profile.yaml")
MAPS = load_source_maps(PROFILE.folders.sources)
SIZES = Sizes(school_count=40, students_per_school=30, answers_per_school=20)
ROW_FAULTS = {"IN-121", "IN-122"}


def ingested(inbox: Path) -> tuple[list[Fault], dict[str, DataSet]]:
    """Read and check everything in an inbox."""
    found = survey(inbox, MAPS)
    sets: dict[str, DataSet] = {}
    for name in ("schools", "inspectors", "recusals", "indicators", "parent_survey", "results"):
        known = {"schools": sets["schools"].known("school_code")} if sets else {}
        bureau = Bureau(PROFILE, known, bytes(range(32)))
        if paths := found.files[name]:
            read = reduce_results if MAPS[name].reduce else read_data_set
            sets[name] = read(paths, MAPS[name], bureau, inbox=inbox)
    faults = list(found.faults)
    suites = load_suites(PROFILE.folders.expectations)
    # A row set aside in one data set is nothing the next may refer to.
    for name in [name for name in sets if name in suites]:
        report = check(sets[name].checkable, suites[name], parameters=parameters(suites[name], sets))
        sets[name] = settle(sets[name], report, MAPS[name])
        faults += sets[name].faults
    return faults, sets


def places(faults: Iterable[Fault]) -> list[tuple[str, int, str]]:
    """Return where faults are, a repeated row as a whole."""
    return sorted((item.place, item.row, "" if item.code in ROW_FAULTS else item.column) for item in faults)


@pytest.mark.parametrize("seed", ["demo-city", "another"])
def test_every_planted_fault_is_caught_and_none_invented(tmp_path: Path, seed: str) -> None:
    key = write_term(tmp_path, seed=seed, sizes=SIZES, term=CURRENT_TERM)
    faults, _ = ingested(tmp_path)
    assert places(faults) == sorted((item.file, item.row, item.column) for item in key.faults)


def test_files_without_faults_are_read_without_complaint(tmp_path: Path) -> None:
    write_term(tmp_path, seed="demo-city", sizes=SIZES, term=PREVIOUS_TERM)
    faults, sets = ingested(tmp_path)
    assert faults == []
    assert len(sets["schools"].rows) == SIZES.school_count
    assert all(found.quarantined.empty for found in sets.values())
