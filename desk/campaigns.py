"""Campaigns and teams: how far an inspection has come, who visits which school when."""

from itertools import groupby

from sqlalchemy.orm import Session
from starlette.responses import Response

from desk.documents import offered
from desk.files import names_inside
from desk.page import Call, page
from desk.score_sheets import all_lines, score_sheets
from desk.words import STEPS, step_progress
from inspection.access import Kind, Owner
from inspection.store import access, visit_notice, waiting
from inspection.store.engine import reading
from inspection.store.visit_notice import NoticeLine


@page
def campaign_list(call: Call) -> Response:
    """List the campaigns that the person may see."""
    call.require_any(Kind.CAMPAIGN)
    with reading(call.office.database_url) as session:
        lines = [
            line
            for line in waiting.campaigns(session)
            if call.may(Kind.CAMPAIGN, access.owner_of_campaign(session, line.campaign_id))
        ]
    return call.render("campaigns.html", {"campaigns": lines})


@page
def campaign(call: Call) -> Response:
    """Show a campaign: its steps, and the teams and visits that the person may see."""
    campaign_id = call.part("campaign_id")
    with reading(call.office.database_url) as session:
        call.require(Kind.CAMPAIGN, access.owner_of_campaign(session, campaign_id))
        line = waiting.campaign(session, campaign_id)
        assert line is not None
        people = {
            code: list(members)
            for code, members in groupby(waiting.members(session, campaign_id), lambda item: item.team_code)
        }
        teams = {
            code: members
            for code, members in people.items()
            if call.may(Kind.TEAM, Owner(inspector_ids=frozenset(member.inspector_id for member in members)))
        }
        register = (f"campaigns/{campaign_id}/hearing-register", "告知答复登记表（Excel）")
        facts = {
            "campaign": line,
            "steps": [(title, step_progress(line.state, place)) for place, (title, _) in enumerate(STEPS)],
            "teams": teams,
            "visits": waiting.visits(session, campaign_id, teams=teams),
            "ready": offered(
                call, session, [register, *_previews(call, campaign_id), *_refusals(call, campaign_id)]
            ),
            "score_sheets": score_sheets(session, call, campaign_id),
            "all_lines": all_lines(session, call, campaign_id),
            "visit_notices": visit_notices(session, call, campaign_id=campaign_id),
            "cases": waiting.cases(session, campaign_id=campaign_id) if call.has_any(Kind.DRAFT) else [],
        }
    return call.render("campaign.html", facts)


@page
def team(call: Call) -> Response:
    """Show a team: its members, its schools, its documents."""
    campaign_id, team_code = call.part("campaign_id"), call.part("team_code")
    with reading(call.office.database_url) as session:
        call.require(Kind.TEAM, access.owner_of_team(session, campaign_id, team_code))
        facts = {
            "campaign": waiting.campaign(session, campaign_id),
            "team_code": team_code,
            "members": [
                member for member in waiting.members(session, campaign_id) if member.team_code == team_code
            ],
            "visits": waiting.visits(session, campaign_id, teams=[team_code]),
            "ready": team_documents(session, call, campaign_id, team_code),
        }
    return call.render("team.html", facts)


def team_documents(session: Session, call: Call, campaign_id: str, team_code: str) -> list[tuple[str, str]]:
    """Return the (address, title) of a team's documents that are there."""
    asked = [
        (f"teams/{campaign_id}/{team_code}/dossier", "工作手册（PDF）"),
        (f"teams/{campaign_id}/{team_code}/findings-workbook", "检查记录表（Excel）"),
    ]
    return offered(call, session, asked)


def visit_notices(
    session: Session, call: Call, *, campaign_id: str = "", school_code: str = ""
) -> list[NoticeLine]:
    """Return the newest written notices of coming visits that the person may open, by day and school."""
    return [
        line
        for line in visit_notice.lines(session, campaign_id=campaign_id, school_code=school_code)
        if call.may(Kind.NOTICE, Owner(school_code=line.school_code, district_code=line.district_code))
    ]


def _previews(call: Call, campaign_id: str) -> list[tuple[str, str]]:
    """Return the previews of the special inspections that were asked for in a campaign, by number."""
    names = names_inside(call.office.workspace, ("outbox", campaign_id, "specials"))
    numbers = [name.removesuffix(".html") for name in names]
    return [(f"campaigns/{campaign_id}/specials/{n}", f"专项督导方案 {n}") for n in numbers]


def _refusals(call: Call, campaign_id: str) -> list[tuple[str, str]]:
    """Return the lists of why runs of a campaign were refused, by the number that the run's message names."""
    names = names_inside(call.office.workspace, ("outbox", campaign_id, "refusals"))
    numbers = [name.removesuffix(".csv") for name in names if name.endswith(".csv")]
    return [(f"campaigns/{campaign_id}/refusals/{n}", f"运行被退回的原因 {n}") for n in numbers]
