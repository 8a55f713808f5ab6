"""Physical fitness: totals follow from events by the standard's weights; only sums are kept."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.derive.fitness_sums import COLUMNS, COUNTS, add_all, fitness_rows, no_sums, reduce, subtract
from inspection.errors import Fault
from inspection.ingest.fitness import FitnessStandard, event_totals
from inspection.ingest.reading import find_layout, read_rows
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import Profile

MAP = load_source_maps(Path(__file__).resolve().parents[3] / "sources")["fitness"]
BUREAU = Bureau(
    Profile.model_validate(
        {
            "profile": "test",
            "bureau": {"name": "某市教育局", "office": "某市教育督导室", "document_code": "某教督字"},
            "districts": [{"code": "379901", "name": "某市东湖区"}],
        }
    ),
    {"schools": frozenset({"2137000001", "2137000002"})},
    bytes(range(32)),
)
HEADER = [
    "学籍号",
    "姓名",
    "学校标识码",
    "学段",
    "年级",
    "体重指数得分",
    "肺活量得分",
    "50米跑得分",
    "坐位体前屈得分",
]
HEADER += ["跳绳得分", "附加分", "总分", "是否近视"]
SOUND = ["100", "80", "90", "70", "60"]


def row(
    number: int, total: str, myopic: str = "否", events: list[str] | None = None, **more: Any
) -> list[str]:
    """Make a first-grader; by weights 15 15 20 30 20 the sound events make 78."""
    scores = SOUND if events is None else events
    school = more.get("school", "2137000001")
    return [f"G{number:07d}", "（略）", school, "小学", "1", *scores, more.get("bonus", ""), total, myopic]


@dataclass(frozen=True)
class Read:
    """Rows as they pass the guards, and what they come to."""

    rows: pd.DataFrame
    faults: list[Fault]

    @property
    def sums(self) -> pd.DataFrame:
        assert MAP.fitness_standard is not None
        return reduce(self.rows[~self.rows["is_bad"]], MAP.fitness_standard)

    @property
    def set_aside(self) -> list[int]:
        return [int(row) for row in self.rows.loc[self.rows["is_bad"], "source_row"]]


def read(*rows: list[str]) -> Read:
    """Read one batch of rows."""
    cells = pd.DataFrame([HEADER, *rows], index=range(1, len(rows) + 2), dtype="str").astype("category")
    raw = RawFile("体质.csv", "0" * 64, 1, (RawSheet("", cells, ()),))
    layout, _ = find_layout(raw, MAP, BUREAU)
    assert layout is not None
    found, faults = fitness_rows(read_rows(layout, cells))
    return Read(found, sorted(faults))


def test_students_become_sums_and_absence_is_no_score() -> None:
    none = [""] * 5
    found = read(
        row(1, "78"),
        row(2, "92", "是", none),
        row(3, "-2", "是", none),
        row(4, "免测", "", none),
        row(5, "59.9", "", none),
        row(6, "", "否"),
    )
    assert found.faults == []
    assert list(found.sums) == COLUMNS
    sums = found.sums.iloc[0].to_dict()
    assert {name: sums[name] for name in COLUMNS[3:12]} == {
        "entered_count": 6,
        "absent_count": 1,
        "exempt_count": 1,
        "tested_count": 4,
        "pass_count": 3,
        "good_count": 1,
        "score_sum_centi": 30790,
        "screened_count": 4,
        "myopic_count": 2,
    }


def test_a_total_that_its_events_refute_is_set_aside_and_not_shown() -> None:
    found = read(row(1, "78"), row(2, "83"), row(3, "80", bonus="2"), row(4, "121", events=[""] * 5))
    assert [(item.row, item.code, item.column, item.got) for item in found.faults] == [
        (3, "IN-136", "总分", "（个人信息，不显示）"),
        (5, "IN-112", "总分", "（个人信息，不显示）"),
    ]
    assert found.sums["tested_count"].tolist() == [2]
    assert found.set_aside == [3, 5]


def test_a_student_of_an_unknown_school_counts_nowhere() -> None:
    found = read(row(1, "78"), row(2, "78", school="2137000009"))
    assert [item.code for item in found.faults] == ["IN-113"]
    assert found.sums["entered_count"].sum() == 1


def test_every_weighted_event_is_a_column_and_every_grade_has_weights() -> None:
    standard = MAP.fitness_standard
    assert standard is not None
    assert {grade for item in standard.weights for grade in item.grades} == set(range(1, 13))
    assert {name for item in standard.weights for name in item.events} <= set(MAP.columns)


def test_weights_that_are_not_whole_are_refused() -> None:
    assert MAP.fitness_standard is not None
    fields = MAP.fitness_standard.model_dump()
    fields["weights"][0]["events"]["bmi_score"] = 14
    with pytest.raises(ValidationError, match="合计为100的权重"):
        FitnessStandard.model_validate(fields)


@given(st.lists(st.integers(0, 100), min_size=8, max_size=8), st.integers(1, 12))
def test_a_total_lies_between_its_worst_and_best_event(scores: list[int], grade: int) -> None:
    assert MAP.fitness_standard is not None
    names = [
        name for name in MAP.columns if name.endswith("_score") and name not in {"bonus_score", "total_score"}
    ]
    frame = pd.DataFrame(
        [dict(zip(names, map(float, scores), strict=True)) | {"grade": grade, "bonus_score": 0.0}]
    )
    total = event_totals(frame, MAP.fitness_standard)[0]
    assert min(scores) - 1e-9 <= total <= max(scores) + 1e-9


ROWS = [
    row(number, total, myopic, SOUND if total == "78" else [""] * 5, school=f"213700000{1 + number % 2}")
    for number, (total, myopic) in enumerate(
        [("78", "否"), ("92.5", "是"), ("-2", ""), ("免测", "否"), ("55", "是")] * 3
    )
]


FIFTEEN = read(*ROWS)


@settings(max_examples=25)
@given(st.lists(st.integers(0, len(ROWS)), max_size=4), st.randoms(use_true_random=False))
def test_sums_are_the_same_whatever_the_batches_and_their_order(cuts: list[int], chance: Random) -> None:
    rows, whole = FIFTEEN.rows, FIFTEEN.sums
    edges = [0, *sorted(cuts), len(ROWS)]
    assert MAP.fitness_standard is not None
    parts = [reduce(rows.iloc[first:last], MAP.fitness_standard) for first, last in pairwise(edges)]
    chance.shuffle(parts)
    assert add_all([add_all(parts[:2]), *parts[2:]]).equals(whole)


def test_what_is_added_can_be_taken_out_again() -> None:
    one, other = read(*ROWS[:6]).sums, read(*ROWS[6:]).sums
    assert subtract(add_all([one, other]), other).equals(one)
    assert subtract(one, one)[COUNTS].empty
    assert add_all([no_sums(), no_sums()]).equals(no_sums())
