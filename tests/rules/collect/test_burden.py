"""The burden of reporting: counted from the source maps, each figure asked once, held against a cap."""

from pathlib import Path

import pytest

from inspection.collect.burden import (
    BurdenRule,
    above_cap,
    asked_figures,
    burden,
    load_burden_rule,
    typed_columns,
)
from inspection.derive.indicator import load_catalogue
from inspection.errors import DocumentError
from inspection.ingest.source_map import SourceMap, load_source_maps

ROOT = Path(__file__).resolve().parents[3]
MAPS = load_source_maps(ROOT / "sources")
RULE_TEXT = (ROOT / "sources/catalogue/burden.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rule() -> BurdenRule:
    found = load_burden_rule(ROOT / "sources", MAPS)
    assert found is not None
    return found


def loaded(tmp_path: Path, text: str, maps: dict[str, SourceMap] = MAPS) -> BurdenRule | None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue/burden.yaml").write_text(text, encoding="utf-8")
    return load_burden_rule(tmp_path, maps)


def test_cells_are_those_that_somebody_types(rule: BurdenRule) -> None:
    (line,) = burden(rule, MAPS, data_sets=["indicators"], stage="primary").lines
    columns = typed_columns(MAPS["indicators"])
    assert not {"school_code", "school_name", "stage"} & set(columns)
    assert (line.typed_count, line.prefilled_count) == (len(columns) - 2, 2)
    assert line.minutes == (len(columns) - 2) * 0.5 + 10


def test_a_figure_that_another_data_set_gives_is_not_asked_again(rule: BurdenRule) -> None:
    asked = {item.code for item in asked_figures(rule, MAPS["figures"], "primary")}
    assert not asked & set(rule.given_by)
    assert asked | set(rule.given_by) >= {
        item.code for item in MAPS["figures"].listed_figures if "primary" in item.stages
    }


def test_a_plan_that_does_not_collect_the_log_asks_for_the_figure(rule: BurdenRule) -> None:
    def asked(*data_sets: str) -> set[str]:
        return {item.code for item in asked_figures(rule.collecting(data_sets), MAPS["figures"], "primary")}

    assert {"exam_count", "graded_exam"} <= asked("figures") - asked("figures", "exam_log")
    with_log = burden(rule, MAPS, data_sets=["figures", "exam_log"], stage="primary").cell_count
    assert with_log == burden(rule, MAPS, data_sets=["figures"], stage="primary").cell_count - 4


def test_what_is_given_by_a_log_is_made_of_that_log(rule: BurdenRule) -> None:
    known = load_catalogue(ROOT / "rubrics/indicators.yaml", ROOT / "sources/catalogue/figures.yaml")
    made = {item.id: item.data_set for item in known.indicators if item.otherwise is not None}
    given = {code: source.partition(".")[0] for code, source in rule.given_by.items()}
    assert made.items() <= given.items()
    assert all(item.otherwise is None or item.otherwise.figure_code == item.id for item in known.indicators)


def test_what_is_exported_or_answered_by_others_costs_a_file_and_no_cell(rule: BurdenRule) -> None:
    found = burden(rule, MAPS, data_sets=["results", "parent_survey"], stage="junior")
    assert (found.cell_count, found.file_count, found.minutes) == (0, 2, 20)


def test_what_the_bureau_itself_keeps_is_no_burden_of_a_school(rule: BurdenRule) -> None:
    assert burden(rule, MAPS, data_sets=["schools", "inspectors", "complaints"], stage="primary").lines == ()


def test_all_that_is_above_the_cap_is_said_at_once(rule: BurdenRule) -> None:
    found = burden(rule, MAPS, data_sets=MAPS, stage="primary")
    told = above_cap(found, most_cells=10, most_files=2, most_minutes=30)
    assert [(fault.code, fault.wanted) for fault in told] == [
        ("BUR-001", "每校每学段每学期填写栏目不超过 10 栏"),
        ("BUR-001", "每校每学段每学期报送份数不超过 2 份"),
        ("BUR-001", "每校每学段每学期所需时间不超过 30 分钟"),
    ]
    assert above_cap(found, most_cells=10_000, most_files=100, most_minutes=10_000) == []


def test_a_column_typed_in_two_data_sets_is_refused(tmp_path: Path) -> None:
    text = RULE_TEXT.replace("homework_log: {way: kept}", "homework_log: {way: typed}").replace(
        "timetables: {way: exported}", "timetables: {way: typed}"
    )
    assert loaded(tmp_path, text) is not None
    twice = {**MAPS, "timetables": MAPS["indicators"].model_copy(update={"data_set": "timetables"})}
    other = tmp_path / "twice"
    other.mkdir()
    with pytest.raises(DocumentError) as caught:
        loaded(other, text, twice)
    told = [fault for fault in caught.value.faults if fault.column == "sleep_hours"]
    assert [(fault.wanted, fault.got) for fault in told] == [
        ("同一数据只向学校要一次", "“学期指标报表”、“学期指标报表”都要填写")
    ]


@pytest.mark.parametrize(
    ("before", "after", "wanted", "got"),
    [
        ("figures: {way: typed", "figurez: {way: typed", "已有数据模板的数据", "figurez"),
        ("results: {way: exported}", "results: {way: sent}", "ways 中列明的填报方式", "sent"),
        ("student_count: schools", "students: schools", "该数据模板中须填写的栏目", "students"),
        ("  myopia: ind", "  myopias: ind", "目录中的数据项", "myopias"),
        ("parent_survey.satisfaction", "parent_survey.mark", "已有数据模板中的栏目", "parent_survey.mark"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused(
    tmp_path: Path, before: str, after: str, wanted: str, got: str
) -> None:
    assert before in RULE_TEXT
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, RULE_TEXT.replace(before, after))
    assert (wanted, got) in {(fault.wanted, fault.got) for fault in caught.value.faults}
    assert {fault.code for fault in caught.value.faults} == {"BUR-002"}
