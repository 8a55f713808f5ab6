"""Deletes a term's student files once its appeals are over, and looks whether anything of them is left.

`python -m tasks.purge TERM` says what would go; `--confirm` does it. What stays: the digest and receipt of
every file, counts, and the sums per school. Ids are sampled from the files before they go, and searched for
afterwards in every file of the workspace and in the databases.
"""

import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from inspection.canonical import digest
from inspection.errors import Fault, InspectionError, ProtocolError, SourceError
from inspection.ingest import reading
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.ingest.table import Bureau
from inspection.purge import still_open, student_data_sets
from inspection.receipt import Receipt
from inspection.store import purge as purges
from inspection.store.engine import reading as reading_store
from inspection.store.engine import writing
from tasks.clock import OFFICE_TIME, now
from tasks.reading import read_batches
from tasks.settings import profile, settings
from tasks.workspace import corrections, inbox, staged

_SAMPLED_IDS = 20
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
_PIECE = 2**20


@dataclass(frozen=True)
class Doomed:
    """What goes: files of the workspace, and the receipts whose quotes go, with their digests."""

    files: tuple[Path, ...]
    originals: tuple[tuple[Path, SourceMap], ...]
    submissions: dict[str, str]


def preview(term_id: str, *, as_of: date) -> Doomed:
    """Return what a purge of the term would delete; nothing is touched.

    Raises:
        ProtocolError: the term is not on record, or something still needs the files; all of it at once.
    """
    maps = load_source_maps(profile().folders.sources)
    data_sets = student_data_sets(maps.values())
    with reading_store(settings().database_url) as session:
        faults = still_open(purges.facts_of(session, term_id), profile().deadlines, as_of=as_of)
        if faults:
            raise ProtocolError(f"学期 {term_id} 的学生数据还不能清除", faults)
        submissions = purges.received_digests(session, term_id, data_sets)
    originals = tuple((path, maps[name]) for name in data_sets for path in _originals(term_id, maps[name]))
    files = {path for path, _ in originals}
    for name in data_sets:
        files |= set(_matching(staged(term_id, "x").parent, f"{name}.*"))
        files |= set(_matching(corrections(term_id), f"{name}-*"))
    for submission_id, content_digest in submissions.items():
        files |= set(_matching(corrections(term_id), f"{submission_id}*"))
        files |= set(_matching(inbox("received"), f"{content_digest}*"))
    files |= set(_matching(corrections(term_id).parent / "quality", "**/*"))
    files |= set(_matching(inbox(term_id), ".part-*")) | set(
        _matching(staged(term_id, "x").parent, ".part-*")
    )
    return Doomed(tuple(sorted(files)), originals, submissions)


def purge(term_id: str, *, as_of: date) -> Receipt:
    """Delete a term's student files and what was quoted from them, then look for what is left of them.

    Killed on the way, it is run again and deletes the rest. With nothing left to delete nothing changes.

    Raises:
        ProtocolError: as for `preview`; or a sampled id is still found somewhere.
    """
    doomed = preview(term_id, as_of=as_of)
    needles = _sampled_ids(doomed.originals)
    listed = sorted(doomed.submissions.values())
    found = digest([term_id, *listed, *(path.name for path in doomed.files)])
    with writing(settings().database_url) as session:
        quoted = purges.forget_quotes(session, list(doomed.submissions))
        if doomed.files or quoted:
            purges.enter(session, term_id, files_digest=found, file_count=len(doomed.files), at=now())
    for path in doomed.files:
        path.unlink(missing_ok=True)
    purges.compact(settings().database_url)
    if traces := find_traces(needles):
        raise ProtocolError("清除后仍检出学生信息", [_trace(place) for place in traces])
    counts = {"文件": len(doomed.files), "问题记录": quoted, "抽查学籍号": len(needles), "残留": 0}
    return Receipt(f"清除 {term_id} 学生数据", counts, found)


def find_traces(needles: Sequence[str], *, more_files: Iterable[Path] = ()) -> list[str]:
    """Return where one of these texts still stands: files (zipped ones unpacked), tables of the store.

    Every file of the workspace is read, and the database files of a SQLite store and of Prefect.
    """
    if not needles:
        return []
    patterns = sorted({needle.encode(encoding) for needle in needles for encoding in _ENCODINGS})
    files = [path for path in settings().workspace.rglob("*") if path.is_file() and not path.is_symlink()]
    files += map(Path, purges.database_files(settings().database_url))
    files += [*_prefect_database(), *more_files]
    traces = [str(path) for path in files if path.is_file() and _holds(path, patterns)]
    with reading_store(settings().database_url) as session:
        traces += [f"数据表 {name}" for name in purges.holds(session, needles)]
    return sorted(set(traces))


def _originals(term_id: str, source_map: SourceMap) -> list[Path]:
    folders = (inbox(term_id), inbox("private") / term_id)
    return [path for folder in folders for path in _matching(folder, "*") if source_map.matches(path.name)]


def _matching(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.glob(pattern)) if path.is_file() or path.is_symlink()]


def _sampled_ids(originals: Iterable[tuple[Path, SourceMap]]) -> list[str]:
    """Return some of the ids that stand in the files; a file that cannot be read gives none."""
    found: set[str] = set()
    for path, source_map in originals:
        hidden = [name for name, column in source_map.columns.items() if column.handling == "pseudonymise"]
        try:
            found |= set(_ids(path, source_map, hidden))
        except SourceError:
            continue
    return sorted(found)


def _ids(path: Path, source_map: SourceMap, columns: Sequence[str]) -> Iterator[str]:
    for piece in read_batches(path, source_map, inbox=path.parent):
        layout, _ = reading.find_layout(piece, source_map, Bureau(profile()))
        if layout is None:
            return
        cells = piece.sheets[0].cells
        for name in columns:
            texts = cells.loc[cells.index > layout.header.last_row, layout.header[name].position].unique()
            yield from [text for text in map(str, texts[:_SAMPLED_IDS]) if len(text) >= 8]
        return


def _holds(path: Path, patterns: Sequence[bytes]) -> bool:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return any(_found(archive.read(name), patterns) for name in archive.namelist())
    overlap, tail = max(map(len, patterns)), b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if _found(tail + piece, patterns):
                return True
            tail = piece[-overlap:]
    return False


def _found(content: bytes, patterns: Sequence[bytes]) -> bool:
    return any(pattern in content for pattern in patterns)


def _prefect_database() -> list[Path]:
    """Return the files of Prefect's own database where it is SQLite; no student row is ever sent there."""
    from prefect.settings import get_current_settings

    current = get_current_settings()
    secret = current.server.database.connection_url
    url = secret.get_secret_value() if secret else f"sqlite:///{current.home / 'prefect.db'}"
    return list(map(Path, purges.database_files(url)))


def _trace(place: str) -> Fault:
    return Fault(
        place=place,
        code="PUR-006",
        wanted="不含学生信息",
        got="检出学籍号",
        remedy="请把该处交数据工程师清理后，再运行一次。",
    )


def main(arguments: Sequence[str]) -> int:
    """Say what a purge would delete, or do it; return the exit code."""
    term_id, is_confirmed = arguments[0], "--confirm" in arguments[1:]
    as_of = datetime.now(OFFICE_TIME).date()
    try:
        if is_confirmed:
            sys.stdout.write(f"{purge(term_id, as_of=as_of).sentence}\n")
            return 0
        doomed = preview(term_id, as_of=as_of)
    except InspectionError as error:
        sys.stdout.write(f"{error}\n")
        return error.exit_code
    for path in doomed.files:
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(
        f"以上 {len(doomed.files)} 个文件将被删除，{len(doomed.submissions)} 份回执只保留摘要；"
        f"确认后请运行 make purge TERM={term_id} CONFIRM=yes\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
