"""The school indicator suite on 20,000 schools × 150 indicators, beside the same rules in pandera.

`python -m benchmarks.expectations [--write]`: one frame that is clean and one in which 30 % of the rows break
each rule; both sides find every failing row with its school; turns alternate, medians are printed. `--one-by-one`
adds the library's own way, an expectation for each rule.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from benchmarks.plain import expectations as plain
from inspection.check.expectation import Suite
from tasks import expectation

SCHOOLS, MEASURES, TURNS = 20_000, 50, 7
SEED = 20260522
PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab" / "expectations.md"


def frame(*, failing_share: float) -> pd.DataFrame:
    """Make the figures: for each of 50 measures a count, a part and a rate; some rows break every rule."""
    rng = np.random.default_rng(SEED)
    columns: dict[str, object] = {"school_code": [f"37990{number:05d}" for number in range(SCHOOLS)]}
    for number in range(MEASURES):
        count = rng.integers(40, 2_000, SCHOOLS).astype(float)
        part = np.floor(count * rng.uniform(0.5, 1, SCHOOLS))
        rate = np.round(100 * part / count, 2)
        bad = rng.random(SCHOOLS) < failing_share
        columns[f"count_{number:02d}"] = np.where(bad, -1 - count, count)
        columns[f"part_{number:02d}"] = np.where(bad, 20_000, part)
        columns[f"rate_{number:02d}"] = np.where(bad, 150, rate)
    return pd.DataFrame(columns)


def suite() -> Suite:
    """Make the rules: 150 given, 150 within range, 50 parts within wholes, 50 rates as counted, one roster."""
    names = [f"{{}}_{number:02d}" for number in range(MEASURES)]
    counts, parts, rates = ([name.format(kind) for name in names] for kind in ("count", "part", "rate"))
    told = {"severity": "warning", "wanted": "数值合理", "reason": "请核对后改正。"}
    between, pair = "expect_column_values_to_be_between", "expect_column_pair_values_a_to_be_greater_than_b"
    within = [{"column_A": c, "column_B": p, "column": p} for c, p in zip(counts, parts, strict=True)]
    made = [{"column_list": [r, c, p], "column": r} for r, c, p in zip(rates, counts, parts, strict=True)]
    rules = [
        {
            "id": "on-roster",
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {"column": "school_code", "value_set": {"$PARAMETER": "schools.school_code"}},
        },
        {"id": "given", "type": "expect_column_values_to_not_be_null", "columns": counts + parts + rates},
        {
            "id": "count",
            "type": between,
            "columns": counts + parts,
            "kwargs": {"min_value": 0, "max_value": 10_000},
        },
        {"id": "rate", "type": between, "columns": rates, "kwargs": {"min_value": 0, "max_value": 100}},
        {
            "id": "within",
            "type": pair,
            "each": within,
            "kwargs": {"or_equal": True, "ignore_row_if": "either_value_is_missing"},
        },
        {"id": "made", "type": "expect_rate_times_count_to_be_number", "each": made},
    ]
    return Suite.model_validate(
        {
            "data_set": "indicators",
            "title": "学期指标核对规则",
            "owner": "教育督导室",
            "expectations": [rule | told for rule in rules],
        }
    )


def ours(figures: pd.DataFrame) -> int:
    """Run the suite; return how many failing rows were extracted."""
    codes = figures["school_code"].tolist()
    report = expectation.check(figures, suite(), parameters={"schools.school_code": codes})
    assert len(report.results) == 401
    return len(report.failures)


def one_by_one(figures: pd.DataFrame) -> int:
    """Run the suite with an expectation for each rule, as the library is used by default."""
    with mock.patch.object(expectation, "_shareable", return_value=set()):
        return ours(figures)


def theirs(figures: pd.DataFrame) -> int:
    """Run the same rules in pandera; return how many failing rows were extracted."""
    return len(plain.failures(figures, MEASURES))


def seconds(work: Callable[[pd.DataFrame], int], figures: pd.DataFrame) -> tuple[float, int]:
    """Return how long the work took, and what it found."""
    started = time.perf_counter()
    found = work(figures)
    return time.perf_counter() - started, found


def compare(
    figures: pd.DataFrame, sides: dict[str, Callable[[pd.DataFrame], int]]
) -> dict[str, tuple[float, int]]:
    """Let the sides take turns; return the median seconds and the failing rows of each."""
    for work in sides.values():
        work(figures.iloc[:10])
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in sides}
    for turn in range(TURNS):
        names = list(sides) if turn % 2 else list(reversed(sides))
        for name in names:
            taken[name].append(seconds(sides[name], figures))
    found = {name: (statistics.median(t for t, _ in runs), runs[0][1]) for name, runs in taken.items()}
    assert len({count for _, count in found.values()}) == 1, found
    return found


def main(arguments: list[str]) -> None:
    """Measure both frames, print the ratios; with `--write` write the page."""
    sides = {"ours": ours, "pandera": theirs}
    if "--one-by-one" in arguments:
        sides["one by one"] = one_by_one
    lines = [
        "| Rows that break each rule | Failing rows extracted | Ours, s | pandera, s | Ratio | Goal |",
        "|---|---|---|---|---|---|",
    ]
    for share, goal in ((0.3, 1.2), (0.0, 5.0)):
        found = compare(frame(failing_share=share), sides)
        (mine, count), (other, _) = found["ours"], found["pandera"]
        lines.append(
            f"| {share:.0%} | {count:,} | {mine:.2f} | {other:.2f} | {mine / other:.2f} | ≤ {goal} |"
        )
        if "one by one" in found:
            print(f"one expectation a rule: {found['one by one'][0]:.2f} s")
    print("\n".join(lines))
    if "--write" in arguments:
        PAGE.write_text(_page(lines), encoding="utf-8")


def _page(lines: list[str]) -> str:
    return "\n".join(
        [
            "# Expectations beside pandera",
            "",
            "Made by `python -m benchmarks.expectations --write`. "
            f"{SCHOOLS:,} schools × {3 * MEASURES} indicators, 401 rules, seed {SEED}; both sides on the same frame, "
            f"every failing row extracted with its school, {TURNS} alternating turns, medians. Why it is so fast is "
            "in [decision 0006](../decisions/0006-rules-of-one-kind-share-an-expectation.md).",
            "",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    main(sys.argv[1:])
