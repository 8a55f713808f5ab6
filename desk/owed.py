"""What a person may hand in now: the data sets that open campaigns ask for, until when, for which units."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from desk.page import Call
from inspection.access import SENDERS, Reach, Role, sending_reach
from inspection.deploy.campaign import CampaignState, has_reached
from inspection.store import standing, waiting
from inspection.store.waiting import CampaignLine

RETURNED = frozenset({"findings", "hearings"})


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A data set that a person may send in for a campaign, and the units they may send it for."""

    campaign: CampaignLine
    data_set: str
    title: str
    due_on: date | None
    suffixes: tuple[str, ...]
    units: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """Where its form is."""
        return f"/uploads/{self.campaign.campaign_id}/{self.data_set}"

    @property
    def is_returned(self) -> bool:
        """Whether it is a workbook of a campaign coming back, and not term data."""
        return self.data_set in RETURNED

    @property
    def received_as(self) -> str:
        """What it is received under: the campaign for a workbook coming back, else the term."""
        return self.campaign.campaign_id if self.is_returned else self.campaign.term_id


def owed(session: Session, call: Call) -> list[Owed]:
    """Return what a person may send in now; term data that two campaigns ask for is asked for once."""
    found: dict[tuple[str, str], Owed] = {}
    for line in waiting.campaigns(session):
        if line.plan is None or line.state == CampaignState.CLOSED:
            continue
        for data_set in SENDERS:
            item = _owed(session, call, line, data_set)
            if item is not None:
                found.setdefault((item.received_as, data_set), item)
    return list(found.values())


def _owed(session: Session, call: Call, line: CampaignLine, data_set: str) -> Owed | None:
    granted = sending_reach(call.viewer.role, data_set)
    assert line.plan is not None
    due = {item.data_set: item.due_on for item in line.plan.data}
    is_open = data_set in due
    if data_set in RETURNED:
        is_open = has_reached(line.state, CampaignState.VISITING)
    source_map = call.office.source_maps.get(data_set)
    if granted is None or not is_open or source_map is None:
        return None
    units = _units(session, call, line, data_set)
    if granted is Reach.OWN and not units:
        return None
    return Owed(
        campaign=line,
        data_set=data_set,
        title=source_map.title,
        due_on=_due_on(session, call, line, due.get(data_set), data_set),
        suffixes=tuple(dict.fromkeys(PurePosixPath(pattern).suffix for pattern in source_map.files)),
        units=units,
    )


def _due_on(
    session: Session, call: Call, line: CampaignLine, due_on: date | None, data_set: str
) -> date | None:
    """Return the day that holds for the person: the plan's, or a later one that the office has granted."""
    granted = standing.put_off(session, line.term_id).get((data_set, call.viewer.scope))
    return max(due_on, granted) if due_on and granted else due_on


def _units(session: Session, call: Call, line: CampaignLine, data_set: str) -> tuple[tuple[str, str], ...]:
    """Return the units a person may send a data set for; none: the file speaks for the whole bureau."""
    viewer = call.viewer
    if data_set == "findings":
        teams = sorted({member.team_code for member in waiting.members(session, line.campaign_id)})
        if viewer.role is Role.INSPECTOR:
            own = waiting.teams_of(session, viewer.scope)
            teams = [team for team in teams if (line.campaign_id, team) in own]
        return tuple((team, f"检查组{team}") for team in teams)
    if viewer.role is Role.SCHOOL:
        return ((viewer.scope, waiting.school_name(session, viewer.scope) or viewer.scope),)
    if viewer.role is Role.DISTRICT:
        return ((viewer.scope, call.office.districts.get(viewer.scope, viewer.scope)),)
    is_by_district = sending_reach(Role.DISTRICT, data_set) is not None
    return tuple(call.office.districts.items()) if is_by_district else ()
