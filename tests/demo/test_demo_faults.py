"""The faults of the demo city: exactly those of the answer key, one cause each, and none that breaks the term.

What is audited here by rules of its own are the data sets that an evaluation needs; of the others the key is
held against reading itself (`tests/tasks/test_demo_city_reading.py`).
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from examples.demo_city.city import HOME, Sizes, demo_profile
from examples.demo_city.faults import AnswerKey, PlantedFault, read_answer_key
from examples.demo_city.figures import COUNT_HEADINGS, PERCENT_HEADINGS
from examples.demo_city.indicators import SYNONYMS
from examples.demo_city.term import (
    CURRENT_TERM,
    PREVIOUS_TERM,
    STRAY_FILES,
    write_city,
    write_term,
)
from inspection.deploy.plan import load_plan

# One city serves all of these.
pytestmark = pytest.mark.xdist_group("demo-faults")

SMALL = Sizes(school_count=12, students_per_school=20, answers_per_school=20)
USUAL = Sizes(school_count=60, students_per_school=25)
MISSING = {"", "—", "-", "/", "未监测", "未统计", "不适用"}
CODES = {"-2", "-3", "-4", "缺考", "免考", "舞弊"}
ANSWERS = {"非常满意", "满意", "基本满意", "不满意", "非常不满意"}
TYPES = {"小学", "初级中学", "九年一贯制学校", "教学点"}
PARTS = {"体质合格人数": "体质监测人数", "体质优良人数": "体质合格人数", "近视人数": "视力筛查人数"}
CLASSES = {
    "小学": {"21"},
    "教学点": {"21"},
    "初级中学": {"31"},
    "九年一贯制学校": {"21", "31"},
    "一贯制学校": {"21"},
}
SUMMED = {*COUNT_HEADINGS, "在校生数", "班级数", "专任教师数"}
CHOICES = {
    "办学类型": ("unknown-choice", TYPES),
    "总体满意度": ("unknown-answer", ANSWERS),
    "所属区县": (
        "unknown-district",
        {name for district in demo_profile().districts for name in (district.name, district.code)},
    ),
}
FILES = {
    "学校基本情况": ("schools", ("学校标识码",)),
    "检查人员名录": ("inspectors", ("人员编号",)),
    "回避登记表": ("recusals", ("人员编号", "学校标识码")),
    "学期指标报表": ("indicators", ("学校标识码", "学段")),
    "家长满意度调查": ("parent_survey", ("问卷编号",)),
    "学业质量监测成绩": ("results", ("学籍号", "学科")),
}


@dataclass(frozen=True)
class File:
    """A file as a person reads it: text cells under standard headings, with the rows' numbers."""

    data_set: str
    key: tuple[str, ...]
    name: str
    sheet: str
    rows: Mapping[int, Mapping[str, str]]
    total: tuple[int, Mapping[str, str]] | None

    def fault(self, kind: str, row: int, column: str) -> PlantedFault:
        return PlantedFault(kind, self.data_set, self.name, self.sheet, row, column)


def text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()


def grid(path: Path) -> tuple[str, list[list[str]]]:
    if path.suffix == ".csv":
        raw = path.read_bytes()
        encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030"
        return "", [
            [text(c) for c in row] for row in csv.reader(io.StringIO(raw.decode(encoding), newline=""))
        ]
    book = CalamineWorkbook.from_path(str(path))
    cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return book.sheet_names[0], [[text(cell) for cell in row] for row in cells]


def read(path: Path) -> File:
    data_set, key = next(value for start, value in FILES.items() if path.name.startswith(start))
    sheet, cells = grid(path)
    top = next(number for number, row in enumerate(cells) if sum(map(bool, row)) > 2)
    heads = cells[top]
    width = 2 if path.name.startswith("学期指标报表") else 1
    if width == 2:
        heads = [low or high for high, low in zip(cells[top], cells[top + 1], strict=True)]
    standard = {other: usual for usual, other in SYNONYMS.items()}
    heads = [standard.get(head, head) for head in heads]
    rows: dict[int, dict[str, str]] = {}
    total = None
    for number, row in enumerate(cells[top + width :], start=top + width + 1):
        if row[0] in {"合计", "总计"}:
            total = (number, dict(zip(heads, row, strict=True)))
            break
        if row[0].startswith("注"):
            break
        if any(row):
            rows[number] = dict(zip(heads, row, strict=True))
    return File(data_set, key, path.name, sheet, rows, total)


def is_audited(path: Path) -> bool:
    return any(path.name.startswith(start) for start in FILES)


def audited(key: AnswerKey) -> list[PlantedFault]:
    """Return the planted faults of the files audited here."""
    known = {"", *(data_set for data_set, _ in FILES.values())}
    return [fault for fault in key.faults if fault.data_set in known]


def number(value: str) -> float | None:
    value = value.replace(",", "").removesuffix("%").strip()
    return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else None


def audit(folder: Path) -> list[PlantedFault]:
    """Find every fault of a term's folder by rules of its own, none of them the generator's."""
    found = [PlantedFault("unknown-file", "", name) for name in STRAY_FILES if (folder / name).exists()]
    files = [read(path) for path in sorted(folder.iterdir()) if is_audited(path)]
    roster = {
        row["学校标识码"]
        for file in files
        if file.data_set == "schools"
        for number_, row in file.rows.items()
        if not list(cell_faults(file, number_, row, None, set()))
    }
    people = {
        row["人员编号"] for file in files if file.data_set == "inspectors" for row in file.rows.values()
    }
    for file in files:
        for number_, row in file.rows.items():
            found += cell_faults(file, number_, row, roster, people)
        found += [*repeats(file), *twins(file), *wrong_totals(file)]
    return sorted(found)


def cell_faults(
    file: File, place: int, row: Mapping[str, str], roster: set[str] | None, people: set[str]
) -> Iterator[PlantedFault]:
    code = row.get("学校标识码", "")
    if "学校标识码" in row and not code:
        yield file.fault("missing-required", place, "学校标识码")
    elif code and not re.fullmatch(r"\d{10}", code):
        yield file.fault("malformed-code", place, "学校标识码")
    elif code and roster is not None and code not in roster and file.data_set != "schools":
        yield file.fault("unknown-school", place, "学校标识码")
    if "学段" in row and row["学段"] not in {"小学", "初中"}:
        yield file.fault("unknown-choice" if row["学段"] else "missing-required", place, "学段")
    for column, (kind, known) in CHOICES.items():
        if column in row and row[column] not in known:
            yield file.fault("abolished-division" if row[column] == "370125" else kind, place, column)
    if file.data_set == "recusals" and row["人员编号"] not in people:
        yield file.fault("bad-recusal", place, "人员编号")
    yield from class_faults(file, place, row)
    yield from number_faults(file, place, row)


def class_faults(file: File, place: int, row: Mapping[str, str]) -> Iterator[PlantedFault]:
    code = row.get("学校标识码", "")
    if (
        file.data_set == "schools"
        and re.fullmatch(r"\d{10}", code)
        and code[:2] not in CLASSES[row["办学类型"]]
    ):
        yield file.fault("school-code-parts", place, "学校标识码")


def number_faults(file: File, place: int, row: Mapping[str, str]) -> Iterator[PlantedFault]:
    numbers = {*SUMMED, *PERCENT_HEADINGS, "最多检查校数", "成绩"}
    for column, cell in row.items():
        gaps = MISSING | CODES if column == "成绩" else MISSING
        if column not in numbers or cell in gaps:
            continue
        value = number(cell)
        if value is None:
            yield file.fault("text-in-number", place, column)
        elif value < 0:
            yield file.fault("negative-count", place, column)
        elif column in PERCENT_HEADINGS and value > 100:
            yield file.fault("percent-over-100", place, column)
        elif column == "成绩" and value > float(row["满分"]):
            yield file.fault("score-over-full", place, column)
        elif column in PARTS and value > (number(row[PARTS[column]]) or 0):
            yield file.fault("part-over-whole", place, column)


def repeats(file: File) -> Iterator[PlantedFault]:
    seen: dict[tuple[str, ...], Mapping[str, str]] = {}
    for place, row in file.rows.items():
        key = tuple(row[column] for column in file.key)
        if key in seen and all(key):
            kind = "exact-duplicate" if seen[key] == row else "conflicting-duplicate"
            yield file.fault(kind, place, "")
        seen.setdefault(key, row)


def twins(file: File) -> Iterator[PlantedFault]:
    seen: dict[tuple[str, str], str] = {}
    for place, row in file.rows.items() if file.data_set == "schools" else ():
        name, code = (row["学校名称"], row["所属区县"]), row["学校标识码"]
        if seen.setdefault(name, code) != code:
            yield file.fault("same-school", place, "学校标识码")


def wrong_totals(file: File) -> Iterator[PlantedFault]:
    place, totals = file.total or (0, {})
    for column in (head for head, said in totals.items() if said and head in SUMMED):
        if sum(number(row[column]) or 0 for row in file.rows.values()) != float(totals[column]):
            yield file.fault("control-total", place, column)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AnswerKey]:
    workspace = tmp_path_factory.mktemp("city")
    return workspace, write_city(workspace, seed="a", sizes=USUAL)


def test_the_answer_key_lists_every_fault_of_the_files_and_no_other(usual: tuple[Path, AnswerKey]) -> None:
    workspace, key = usual
    assert audit(workspace / "inbox" / CURRENT_TERM) == audited(key)


@pytest.mark.parametrize("seed", ["a", "b", "今天"])
def test_the_key_is_right_for_the_smallest_city_too(tmp_path: Path, seed: str) -> None:
    key = write_term(tmp_path, seed=seed, sizes=SMALL, term=CURRENT_TERM)
    assert audit(tmp_path) == audited(key)


def test_the_previous_term_has_no_fault_and_beside_three_data_sets_only_figures(
    usual: tuple[Path, AnswerKey],
) -> None:
    folder = usual[0] / "inbox" / PREVIOUS_TERM
    assert audit(folder) == []
    audited_files = {path for path in folder.iterdir() if is_audited(path)}
    assert {read(path).data_set for path in audited_files} == {"schools", "indicators", "results"}
    others = {path.name[:5] for path in set(folder.iterdir()) - audited_files}
    assert others == {"学校数据项", "区县数据项"}


def test_each_kind_is_planted_one_to_three_times(usual: tuple[Path, AnswerKey]) -> None:
    assert AnswerKey(tuple(audited(usual[1]))).counts() == {
        "abolished-division": 1,
        "school-code-parts": 1,
        "bad-recusal": 1,
        "conflicting-duplicate": 2,
        "control-total": 2,
        "exact-duplicate": 3,
        "malformed-code": 3,
        "missing-required": 3,
        "negative-count": 3,
        "part-over-whole": 2,
        "percent-over-100": 2,
        "same-school": 1,
        "score-over-full": 2,
        "text-in-number": 3,
        "unknown-answer": 2,
        "unknown-choice": 3,
        "unknown-district": 2,
        "unknown-file": 2,
        "unknown-school": 3,
    }


def test_every_fault_has_a_row_of_its_own_but_a_twin_that_another_fault_keeps_out(
    usual: tuple[Path, AnswerKey],
) -> None:
    rows = Counter((fault.file, fault.row) for fault in usual[1].faults)
    (twin,) = ((fault.file, fault.row) for fault in usual[1].faults if fault.kind == "same-school")
    assert rows.pop(twin) == 2
    assert set(rows.values()) == {1}


def test_the_key_lies_outside_the_inbox_and_reads_back(usual: tuple[Path, AnswerKey]) -> None:
    workspace, key = usual
    assert read_answer_key(workspace / "answer-key.json") == key
    assert not list((workspace / "inbox").rglob("*.json"))


def test_roster_faults_lie_in_schools_no_other_file_knows(usual: tuple[Path, AnswerKey]) -> None:
    workspace, key = usual
    files = [read(path) for path in (workspace / "inbox" / CURRENT_TERM).iterdir() if is_audited(path)]
    roster = next(file for file in files if file.data_set == "schools")
    bad = {
        roster.rows[f.row]["学校标识码"]
        for f in key.faults
        if f.data_set == "schools" and f.row in roster.rows
    }
    others = {
        row.get("学校标识码") for file in files if file.data_set != "schools" for row in file.rows.values()
    }
    assert len(bad) == 9
    assert not bad & others
    assert len(roster.rows) == 60 + 9


def test_a_city_loses_few_rows_and_never_a_pilot_school(usual: tuple[Path, AnswerKey]) -> None:
    workspace, key = usual
    pilots = set(load_plan(HOME / "plans", "2025-2026-2-basic").pilot_schools)
    lost = []
    for fault in key.faults:
        if fault.data_set == "indicators" and fault.column in {*COUNT_HEADINGS, *PERCENT_HEADINGS}:
            file = read(workspace / "inbox" / CURRENT_TERM / fault.file)
            lost += [file.rows[fault.row]["学校标识码"]] if fault.row in file.rows else []
    assert len(lost) == len(set(lost)) == 6
    assert not pilots & set(lost)


def test_files_are_encoded_as_offices_do(usual: tuple[Path, AnswerKey]) -> None:
    folder = usual[0] / "inbox" / CURRENT_TERM
    assert (folder / "回避登记表.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    for name in ("学业质量监测成绩.csv", "家长满意度调查.csv"):
        raw = (folder / name).read_bytes()
        assert raw.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
