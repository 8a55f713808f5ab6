"""Correction workbooks: written for what was refused or set aside, and read when they come back.

Here: where originals are kept, the child process that marks them, the record by which a returned workbook is
known. What is marked and what is taken back is decided in `inspection.collect.correction`.
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from pydantic import TypeAdapter

from inspection.canonical import digest_bytes
from inspection.collect.correction import (
    SUMMARY_HEADINGS,
    Correction,
    DueDay,
    Mended,
    correction_number,
    correction_of,
    data_sheets,
    is_student_level,
    lay_over,
)
from inspection.collect.fault_list import fault_csv
from inspection.collect.mark import HeaderMarks, header_marks
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import DataSet
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.reading import find_layout
from inspection.ingest.sheet import RawFile
from inspection.ingest.source_map import SourceMap
from inspection.ingest.submission import Received
from inspection.ingest.table import Bureau, Layout
from inspection.store import standing
from inspection.store.access import unit_of
from inspection.store.correction_tables import Extension
from inspection.store.engine import has_table, reading
from tasks.reading import LIMITS, read_file
from tasks.settings import profile, settings
from tasks.workspace import corrections, inbox, originals, staged, write_whole

_CHILD = Path(__file__).with_name("marking.py")
_AT_ONCE = 4
_MOST_TURNS = 50
_RETURNABLE = frozenset({"refused", "partly-accepted"})
_READER = TypeAdapter(Correction)


def give_back(
    term_id: str,
    found: DataSet,
    source_map: SourceMap,
    *,
    severities: Mapping[str, str],
    due_on: date | None,
) -> None:
    """Write what goes back to whoever handed a data set in: a list of its faults, and correction workbooks.

    Nothing wrong, no list. A data set that is refused whole is given back like any other.

    Raises:
        SourceError: an original is no longer the file that was read.
    """
    put_off = _put_off(term_id, found.data_set)
    write_corrections(found.received(term_id, severities), found, source_map, due_on=due_on, put_off=put_off)
    path = corrections(term_id) / f"{found.data_set}-问题清单.csv"
    if found.faults:
        write_whole(path, fault_csv(found.faults, severities))
    else:
        path.unlink(missing_ok=True)


def write_corrections(
    received: Sequence[Received],
    found: DataSet,
    source_map: SourceMap,
    *,
    due_on: date | None,
    put_off: Mapping[str, date] = MappingProxyType({}),
) -> list[Correction]:
    """Write a correction workbook for each file of a data set that has rows to mend; the same again is left alone.

    `put_off` are the later days that units have been granted, by unit.

    Raises:
        SourceError: an original is no longer the file that was read.
    """
    names = {district.name: district.code for district in profile().districts}
    mendable = [item for item in received if item.status in _RETURNABLE and item.content_digest]

    def write(item: Received) -> Correction:
        unit = unit_of(item.file_name)
        later = put_off.get(names.get(unit, unit))
        is_later = later is not None and (due_on is None or later > due_on)
        return _write(item, found, source_map, DueDay(due_on, later if is_later else None))

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(write, mendable))


def written_corrections(term_id: str, received: Sequence[Received]) -> list[tuple[Correction, str]]:
    """Return the correction workbooks that stand in the outbox for these files, with their SHA-256."""
    by_digest = {item.submission_id: workbook_path(term_id, item.submission_id) for item in received}
    there = {digest_bytes(path.read_bytes()): key for key, path in by_digest.items() if path.is_file()}
    records = (json.loads(path.read_bytes()) for path in sorted(_records(term_id).glob("*.json")))
    return [
        (_READER.validate_python(record["correction"]), str(record["workbook_digest"]))
        for record in records
        if there.get(record["workbook_digest"]) == record["correction"]["submission_id"]
    ]


def take_back(raw: RawFile, source_map: SourceMap, *, term_id: str, turns: int = _MOST_TURNS) -> Mended:
    """Return a file as it is to be read: a correction workbook laid over its original, any other as it is.

    Raises:
        SourceError: the workbook says that it is a correction, and is not one of this data set and term.
    """
    number = correction_number(raw)
    if not number:
        return Mended(raw)
    correction = _known(raw, number, source_map, term_id=term_id)
    if correction.is_whole:
        return lay_over(raw, raw, correction)
    path = original_path(correction.original_digest)
    if path is None or not turns:
        raise _unknown(raw, "原件仍在存档中的更正表", "原件已不在存档中")
    original = read_file(path, source_map, inbox=originals())
    before = take_back(original, source_map, term_id=term_id, turns=turns - 1)
    return lay_over(before.raw, raw, correction)


def workbook_path(term_id: str, submission_id: str) -> Path:
    """Return where the correction workbook of a submission lies."""
    return corrections(term_id) / f"{submission_id}.xlsx"


def original_path(content_digest: str) -> Path | None:
    """Return where a file that came in is kept under its digest, or None."""
    return next(iter(sorted(originals().glob(f"{content_digest}.*"))), None)


def _put_off(term_id: str, data_set: str) -> dict[str, date]:
    """Return until when units may hand a data set in later, by unit; a store without a table has granted nothing."""
    if not has_table(settings().database_url, Extension.__tablename__):
        return {}
    with reading(settings().database_url) as session:
        found = standing.put_off(session, term_id)
    return {unit: until_on for (name, unit), until_on in found.items() if name == data_set}


def _write(received: Received, found: DataSet, source_map: SourceMap, due: DueDay) -> Correction:
    layout: Layout | HeaderMarks | None = None
    raw, mended = None, Mended(RawFile(received.file_name, received.content_digest, 0, ()))
    content = b""
    if not is_student_level(source_map):
        content = _keep_original(received)
        raw, mended = _read_again(received, source_map)
        layout = _layout(mended.raw, received, source_map) if raw else None
    correction = correction_of(received, found, source_map, layout=layout, due=due)
    path = workbook_path(received.term_id, received.submission_id)
    if _is_written(correction, path):
        return correction
    is_named = PurePosixPath(received.file_name).suffix.lower() == ".xlsx"
    is_workbook = raw is not None and is_named and content.startswith(b"PK")
    told = _told(correction, mended, has_cells=bool(raw) and not is_workbook)
    written = write_whole(path, _marked(received, told, content if is_workbook else b""))
    record: dict[str, Correction | str] = {"correction": correction, "workbook_digest": written}
    adapter = TypeAdapter(dict[str, Correction | str])
    write_whole(_record(received.term_id, correction.correction_id), adapter.dump_json(record, indent=1))
    return correction


def _layout(raw: RawFile, received: Received, source_map: SourceMap) -> Layout | HeaderMarks | None:
    """Find where the rows lie, or what of the header is to be marked."""
    layout, _ = find_layout(raw, source_map, Bureau(profile()))
    return layout or header_marks(data_sheets(raw), source_map, [item for item, _ in received.faults])


def _is_written(correction: Correction, path: Path) -> bool:
    record = _record(correction.term_id, correction.correction_id)
    if not (record.is_file() and path.is_file()):
        return False
    return str(json.loads(record.read_bytes())["workbook_digest"]) == digest_bytes(path.read_bytes())


def _keep_original(received: Received) -> bytes:
    """Keep a file that came in under its digest, and return its bytes: a correction refers to it for good."""
    kept = original_path(received.content_digest)
    path = kept or inbox(received.term_id) / received.file_name
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            content = file.read() if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        content = b""
    if digest_bytes(content) != received.content_digest:
        spot = Spot(received.file_name)
        raise SourceError(
            f"文件“{received.file_name}”在核查期间被改动",
            [fault("changed-while-read", spot, wanted="读取期间不变的文件", got="文件被改动")],
        )
    if kept is None:
        target = originals() / f"{received.content_digest}{PurePosixPath(received.file_name).suffix.lower()}"
        write_whole(target, content)
        target.chmod(0o600)
    return content


def _read_again(received: Received, source_map: SourceMap) -> tuple[RawFile | None, Mended]:
    """Read an original for its layout; None where it cannot be read, as its faults say."""
    path = original_path(received.content_digest)
    assert path is not None
    try:
        raw = read_file(path, source_map, inbox=originals())
        mended = take_back(raw, source_map, term_id=received.term_id)
    except SourceError:
        return None, Mended(RawFile(received.file_name, received.content_digest, 0, ()))
    return raw, mended


def _told(correction: Correction, mended: Mended, *, has_cells: bool) -> dict[str, object]:
    return {
        "memory_bytes": LIMITS.memory_bytes,
        "cpu_seconds": LIMITS.cpu_seconds,
        "unpacked_bytes": LIMITS.unpacked_bytes,
        "sheet": correction.sheet,
        "width": correction.width,
        "marks": [[mark.row, mark.column, mark.sentence, mark.is_hint] for mark in correction.marks],
        "restored": mended.untaken,
        "cells": list(_cells(mended.raw, correction)) if has_cells else [],
        "heading_lines": correction.heading_lines,
        "summary_headings": SUMMARY_HEADINGS,
        "lines": correction.lines,
    }


def _cells(raw: RawFile, correction: Correction) -> Iterator[tuple[int, list[str]]]:
    names = [correction.sheet] if correction.width else [sheet.name for sheet in raw.sheets[:1]]
    for sheet in raw.sheets:
        if sheet.name in names:
            values = sheet.cells.astype(object).to_numpy()
            for row, cells in zip(sheet.cells.index, values, strict=True):
                yield int(row), [str(cell) for cell in cells]
            return


def _marked(received: Received, told: dict[str, object], content: bytes) -> bytes:
    """Let the child mark a workbook; one that it cannot open gets the summary alone."""
    for attempt in dict.fromkeys((content, b"")):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                done = subprocess.run(  # noqa: S603 - our own program, no shell
                    [sys.executable, "-I", str(_CHILD)],
                    input=json.dumps(told).encode() + b"\n" + attempt,
                    capture_output=True,
                    timeout=LIMITS.wall_seconds,
                    check=False,
                    env={"LC_ALL": "C.UTF-8", "TMPDIR": scratch},
                )
            except subprocess.TimeoutExpired:
                continue
        if done.returncode == 0:
            return done.stdout
    stopped = fault("reading-stopped", Spot(received.file_name), wanted="能标注的文件", got="标注中止")
    raise SourceError(f"文件“{received.file_name}”的更正表未能生成", [stopped])


def _known(raw: RawFile, number: str, source_map: SourceMap, *, term_id: str) -> Correction:
    path = _record(term_id, number)
    if not path.is_file():
        raise _unknown(raw, "本学期工作台发出的更正表", f"编号{number}未登记")
    correction = _READER.validate_python(json.loads(path.read_bytes())["correction"])
    if correction.data_set != source_map.data_set:
        raise _unknown(raw, f"《{source_map.title}》的更正表", f"《{correction.title}》的更正表")
    if correction.is_list:
        raise _unknown(raw, "改正后的整个文件", "差错清单", "请在留存的原件上改正，把整个文件重新上报。")
    return correction


def _unknown(raw: RawFile, wanted: str, got: str, remedy: str = "") -> SourceError:
    found: Fault = fault("correction-unknown", Spot(raw.file_name), wanted=wanted, got=got, remedy=remedy)
    return SourceError(f"文件“{raw.file_name}”退回", [found])


def _record(term_id: str, correction_id: str) -> Path:
    return _records(term_id) / f"{correction_id}.json"


def _records(term_id: str) -> Path:
    return staged(term_id, "corrections")
