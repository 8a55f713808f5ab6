"""Fitness tests 体质健康测试 reduced to sums per school, stage and grade, batch by batch.

Sums are integers, so batches may be added in any order, anywhere, and a withdrawn row may be taken out again.
The given total counts; where it is not given the events make it. A code for absence is counted as such and
never enters a sum. Student rows end here.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.derive.student_rows import student_rows
from inspection.errors import Fault
from inspection.ingest.data_set import SOURCE
from inspection.ingest.fault_code import fault
from inspection.ingest.fitness import FitnessStandard, event_totals
from inspection.ingest.table import HIDDEN, Table

KEY = ["school_code", "stage", "grade"]
COUNTS = [
    "entered_count",
    "absent_count",
    "exempt_count",
    "tested_count",
    "pass_count",
    "good_count",
    "score_sum_centi",
    "screened_count",
    "myopic_count",
]
COLUMNS = [*KEY, *COUNTS, *SOURCE]
TOTAL = "total_score"
_TEXTS = frozenset({"school_code", "stage", "source_file", "source_sheet"})
_KINDS = {name: "str" if name in _TEXTS else "int64" for name in COLUMNS}
# A total is rounded to one decimal from events of which each may be so rounded.
_SLACK = 0.11


def no_sums() -> pd.DataFrame:
    """Return the sum of nothing."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _KINDS.items()})


def fitness_rows(table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the rows of a batch (see `student_rows`) and every fault; rows whose total cannot be are bad too."""
    source_map = table.layout.source_map
    standard = source_map.fitness_standard
    assert standard is not None
    rows = student_rows(table, reason_of=TOTAL)
    made, given = event_totals(rows, standard), rows[TOTAL].to_numpy(float)
    is_sound = ~table.is_bad
    is_beyond = is_sound & ((given < 0) | (given > standard.most_score))
    differs = is_sound & (np.abs(given - made) > _SLACK)
    faults = list(table.faults)
    for position in np.flatnonzero(differs | is_beyond):
        spot = table.layout.spot(int(rows["source_row"].iloc[position]), TOTAL)
        kind = "over-maximum" if is_beyond[position] else "total-differs"
        wanted = (
            f"0至{standard.most_score:g}之间" if is_beyond[position] else "等于各单项得分按权重之和加附加分"
        )
        faults.append(fault(kind, spot, wanted=wanted, got=HIDDEN))
    return rows.assign(is_bad=table.is_bad | differs | is_beyond), faults


def reduce(rows: pd.DataFrame, standard: FitnessStandard) -> pd.DataFrame:
    """Return the sums of accepted student rows (as `fitness_rows` gives them), sorted by `KEY`."""
    if rows.empty:
        return no_sums()
    given = rows[TOTAL].to_numpy(float)
    total = np.where(np.isnan(given), event_totals(rows, standard), given)
    reasons = np.asarray(rows[f"{TOTAL}_reason"], object)
    is_out = np.isin(reasons.astype(str), ["absent", "exempt"])
    is_tested = ~np.isnan(total) & ~is_out
    is_myopic = rows["is_myopic"].astype(object)
    counted = {
        "entered_count": np.ones(len(rows)),
        "absent_count": reasons == "absent",
        "exempt_count": reasons == "exempt",
        "tested_count": is_tested,
        "pass_count": is_tested & (total >= standard.pass_score),
        "good_count": is_tested & (total >= standard.good_score),
        "score_sum_centi": np.round(100 * np.where(is_tested, total, 0.0)),
        "screened_count": is_myopic.notna(),
        "myopic_count": is_myopic.eq(True),
    }
    frame = pd.DataFrame({name: np.asarray(rows[name]) for name in KEY})
    frame = frame.assign(**{name: _whole(values) for name, values in counted.items()})
    frame = frame.assign(source_file=np.asarray(rows["source_file"], object), source_sheet="", source_row=0)
    return _grouped(frame.astype(_KINDS))


def add_all(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add any number of sums; a sum over several files bears the name of the first of them."""
    filled = [part for part in parts if len(part)]
    return _grouped(pd.concat(filled, ignore_index=True)) if filled else no_sums()


def subtract(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Take sums out again; a group of which no row is left disappears."""
    taken = right.copy()
    taken[COUNTS] = -taken[COUNTS]
    left_over = add_all([left, taken])
    return left_over[left_over["entered_count"] > 0].reset_index(drop=True)


def _whole(values: object) -> npt.NDArray[np.int64]:
    return np.asarray(values).astype("int64")


def _grouped(rows: pd.DataFrame) -> pd.DataFrame:
    how = dict.fromkeys(COUNTS, "sum") | {"source_file": "min", "source_sheet": "min", "source_row": "min"}
    return rows.groupby(KEY, as_index=False, sort=True).agg(how)[COLUMNS].astype(_KINDS)
