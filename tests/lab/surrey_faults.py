"""Of faults planted in the real Surrey files, how many do reading and the expectations of the example find?

`python -m tests.lab.surrey_faults` writes docs/lab/surrey-faults.md. The roster is the bureau's own, of the
clean file; a fault counts as caught when something is said that is not said of the clean file, and that names
the row or column of the fault, a totals row, or the file as a whole.
"""

import csv
import logging
import multiprocessing
import os
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inspection.check.expectation import parameters, settle
from inspection.errors import Fault
from inspection.ingest.data_set import DataSet
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import load_profile
from tasks.expectation import check, load_suites
from tasks.reading import read_data_set
from tests.lab.surrey_mutator import MUTATIONS, Planted, Table

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "england-ks2"
PAGE = ROOT / "docs" / "lab" / "surrey-faults.md"
YEARS = (2016, 2017, 2018)
SEED, TIMES = "surrey-1", 1
PROFILE = load_profile(ROOT / "examples" / "england-ks2" / "profile.yaml")
MAPS = load_source_maps(PROFILE.folders.sources)
SUITES = load_suites(PROFILE.folders.expectations)
PROCESSES = int(os.environ.get("LAB_PROCESSES", "2"))
MAPS_READ = ("schools", "indicators")


@dataclass(frozen=True)
class Outcome:
    """One planted fault: its kind and seed, whether it was caught, and by which rules."""

    kind: str
    seed: str
    is_caught: bool
    codes: tuple[str, ...]
    planted: Planted


def table_of(year: int) -> Table:
    """Return a year's table as text."""
    with (DATA / f"{year}-936-ks2.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return Table(header, rows)


def read(path: Path) -> dict[str, DataSet]:
    """Read the roster and the figures of a file."""
    return {name: read_data_set([path], MAPS[name], Bureau(PROFILE), inbox=path.parent) for name in MAPS_READ}


def checked(found: Mapping[str, DataSet], roster: DataSet | None = None) -> dict[str, DataSet]:
    """Run the expectations, against a roster, by default their own."""
    known = {**found, **({"schools": roster} if roster else {})}
    return {name: _checked(name, data_set, known) for name, data_set in found.items()}


def _checked(name: str, found: DataSet, known: Mapping[str, DataSet]) -> DataSet:
    if found.checkable.empty:
        return found
    report = check(found.checkable, SUITES[name], parameters=parameters(SUITES[name], known))
    return settle(found, report, MAPS[name])


def faults_of(found: Mapping[str, DataSet]) -> frozenset[Fault]:
    """Return everything that is said of a file."""
    return frozenset(fault for data_set in found.values() for fault in data_set.faults)


@cache
def clean(year: int) -> dict[str, DataSet]:
    """Return a year's file as it was published, read."""
    return read(DATA / f"{year}-936-ks2.csv")


def outcome(job: tuple[str, int, str]) -> Outcome:
    """Plant one fault and see what is said."""
    kind, year, seed = job
    logging.disable(logging.CRITICAL)
    table = table_of(year)
    table.other_year = table_of(YEARS[YEARS.index(year) - 1])
    planted = MUTATIONS[kind](random.Random(seed), table)
    before = {_said(fault) for fault in faults_of(clean(year))}
    totals = {place for place, row in enumerate(table.rows, start=2) if row and row[0] in {"3", "4", "5"}}

    def caught(found: Mapping[str, DataSet]) -> set[str]:
        new = {_said(fault) for fault in faults_of(found)} - before
        return {code for code, row, column in new if _names(planted, row, column, totals)}

    with tempfile.TemporaryDirectory(prefix="surrey-") as folder:
        path = Path(folder) / f"{year}-936-ks2.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows([table.header, *table.rows])
        found = read(path)
    codes = caught(found) or caught(checked(found, clean(year)["schools"]))
    return Outcome(kind, seed, bool(codes), tuple(sorted(codes)), planted)


def _said(fault: Fault) -> tuple[str, int, str]:
    return fault.code, fault.row, fault.column


def _names(planted: Planted, row: int, column: str, totals: set[int]) -> bool:
    """Whether a fault that is told leads a clerk to the planted one."""
    whole = row <= 1 and (column in planted.columns or not planted.columns or not column)
    return whole or row in planted.rows or column in planted.columns or row in totals or planted == Planted()


def outcomes(times: int, seed: str = SEED, kinds: Sequence[str] = tuple(MUTATIONS)) -> list[Outcome]:
    """Plant each kind some times in each year's file."""
    work = [
        (kind, year, f"{seed}:{kind}:{year}:{time}")
        for kind in kinds
        for year in YEARS
        for time in range(times)
    ]
    with multiprocessing.get_context("forkserver").Pool(PROCESSES) as pool:
        return pool.map(outcome, work, chunksize=1)


def table(found: Sequence[Outcome]) -> str:
    """Return kind × planted × caught as a Markdown table."""
    lines = ["| Planted | Times | Caught | Told by |", "|---|---|---|---|"]
    for kind in dict.fromkeys(item.kind for item in found):
        items = [item for item in found if item.kind == kind]
        codes = [code for item in items for code in item.codes]
        often = sorted(set(codes), key=lambda code: (-codes.count(code), code))[:6]
        lines.append(
            f"| {kind} | {len(items)} | {sum(item.is_caught for item in items)} | {' '.join(often)} |"
        )
    caught = sum(item.is_caught for item in found)
    lines.append(f"| **all** | {len(found)} | {caught} ({100 * caught / len(found):.1f} %) | |")
    return "\n".join(lines)


def main() -> None:
    """Plant the faults and write the page."""
    found = outcomes(TIMES)
    for item in found:
        if not item.is_caught:
            sys.stderr.write(
                f"missed {item.seed} {sorted(item.planted.rows)} {sorted(item.planted.columns)}\n"
            )
    published = {year: checked(clean(year)) for year in YEARS}
    refused = {year: sum(len(item.quarantined) for item in sets.values()) for year, sets in published.items()}
    told = {
        year: sorted(f"{fault.where} {fault.code}" for fault in faults_of(sets))
        for year, sets in published.items()
    }
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(_page(found, refused, told), encoding="utf-8")


def _page(found: Sequence[Outcome], refused: dict[int, int], told: dict[int, list[str]]) -> str:
    missed = [
        f"- {item.kind}: {'、'.join(sorted(item.planted.columns)) or 'rows'} (`{item.seed}`)"
        for item in found
        if not item.is_caught
    ]
    clean_lines = [
        f"| {year} | {refused[year]} | {len(told[year])} | {'; '.join(told[year])} |" for year in YEARS
    ]
    return "\n".join(
        [
            "# Faults planted in real files",
            "",
            f"Written by `python -m tests.lab.surrey_faults` (seed `{SEED}`, {TIMES} times each kind in each of the three years). "
            "The mutator (`tests/lab/surrey_mutator.py`) knows the published tables of Surrey's Key Stage 2 results and "
            "nothing of the guards. A fault is caught when reading or the expectations of `examples/england-ks2` say "
            "something that they do not say of the published file and that leads to the row or column, a totals row "
            "or the file as a whole; the expectations are asked where reading says nothing.",
            "",
            table(found),
            "",
            "## Missed",
            "",
            *(missed or ["None."]),
            "",
            "## The files as published",
            "",
            "No row of them is refused; what is told is true (Surrey's total of 2016 is one pupil off).",
            "",
            "| Year | Rows refused | Told | What |",
            "|---|---|---|---|",
            *clean_lines,
            "",
        ]
    )


if __name__ == "__main__":
    main()
