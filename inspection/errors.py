"""The two families of failure: what a person can mend, and everything else (a bug).

Only the first family lives here. Every member carries all its faults at once, each with where, what was
wanted, what was found, what to do and a stable code. Standard library only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# A place that is a file says where to look; any other may name a school or a person.
_FILE = re.compile(r"[^/\\]+\.[A-Za-z0-9]{2,5}")
_ROWS_SHOWN = 5


@dataclass(frozen=True, order=True)
class Fault:
    """One thing a person can mend.

    `place` is a file, document or step as the reader knows it; `row` and `column` are those the clerk sees
    in the spreadsheet (row 0 and column "" mean the whole place).
    """

    place: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    code: str = ""
    wanted: str = ""
    got: str = ""
    remedy: str = ""

    @property
    def where(self) -> str:
        """The place in words, as a clerk would find it."""
        row = f"第{self.row}行" if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        return " ".join(part for part in (self.place, self.sheet, row, column) if part)

    @property
    def sentence(self) -> str:
        """The whole fault in one Chinese sentence, code last."""
        got = f"，实为{self.got}" if self.got else ""
        return f"{self.where}：应为{self.wanted}{got}。{self.remedy}（{self.code}）"


class InspectionError(Exception):
    """Something a person can mend; `faults` holds every one that was found."""

    exit_code = 10

    def __init__(self, summary: str, faults: Iterable[Fault] = ()) -> None:
        self.summary = summary
        self.faults = tuple(sorted(faults))
        self._kept_in: str | None = None
        super().__init__(summary)

    def __str__(self) -> str:
        return self.full_text if self._kept_in is None else self._veiled_text(self._kept_in)

    @property
    def full_text(self) -> str:
        """Everything, for whoever may read it: the summary and each fault in a sentence of its own."""
        return "\n".join([self.summary, *(f"- {fault.sentence}" for fault in self.faults)])

    def veil(self, kept_in: str) -> None:
        """From now on show as text only what anybody may read who can see the run.

        Shown are the summary, how many faults there are, and their codes with file and row; not what a cell
        held, nor any other place. `kept_in` says where the whole list can be read; empty when nowhere.
        """
        self._kept_in = self._kept_in or kept_in

    def _veiled_text(self, kept_in: str) -> str:
        rows = defaultdict[tuple[str, str], list[int]](list)
        for fault in self.faults:
            rows[fault.place if _FILE.fullmatch(fault.place) else "", fault.code].append(fault.row)
        lines = [self.summary, *(_veiled_line(*key, found) for key, found in sorted(rows.items()))]
        return "\n".join([*lines, f"共 {len(self.faults)} 处，详见 {kept_in}"] if kept_in else lines)

    def __reduce__(self) -> tuple[type["InspectionError"], tuple[str, tuple[Fault, ...]]]:
        """Survive pickling, so that a failure crosses process borders whole; once veiled it stays veiled."""
        whole = (self.summary, self.faults)
        return type(self), whole if self._kept_in is None else (str(self), ())


class SourceError(InspectionError):
    """A submitted file cannot be taken; the submitting unit mends the file."""

    exit_code = 11


class DocumentError(InspectionError):
    """A rubric, plan, source map, suite or profile is wrong; its owner mends the document."""

    exit_code = 12


class ProtocolError(InspectionError):
    """A step was asked for out of order or without what it needs; the supervision office mends it."""

    exit_code = 13


class SettingError(InspectionError):
    """The installation lacks something: a database, a library, a setting; the engineer mends it."""

    exit_code = 14


def _veiled_line(place: str, code: str, rows: list[int]) -> str:
    numbers = sorted({row for row in rows if row})
    shown = "、".join(map(str, numbers[:_ROWS_SHOWN]))
    more = "等" if len(numbers) > _ROWS_SHOWN else ""
    where = f"{place} 第{shown}行{more}" if place and shown else place
    return f"- {where}（{code}）{len(rows)} 处" if where else f"- （{code}）{len(rows)} 处"
