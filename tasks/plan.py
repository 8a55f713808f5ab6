"""Reads the plan of a campaign: from the bureau's folder, or, of a special inspection, from the record."""

import re

from inspection import policy_file
from inspection.deploy.plan import Plan, load_plan
from inspection.store import special
from inspection.store.engine import reading
from tasks.settings import profile, settings

_SPECIAL = re.compile(r".+-s[0-9a-f]{10,}")


def plan_of(campaign_id: str) -> Plan:
    """Return a campaign's plan.

    Raises:
        DocumentError: the plan is absent or wrong.
    """
    if _SPECIAL.fullmatch(campaign_id):
        with reading(settings().database_url) as session:
            text = special.plan_on_record(session, campaign_id)
        if text:
            return policy_file.parse(Plan, text, place=campaign_id)
    return load_plan(profile().folders.plans, campaign_id)
