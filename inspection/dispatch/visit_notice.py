"""The facts of the written notice 督导通知 that tells a drawn school of its inspection (教育督导条例 Art 17).

Only modes that ask for notice in advance have one, and only once the names may be known. No names of people, as
in the notices of special inspections, whose requirements these share. Here: the facts, who is told now, by which
day the notice must be sent. Not here: layout (`report_templates`), numbers (`inspection.store.visit_notice`),
rendering (`tasks.visit_notice`), whether the visit comes too soon (`gate`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inspection.dispatch.dossier import VisitMatter
from inspection.dispatch.notice import Letter, title_lines
from inspection.dispatch.special_notice import requirements


@dataclass(frozen=True, kw_only=True)
class VisitNoticeFacts(Letter):
    """A notice to one drawn school: what will be looked at, when, by how many, and what to make ready.

    `due_on` is the last working day on which it is in time. `replaces` is the number of an earlier notice with
    another day, or empty. `record_digest` is that of the draw's result, `ledger_head` the entry of the draw.
    """

    matters: tuple[VisitMatter, ...]
    legal_basis: tuple[str, ...]
    visit_on: date
    due_on: date
    team_count: int
    is_substitute: bool
    replaces: str
    self_evaluation_due_on: date | None

    @property
    def lines(self) -> tuple[str, ...]:
        """Such as 某市教育局 / 关于对某小学开展综合督导的通知."""
        return title_lines((self.bureau_name, f"关于对{self.school_name}", f"开展{self.mode_title}的通知"))

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is asked of the school, in order."""
        return requirements(self.office_name, self.self_evaluation_due_on)


def to_tell(visits: Mapping[str, date], told: Mapping[str, date], *, as_of: date) -> tuple[str, ...]:
    """Return the schools whose coming visit they have not been told of, by code.

    Args:
        visits: the day of each visit, by school.
        told: the day that each school's newest notice names.
        as_of: the present day; a visit that is over needs no notice.
    """
    return tuple(code for code, day in sorted(visits.items()) if day >= as_of and told.get(code) != day)
