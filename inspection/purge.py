"""When a term's student files may go, and which files those are: what stands against it, in a clerk's words.

Here: rules alone. What is deleted, in which order and how it is proved is the task's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from inspection.decide.case import TITLES as CASE_TITLES
from inspection.decide.case import CaseState
from inspection.deploy.campaign import TITLES as CAMPAIGN_TITLES
from inspection.deploy.campaign import CampaignState, has_reached
from inspection.errors import Fault
from inspection.ingest.source_map import SourceMap
from inspection.profile import Deadlines

_OPEN = (CaseState.PROPOSED, CaseState.HEARD, CaseState.APPROVED, CaseState.RETURNED)


@dataclass(frozen=True, kw_only=True)
class TermFacts:
    """What must be known of a term: its last day, its campaigns' and cases' states, when notices were served."""

    term_id: str
    ends_on: date
    campaigns: Mapping[str, str]
    cases: Mapping[str, str]
    served_on: Mapping[str, date]


def student_data_sets(source_maps: Iterable[SourceMap]) -> tuple[str, ...]:
    """Return the data sets whose files name or number children, in order.

    These are the files that are reduced to sums or whose personal columns are dropped or replaced on reading.
    Rosters of inspectors stay: who inspected is part of the record.
    """
    return tuple(
        sorted(
            item.data_set
            for item in source_maps
            if item.reduce or any(column.handling != "keep" for column in item.columns.values())
        )
    )


def appeals_end_on(served_on: date, deadlines: Deadlines) -> date:
    """Return the last day on which review 复核, and then appeal 申诉, may still be asked for."""
    return served_on + timedelta(days=deadlines.review_days + deadlines.appeal_days)


def still_open(facts: TermFacts, deadlines: Deadlines, *, as_of: date) -> tuple[Fault, ...]:
    """Return what still needs the files, all at once; empty when the term may be purged."""
    faults = []
    if as_of <= facts.ends_on:
        faults.append(
            _fault(f"学期 {facts.term_id}", "PUR-001", f"已于{facts.ends_on}之后", f"{as_of}，学期未结束")
        )
    for campaign_id, state in facts.campaigns.items():
        if not has_reached(state, CampaignState.DECIDED):
            got = f"“{CAMPAIGN_TITLES[CampaignState(state)]}”"
            faults.append(_fault(f"检查批次 {campaign_id}", "PUR-002", "处理意见已决定", got))
    for case_id, state in facts.cases.items():
        if state in _OPEN:
            got = f"“{CASE_TITLES[CaseState(state)]}”"
            faults.append(_fault(f"案 {case_id}", "PUR-003", "已办结或已送达", got))
    for case_id, served_on in facts.served_on.items():
        last_day = appeals_end_on(served_on, deadlines)
        if as_of <= last_day:
            wanted = "复核、申诉期限已满"
            faults.append(_fault(f"案 {case_id}", "PUR-004", wanted, f"期限至{last_day}"))
    return tuple(sorted(faults))


def _fault(place: str, code: str, wanted: str, got: str) -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy="请在办结并期满之后再清除。")
