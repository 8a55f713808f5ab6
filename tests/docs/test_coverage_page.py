"""Every requirement of the documents is computed by something, shown by an example, and the pages say so."""

import pytest

from inspection.score.target import LEVELS
from tests.spec import coverage, worked_example

WITH_EXAMPLES_OF_ITS_OWN = "rizhao-basic-requirements"


def test_each_of_the_148_requirements_and_of_the_seven_resource_indicators_is_computed() -> None:
    found = coverage.answers()
    assert len(found) == 148 + 7
    assert coverage.missing() == []
    parts = {answer.id for listed in found.values() for answer in listed}
    assert {"RZ-06a", "RZ-06b", "RZ-06c", "RZ-07a", "RZ-07b"} <= parts


def test_the_page_on_coverage_is_current() -> None:
    assert coverage.main(["--check"]) == 0


def test_a_requirement_that_nothing_computes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "numbers", lambda: ["RZ-01", "RZ-99"])
    assert "RZ-99" in coverage.missing()
    assert coverage.main(["--check"]) == 1


def test_what_is_unclear_in_the_documents_is_told_with_the_other_reading() -> None:
    told = {a.id for listed in coverage.answers().values() for a in listed if a.ambiguity}
    assert {"RZ-04", "XX-09a", "XX-09b", "XX-19", "XX-26", "XX-27", "XX-28"} <= told


def test_examination_results_are_marked_and_targets_reach_no_school() -> None:
    marked = {item.id for rubric in coverage.rubrics() for item in rubric.criteria if item.exam_result}
    assert marked == {"RZ-04", "BJ-10", "XX-01", "XX-02", "XQ-01", "XQ-02", "XQ-11a"}
    targets = {item.id: item for rubric in coverage.rubrics() for item in rubric.targets}
    criteria = {item.id for rubric in coverage.rubrics() for item in rubric.criteria}
    assert {"BJ-01", "BJ-02", "BJ-03", "XX-36", "RZ-19"} <= set(targets)
    assert not set(targets) & criteria
    assert {item.level for item in targets.values()} == set(LEVELS)
    assert {item.id for item in targets.values() if item.exam_result} == {"BJ-03", "XQ-11b"}


@pytest.mark.parametrize("name", worked_example.names())
def test_every_example_gives_the_outcome_and_points_it_says(name: str) -> None:
    told = worked_example.load(name)
    expected = [(one.id, one.outcome, one.points_centi) for one in told.examples]
    found = worked_example.scored(name)
    ids = [one.id for one in told.examples]
    assert [(id_, *given) for id_, given in zip(ids, found, strict=True)] == expected
    outcomes = worked_example.decided(name)
    assert list(zip([one.id for one in told.targets], outcomes, strict=True)) == [
        (one.id, one.outcome) for one in told.targets
    ]


@pytest.mark.parametrize("name", worked_example.names())
def test_every_criterion_and_target_has_an_example_and_its_page_is_current(name: str) -> None:
    rubric, told = worked_example.rubric_of(name), worked_example.load(name)
    assert {one.id for one in told.examples} == {item.id for item in rubric.criteria}
    assert {one.id for one in told.targets} == {item.id for item in rubric.targets}
    page = (worked_example.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page == worked_example.render(name)


def test_only_the_basic_requirements_have_their_examples_on_the_other_page() -> None:
    shipped = {rubric.rubric for rubric in coverage.rubrics()}
    assert shipped - set(worked_example.names()) == {WITH_EXAMPLES_OF_ITS_OWN}
