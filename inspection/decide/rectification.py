"""Rectification: what a re-check must be to count, and when a case is struck off 销号.

教育督导条例第二十一条: the school rectifies within the time set, the bureau checks again. Not here: deadlines
in working days (`workdays`), what is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspection.errors import Fault


class RectificationState(StrEnum):
    """Where a rectification stands."""

    DUE = "due"
    OVERDUE = "overdue"
    RECHECKED = "rechecked"
    CLOSED = "closed"


TITLES = {
    RectificationState.DUE: "整改期内",
    RectificationState.OVERDUE: "已逾期",
    RectificationState.RECHECKED: "复查通过，待销号",
    RectificationState.CLOSED: "已销号",
}
OUTCOME_TITLES = {"met": "已整改到位", "not-met": "未整改到位"}
FEWEST_PERSONS = 2


@dataclass(frozen=True)
class RecheckFacts:
    """A re-check as it is entered: who looked, on which day; `served_on` is when the school got its notice."""

    case_id: str
    person_ids: tuple[str, ...]
    rechecked_on: date
    served_on: date


def state_on(state: str, *, due_on: date, as_of: date) -> RectificationState:
    """Return where a rectification stands on a day: only what is still owed can become overdue."""
    known = RectificationState(state)
    if known in {RectificationState.RECHECKED, RectificationState.CLOSED}:
        return known
    return RectificationState.OVERDUE if as_of > due_on else RectificationState.DUE


def recheck_faults(
    facts: RecheckFacts, *, inspectors: Collection[str], recused: Collection[str], as_of: date
) -> list[Fault]:
    """Return why a re-check may not be entered; empty when nothing stands against it.

    `inspectors` are the ids on the roster of the term, `recused` those who must not look at this school.
    """
    place, persons = f"案 {facts.case_id}", sorted(set(facts.person_ids))
    faults = []
    if len(persons) < FEWEST_PERSONS:
        got, remedy = f"{len(persons)} 人", "请填写全部复查人员的编号。"
        faults.append(_fault(place, f"{FEWEST_PERSONS} 名以上复查人员", got, remedy))
    for person in persons:
        if person not in inspectors:
            remedy = "请核对人员编号，由名录内人员复查。"
            faults.append(_fault(place, "本学期检查人员名录内的人员", f"{person} 不在名录中", remedy))
        elif person in recused:
            remedy = "请由与该校没有回避关系的人员复查。"
            faults.append(_fault(place, "与该校没有回避关系的人员", f"{person} 应当回避", remedy))
    if not facts.served_on <= facts.rechecked_on <= as_of:
        wanted = f"{facts.served_on} 至 {as_of} 之间的日期"
        remedy = "复查日期不得早于文书印发之日，也不得晚于办理日期。"
        faults.append(_fault(place, wanted, str(facts.rechecked_on), remedy))
    return faults


def _fault(place: str, wanted: str, got: str, remedy: str) -> Fault:
    return Fault(place=place, code="CAS-004", wanted=wanted, got=got, remedy=remedy)
