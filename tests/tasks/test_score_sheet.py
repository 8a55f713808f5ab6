"""Where the score sheet says a figure comes from: the log it was made of, or the figure that was handed in."""

from pathlib import Path

import pytest

from inspection.derive.indicator import IndicatorCatalogue, load_catalogue
from inspection.score.rubric import Criterion, load_rubric
from tasks.score_sheet import data_sets_of, source_text

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalogue() -> IndicatorCatalogue:
    """The indicators as they ship."""
    return load_catalogue(
        ROOT / "rubrics" / "indicators.yaml", ROOT / "sources" / "catalogue" / "figures.yaml"
    )


@pytest.fixture(scope="module")
def posted(catalogue: IndicatorCatalogue) -> Criterion:
    """A criterion that rests on a log, or on the figure of a school that keeps none."""
    return load_rubric(ROOT / "rubrics" / "eight-actions.yaml", catalogue).by_id["BX-02"]


def test_a_figure_made_of_a_log_names_the_log(posted: Criterion, catalogue: IndicatorCatalogue) -> None:
    names = data_sets_of(posted, catalogue, handed_in=())
    told = source_text(names, {"homework_log": ["a1"], "figures": ["b2"]}, is_on_site=False)
    assert told == "作业日志（回执a1）"


def test_a_figure_that_was_handed_in_names_the_report_it_stands_in(
    posted: Criterion, catalogue: IndicatorCatalogue
) -> None:
    names = data_sets_of(posted, catalogue, handed_in={"homework_posted_day"})
    told = source_text(names, {"homework_log": ["a1"], "figures": ["b2"]}, is_on_site=True)
    assert told == "学校数据项报表（回执b2）；入校检查记录"
