"""The rules of this repository load, run, and speak of columns that exist."""

from pathlib import Path

import pandas as pd
import pytest

from inspection.check.expectation import Suite, suite_paths
from inspection.derive.fitness_sums import COLUMNS as FITNESS_COLUMNS
from inspection.derive.fitness_sums import no_sums as no_fitness_sums
from inspection.derive.result_sums import COLUMNS, no_sums
from inspection.ingest.source_map import SourceMap, load_source_maps
from tasks.expectation import check, load_suites

ROOT = Path(__file__).resolve().parents[2]
HOMES = [ROOT, ROOT / "examples" / "england-ks2"]
CASES = [
    pytest.param(home, path.stem, id=f"{home.name}-{path.stem}")
    for home in HOMES
    for path in suite_paths(home / "expectations")
]


def documents(home: Path, data_set: str) -> tuple[Suite, SourceMap]:
    """Return the suite and the map of a data set."""
    return load_suites(home / "expectations")[data_set], load_source_maps(home / "sources")[data_set]


@pytest.mark.parametrize(("home", "data_set"), CASES)
def test_every_rule_names_columns_of_its_data_set(home: Path, data_set: str) -> None:
    suite, source_map = documents(home, data_set)
    reduced = FITNESS_COLUMNS if source_map.fitness else COLUMNS
    columns = set(reduced if source_map.is_reduced else source_map.staged_columns)
    for rule in suite.rules:
        assert set(rule.read_columns) <= columns, rule.id


@pytest.mark.parametrize(("home", "data_set"), CASES)
def test_every_rule_refers_to_columns_of_known_data_sets(home: Path, data_set: str) -> None:
    suite, _ = documents(home, data_set)
    maps = load_source_maps(home / "sources")
    for name in suite.parameters:
        other, column = name.split(".")
        assert column in maps[other].columns


@pytest.mark.parametrize(("home", "data_set"), CASES)
def test_every_rule_says_what_is_wanted_and_why(home: Path, data_set: str) -> None:
    suite, _ = documents(home, data_set)
    for rule in suite.rules:
        assert rule.reason.endswith("。"), rule.id
        assert not rule.wanted.endswith("。"), rule.id
        assert len(rule.id) <= 64, rule.id


@pytest.mark.parametrize(("home", "data_set"), CASES)
def test_every_suite_runs_on_an_empty_data_set(home: Path, data_set: str) -> None:
    suite, source_map = documents(home, data_set)
    empty = no_fitness_sums() if source_map.fitness else no_sums()
    frame = empty if source_map.is_reduced else pd.DataFrame({name: [] for name in source_map.staged_columns})
    report = check(frame, suite, parameters={name: [] for name in suite.parameters})
    assert len(report.results) == len(suite.rules)


def test_an_examination_that_ranks_is_told_and_not_refused() -> None:
    suite, _ = documents(ROOT, "exam_log")
    said = {"school_code": "2137990001", "stage": "primary", "grade": 6, "exam_name": "期末检测"}
    rest = {
        "held_on": "2026-06-25",
        "exam_kind": "final",
        "is_on_paper": 1,
        "is_graded": 1,
        "subject_count": 3,
    }
    frame = pd.DataFrame([said | rest | {"is_ranked": ranked} for ranked in (0, 1, None)])
    report = check(frame, suite, parameters={"schools.school_code": ["2137990001"]})
    assert report.failures[["rule_id", "label", "school_code"]].to_numpy().tolist() == [
        ["exam-log-not-ranked", 1, "2137990001"]
    ]
    assert next(rule.severity for rule in suite.rules if rule.id == "exam-log-not-ranked") == "info"
