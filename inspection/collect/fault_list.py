"""The list of faults that a submitting unit gets back: one line each, in the words of the office."""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from inspection.errors import Fault
from inspection.ingest.fault_code import EFFECT_WORDS, severity_of

HEADINGS = ("文件", "工作表", "行", "列", "应为", "实为", "如何改正", "处理", "编号")
_SEVERITY_WORDS = {
    "critical": EFFECT_WORDS["refuse-file"],
    "warning": EFFECT_WORDS["quarantine-row"],
    "info": EFFECT_WORDS["report"],
}
_FORMULA = re.compile(r"^\s*[=+@-](?!\d+(\.\d+)?$)")


def fault_rows(faults: Iterable[Fault], severities: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the faults as lines of a table (`HEADINGS`), in order of file, sheet and row.

    `severities` are those of the rules that were checked; faults of reading bring their own.
    """
    return [
        (
            found.place,
            found.sheet,
            str(found.row or ""),
            found.column,
            found.wanted,
            found.got,
            found.remedy,
            _SEVERITY_WORDS[severities.get(found.code) or severity_of(found.code)],
            found.code,
        )
        for found in sorted(faults)
    ]


def fault_csv(faults: Iterable[Fault], severities: Mapping[str, str]) -> bytes:
    """Return the list as a CSV file that a spreadsheet program opens as it is.

    What a submitted file held is text here, never a formula.
    """
    return table_csv(HEADINGS, fault_rows(faults, severities))


def table_csv(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table as a CSV file that a spreadsheet program opens as it is, every cell as text."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[_harmless(text) for text in row] for row in rows])
    return lines.getvalue().encode("utf-8-sig")


def refusal_csv(faults: Iterable[Fault]) -> bytes:
    """Return the faults for which a whole run was refused, as the same kind of list."""
    known = list(faults)
    return fault_csv(known, {found.code: "critical" for found in known})


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
