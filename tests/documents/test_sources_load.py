"""The source maps of this repository load, and say of every personal column what it is for."""

from pathlib import Path

import pytest

from inspection.ingest.source_map import load_source_maps

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "sources", ROOT / "examples" / "england-ks2" / "sources"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_source_map_loads_under_the_name_of_its_data_set(folder: Path) -> None:
    maps = load_source_maps(folder)
    assert sorted(maps) == sorted(path.stem for path in folder.glob("*.yaml"))


def test_the_office_maps_are_all_there() -> None:
    assert set(load_source_maps(FOLDERS[0])) == {
        "schools",
        "inspectors",
        "recusals",
        "indicators",
        "parent_survey",
        "results",
        "entry_results",
        "findings",
        "visit_results",
        "hearings",
        "figures",
        "district_figures",
        "fitness",
        "student_survey",
        "surveys",
        "timetables",
        "homework_log",
        "exam_log",
        "complaints",
        "spot_checks",
        "self_evaluation",
        "matters",
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_names_of_people_are_marked_as_personal(folder: Path) -> None:
    for source_map in load_source_maps(folder).values():
        for name, column in source_map.columns.items():
            if {"姓名", "学籍号", "成绩"} & set(column.headings):
                assert column.is_personal, f"{source_map.data_set}.{name}"
                assert column.purpose or column.handling == "drop"


def test_student_rows_are_reduced_and_never_named() -> None:
    results = load_source_maps(FOLDERS[0])["results"]
    assert results.reduce
    assert results.columns["student_id"].handling == "pseudonymise"
    assert results.columns["student_name"].handling == "drop"
    assert "student_name" not in results.staged_columns
