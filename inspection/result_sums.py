"""Student results reduced to sums per school, stage, grade and subject, batch by batch.

Sums are integers, so batches may be added in any order, anywhere, and a withdrawn row may be taken out again.
A code for absence is counted as such and never enters a sum of scores. Student rows end here.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.data_set import SOURCE
from inspection.reading import Table, staged_frame
from inspection.source_map import Reduction, SourceMap

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
_REASONS = {"absent_count": "absent", "exempt_count": "exempt", "cheated_count": "cheated"}


def no_sums() -> pd.DataFrame:
    """Return the sum of nothing."""
    kinds = dict.fromkeys(KEY, "str") | {"grade": "int64"} | dict.fromkeys(COUNTS, "int64")
    kinds |= {"source_file": "str", "source_sheet": "str", "source_row": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kinds[name]) for name in COLUMNS})


def student_rows(table: Table) -> pd.DataFrame:
    """Return the rows of a batch with the reason why a score is missing and whether the row is set aside.

    Row for row, for reducing only: it must not be written anywhere.
    """
    frame = staged_frame(table)
    frame["score_reason"] = table.columns["score"].reasons
    frame["is_bad"] = table.is_bad
    return frame


def row_keys(rows: pd.DataFrame, source_map: SourceMap) -> npt.NDArray[np.uint64]:
    """Return 64 bits for each row's key, equal where the keys are, and 0 where a part of the key is missing.

    Unequal keys may share bits, so what looks repeated must be compared.
    """
    keys = np.zeros(len(rows), np.uint64)
    is_whole = np.ones(len(rows), bool)
    for name in source_map.key:
        codes, values = pd.factorize(rows[name])
        bits = np.append(pd.util.hash_array(np.asarray(values, object)), np.uint64(0))
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + bits[codes]
        is_whole &= codes >= 0
    return np.where(is_whole, keys | np.uint64(1), np.uint64(0))


def repeated_keys(keys: Sequence[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """Return the keys that occur more than once."""
    everything = np.sort(np.concatenate([*keys, np.zeros(0, np.uint64)]))
    is_repeated = everything[1:] == everything[:-1]
    found: npt.NDArray[np.uint64] = np.setdiff1d(everything[1:][is_repeated], [0])
    return found


def reduce(rows: pd.DataFrame, rule: Reduction) -> pd.DataFrame:
    """Return the sums of accepted student rows (as `student_rows` gives them).

    A score at the pass or good line passes; the lines are percentages of the row's own full score, compared
    as integers.
    """
    score = _centi(rows["score"])
    full = _centi(rows["full_score"])
    has_score = rows["score"].notna().to_numpy(bool)
    counted = {name: (rows["score_reason"] == reason).to_numpy("int64") for name, reason in _REASONS.items()}
    counted["entered_count"] = np.ones(len(rows), "int64")
    counted["sat_count"] = has_score.astype("int64")
    counted["pass_count"] = (has_score & (100 * score >= rule.pass_percent * full)).astype("int64")
    counted["good_count"] = (has_score & (100 * score >= rule.good_percent * full)).astype("int64")
    counted["score_sum_centi"] = score
    counted["score_square_sum"] = score * score
    frame = rows[KEY].assign(**counted, source_file=rows["source_file"], source_sheet="", source_row=0)
    return _grouped(frame.astype({"grade": "int64"}))


def add(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Add sums; associative and commutative, with `no_sums()` as nothing.

    A sum over several files bears the name of the first of them.
    """
    parts = [part for part in (left, right) if len(part)]
    return _grouped(pd.concat(parts, ignore_index=True)) if parts else no_sums()


def subtract(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Take sums out again; a group of which no row is left disappears."""
    taken = right.copy()
    taken[COUNTS] = -taken[COUNTS]
    taken["source_file"] = taken["source_file"].astype("str")
    left_over = add(left, taken)
    return left_over[left_over["entered_count"] > 0].reset_index(drop=True)


def _grouped(frame: pd.DataFrame) -> pd.DataFrame:
    how = dict.fromkeys(COUNTS, "sum") | {"source_file": "min", "source_sheet": "min", "source_row": "min"}
    return frame.groupby(KEY, as_index=False, sort=True, observed=True).agg(how)[COLUMNS]


def _centi(points: "pd.Series[float]") -> npt.NDArray[np.int64]:
    """Return hundredths of a point, 0 where there is no score."""
    hundredths: npt.NDArray[np.int64] = np.round(np.nan_to_num(points.to_numpy(float)) * 100).astype("int64")
    return hundredths
