"""Figures in the long layout: the catalogue is whole, and every row is held against its figure."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.derive.indicator import IndicatorCatalogue, derive
from inspection.ingest.data_set import DataSet, combine
from inspection.ingest.figure import FigureCatalogue, load_figures
from inspection.ingest.reading import parse
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import FIGURE_CATALOGUE, load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import Profile

SOURCES = Path(__file__).resolve().parents[3] / "sources"
CATALOGUE = load_figures(SOURCES / FIGURE_CATALOGUE)
MAPS = load_source_maps(SOURCES)
BUREAU = Bureau(
    Profile.model_validate(
        {
            "profile": "test",
            "bureau": {"name": "某市教育局", "office": "某市教育督导室", "document_code": "某教督字"},
            "districts": [{"code": "379901", "name": "某市东湖区"}],
        }
    )
)
HEADER = ["学校标识码", "学校名称", "学段", "数据项", "分子", "分母", "数值"]
DISTRICT_HEADER = ["所属区县", "数据项", "分子", "分母", "数值"]


def read(*rows: list[str], data_set: str = "figures") -> DataSet:
    """Read rows under the header of a data set."""
    header = HEADER if data_set == "figures" else DISTRICT_HEADER
    cells = pd.DataFrame([header, *rows], index=range(1, len(rows) + 2), dtype="str").astype("category")
    raw = RawFile("表.xlsx", "0" * 64, 1, (RawSheet("Sheet1", cells, ()),))
    return combine([parse(raw, MAPS[data_set], BUREAU)], MAPS[data_set])


def row(
    name: str, part: str = "", whole: str = "", value: str = "", *, code: int = 1, stage: str = "小学"
) -> list[str]:
    """Make a school's row of one figure."""
    return [f"21370000{code:02d}", f"第{code}小学", stage, name, part, whole, value]


def told(found: DataSet) -> list[tuple[str, str, str, str]]:
    """Return code, column, wanted and got of each fault."""
    return [(item.code, item.column, item.wanted, item.got) for item in found.faults]


def test_every_requirement_of_the_documents_has_a_figure_or_is_judged_on_site() -> None:
    numbers = {f"{key}-{n:02d}" for key, text in CATALOGUE.documents.items() for n in range(1, text.last + 1)}
    assert len({name for name in numbers if not name.startswith("YZ")}) == 148
    assert numbers == {*CATALOGUE.by_requirement, *CATALOGUE.on_site}


def test_targets_of_a_city_are_no_figures_of_a_school() -> None:
    for requirement in ("BJ-01", "BJ-02", "BJ-03", "XX-14", "XX-23", "XX-36", "RZ-19", "RZ-20"):
        codes = set(CATALOGUE.by_requirement[requirement])
        assert codes <= {item.code for item in CATALOGUE.district}, requirement


def test_health_and_single_pupils_results_are_sensitive() -> None:
    by_code = {item.code: item for item in CATALOGUE.school}
    for code in ("myopia", "fitness_pass", "fitness_good", "sleep_hours", "single_subject_pass"):
        assert by_code[code].is_sensitive


def test_a_requirement_without_a_figure_is_refused() -> None:
    fields = CATALOGUE.model_dump()
    fields["school"] = [item for item in fields["school"] if item["code"] != "thinking_index"]
    FigureCatalogue.model_validate(fields)
    fields["school"] = [item for item in fields["school"] if "XX-09" not in item["requirements"]]
    with pytest.raises(ValidationError, match="缺 XX-09"):
        FigureCatalogue.model_validate(fields)


def test_sound_rows_of_every_kind_are_taken_by_name_or_code() -> None:
    found = read(
        row("骨干教师", "18", "50"),
        row("骨干教师", "18", "50", "36%", code=2),
        row("homework_minutes", value="45分钟"),
        row("课程表已公示", value="1"),
        row("国家课程课时开足", "1040", "1000"),
        row("近视", "—", "—", "未监测"),
    )
    assert told(found) == []
    assert list(found.rows["figure_code"]) == [
        "key_teacher",
        "key_teacher",
        "homework_minutes",
        "timetable_is_published",
        "lessons_on_plan",
        "myopia",
    ]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (row("骨干教师", "51", "50"), ("IN-132", "分子", "骨干教师：分子不大于分母", "分子51，分母50")),
        (row("骨干教师", "18", ""), ("IN-131", "分母", "骨干教师：同时填分子和分母", "空白")),
        (
            row("骨干教师", "18", "50", "38%"),
            ("IN-133", "数值", "骨干教师：与分子除以分母的百分数相符", "38"),
        ),
        (row("骨干教师", value="136%"), ("IN-134", "数值", "骨干教师：在0%至100%之间", "136")),
        (row("国家课程课时开足", "500", "100"), ("IN-134", "分子", "国家课程课时开足：在0%至130%之间", "500")),
        (row("平均每天书面作业时间", value="301"), ("IN-134", "数值", "平均每天书面作业时间：在0分钟至300分钟之间", "301")),
        (row("本学期考试次数（最多的年级）", value="1.5"), ("IN-104", "数值", "本学期考试次数（最多的年级）：整数", "1.5")),
        (row("课程表已公示", value="2"), ("IN-134", "数值", "课程表已公示：有填1，没有填0", "2")),
        (
            row("国家课程学业达标", "9", "10", stage="初中"),
            ("IN-135", "数据项", "国家课程学业达标：小学填报", "初中"),
        ),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_its_figure_is_set_aside_with_one_fault(
    bad: list[str], fault: tuple[str, ...]
) -> None:
    found = read(row("骨干教师", "18", "50", code=2), bad)
    assert told(found) == [fault]
    assert len(found.rows) == 1


def test_a_name_the_catalogue_does_not_have_is_no_figure() -> None:
    assert [item[0] for item in told(read(row("教师幸福指数", value="99")))] == ["IN-106"]


def test_a_district_reports_its_own_figures() -> None:
    found = read(
        ["东湖区", "优质义务教育学校", "", "", "41所"],
        ["东湖区", "教学质量提升专项经费占教育总经费", "620", "11800", "5.3%"],
        ["东湖区", "骨干教师", "1", "2", ""],
        data_set="district_figures",
    )
    assert [item[0] for item in told(found)] == ["IN-106"]
    assert list(found.rows["district_code"]) == ["379901", "379901"]


@given(
    part=st.integers(0, 3000),
    whole=st.integers(1, 3000),
    places=st.sampled_from([0, 1, 2]),
    off=st.booleans(),
)
def test_a_correctly_rounded_rate_is_never_refuted_and_a_wrong_one_always(
    part: int, whole: int, places: int, off: bool
) -> None:
    part = min(part, whole)
    rate = round(100 * part / whole, places) + (-1.2 if off and part * 2 > whole else 1.2 if off else 0)
    codes = {item[0] for item in told(read(row("骨干教师", str(part), str(whole), f"{rate:.{places}f}")))}
    assert ("IN-133" in codes) is off


SCHOOLS = pd.DataFrame({"school_code": ["2137000001", "2137000002", "2137000003"], "stages": ["primary"] * 3})


def test_an_indicator_reads_a_figure_of_the_long_layout() -> None:
    rows = read(
        row("骨干教师", "18", "50"), row("骨干教师", value="40%", code=2), row("近视", "1", "2", code=3)
    )
    catalogue = IndicatorCatalogue.model_validate(
        {
            "catalogue": "c",
            "title": "t",
            "indicators": [
                {
                    "id": "key_teacher_rate",
                    "title": "骨干教师占比",
                    "data_set": "figures",
                    "formula": {"kind": "figure", "figure_code": "key_teacher"},
                }
            ],
        }
    )
    long = derive(catalogue, {"schools": SCHOOLS, "figures": rows.rows}, {"figures": rows.missing})
    assert list(long["value"][:2]) == [36.0, 40.0]
    assert list(long["numerator"][:1]) == [18.0]
    assert list(long["missing_reason"]) == ["", "", "not-submitted"]
