"""The two families of failure: what a person can mend, and everything else (a bug).

Only the first family lives here. Every member carries all its faults at once, each with where, what was
wanted, what was found, what to do and a stable code. Standard library only.
"""

from collections.abc import Iterable
from dataclasses import dataclass


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
        return f"{self.where}：应为{self.wanted}，实为{self.got}。{self.remedy}（{self.code}）"


class InspectionError(Exception):
    """Something a person can mend; `faults` holds every one that was found."""

    exit_code = 10

    def __init__(self, summary: str, faults: Iterable[Fault] = ()) -> None:
        self.summary = summary
        self.faults = tuple(sorted(faults))
        super().__init__(summary)

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"- {fault.sentence}" for fault in self.faults)])

    def __reduce__(self) -> tuple[type["InspectionError"], tuple[str, tuple[Fault, ...]]]:
        """Survive pickling, so that a failure crosses process borders whole."""
        return type(self), (self.summary, self.faults)


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
