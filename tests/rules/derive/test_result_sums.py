"""Student results reduced to sums: associative, and a code for absence never enters a sum."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.derive.result_sums import (
    COLUMNS,
    COUNTS,
    KEY,
    add,
    no_sums,
    reduce,
    subtract,
)
from inspection.derive.student_rows import row_bits
from inspection.ingest.source_map import Reduction, SourceMap

RULE = Reduction(pass_percent=60, good_percent=80)
MAP = SourceMap.model_validate(
    {
        "data_set": "results",
        "title": "成绩",
        "files": ["*.csv"],
        "key": ["student_id", "subject"],
        "reduce": {},
        "columns": {"student_id": {"headings": ["学籍号"]}, "subject": {"headings": ["学科"]}},
    }
)


def rows(*scores: float | str, full: float = 100, school: str = "1001") -> pd.DataFrame:
    """Return student rows; a text is the reason why there is no score."""
    return pd.DataFrame(
        {
            "school_code": school,
            "stage": "primary",
            "grade": 5.0,
            "subject": "语文",
            "score": [np.nan if isinstance(score, str) else float(score) for score in scores],
            "score_reason": [score if isinstance(score, str) else "" for score in scores],
            "full_score": float(full),
            "source_file": "成绩.csv",
            "source_sheet": "",
            "source_row": 2,
        }
    )


def figures(sums: pd.DataFrame) -> dict[str, int]:
    """Return the figures of the only group."""
    assert len(sums) == 1
    return {name: int(sums[name].iloc[0]) for name in COUNTS}


def test_scores_and_absences_are_counted_apart() -> None:
    assert figures(reduce(rows(60, 59.5, 80, 100, "absent", "exempt", "cheated"), RULE)) == {
        "entered_count": 7,
        "absent_count": 1,
        "exempt_count": 1,
        "cheated_count": 1,
        "sat_count": 4,
        "pass_count": 3,
        "good_count": 2,
        "score_sum_centi": 29950,
        "score_square_sum": 6000**2 + 5950**2 + 8000**2 + 10000**2,
    }


def test_the_lines_are_shares_of_the_full_score() -> None:
    found = figures(reduce(rows(72, 71.5, 96, 95.5, full=120), RULE))
    assert (found["pass_count"], found["good_count"]) == (3, 1)


def test_a_score_of_nothing_is_a_score_and_an_absence_is_none() -> None:
    found = figures(reduce(rows(0, "absent"), RULE))
    assert (found["sat_count"], found["score_sum_centi"], found["entered_count"]) == (1, 0, 2)


def test_groups_are_sorted_and_have_the_columns_of_the_staged_frame() -> None:
    sums = add(reduce(rows(1, school="1002"), RULE), reduce(rows(1, school="1001"), RULE))
    assert list(sums.columns) == COLUMNS
    assert sums["school_code"].tolist() == ["1001", "1002"]
    assert add(no_sums(), sums).equals(sums)


SCORES = st.lists(
    st.tuples(st.sampled_from(["1001", "1002"]), st.one_of(st.integers(0, 200), st.just("absent"))),
    max_size=12,
)


def reduced(scores: list[tuple[str, int | str]]) -> pd.DataFrame:
    """Reduce scores given with their school."""
    parts = [rows(score / 2 if isinstance(score, int) else score, school=school) for school, score in scores]
    return reduce(pd.concat(parts), RULE) if parts else no_sums()


@settings(max_examples=20, deadline=None)
@given(SCORES, SCORES, SCORES)
def test_batches_may_be_added_in_any_order(
    one: list[tuple[str, int | str]], two: list[tuple[str, int | str]], three: list[tuple[str, int | str]]
) -> None:
    whole = reduced(one + two + three)
    left = add(add(reduced(one), reduced(two)), reduced(three))
    right = add(reduced(three), add(reduced(two), reduced(one)))
    for sums in (left, right):
        assert sums[[*KEY, *COUNTS]].to_numpy().tolist() == whole[[*KEY, *COUNTS]].to_numpy().tolist()


@settings(max_examples=20, deadline=None)
@given(SCORES, SCORES)
def test_a_withdrawn_batch_leaves_no_trace(
    kept: list[tuple[str, int | str]], withdrawn: list[tuple[str, int | str]]
) -> None:
    found = subtract(add(reduced(kept), reduced(withdrawn)), reduced(withdrawn))
    assert found[[*KEY, *COUNTS]].to_numpy().tolist() == reduced(kept)[[*KEY, *COUNTS]].to_numpy().tolist()


def test_the_bits_of_equal_keys_are_equal_across_batches_and_blank_keys_have_none() -> None:
    first = pd.DataFrame({"student_id": ["a", "b", None, None], "subject": ["语文", "语文", "语文", "语文"]})
    second = pd.DataFrame({"student_id": ["c", "a", "a"], "subject": ["语文", "数学", "语文"]})
    (students, keys), (others, other_keys) = row_bits(first, MAP), row_bits(second, MAP)
    assert (students[0], keys[0]) == (others[1], other_keys[2])
    assert keys[2:].tolist() == [0, 0]
    assert len({*keys[:2], *other_keys}) == 4


def test_what_a_map_leaves_empty_is_a_group_and_not_lost() -> None:
    blank = rows(70, 80).assign(stage=[None, "primary"], grade=[np.nan, 5.0])
    found = reduce(blank, RULE)
    assert found[["stage", "grade", "entered_count"]].to_numpy().tolist() == [["primary", 5, 1], ["", 0, 1]]


def test_minus_two_never_pulls_the_mean_down() -> None:
    naive = np.mean([80, -2, 90])
    found = figures(reduce(rows(80, "absent", 90), RULE))
    assert found["score_sum_centi"] / found["sat_count"] / 100 == 85 != naive
