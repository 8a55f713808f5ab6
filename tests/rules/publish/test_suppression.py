"""Small counts of persons stay unknown, also to a reader who adds and subtracts."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.publish.suppression import TOTAL, Cell, CountTable, suppressed

COLUMNS = ("小学", "初中")


def cells(*rows: tuple[str, int, int]) -> dict[Cell, int]:
    return {
        (name, stage): count for name, *counts in rows for stage, count in zip(COLUMNS, counts, strict=True)
    }


def table(*rows: tuple[str, int, int], minimum: int = 10) -> CountTable:
    return suppressed(cells(*rows), rows=tuple(name for name, *_ in rows), columns=COLUMNS, minimum=minimum)


def test_counts_of_ten_and_more_are_published_with_their_totals() -> None:
    shown = table(("东港区", 120, 80), ("岚山区", 60, 10))
    assert shown.counts == {
        ("东港区", "小学"): 120,
        ("东港区", "初中"): 80,
        ("东港区", TOTAL): 200,
        ("岚山区", "小学"): 60,
        ("岚山区", "初中"): 10,
        ("岚山区", TOTAL): 70,
        (TOTAL, "小学"): 180,
        (TOTAL, "初中"): 90,
        (TOTAL, TOTAL): 270,
    }
    assert shown.withheld_count == 0


def test_a_small_count_takes_the_cells_with_it_that_would_give_it_away() -> None:
    shown = table(("东港区", 120, 80), ("岚山区", 60, 9), ("五莲县", 40, 30))
    withheld = {cell for cell, count in shown.counts.items() if count is None}
    assert withheld == {("岚山区", "初中"), ("岚山区", "小学"), ("五莲县", "初中"), ("五莲县", "小学")}
    assert shown.count(TOTAL, TOTAL) == 339


def test_zero_tells_nothing_about_anyone_and_is_published() -> None:
    assert table(("东港区", 120, 0), ("岚山区", 60, 11)).count("东港区", "初中") == 0


def test_a_small_total_is_withheld_too() -> None:
    assert table(("东港区", 3, 0), ("岚山区", 60, 11)).count("东港区", TOTAL) is None


def is_determined(shown: CountTable, cell: Cell) -> bool:
    """Solve the table's sums: does every solution give this withheld cell one value?"""
    unknown = sorted(name for name, count in shown.counts.items() if count is None)
    lines = [[(row, column) for column in shown.columns] for row in shown.rows]
    lines += [[(row, column) for row in shown.rows] for column in shown.columns]
    equations = [
        [Fraction((-1 if line[-1] == name else 1) if name in line else 0) for name in unknown]
        for line in lines
    ]
    place = unknown.index(cell)
    return rank(equations) == rank([*equations, [Fraction(index == place) for index in range(len(unknown))]])


def rank(rows: list[list[Fraction]]) -> int:
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for index, row in enumerate(rows):
            if index != found and row[column]:
                factor = row[column] / pivot[column]
                rows[index] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        found += 1
    return found


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(*[st.sampled_from([0, 1, 4, 9, 10, 11, 25, 300])] * 3), min_size=1, max_size=5),
)
def test_no_withheld_count_follows_from_the_published_ones(counts: list[tuple[int, int, int]]) -> None:
    rows = tuple(f"d{index}" for index in range(len(counts)))
    columns = ("小学", "初中", "高中")
    given_counts = {
        (row, column): count
        for row, line in zip(rows, counts, strict=True)
        for column, count in zip(columns, line, strict=True)
    }
    shown = suppressed(given_counts, rows=rows, columns=columns, minimum=10)
    for cell, count in shown.counts.items():
        if count is None:
            assert not is_determined(shown, cell)
        else:
            assert count == 0 or count >= 10


@given(st.permutations([("东港区", 120, 80), ("岚山区", 60, 9), ("五莲县", 40, 30)]))
def test_the_order_of_districts_changes_nothing(rows: list[tuple[str, int, int]]) -> None:
    assert table(*rows).counts == table(*sorted(rows)).counts


@pytest.mark.parametrize("minimum", [1, 5])
def test_the_bureau_sets_how_small_is_small(minimum: int) -> None:
    assert table(("东港区", 120, 80), ("岚山区", 60, 9), minimum=minimum).withheld_count == 0
