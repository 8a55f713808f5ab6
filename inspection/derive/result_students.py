"""Student results seen student by student: who passed every subject, and entry against exit scores.

A student's rows may lie anywhere in the files, so every row becomes a small record that is sorted by student
into partitions; each function here takes one partition, which holds every row of its students. What they give
are integers that may be added in any order. Records bear no name and no id, only 64 bits of a keyed pseudonym;
where they wait for their partition is a task's business.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

RECORD = np.dtype(
    [
        ("student", "<u8"),
        ("key", "<u8"),
        ("group", "<i4"),
        ("subject", "<i4"),
        ("score_centi", "<i4"),
        ("flags", "u1"),
    ]
)
"""One row: bits of its student and of its whole key, its school-stage-grade and subject (as `Places` numbers
them, -1 where unknown), its score in hundredths of a point."""
IS_BAD, IS_EXEMPT, HAS_SCORE, HAS_PASSED = 1, 2, 4, 8

GROUP = ["school_code", "stage", "grade"]
STUDENT_COUNTS = ["student_count", "all_sat_count", "all_pass_count"]
"""Students with a subject they were not exempt from; of these, who has a score in each; who passed each."""
PAIR_COUNTS = [
    "pair_count",
    "entry_sum_centi",
    "exit_sum_centi",
    "entry_square_sum",
    "exit_square_sum",
    "product_sum",
]
"""Sums over the students with an entry and an exit score, in hundredths of a point and products of them."""

_NO_SPREAD = 1e-9
Records = np.ndarray[tuple[int], np.dtype[np.void]]
Bits = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]


@dataclass
class Places:
    """Numbers for the school-stage-grades and subjects met so far."""

    groups: dict[tuple[str, str, int], int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)

    def group_numbers(self, rows: pd.DataFrame) -> npt.NDArray[np.int32]:
        """Return the number of each row's school, stage and grade; -1 where one of them is missing."""
        codes, uniques = zip(*(pd.factorize(rows[name]) for name in GROUP), strict=True)
        is_whole = (codes[0] >= 0) & (codes[1] >= 0) & (codes[2] >= 0)
        joined = (codes[0] * len(uniques[1]) + codes[1]) * len(uniques[2]) + codes[2]
        inner, values = pd.factorize(np.where(is_whole, joined, -1))
        numbers = [self._group(int(value), uniques) for value in values]
        return _taken(numbers, inner)

    def _group(self, joined: int, uniques: tuple[pd.Index, ...]) -> int:
        if joined < 0:
            return -1
        rest, grade = divmod(joined, len(uniques[2]))
        school, stage = divmod(rest, len(uniques[1]))
        place = (str(uniques[0][school]), str(uniques[1][stage]), int(uniques[2][grade]))
        return self.groups.setdefault(place, len(self.groups))

    def subject_numbers(self, rows: pd.DataFrame) -> npt.NDArray[np.int32]:
        """Return the number of each row's subject, -1 where it is missing."""
        codes, values = pd.factorize(rows["subject"])
        numbers = [self.subjects.setdefault(str(value), len(self.subjects)) for value in values]
        return _taken([*numbers, -1], codes)


def _taken(numbers: list[int], positions: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
    found: npt.NDArray[np.int32] = np.array(numbers, "int32")[positions]
    return found


def repeated_keys(records: Records) -> Bits:
    """Return the keys that occur more than once in a partition; 0 is the key of rows without one."""
    ordered = np.sort(records["key"])
    found: Bits = np.setdiff1d(ordered[1:][ordered[1:] == ordered[:-1]], np.zeros(1, np.uint64))
    return found


def students_with(records: Records, keys: Bits) -> Bits:
    """Return the students who have a row with one of these keys."""
    found: Bits = np.unique(records["student"][np.isin(records["key"], keys)])
    return found


def without_students(records: Records, students: Bits) -> Records:
    """Return the records of everybody else."""
    return records[~np.isin(records["student"], students)] if len(students) else records


def student_sums(records: Records, group_count: int) -> Whole:
    """Return `STUDENT_COUNTS` for each group (one row a group) of the students of one partition.

    A student with a row that was set aside is counted, but neither as having sat all subjects nor as having
    passed them: what the row would have said is not known.
    """
    sums = np.zeros((group_count, len(STUDENT_COUNTS)), "int64")
    bad = np.unique(records["student"][records["flags"] & IS_BAD > 0])
    counted = records[(records["flags"] & (IS_BAD | IS_EXEMPT) == 0) & (records["group"] >= 0)]
    if not len(counted):
        return sums
    counted = counted[np.lexsort((counted["group"], counted["student"]))]
    is_first = np.ones(len(counted), bool)
    is_first[1:] = (counted["student"][1:] != counted["student"][:-1]) | (
        counted["group"][1:] != counted["group"][:-1]
    )
    starts = np.flatnonzero(is_first)
    flags = np.bitwise_and.reduceat(counted["flags"], starts)
    is_known = ~np.isin(counted["student"][starts], bad)
    group = counted["group"][starts]
    for place, is_counted in enumerate(
        (np.ones(len(starts), bool), is_known & (flags & HAS_SCORE > 0), is_known & (flags & HAS_PASSED > 0))
    ):
        sums[:, place] = np.bincount(group[is_counted], minlength=group_count)
    return sums


def student_frame(sums: Whole, places: Places) -> pd.DataFrame:
    """Return student sums with the names of their groups, sorted; groups without a student are left out."""
    frame = pd.DataFrame(list(places.groups), columns=GROUP)
    frame = frame.astype({"school_code": "str", "stage": "str", "grade": "int64"})
    frame[STUDENT_COUNTS] = sums
    return frame[frame["student_count"] > 0].sort_values(GROUP).reset_index(drop=True)


def pair_sums(entry: Records, leaving: Records, places: Places) -> Whole:
    """Return `PAIR_COUNTS` of one partition for each group and subject of the exit (group by group).

    Entry and exit belong together by student and subject. A score that is missing, set aside or under a key
    that occurs twice makes no pair.
    """
    size = len(places.groups) * len(places.subjects)
    before, after = _usable(entry), _usable(leaving)
    _, first, second = np.intersect1d(before["key"], after["key"], assume_unique=True, return_indices=True)
    before, after = before[first], after[second]
    is_pair = (before["student"] == after["student"]) & (before["subject"] == after["subject"])
    before, after = before[is_pair], after[is_pair]
    cell = after["group"].astype("int64") * len(places.subjects) + after["subject"]
    old, new = before["score_centi"].astype("int64"), after["score_centi"].astype("int64")
    parts = pd.DataFrame(
        dict(zip(PAIR_COUNTS, (np.ones_like(old), old, new, old * old, new * new, old * new), strict=True))
    )
    sums = np.zeros((size, len(PAIR_COUNTS)), "int64")
    grouped = parts.groupby(cell, sort=True).sum()
    sums[grouped.index.to_numpy()] = grouped.to_numpy()
    return sums


def _usable(records: Records) -> Records:
    sound = records[~np.isin(records["key"], repeated_keys(records))]
    is_there = (sound["flags"] & (IS_BAD | HAS_SCORE) == HAS_SCORE) & (sound["key"] != 0)
    found: Records = sound[is_there & (sound["group"] >= 0) & (sound["subject"] >= 0)]
    return found


def pair_frame(sums: Whole, places: Places) -> pd.DataFrame:
    """Return pair sums with the names of their groups and subjects, sorted; those without a pair left out."""
    rows = [(*group, subject) for group in places.groups for subject in places.subjects]
    frame = pd.DataFrame(rows, columns=[*GROUP, "subject"])
    frame = frame.astype({"school_code": "str", "stage": "str", "grade": "int64", "subject": "str"})
    frame[PAIR_COUNTS] = sums
    return frame[frame["pair_count"] > 0].sort_values([*GROUP, "subject"]).reset_index(drop=True)


def standardised_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return pair sums with mean `entry` and `exit` of each row, in standard deviations of all pupils.

    All pupils are those of the bureau in a stage, grade and subject, so that papers of unlike difficulty stand
    side by side; where all have one score there is no deviation, and the mean is 0.
    """
    by = pairs.groupby(["stage", "grade", "subject"])
    totals = {name: by[name].transform("sum").to_numpy(float) for name in PAIR_COUNTS}
    made = pairs.copy()
    for name in ("entry", "exit"):
        mean = totals[f"{name}_sum_centi"] / totals["pair_count"]
        spread = np.sqrt(np.maximum(totals[f"{name}_square_sum"] / totals["pair_count"] - mean**2, 0))
        own = made[f"{name}_sum_centi"].to_numpy(float) / made["pair_count"].to_numpy(float)
        made[name] = np.where(spread > _NO_SPREAD, (own - mean) / np.where(spread > 0, spread, 1), 0.0)
    return made
