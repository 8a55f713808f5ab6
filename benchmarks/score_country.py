"""Many school-stages scored once, part by part, on so many processes: lines with their sentences, totals, bands.

`python -m benchmarks.score_country SCHOOL_STAGES CRITERIA WORKERS` prints how many lines were made, the seconds,
the seconds of processor time per thousand school-stages, and the peak memory in MiB of all processes together.
"""

import multiprocessing
import resource
import sys
import time
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.perturb_scores import rubric
from benchmarks.scoring_inputs import figures
from inspection.derive.indicator import COLUMNS, IndicatorCatalogue
from inspection.score.evidence import Evidence
from inspection.score.rubric import Rubric
from inspection.score.scoring import score

PART = 2_500


@cache
def catalogue(criterion_count: int) -> IndicatorCatalogue:
    """Return the indicators that the rubric reads."""
    indicators = [
        {
            "id": f"figure_{place:03d}",
            "title": f"第{place + 1}项",
            "unit": "%",
            "data_set": "d",
            "formula": {"kind": "column", "column": f"figure_{place:03d}"},
        }
        for place in range(criterion_count)
    ]
    return IndicatorCatalogue.model_validate(
        {"catalogue": "benchmark", "title": "基准", "indicators": indicators}
    )


@cache
def _rubric(criterion_count: int) -> Rubric:
    return rubric(criterion_count)


@cache
def _values(row_count: int, criterion_count: int) -> np.ndarray:
    return figures(row_count, criterion_count)


def evidence(first: int, count: int, criterion_count: int) -> Evidence:
    """Return the evidence of the school-stages from `first` on; every part has the same figures."""
    codes = [f"{number:010d}" for number in range(first, first + count)]
    schools = pd.DataFrame({"school_code": codes, "stages": "primary", "school_type": "primary-school"})
    values = _values(count, criterion_count).ravel()
    names = [f"figure_{place:03d}" for place in range(criterion_count)]
    long = {
        "school_code": np.repeat(codes, criterion_count),
        "stage": "primary",
        "indicator_id": np.tile(names, count),
        "value": values,
        "numerator": np.nan,
        "denominator": np.nan,
        "missing_reason": np.where(np.isnan(values), "not-reported", ""),
        "data_set": "d",
    }
    return Evidence(catalogue(criterion_count), schools, pd.DataFrame(long, columns=COLUMNS))


def part(told: tuple[int, int, int]) -> tuple[int, int, float]:
    """Score one part; return its lines, its school-stages with a band, and the processor seconds of scoring."""
    found = evidence(*told)
    began = time.process_time()
    scored = score(_rubric(told[2]), found, minimum_coverage_rate=60)
    seconds = time.process_time() - began
    return len(scored.lines), int((scored.totals["band"] != "not-established").sum()), seconds


def main(row_count: int, criterion_count: int, workers: int) -> None:
    """Measure and print."""
    parts = [(first, min(PART, row_count - first), criterion_count) for first in range(0, row_count, PART)]
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        found = list(pool.imap_unordered(part, parts))
    seconds = time.perf_counter() - began
    lines, bands, spent = (sum(column) for column in zip(*found, strict=True))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * workers
    peak = (children + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
    print(f"{lines} {bands} {seconds:.1f} {1000 * spent / row_count:.3f} {peak:.0f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
