"""The child process that opens a hostile file and hands back nothing but text cells.

`reading` starts this file by its path, with the opened file as standard input. It limits itself first, then
writes to standard output, for each sheet: one line of JSON (name, merged ranges), one Arrow stream (the row
as the clerk counts it, then dictionary-encoded text columns, the last of them what stood beyond the width of
the first rows); at the end, a line that says how it ended. It imports nothing of this project but the readers
of workbooks, web pages and Parquet that lie beside it.
"""

import codecs
import csv
import gc
import io
import json
import resource
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

Row = list[str]
Options = dict[str, Any]
Sheet = tuple[str, list[Any], Iterator[Any]]
"""Name, merged ranges, Arrow record batches."""

_SNIFFED_ROWS = 200
_MOST_COLUMNS = 4_096
_BLOCK_BYTES = 2**23
_KNOWN = frozenset({"utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"})
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class RefusedError(Exception):
    """The file cannot be read; `kind` is the reason, `detail` what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def main() -> None:
    """Read standard input as the options on the command line say."""
    options = json.loads(sys.argv[1])
    limit(options["memory_bytes"], options["cpu_seconds"])
    gc.disable()
    try:
        for name, merges, batches in sheets(sys.stdin.buffer, options):
            _send_sheet(name, merges, batches)
        ending = {"end": "read"}
    except RefusedError as refused:
        ending = {"end": refused.kind, "detail": refused.detail}
    except (MemoryError, ImportError):
        ending = {"end": "reading-stopped", "detail": "内存不足"}
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is the file's fault
        ending = {"end": "unreadable", "detail": type(error).__name__}
    _send(ending)


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Bind this process before it looks at the file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def sheets(file: BinaryIO, options: Options) -> Iterator[Sheet]:
    """Yield every sheet of a file, which is what its first bytes say, whatever its name claims."""
    start = file.read(4096)
    file.seek(0)
    if not start.strip():
        raise RefusedError("empty-file", "文件没有内容")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _workbook(file, options)
    elif start.startswith(b"PAR1"):
        yield "数据", [], _parquet_batches(file, options)
    elif _is_page(start):
        yield from _page(file, start, options)
    else:
        yield "", [], _text_batches(file, _encoding(file, start, options["encodings"]))


def _workbook(file: BinaryIO, options: Options) -> Iterator[Sheet]:
    """Yield every visible sheet of a workbook."""
    from tasks import workbook_sheet

    names = ("unpacked_bytes", "zip_ratio", "most_rows", "most_cells")
    reach = workbook_sheet.Reach(**{name: options[name] for name in names})
    try:
        for name, merges, texts in workbook_sheet.workbook_rows(file, reach):
            width = max(map(len, texts), default=0)
            if width > _MOST_COLUMNS:
                raise RefusedError("too-large", f"共{width}列")
            batches = [_batch(texts, range(1, len(texts) + 1), width)] if texts else []
            yield name, merges, iter(batches)
    except workbook_sheet.WorkbookError as error:
        raise RefusedError(error.kind, error.detail) from error


def _is_page(start: bytes) -> bool:
    """Whether the first bytes open a web page or other marked-up text, in any of the usual encodings."""
    text = (
        start.replace(b"\0", b"") if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else start
    )
    return text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _page(file: BinaryIO, start: bytes, options: Options) -> Iterator[Sheet]:
    """Yield every table of a web page."""
    from tasks import html_sheet

    reach = html_sheet.Reach(options["page_bytes"], options["most_rows"], options["most_cells"])
    stated = html_sheet.announced_encoding(start)
    encoding = _encoding(file, start, [*([stated] if stated in _KNOWN else []), *options["encodings"]])
    content = file.read(reach.most_bytes + 1)
    if len(content) > reach.most_bytes:
        raise RefusedError("too-large", f"网页超过{reach.most_bytes // 2**20}MB")
    try:
        for table in html_sheet.page_tables(content.decode(encoding), reach):
            width = max(map(len, table.rows))
            if width > _MOST_COLUMNS:
                raise RefusedError("too-large", f"共{width}列")
            yield table.title, table.merges, iter([_batch(table.rows, range(1, len(table.rows) + 1), width)])
    except html_sheet.PageError as error:
        raise RefusedError(error.kind, error.detail) from error


def _parquet_batches(file: BinaryIO, options: Options) -> Iterator[Any]:
    """Yield the pieces of a Parquet file; the clerk counts its column names as the first row."""
    import pyarrow as pa

    from tasks import parquet_sheet

    first = 1
    try:
        for columns in parquet_sheet.parquet_columns(file, options["unpacked_bytes"]):
            arrays = [column.dictionary_encode() for column in columns]
            piece = pa.record_batch(arrays, names=[str(place) for place in range(len(arrays))])
            yield _widened(piece, range(first, first + len(piece)))
            first += len(piece)
    except parquet_sheet.ParquetError as error:
        raise RefusedError(error.kind, error.detail) from error


def _encoding(file: BinaryIO, start: bytes, encodings: Sequence[str]) -> str:
    """Return the encoding the file announces, or the first listed one that reads it whole."""
    announced = [encoding for mark, encoding in _BOMS if start.startswith(mark)] or _without_mark(start)
    if b"\0" in start and not announced:
        raise RefusedError("unreadable", "不是文字文件")
    for encoding in announced or encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        has_nothing = False
        try:
            while block := file.read(_BLOCK_BYTES):
                has_nothing |= "\0" in decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if has_nothing:
            raise RefusedError("unreadable", "不是文字文件")
        file.seek(0)
        return encoding
    raise RefusedError("encoding", "、".join(announced or encodings))


def _without_mark(start: bytes) -> list[str]:
    """Return UTF-16 where the file says nothing but every other byte of its digits and commas is empty."""
    low, high = start[0::2].count(0), start[1::2].count(0)
    if max(low, high) * 20 < len(start) or min(low, high):
        return []
    encoding = "utf-16-le" if high else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(encoding, "replace")
    return [encoding] if all(sign.isprintable() or sign in "\t\r\n" for sign in text) else []


def _text_batches(file: BinaryIO, encoding: str) -> Iterator[Any]:
    """Yield the rows of a delimited text file; rows of another width than the first ones are kept too."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    delimiter, width = _shape(file, encoding)
    names = [str(number) for number in range(width)]
    odd: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        odd.append((row.number, row.text))
        return "skip"

    reading = arrow_csv.ReadOptions(
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
        use_threads=False,
        # Arrow holds some dozens of blocks at once where it has to decode them.
        block_size=_BLOCK_BYTES // 4,
        column_names=names,
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
    )
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())), strings_can_be_null=False
    )
    first, taken = 1, set[int]()
    try:
        for batch in arrow_csv.open_csv(file, reading, parsing, converting):
            _refuse_swallowed_rows(batch, delimiter)
            taken = {number for number in taken if number >= first} | {number for number, _ in odd}
            numbers = _numbers(first, batch.num_rows, taken)
            first = numbers[-1] + 1 if numbers else first
            yield _with_odd(_widened(batch, numbers), odd, delimiter)
    except pa.ArrowInvalid as error:
        raise RefusedError("unreadable", "引号或分隔符有误") from error
    if odd:
        yield _with_odd(_batch([], [], width), odd, delimiter)


def _refuse_swallowed_rows(batch: Any, delimiter: str) -> None:
    """Refuse a file in which a stray quote has made one cell of the rest of a row and the beginning of another.

    Such a row keeps its width only when the cell holds at least as many delimiters as a row does; of any other
    width it is told as odd.
    """
    import pyarrow.compute as pc

    least = max(1, batch.num_columns - 1)
    for column in batch.columns:
        for cell in column.dictionary.filter(pc.match_substring(column.dictionary, "\n")).to_pylist():
            if cell.count(delimiter) >= least:
                raise RefusedError("unreadable", "有引号没有配对，把几行并成了一格")


def _with_odd(batch: Any, odd: list[tuple[int, str]], delimiter: str) -> Any:
    """Add the odd rows found so far to a batch; their own numbers tell where they stand."""
    import pyarrow as pa

    if not odd:
        return batch
    rows = [next(csv.reader([text], delimiter=delimiter), []) for _, text in odd]
    beside = _batch(rows, [number for number, _ in odd], batch.num_columns - 2)
    odd.clear()
    joined = pa.Table.from_batches([beside, batch]).unify_dictionaries().combine_chunks()
    return joined.to_batches()[0]


def _shape(file: BinaryIO, encoding: str) -> tuple[str, int]:
    """Return the delimiter and the width of the first rows."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    head = list(islice(text, _SNIFFED_ROWS))
    text.detach()
    file.seek(0)
    delimiter = max(",\t;", key=lambda mark: sum(line.count(mark) for line in head))
    try:
        width = max(map(len, csv.reader(head, delimiter=delimiter)), default=1)
    except csv.Error as error:
        raise RefusedError("unreadable", "引号或分隔符有误") from error
    if width > _MOST_COLUMNS:
        raise RefusedError("too-large", f"共{width}列")
    return delimiter, width


def _numbers(first: int, count: int, taken: set[int]) -> Sequence[int]:
    """Number `count` regular rows from `first`, leaving out the places of the odd ones (`taken`)."""
    if not taken:
        return range(first, first + count)
    free = (number for number in range(first, sys.maxsize) if number not in taken)
    return list(islice(free, count))


def _widened(batch: Any, numbers: Sequence[int]) -> Any:
    import pyarrow as pa

    beyond = pa.array([""] * batch.num_rows, pa.string()).dictionary_encode()
    arrays = [pa.array(numbers, pa.int64()), *batch.columns, beyond]
    return pa.record_batch(arrays, schema=_schema(batch.num_columns))


def _batch(rows: Sequence[Row], numbers: Sequence[int], width: int) -> Any:
    """Make one batch of rows; what stands beyond `width` goes, joined, into the last column."""
    import pyarrow as pa

    squared = [_squared(row, width) for row in rows]
    columns = [pa.array(column, pa.string()) for column in zip(*squared, strict=True)]
    columns = columns or [pa.array([], pa.string())] * (width + 1)
    arrays = [pa.array(numbers, pa.int64()), *(column.dictionary_encode() for column in columns)]
    return pa.record_batch(arrays, schema=_schema(width))


def _schema(width: int) -> Any:
    import pyarrow as pa

    kind = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([("row", pa.int64()), *((str(number), kind) for number in range(width + 1))])


def _squared(row: Row, width: int) -> Row:
    if len(row) <= width:
        return row + [""] * (width + 1 - len(row))
    return [*row[:width], " ".join(row[width:])]


def _send(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
    sys.stdout.buffer.flush()


def _send_sheet(name: str, merges: list[Any], batches: Iterator[Any]) -> None:
    """Send a sheet; one that cannot be read from its first piece on is not announced."""
    import pyarrow as pa

    first = next(batches, None)
    _send({"sheet": name, "merges": merges})
    schema = _schema(0) if first is None else first.schema
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as stream:
        for batch in chain([] if first is None else [first], batches):
            stream.write_batch(batch)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
