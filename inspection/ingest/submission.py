"""A submission 上报: one file as it arrived, and what became of it."""

from dataclasses import dataclass, replace

from inspection.canonical import digest
from inspection.errors import Fault

REFUSING = ("critical", "warning")


@dataclass(frozen=True)
class Received:
    """One file of one data set: how many rows were read, taken, left out, and what is wrong with it.

    `faults` carry their severity: `critical` and `warning` keep a row out, `info` only tells. `corrects` is the
    receipt number of the file whose correction workbook this is.
    """

    term_id: str
    data_set: str
    file_name: str
    content_digest: str
    read_count: int = 0
    accepted_count: int = 0
    excluded_count: int = 0
    corrects: str = ""
    faults: tuple[tuple[Fault, str], ...] = ()

    @property
    def submission_id(self) -> str:
        """The receipt number: the same file for the same data set and term is one submission."""
        return digest([self.term_id, self.data_set, self.content_digest])[:16]

    @property
    def status(self) -> str:
        """What the submitting unit is told."""
        if not self.accepted_count:
            return "refused"
        return "partly-accepted" if any(kind in REFUSING for _, kind in self.faults) else "accepted"

    def with_faults(self, faults: tuple[tuple[Fault, str], ...], *, accepted_count: int) -> "Received":
        """Return the submission after a further check."""
        return replace(self, faults=tuple(sorted((*self.faults, *faults))), accepted_count=accepted_count)
