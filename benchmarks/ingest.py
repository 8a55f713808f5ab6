"""Student results: reading and reducing beside a plain pandas script, and ten times the rows beside one.

`python -m benchmarks.ingest` makes the files (seeded), runs both in processes of their own in turn, and prints
medians and ratios of whole-process time, imports included; `--page` writes them to docs/lab/ingest.md.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.student_codes import SCHOOL_STUDENTS, SUBJECTS
from benchmarks.student_files import SEED, write_csv, write_parquet, write_xlsx

ROOT = Path(__file__).resolve().parents[1]
NAME = "学业质量监测成绩"
OURS, PLAIN = "benchmarks.reduce_results", "benchmarks.plain.ingest"
WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}


@dataclass(frozen=True)
class Run:
    """What one process took, and what it printed (so that both sides are seen to find the same sums)."""

    seconds: float
    peak_mib: float
    found: str


def run(module: str, path: Path, row_count: int) -> Run:
    began = time.perf_counter()
    command = [sys.executable, "-m", module, str(path), str(row_count)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = process.stdout.read().strip()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{module} ended with {process.returncode}")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024, found)


def in_turn(sides: Sequence[tuple[str, Path, int]], repeat: int) -> list[list[Run]]:
    """Run every side once, then every side again, so that a busy machine is busy for all of them."""
    found: list[list[Run]] = [[] for _ in sides]
    for _ in range(repeat):
        for place, (module, path, row_count) in enumerate(sides):
            found[place].append(run(module, path, row_count))
    return found


def middle(runs: Sequence[Run]) -> tuple[float, float]:
    return statistics.median(item.seconds for item in runs), statistics.median(item.peak_mib for item in runs)


def beside_plain(folder: Path, kind: str, row_count: int, repeat: int) -> str:
    path = made(folder, kind, row_count)
    plain, ours = in_turn([(PLAIN, path, row_count), (OURS, path, row_count)], repeat)
    assert {item.found for item in plain} == {item.found for item in ours}, (plain[0].found, ours[0].found)
    (their_seconds, their_mib), (our_seconds, our_mib) = middle(plain), middle(ours)
    ratios = sorted(our.seconds / their.seconds for our, their in zip(ours, plain, strict=True))
    return (
        f"| {kind} | {row_count:,} | {their_seconds:.2f} | {our_seconds:.2f} | {our_seconds / their_seconds:.2f} "
        f"| {ratios[0]:.2f} – {ratios[-1]:.2f} | {their_mib:.0f} | {our_mib:.0f} |"
    )


def growing(folder: Path, kind: str, row_count: int, repeat: int) -> str:
    sides = [(OURS, made(folder, kind, count), count) for count in (row_count, 10 * row_count)]
    (few_seconds, few_mib), (many_seconds, many_mib) = (middle(runs) for runs in in_turn(sides, repeat))
    return (
        f"| {kind} | {row_count:,} → {10 * row_count:,} | {few_seconds:.2f} | {many_seconds:.2f} "
        f"| {many_seconds / few_seconds:.2f} | {few_mib:.0f} | {many_mib:.0f} | {many_mib / few_mib:.2f} |"
    )


def made(folder: Path, kind: str, row_count: int) -> Path:
    path = folder / str(row_count) / f"{NAME}.{kind}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[kind](path, row_count)
    return path


def page(plain_lines: Sequence[str], growth_lines: Sequence[str], repeat: int) -> str:
    return "\n".join(
        [
            "# Student results: what reading and reducing costs",
            "",
            "Made by `python -m benchmarks.ingest --page`. Whole processes, imports included; the two sides ran in",
            f"turn, {repeat} times; medians. Both found the same sums. Files: {SCHOOL_STUDENTS} students",
            f"a school, {len(SUBJECTS)} subjects, seed {SEED}. Seconds and MiB are those of one machine",
            "on one day; the ratios are what to compare. The plain script (`benchmarks/plain/ingest.py`) makes the",
            "same sums with pandas and checks nothing; memory is the peak of the largest process of a side.",
            "",
            "| file | rows | plain s | ours s | ratio | ratio of each turn | plain MiB | ours MiB |",
            "|---|---|---|---|---|---|---|---|",
            *plain_lines,
            "",
            "Ten times the rows, with ten times the schools:",
            "",
            "| file | rows | s | s, ten times | ratio | MiB | MiB, ten times | ratio |",
            "|---|---|---|---|---|---|---|---|",
            *growth_lines,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="*", default=["csv", "parquet"], help="kinds for ten times the rows")
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.folder or Path(temporary)).resolve()
        beside = [
            beside_plain(folder, "csv", chosen.rows, chosen.repeat),
            beside_plain(folder, "xlsx", chosen.rows // 10, chosen.repeat),
        ]
        print(*beside, sep="\n", flush=True)
        growth = [growing(folder, kind, chosen.rows, max(1, chosen.repeat // 4)) for kind in chosen.kinds]
    text = page(beside, growth, chosen.repeat)
    print(text)
    if chosen.page:
        (ROOT / "docs" / "lab").mkdir(exist_ok=True)
        (ROOT / "docs" / "lab" / "ingest.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
