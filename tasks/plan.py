"""Reads the plan of a campaign from the bureau's folder."""

from inspection.plan import Plan, load_plan
from tasks.settings import profile


def plan_of(campaign_id: str) -> Plan:
    """Return a campaign's plan.

    Raises:
        DocumentError: the plan is absent or wrong.
    """
    return load_plan(profile().folders.plans, campaign_id)
