"""Student results reduced to sums per school, stage, grade and subject, batch by batch.

Sums are integers, so batches may be added in any order, anywhere, and a withdrawn row may be taken out again.
A code for absence is counted as such and never enters a sum of scores. Student rows end here.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.derive.result_students import (
    HAS_PASSED,
    HAS_SCORE,
    IS_BAD,
    IS_EXEMPT,
    RECORD,
    Places,
    Records,
)
from inspection.derive.student_rows import row_bits
from inspection.ingest.data_set import SOURCE
from inspection.ingest.source_map import Reduction, SourceMap

KEY = ["school_code", "stage", "grade", "subject"]
COUNTS = [
    "entered_count",
    "absent_count",
    "exempt_count",
    "cheated_count",
    "sat_count",
    "pass_count",
    "good_count",
    "score_sum_centi",
    "score_square_sum",
]
"""`score_sum_centi` is in hundredths of a point, `score_square_sum` in squares of them."""
COLUMNS = [*KEY, *COUNTS, *SOURCE]
_KINDS = (
    dict.fromkeys(KEY, "str")
    | {"grade": "int64"}
    | dict.fromkeys(COUNTS, "int64")
    | {"source_file": "str", "source_sheet": "str", "source_row": "int64"}
)
_REASONS = {"absent_count": "absent", "exempt_count": "exempt", "cheated_count": "cheated"}


def no_sums() -> pd.DataFrame:
    """Return the sum of nothing."""
    return pd.DataFrame({name: pd.Series(dtype=_KINDS[name]) for name in COLUMNS})


def records(rows: pd.DataFrame, source_map: SourceMap, places: Places) -> Records:
    """Return the records of student rows (as `student_rows` gives them), in their order."""
    assert source_map.reduce is not None
    made = np.zeros(len(rows), RECORD)
    made["student"], made["key"] = row_bits(rows, source_map)
    made["group"], made["subject"] = places.group_numbers(rows), places.subject_numbers(rows)
    score, is_passed = _centi(rows["score"]), _reached(rows, source_map.reduce.pass_percent)
    made["score_centi"] = score
    flags = np.where(rows["is_bad"], IS_BAD, 0) | np.where(rows["score_reason"] == "exempt", IS_EXEMPT, 0)
    flags |= np.where(rows["score"].notna(), HAS_SCORE, 0) | np.where(is_passed, HAS_PASSED, 0)
    made["flags"] = flags
    return made


def reduce(rows: pd.DataFrame, rule: Reduction) -> pd.DataFrame:
    """Return the sums of accepted student rows (as `student_rows` gives them), sorted by `KEY`.

    A score at the pass or good line passes; the lines are percentages of the row's own full score, compared
    as integers.
    """
    score = _centi(rows["score"])
    counted = {name: (rows["score_reason"] == reason).to_numpy("int64") for name, reason in _REASONS.items()}
    counted["entered_count"] = np.ones(len(rows), "int64")
    counted["sat_count"] = rows["score"].notna().to_numpy("int64")
    counted["pass_count"] = _reached(rows, rule.pass_percent).astype("int64")
    counted["good_count"] = _reached(rows, rule.good_percent).astype("int64")
    counted["score_sum_centi"] = score
    counted["score_square_sum"] = score * score
    return _grouped(rows, pd.DataFrame(counted))


def _groups(rows: pd.DataFrame) -> tuple[npt.NDArray[np.intp], pd.DataFrame]:
    """Number the groups of rows in sorted order, and name them and the first file of each."""
    joined = np.zeros(len(rows), "int64")
    uniques = []
    for name in KEY:
        codes, values = pd.factorize(rows[name], sort=True)
        # What a source map leaves empty makes a group of its own, which no roster knows.
        values = np.append(np.asarray(values), 0 if name == "grade" else "")
        joined = joined * len(values) + np.where(codes < 0, len(values) - 1, codes)
        uniques.append(values)
    group, found = pd.factorize(joined, sort=True)
    names = {}
    for name, values in zip(reversed(KEY), reversed(uniques), strict=True):
        found, place = np.divmod(found, len(values))
        names[name] = values[place]
    frame = pd.DataFrame({name: names[name] for name in KEY}).astype({"grade": "int64"})
    return group, frame.assign(
        source_file=_first_files(rows, group, len(frame)), source_sheet="", source_row=0
    )


def _first_files(rows: pd.DataFrame, group: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.object_]:
    codes, files = pd.factorize(rows["source_file"], sort=True)
    first = np.full(count, len(files))
    np.minimum.at(first, group, codes)
    found: npt.NDArray[np.object_] = np.asarray(files, object)[first]
    return found


def add(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Add sums; associative and commutative, with `no_sums()` as nothing.

    A sum over several files bears the name of the first of them.
    """
    return add_all([left, right])


def add_all(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add any number of sums at once."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return no_sums()
    joined = pd.concat(filled, ignore_index=True)
    return _grouped(joined, joined[COUNTS])


def subtract(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Take sums out again; a group of which no row is left disappears."""
    taken = right.copy()
    taken[COUNTS] = -taken[COUNTS]
    left_over = add(left, taken)
    return left_over[left_over["entered_count"] > 0].reset_index(drop=True)


def _grouped(rows: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Add up `counted`, row for row of `rows`, by `KEY`."""
    group, names = _groups(rows)
    sums = counted.groupby(group, sort=True).sum().reset_index(drop=True)
    return pd.concat([names, sums], axis=1)[COLUMNS].astype(_KINDS)


def _reached(rows: pd.DataFrame, percent: int) -> npt.NDArray[np.bool_]:
    """Tell who reached a line, compared as integers; nobody without a score did."""
    is_over = 100 * _centi(rows["score"]) >= percent * _centi(rows["full_score"])
    return np.asarray(is_over & rows["score"].notna().to_numpy(bool))


def _centi(points: "pd.Series[float]") -> npt.NDArray[np.int64]:
    """Return hundredths of a point, 0 where there is no score."""
    hundredths: npt.NDArray[np.int64] = np.round(np.nan_to_num(points.to_numpy(float)) * 100).astype("int64")
    return hundredths
