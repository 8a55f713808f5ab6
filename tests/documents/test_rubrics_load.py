"""Every rubric, catalogue of indicators and ladder of measures that ships can be read and fits together."""

from pathlib import Path

import pytest

from inspection.decide.measure import load_measures
from inspection.deploy.matter_list import load_matter_list
from inspection.deploy.plan import load_plan
from inspection.derive.formula import Quotient
from inspection.derive.indicator import load_catalogue, load_indicators
from inspection.derive.staged_column import staged_columns
from inspection.ingest.figure import load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE, load_source_maps
from inspection.score.rubric import load_rubric
from inspection.score.target import check_targets

ROOT = Path(__file__).parents[2]
FOLDERS = {"rubrics": ROOT / "sources", "examples/england-ks2/rubrics": ROOT / "examples/england-ks2/sources"}
PLANS = {"rubrics": "examples/demo_city/plans", "examples/england-ks2/rubrics": "examples/england-ks2/plans"}
RUBRICS = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).glob("*.yaml"))
    if path.name
    not in {"indicators.yaml", "matters.yaml", "measures.yaml", "quality-analysis.yaml", "risk.yaml"}
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_measures_are_sound(folder: str) -> None:
    ladder = load_measures(ROOT / folder / "measures.yaml")
    assert {"watch", "reminder", "commendation"} <= set(ladder.by_code)
    assert all(count >= 1 for count in ladder.quorum.values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_plan_takes_its_matters_from_the_published_list(folder: str) -> None:
    listed = load_matter_list(ROOT / folder / "matters.yaml")
    assert all(matter.basis for matter in listed.matters)
    for plan in sorted((ROOT / PLANS[folder]).glob("*.yaml")):
        found = load_plan(plan.parent, plan.stem)
        assert {matter.code for matter in found.matters} <= listed.codes, plan.name


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_a_rubric_is_sound_and_named_as_its_file(path: Path) -> None:
    sources = FOLDERS[str(path.parent.relative_to(ROOT))]
    catalogue = load_catalogue(path.with_name("indicators.yaml"), sources / FIGURE_CATALOGUE)
    rubric = load_rubric(path, catalogue)
    if rubric.targets:
        figures = load_figures(sources / FIGURE_CATALOGUE)
        check_targets(rubric.targets, figures, set(catalogue.by_id), place=path.name)
    assert rubric.rubric == path.stem
    assert any(not criterion.exam_result for criterion in rubric.criteria)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_indicator_reads_columns_that_a_source_map_has(folder: str) -> None:
    catalogue = load_indicators(ROOT / folder / "indicators.yaml")
    columns = staged_columns(load_source_maps(FOLDERS[folder]))
    for indicator in catalogue.indicators:
        if isinstance(indicator.formula, Quotient):
            continue
        known = columns[indicator.frame]
        assert set(indicator.formula.columns) <= known, indicator.id


def test_the_rizhao_rubric_holds_all_twelve_requirements() -> None:
    rubric = load_rubric(
        ROOT / "rubrics/rizhao-basic-requirements.yaml", load_indicators(ROOT / "rubrics/indicators.yaml")
    )
    assert {criterion.id[:5] for criterion in rubric.criteria} == {
        f"RZ-{number:02d}" for number in range(1, 13)
    }
    assert [criterion.id for criterion in rubric.criteria if criterion.exam_result] == ["RZ-04"]
    assert [c.id for c in rubric.criteria if c.is_on_site] == ["RZ-01", "RZ-10"]
    assert [c.id for c in rubric.criteria if c.is_zero_tolerance] == ["RZ-02", "RZ-11"]
