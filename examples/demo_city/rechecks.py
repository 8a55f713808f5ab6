"""The synthetic city's schools rectify, two inspectors look again, the director strikes the cases off."""

from datetime import date

import pandas as pd

from inspection.request import ClosureEntry, FollowUpRequest, RecheckEntry
from inspection.store import rectification as rectifications
from inspection.store import roster
from inspection.store.case_tables import Case
from inspection.store.engine import reading
from inspection.store.tables import Campaign
from tasks.settings import settings

NOTE = "已到校核实，问题已整改到位，相关制度已修订并执行。"


def rectified(campaign_id: str, *, approver_id: str, day: date) -> FollowUpRequest:
    """Return the entries for every case of a campaign that asked for a rectification."""
    with reading(settings().database_url) as session:
        campaign = session.get_one(Campaign, campaign_id)
        relations = roster.recusals(session, campaign.term_id)
        people = roster.inspectors(session, campaign.term_id)
        owed = [case for case, _ in rectifications.owed(session, campaign_id)]
        rechecks = tuple(_recheck(case, people, relations, day) for case in owed)
    closures = tuple(ClosureEntry(case_id=case.case_id, approver_id=approver_id) for case in owed)
    return FollowUpRequest(campaign_id=campaign_id, as_of=day, rechecks=rechecks, closures=closures)


def _recheck(case: Case, people: pd.DataFrame, relations: pd.DataFrame, day: date) -> RecheckEntry:
    recused = set(relations[relations.school_code == case.school_code].inspector_id)
    free = people[~people.inspector_id.isin(recused) & (people.employer_code != case.school_code)]
    persons = tuple(sorted(free.inspector_id)[:2])
    return RecheckEntry(case_id=case.case_id, rechecked_on=day, outcome="met", person_ids=persons, note=NOTE)
