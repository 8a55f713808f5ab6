"""A Parquet file as batches of text cells, its column names as the first row.

Part of the child process that opens a hostile file (`sheet`); imports nothing of this project.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

_BATCH_ROWS = 65_536


class ParquetError(Exception):
    """A file that is not read: `kind` is the reason, `detail` what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def parquet_columns(file: BinaryIO, most_bytes: int) -> Iterator[list[Any]]:
    """Yield the columns of a file piece by piece, each an Arrow array of text; the first piece is the names.

    Raises:
        ParquetError: the file is damaged, a piece of it unpacks beyond `most_bytes`, or a column is nested.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        source = parquet.ParquetFile(file)
        groups = [source.metadata.row_group(number) for number in range(source.num_row_groups)]
    except (pa.ArrowException, OSError) as error:
        raise ParquetError("unreadable", "Parquet 文件已损坏") from error
    if max((group.total_byte_size for group in groups), default=0) > most_bytes:
        raise ParquetError("too-large", f"解压后超过{most_bytes // 2**20}MB")
    nested = [entry.name for entry in source.schema_arrow if pa.types.is_nested(entry.type)]
    if nested:
        raise ParquetError("unreadable", f"“{nested[0]}”列不是单值列")
    yield [pa.array([name], pa.string()) for name in source.schema_arrow.names]
    try:
        for batch in source.iter_batches(_BATCH_ROWS):
            yield [_texts(column) for column in batch.columns]
    except (pa.ArrowException, OSError) as error:
        raise ParquetError("unreadable", "Parquet 文件已损坏") from error


def _texts(column: Any) -> Any:
    """Return an array as the text that a spreadsheet would show; nothing is the empty text."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_boolean(column.type):
        column = compute.if_else(column, "是", "否")
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"), safe=False)
    if pa.types.is_floating(column.type):
        return _figures(column)
    return column.cast(pa.string()).fill_null("")


def _figures(column: Any) -> Any:
    """Write numbers out in full, whole ones without a point."""
    import pyarrow as pa

    texts = [
        "" if value is None or value != value else format(value, ".15g")  # noqa: PLR0124 - not a number
        for value in column.to_pylist()
    ]
    return pa.array(texts, pa.string())
