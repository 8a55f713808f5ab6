"""Opens the files of an inbox and reads them into data sets; every file is opened in a child process.

Files are hostile until read: only regular files inside the inbox, no links; the child (`sheet`) is bound in
memory, processor time and wall time, and hands back nothing but text cells. What the cells mean is decided by
the rules of `inspection.ingest.reading`.
"""

import hashlib
import json
import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa

from inspection.collect.correction import Mended
from inspection.errors import Fault, SourceError
from inspection.ingest import reading
from inspection.ingest.data_set import DataSet, combine
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.same_object import ask_about_same_objects
from inspection.ingest.sheet import RawFile, RawSheet
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("sheet.py")
_AT_ONCE = 4
_IGNORED = ("~$", ".")
_IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_WANTED = {
    "unreadable": "能正常打开的 xlsx、xls、ods、CSV、Parquet 或网页表格文件",
    "uncalculated": "公式都已算出结果的工作簿",
    "encoding": "能识别的文字编码",
    "empty-file": "有内容的文件",
}


@dataclass(frozen=True)
class Limits:
    """What one file may cost."""

    memory_bytes: int = 3 * 2**30
    cpu_seconds: int = 120
    wall_seconds: float = 180.0
    unpacked_bytes: int = 400 * 2**20
    zip_ratio: int = 300
    page_bytes: int = 64 * 2**20
    most_rows: int = 200_100
    most_cells: int = 20_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class Inbox:
    """The files of an inbox by data set, and a fault for each file that no source map knows."""

    files: Mapping[str, tuple[Path, ...]]
    faults: tuple[Fault, ...]


def survey(inbox: Path, source_maps: Mapping[str, SourceMap]) -> Inbox:
    """Say which file of an inbox belongs to which data set, by its name; a file may serve several.

    Raises:
        SourceError: the inbox does not exist, or holds no file.
    """
    names = sorted(entry.name for entry in inbox.iterdir() if _counts(entry)) if inbox.is_dir() else []
    if not names:
        missing = fault("empty-inbox", Spot(str(inbox)), wanted="本学期各单位报送的文件", got="没有文件")
        raise SourceError(f"收件箱 {inbox} 中没有可读取的文件", [missing])
    files = {
        name: tuple(inbox / file for file in names if source_map.matches(file))
        for name, source_map in source_maps.items()
    }
    known = {path.name for paths in files.values() for path in paths}
    patterns = "、".join(dict.fromkeys(item.files[0] for item in source_maps.values()))
    faults = tuple(
        fault("unknown-file", Spot(name), wanted=f"规定的文件名（{patterns}）", got=name)
        for name in names
        if name not in known
    )
    return Inbox(files, faults)


def _counts(entry: Path) -> bool:
    name = entry.name
    return not name.startswith(_IGNORED) and name.casefold() not in _IGNORED_NAMES


def read_data_set(
    paths: Iterable[Path],
    source_map: SourceMap,
    bureau: Bureau,
    *,
    inbox: Path,
    mend: Callable[[RawFile], Mended] = Mended,
) -> DataSet:
    """Read all files of a data set; those that cannot be read are in its faults.

    `mend` lays a correction workbook over its original.

    Raises:
        SettingError: a personal column needs a pseudonym key and there is none.
    """

    def read(path: Path) -> DataSet:
        try:
            mended = mend(read_file(path, source_map, inbox=inbox))
        except SourceError as error:
            return reading.refused(unread(path), source_map, error.faults)
        part = reading.parse(mended.raw, source_map, bureau)
        files = tuple(replace(file, corrects=mended.corrects) for file in part.files)
        return replace(part, files=files, faults=tuple(sorted((*part.faults, *mended.faults))))

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        parts = list(pool.map(read, sorted(paths)))
    found = ask_about_same_objects(combine(parts, source_map), source_map)
    logger.info(
        "read %s: %d files, %d rows accepted, %d set aside, %d left out, %d faults",
        source_map.data_set,
        len(parts),
        len(found.rows),
        len(found.quarantined),
        found.excluded_count,
        len(found.faults),
    )
    return found


def unread(path: Path) -> RawFile:
    """Return what stands for a file that was not read; only a regular file has a digest."""
    if path.is_symlink() or not path.is_file():
        return RawFile(path.name, "", 0, ())
    with path.open("rb") as file:
        return RawFile(path.name, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size, ())


def read_file(path: Path, source_map: SourceMap, *, inbox: Path, limits: Limits = LIMITS) -> RawFile:
    """Read a file's sheets as text cells.

    Raises:
        SourceError: the file is no regular file of the inbox, is damaged or too large, or changed meanwhile.
    """
    with _opened(path, inbox) as (file, raw), _until_stopped(path, limits):
        sheets = tuple(
            RawSheet(name, _cells(stream.read_all().unify_dictionaries()), merges)
            for name, merges, stream in _child(path, file, source_map, limits)
        )
    return RawFile(raw.file_name, raw.content_digest, raw.byte_count, sheets)


def read_batches(
    path: Path, source_map: SourceMap, *, inbox: Path, limits: Limits = LIMITS
) -> Iterator[RawFile]:
    """Yield a large file piece by piece, each piece as a file of one sheet with some of its rows.

    Raises:
        SourceError: as for `read_file`, at the piece where it is found.
    """
    with _opened(path, inbox) as (file, raw), _until_stopped(path, limits):
        for name, merges, stream in _child(path, file, source_map, limits):
            for batch in stream:
                sheet = RawSheet(name, _cells(batch), merges)
                yield RawFile(raw.file_name, raw.content_digest, raw.byte_count, (sheet,))


@contextmanager
def _opened(path: Path, inbox: Path) -> Iterator[tuple[BinaryIO, RawFile]]:
    """Open a regular file inside the inbox, and make sure that it stays as it is while it is read."""
    if not path.parent.resolve().is_relative_to(inbox.resolve()):
        raise _refusal(path, "not-a-file", "收件箱内的文件", "在收件箱之外")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _refusal(path, "not-a-file", "可以打开的普通文件", "链接或无法打开的文件") from error
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise _refusal(path, "not-a-file", "普通文件", "文件夹、管道或设备")
    with os.fdopen(descriptor, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        yield file, RawFile(path.name, digest, before.st_size, ())
        after = os.fstat(descriptor)
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise _refusal(path, "changed-while-read", "读取期间不变的文件", "文件被改动")


@contextmanager
def _until_stopped(path: Path, limits: Limits) -> Iterator[None]:
    """Tell a child that died over its work from one that finished."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        kind = "reading-stopped"
        raise _refusal(path, kind, _wanted(kind, limits), "读取中止") from error


Merges = tuple[Any, ...]


def _child(
    path: Path, file: BinaryIO, source_map: SourceMap, limits: Limits
) -> Iterator[tuple[str, Merges, pa.RecordBatchReader]]:
    """Run the child on an opened file and yield what it finds, sheet by sheet."""
    options = {**vars(limits), "encodings": list(source_map.encodings)}
    command = [sys.executable, "-I", str(_CHILD), json.dumps(options)]
    with subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"}
    ) as child:
        assert child.stdout is not None
        timer = threading.Timer(limits.wall_seconds, child.kill)
        timer.start()
        try:
            while "end" not in (message := json.loads(child.stdout.readline())):
                stream = pa.ipc.open_stream(child.stdout)
                yield message["sheet"], tuple(message["merges"]), stream
        except ValueError:
            message = {"end": "reading-stopped", "detail": "读取中止"}
        finally:
            timer.cancel()
            child.kill()
    if message["end"] != "read":
        raise _refusal(path, message["end"], _wanted(message["end"], limits), message["detail"])


def _wanted(kind: str, limits: Limits) -> str:
    if kind == "reading-stopped":
        return f"{limits.wall_seconds:.0f}秒、{limits.memory_bytes // 2**20}MB内存内能读完的文件"
    return _WANTED.get(kind, f"{limits.most_rows - 100}行以内、没有多余行列的表格")


def _cells(batch: Any) -> pd.DataFrame:
    cells = batch.to_pandas().set_index("row")
    cells.columns = range(cells.shape[1])
    return cells if cells.index.is_monotonic_increasing else cells.sort_index()


def _refusal(path: Path, kind: str, wanted: str, got: str) -> SourceError:
    return SourceError(f"文件“{path.name}”退回", [fault(kind, Spot(path.name), wanted=wanted, got=got)])
