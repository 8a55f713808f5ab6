"""Results student by student: who passed every subject, entry against exit; the same sums however rows lie."""

from collections import defaultdict
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.derive.result_students import (
    GROUP,
    PAIR_COUNTS,
    STUDENT_COUNTS,
    Places,
    Records,
    pair_frame,
    pair_sums,
    repeated_keys,
    student_frame,
    student_sums,
    students_with,
    without_students,
)
from inspection.derive.result_sums import records
from inspection.ingest.source_map import SourceMap

MAP = SourceMap.model_validate(
    {
        "data_set": "results",
        "title": "成绩",
        "files": ["*.csv"],
        "key": ["student_id", "subject"],
        "reduce": {"pass_percent": 60, "good_percent": 80},
        "columns": {"student_id": {"headings": ["学籍号"]}, "subject": {"headings": ["学科"]}},
    }
)
Result = tuple[str, str, float | str]
"""Student, subject, score or the reason why there is none; `bad` for a row that was set aside."""


def rows(*results: Result, school: str = "1001") -> pd.DataFrame:
    """Return student rows as reading gives them."""
    frame = pd.DataFrame(results, columns=["student_id", "subject", "said"]).astype(object)
    is_text = np.array([isinstance(said, str) for said in frame["said"]], bool)
    return frame.assign(
        school_code=school,
        stage="primary",
        grade=5.0,
        score=frame["said"].where(~is_text).astype(float),
        score_reason=frame["said"].where(is_text, ""),
        full_score=100.0,
        is_bad=frame["said"] == "bad",
    )


def sums_of(*batches: pd.DataFrame) -> list[list[int]]:
    """Return the student sums of one group."""
    places = Places()
    made = np.concatenate([records(batch, MAP, places) for batch in batches])
    return student_frame(student_sums(made, len(places.groups)), places)[STUDENT_COUNTS].to_numpy().tolist()


def test_a_student_passes_all_subjects_only_with_every_one() -> None:
    passed, failed = ("a", "语文", 60.0), ("b", "语文", 90.0)
    assert sums_of(rows(passed, ("a", "数学", 75), failed, ("b", "数学", 59.5))) == [[2, 2, 1]]


def test_an_exemption_is_no_failure_and_an_absence_is_no_score() -> None:
    exempt, absent = (
        [("a", "语文", 80.0), ("a", "体育", "exempt")],
        [("b", "语文", 80.0), ("b", "数学", "absent")],
    )
    assert sums_of(rows(*exempt)) == [[1, 1, 1]]
    assert sums_of(rows(*absent)) == [[1, 0, 0]]
    assert sums_of(rows(("c", "体育", "exempt"))) == []


def test_a_student_with_a_row_set_aside_has_neither_sat_nor_passed_everything() -> None:
    assert sums_of(rows(("a", "语文", 80), ("a", "数学", "bad"), ("b", "语文", 80))) == [[2, 1, 1]]


def test_a_student_who_changed_school_is_one_student_in_each() -> None:
    assert sums_of(rows(("a", "语文", 80)), rows(("a", "数学", 50), school="1002")) == [[1, 1, 1], [1, 1, 0]]


def test_students_with_a_repeated_key_are_known_and_can_be_left_out() -> None:
    places = Places()
    made = records(
        rows(("a", "语文", 80), ("a", "数学", 80), ("a", "语文", 81), ("b", "语文", 80)), MAP, places
    )
    twice = students_with(made, repeated_keys(made))
    assert twice.tolist() == [made["student"][0]]
    assert without_students(made, twice)["student"].tolist() == [made["student"][3]]
    blank = records(rows((None, "语文", 80), (None, "语文", 80)), MAP, places)  # type: ignore[arg-type]
    assert repeated_keys(blank).tolist() == []


RESULTS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["语文", "数学", "英语"])),
    st.one_of(
        st.integers(0, 200).map(lambda half: half / 2), st.sampled_from(["absent", "exempt", "cheated"])
    ),
    max_size=18,
)


@settings(max_examples=40, deadline=None)
@given(RESULTS, st.integers(0, 10**6), st.integers(1, 5))
def test_any_split_into_batches_and_any_order_give_the_sums_of_the_definition(
    results: dict[tuple[str, str], float | str], seed: int, batch_count: int
) -> None:
    listed = [(*key, said) for key, said in results.items()]
    Random(seed).shuffle(listed)
    batches = [listed[number::batch_count] for number in range(batch_count)]
    by_student: dict[str, list[float | str]] = defaultdict(list)
    for student, _, said in listed:
        if said != "exempt":
            by_student[student].append(said)
    sat = [all(isinstance(said, float) for said in found) for found in by_student.values()]
    passed = [all(isinstance(said, float) and said >= 60 for said in found) for found in by_student.values()]
    wanted = [[len(by_student), sum(sat), sum(passed)]] if by_student else []
    assert sums_of(*(rows(*batch) for batch in batches if batch)) == wanted if listed else True


@settings(max_examples=40, deadline=None)
@given(RESULTS, RESULTS, st.integers(2, 4))
def test_pairs_are_those_of_the_definition_whatever_the_partition(
    before: dict[tuple[str, str], float | str], after: dict[tuple[str, str], float | str], count: int
) -> None:
    places = Places()
    entry, leaving = (
        records(rows(*((*key, said) for key, said in found.items())), MAP, places) if found else _nothing()
        for found in (before, after)
    )
    sums = sum(
        pair_sums(
            entry[entry["student"] % count == part], leaving[leaving["student"] % count == part], places
        )
        for part in range(count)
    )
    wanted = []
    for subject in sorted({subject for _, subject in after}):
        pairs = [
            (int(before[key] * 100), int(said * 100))
            for key, said in after.items()
            if key[1] == subject and isinstance(said, float) and isinstance(before.get(key), float)
        ]
        if pairs:
            squares = [
                sum(x * x for x, _ in pairs),
                sum(y * y for _, y in pairs),
                sum(x * y for x, y in pairs),
            ]
            totals = [sum(x for x, _ in pairs), sum(y for _, y in pairs)]
            wanted.append(["1001", "primary", 5, subject, len(pairs), *totals, *squares])
    found = pair_frame(np.asarray(sums), places) if len(places.groups) else pd.DataFrame(columns=PAIR_COUNTS)
    assert found.to_numpy().tolist() == wanted
    assert list(found.columns)[: len(GROUP)] == GROUP if wanted else True


def _nothing() -> Records:
    return records(rows(("x", "语文", 1.0)), MAP, Places())[:0]
