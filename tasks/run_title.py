"""What a run is called on Prefect's pages: what is done, for which term, where. No school and no person."""

from collections.abc import Callable, Mapping
from typing import Any

from prefect.runtime import flow_run

from inspection.errors import InspectionError
from inspection.profile import Profile
from tasks.plan import plan_of
from tasks.settings import profile

EVERYWHERE = "全部区县"


def run_title(verb: str) -> Callable[[], str]:
    """Return what names a flow's run, from the request it was started with."""

    def named() -> str:
        request = flow_run.parameters.get("request")
        asked = request if isinstance(request, Mapping) else request.model_dump()
        return title(verb, asked)

    return named


def title(verb: str, asked: Mapping[str, Any]) -> str:
    """Return the name of a run; while the plan cannot be read, the campaign alone tells runs apart."""
    campaign_id = str(asked.get("campaign_id", ""))
    try:
        plan, bureau = plan_of(campaign_id), profile()
    except InspectionError:
        return f"{verb} {campaign_id}"
    return f"{verb} {plan.term.title} {_where(asked, bureau)} {campaign_id}"


def _where(asked: Mapping[str, Any], bureau: Profile) -> str:
    codes = (asked.get("schools") or {}).get("district_codes") or ()
    return "、".join(bureau.district_name(code) for code in sorted(codes)) or EVERYWHERE
