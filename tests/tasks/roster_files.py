"""A small roster of schools as files: its source map, its bureau, its rows."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from inspection.errors import SourceError
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import Bureau
from inspection.profile import Profile
from tasks.reading import read_data_set, read_file

MAP = SourceMap.model_validate(
    {
        "data_set": "schools",
        "title": "学校名录",
        "files": ["学校*"],
        "key": ["school_code"],
        "columns": {
            "school_code": {
                "headings": ["学校标识码"],
                "kind": "code",
                "pattern": r"\d{10}",
                "is_required": True,
            },
            "school_name": {"headings": ["学校名称"]},
            "student_count": {"headings": ["在校生数"], "kind": "count"},
        },
    }
)
BUREAU = Bureau(
    Profile.model_validate(
        {
            "profile": "test",
            "bureau": {"name": "某市教育局", "office": "某市教育督导室", "document_code": "某教督字"},
            "districts": [{"code": "379901", "name": "某市东湖区"}],
        }
    )
)
ROWS: list[list[object]] = [
    ["学校标识码", "学校名称", "在校生数"],
    [2137990001, "东湖小学", 500],
    ["2137990002", "囍鎏学校", "６００"],
]
TEXT = "\r\n".join(",".join(map(str, row)) for row in ROWS) + "\r\n"


def workbook(path: Path, rows: Sequence[Sequence[object]], *, first_row: int = 0) -> Path:
    """Write rows as a workbook."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    sheet = book.add_worksheet("名录")
    for number, row in enumerate(rows, start=first_row):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def codes(path: Path) -> list[str]:
    """Return the codes read from a file without a fault."""
    found = read_data_set([path], MAP, BUREAU, inbox=path.parent)
    assert [fault.sentence for fault in found.faults] == []
    return list(found.rows["school_code"])


def refusal(path: Path, inbox: Path | None = None) -> str:
    """Return the one sentence a file is sent back with."""
    with pytest.raises(SourceError) as caught:
        read_file(path, MAP, inbox=inbox or path.parent)
    (fault,) = caught.value.faults
    return fault.sentence


BOTH = ["2137990001", "2137990002"]
