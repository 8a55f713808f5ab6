"""Scoring: a thousand perturbations of every band beside a plain NumPy script, and a whole country scored once.

`python -m benchmarks.scoring` runs both sides in processes of their own in turn (seeded), and prints medians and
ratios of the seconds from figures to shares of perturbations; `--country` adds the country, which takes minutes;
`--page` writes both to docs/lab/scoring.md.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scoring_inputs import SEED

ROOT = Path(__file__).resolve().parents[1]
SIZES = ("20000", "150", "1000")
SIDES: dict[str, tuple[str, ...]] = {
    "plain NumPy, weights only": ("benchmarks.plain.scoring", *SIZES),
    "ours, weights only": ("benchmarks.perturb_scores", *SIZES),
    "ours, weights and three policies for missing data": (
        *("benchmarks.perturb_scores", *SIZES),
        *("leave-out", "average", "lower-quarter"),
    ),
}
COUNTRY = (20_000, 470_000)


def told_by(module: str, *arguments: str) -> list[str]:
    """Run a module in a process of its own and return the words it printed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.split()


def beside_plain(repeat: int) -> list[str]:
    """Run every side once, then every side again, so that a busy machine is busy for all of them."""
    found: dict[str, list[tuple[str, float]]] = {side: [] for side in SIDES}
    for _ in range(repeat):
        for side, command in SIDES.items():
            stays, seconds = told_by(*command)
            found[side].append((stays, float(seconds)))
    plain = [seconds for _, seconds in next(iter(found.values()))]
    lines = []
    for side, runs in found.items():
        seconds = statistics.median(taken for _, taken in runs)
        ratios = sorted(taken / other for (_, taken), other in zip(runs, plain, strict=True))
        middle = seconds / statistics.median(plain)
        lines.append(
            f"| {side} | {runs[0][0]} | {seconds:.2f} | {middle:.2f} | {ratios[0]:.2f} – {ratios[-1]:.2f} |"
        )
    return lines


def country(sizes: Sequence[int], workers: int) -> list[str]:
    """Score a province and a country once."""
    lines = []
    for size in sizes:
        made, bands, seconds, per_thousand, peak = told_by(
            "benchmarks.score_country", str(size), SIZES[1], str(workers)
        )
        lines.append(
            f"| {size:,} | {int(made):,} | {int(bands):,} | {float(seconds):.0f} | {per_thousand} | {peak} |"
        )
    return lines


def page(beside: Sequence[str], once: Sequence[str], repeat: int, workers: int) -> str:
    """Return the page."""
    lines = [
        "# Scoring: what perturbations and a whole country cost",
        "",
        f"Made by `python -m benchmarks.scoring --page`; seed {SEED}. Seconds and MiB are those of one machine on",
        "one day; the ratios are what to compare.",
        "",
        f"{int(SIZES[0]):,} school-stages × {SIZES[1]} criteria × {int(SIZES[2]):,} perturbations, from figures to how",
        f"often each band stays, in turn, {repeat} times; medians. The plain script (`benchmarks/plain/scoring.py`)",
        "does the arithmetic in floating point; ours judges by the rules of a rubric and adds integers.",
        "",
        "| side | bands stay % | s | ratio | ratio of each turn |",
        "|---|---|---|---|---|",
        *beside,
    ]
    if once:
        lines += [
            "",
            f"Scored once with every line and sentence, {SIZES[1]} criteria, {workers} processes, part by part; memory is",
            "the largest process times their number, with the parent:",
            "",
            "| school-stages | lines | bands | s | processor s per 1,000 | peak MiB |",
            "|---|---|---|---|---|---|",
            *once,
        ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--country", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(COUNTRY))
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args()
    beside = beside_plain(chosen.repeat)
    print(*beside, sep="\n", flush=True)
    once = country(chosen.sizes, chosen.workers) if chosen.country else []
    text = page(beside, once, chosen.repeat, chosen.workers)
    print(text)
    if chosen.page:
        (ROOT / "docs" / "lab" / "scoring.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
