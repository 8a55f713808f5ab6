"""Five hundred bad files, each read as the office would: taken, or sent back with a list, within its limits.

`python -m tests.lab.fuzz` writes docs/lab/fuzz.md; a number behind it is that of the files. Files are read in child processes, where a crash would be seen.
"""

import logging
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspection.errors import SourceError
from inspection.ingest import reading
from inspection.ingest.data_set import DataSet, combine
from inspection.ingest.fault_code import FAULT_CODES
from tasks.ingest import PARTS, keep, staged_data_set
from tasks.reading import read_batches, read_data_set, unread
from tests.lab.fuzz_files import KINDS
from tests.tasks.roster_files import BUREAU, MAP

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "fuzz.md"
SEED, COUNT = "fuzz-1", 500
TERM = "2025-2026-2"
MOST_SECONDS, MOST_MIB = 60, 3072
_CODES = {entry.code for entry in FAULT_CODES.values()}
_NAMES = ("学校.csv", "学校.xlsx", "学校.xls", "学校.txt", "学校.html", "学校")


@dataclass(frozen=True)
class Ending:
    """What became of one file; `trouble` is what must never be."""

    kind: str
    status: str
    codes: tuple[str, ...]
    seconds: float
    mib: int
    trouble: str = ""


def jobs(count: int, seed: str = SEED) -> list[tuple[str, str]]:
    """Return kind and seed of each file: the kinds in turn."""
    kinds = list(KINDS)
    return [(kinds[number % len(kinds)], f"{seed}:{number}") for number in range(count)]


def endings(work: Sequence[tuple[str, str]], *, files_per_process: int = 1) -> list[Ending]:
    """Make and read each file; in a fresh process, its time and memory are its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.lab.fuzz"])
    with context.Pool(2, maxtasksperchild=files_per_process) as pool:
        return pool.map(ending, work, chunksize=1)


def ending(job: tuple[str, str]) -> Ending:
    """Make one file in an inbox of its own, read it, and look at what was left behind."""
    logging.disable(logging.CRITICAL)
    kind, seed = job
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ["INSPECTION_WORKSPACE"] = folder
        path = Path(folder) / "inbox" / TERM / chance.choice(_NAMES)
        path.parent.mkdir(parents=True)
        KINDS[kind](chance, path)
        began = time.monotonic()
        try:
            found = _read(kind, path)
            keep(TERM, found)
            trouble = _trouble(found, Path(folder))
            status = found.received(TERM, {})[0].status
            codes = tuple(sorted({fault.code for fault in found.faults}))
        except Exception:  # noqa: BLE001 - whatever is raised is what the lab looks for
            status, codes, trouble = "crashed", (), traceback.format_exc()
        seconds = time.monotonic() - began
    mib = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
        // 1024
    )
    if seconds > MOST_SECONDS or mib > MOST_MIB:
        trouble = trouble or f"{seconds:.0f} s, {mib} MiB"
    return Ending(kind, status, codes, seconds, mib, trouble)


def _read(kind: str, path: Path) -> DataSet:
    if kind != "changed while read":
        return read_data_set([path], MAP, BUREAU, inbox=path.parent)
    try:
        for piece in read_batches(path, MAP, inbox=path.parent):
            path.write_bytes(b"changed")
            part = reading.parse(piece, MAP, BUREAU)
    except SourceError as error:
        part = reading.refused(unread(path), MAP, error.faults)
    return combine([part], MAP)


def _trouble(found: DataSet, folder: Path) -> str:
    """Say what is wrong with an outcome: a row lost or invented, a fault without words, a file half written."""
    (file,) = found.files
    refused = found.received(TERM, {})[0].status == "refused"
    if len(found.rows) + len(found.quarantined) != file.read_count:
        return "rows are not those that were read"
    if refused and (len(found.rows) or not found.faults):
        return "refused without a reason, or with rows"
    for fault in found.faults:
        if fault.code not in _CODES or not (fault.wanted and fault.got and fault.remedy):
            return f"a fault without words: {fault}"
    left = {path.name for path in (folder / "staging" / TERM).iterdir()}
    if left != {f"schools.{part}.parquet" for part in PARTS} | {"schools.report.json"}:
        return f"left behind: {sorted(left)}"
    again = staged_data_set(TERM, "schools")
    return "" if len(again.rows) == len(found.rows) else "what was written is not what was read"


def table(found: Iterable[Ending]) -> str:
    """Return kinds against outcomes as a Markdown table."""
    lines = [
        "| Kind of file | Files | Accepted | Partly | Refused | Codes | Slowest, s | Most, MiB | Trouble |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    by_kind: dict[str, list[Ending]] = {}
    for item in found:
        by_kind.setdefault(item.kind, []).append(item)
    for kind, items in [
        *by_kind.items(),
        ("**all**", [item for group in by_kind.values() for item in group]),
    ]:
        counts = [
            sum(item.status == status for item in items)
            for status in ("accepted", "partly-accepted", "refused")
        ]
        codes = "" if kind == "**all**" else " ".join(sorted({code for item in items for code in item.codes}))
        seconds, mib = max(item.seconds for item in items), max(item.mib for item in items)
        trouble = sum(bool(item.trouble) for item in items)
        cells = [kind, len(items), *counts, codes, f"{seconds:.1f}", mib, trouble]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main(count: int = COUNT) -> None:
    """Read the files and write the page."""
    began = time.monotonic()
    found = endings(jobs(count), files_per_process=25)
    for item in found:
        if item.trouble:
            sys.stderr.write(f"{item.kind}: {item.trouble}\n")
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(
        f"# {count} bad files\n\n"
        f"Written by `python -m tests.lab.fuzz` (seed `{SEED}`). Each file is made by chance from a roster of 60 "
        "schools, put into an inbox under a name by chance, read as `tasks.reading` reads, and staged as "
        "`tasks.ingest` stages, in child processes. *Trouble* would be an exception that is no list of "
        "faults, a row lost or invented, a fault without words, a file half written, more than "
        f"{MOST_SECONDS} s or more than {MOST_MIB} MiB. Memory is the larger of the reading child and the process "
        "that starts it (which holds the libraries of a worker), up to that file: 25 files share a process. The codes are explained in "
        "[source maps](../source-maps.md#faults).\n\n"
        f"{table(found)}\n\nThe whole run took {time.monotonic() - began:.0f} s on two processors.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
