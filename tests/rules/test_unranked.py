"""Nothing made inside the bureau orders or ranks anybody by examination result, and everything is asked."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.errors import ProtocolError
from inspection.unranked import fact_faults, require_unranked_file, table_faults

ROOT = Path(__file__).parents[2]
# The one place for each way out, and what it asks; the site asks the public guard.
DOORS = {
    "create_table_artifact": {"tasks/artifact.py": "require_unranked_table"},
    "create_markdown_artifact": {"tasks/artifact.py": "require_unranked_text"},
    "create_link_artifact": {},
    "create_image_artifact": {},
    "DefaultJinjaPageView": {"tasks/data_docs.py": "require_unranked_table"},
    "get_template": {
        "desk/page.py": "require_unranked_names",
        "tasks/document.py": "require_unranked_facts",
        "tasks/site.py": "require_publishable",
        "tasks/special_preview.py": "require_unranked_facts",
    },
    "write_pdf": {"tasks/document.py": "require_unranked_facts"},
    "to_parquet": {"tasks/workspace.py": "require_unranked_table"},
    "mkstemp": {"tasks/workspace.py": "require_unranked_file"},
    "to_csv": {},
    "to_excel": {},
    "to_json": {},
    "to_html": {},
    "write_text": {},
    "write_bytes": {"tasks/site.py": "require_publishable", "tasks/document.py": "require_unranked_facts"},
    "write_string": {"tasks/workbook.py": "require_unranked_table"},
}


@dataclass(frozen=True)
class Line:
    school_code: str
    pass_rate: float


@dataclass(frozen=True)
class Ranked:
    school_code: str
    city_rank: int


@dataclass(frozen=True)
class Report:
    title: str
    lines: tuple[object, ...] = ()


def gots(facts: object) -> list[str]:
    return [fault.got for fault in fact_faults(facts, place="报告")]


def lines(*rates: float) -> tuple[Line, ...]:
    return tuple(Line(f"21370000{len(rates) - n:02d}", rate) for n, rate in enumerate(rates))


@pytest.mark.parametrize("heading", ["名次", "全市排名", "city_rank", "percentile", "百分位"])
def test_a_column_of_places_is_refused(heading: str) -> None:
    (fault,) = table_faults(["学校标识码", heading], [["1", 1]], place="表")
    assert (fault.code, fault.column, fault.got) == ("RNK-001", heading, f"出现“{heading}”列")


@given(st.lists(st.integers(0, 100), min_size=4, max_size=12, unique=True), st.booleans())
def test_schools_in_the_order_of_a_result_are_refused_however_named(rates: list[int], falls: bool) -> None:
    rows = [[f"学校{chr(200 - n)}", f"{rate}%"] for n, rate in enumerate(sorted(rates, reverse=falls))]
    (fault,) = table_faults(["学校名称", "语文及格率"], rows, place="表")
    assert fault.got == "各行按“语文及格率”排列"


@pytest.mark.parametrize(
    ("unit", "result"),
    [
        ("校名", "单科合格率"),
        ("单位名称", "优良率"),
        ("教学班", "标准分"),
        ("任课教师", "合格人数"),
        ("班主任", "优秀率"),
        ("学校名称", "增值"),
    ],
)
def test_the_words_of_the_documents_themselves_are_known(unit: str, result: str) -> None:
    rows = [[f"{name}校", figure] for name, figure in zip("丁乙丙甲戊", (98, 91, 85, 70, 60), strict=True)]
    (fault,) = table_faults([unit, result], rows, place="表")
    assert fault.got == f"各行按“{result}”排列"


@pytest.mark.parametrize("told", ["我校成绩在全区排第3", "本班在年级中垫底"])
def test_a_place_is_a_place_in_other_words_too(told: str) -> None:
    assert len(gots(Report(told))) == 1


@pytest.mark.parametrize(
    "told", ["各校要把安全放在首位", "劳动教育走在全市前列", "全市第一学期工作", "示例市南河区第一中学"]
)
def test_words_that_only_sound_like_a_place_pass(told: str) -> None:
    assert gots(Report(told)) == []


@given(st.lists(st.integers(0, 100), max_size=12))
def test_schools_in_the_order_of_their_codes_pass_whatever_they_reached(rates: list[int]) -> None:
    rows = [[f"{n:010d}", rate] for n, rate in enumerate(rates)]
    assert table_faults(["学校标识码", "及格率"], rows, place="表") == []


def test_facts_of_a_document_are_read_at_any_depth() -> None:
    assert gots(Report("报告", lines(60, 70, 80, 90))) == ["各行按“pass_rate”排列"]
    assert gots(Report("报告", lines(60, 90, 80, 70))) == []
    assert gots(Report("报告", (Ranked("1", 3),))) == ["出现“city_rank”"]
    assert gots(Report("该校数学及格率居全市第三名")) == ["“全市第三名”"]


def test_evidence_of_a_school_that_ranks_its_pupils_may_be_written_up() -> None:
    assert gots(Report("经查，该校在教室张贴学生期中考试成绩排名表。")) == []


def test_finished_files_are_read_but_what_they_quote_is_not_held_against_them() -> None:
    ordered = "\ufeff班级,平均分\r\n" + "".join(f"{9 - n}班,{n}\r\n" for n in range(5))
    with pytest.raises(ProtocolError) as caught:
        require_unranked_file(PurePosixPath("a.csv"), ordered.encode())
    assert caught.value.faults[0].got == "各行按“平均分”排列"
    with pytest.raises(ProtocolError):
        require_unranked_file(PurePosixPath("a.json"), json.dumps({"a": [{"rank": 1}]}).encode())
    require_unranked_file(PurePosixPath("a.json"), json.dumps({"got": "全市第3名"}).encode())


def _called(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            names.add(target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", ""))
    return names


def test_every_way_out_is_one_door_and_every_door_asks_the_guard() -> None:
    found: dict[str, dict[str, str]] = {name: {} for name in DOORS}
    for file in sorted(
        path for room in ("inspection", "tasks", "flows", "desk") for path in (ROOT / room).rglob("*.py")
    ):
        text = file.read_text(encoding="utf-8")
        if not any(name in text for name in DOORS):
            continue
        called = _called(ast.parse(text))
        path = file.relative_to(ROOT).as_posix()
        for name in DOORS.keys() & called:
            guard = DOORS[name].get(path, "")
            found[name][path] = guard if guard in called else "not asked"
    assert found == DOORS
