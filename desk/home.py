"""The first page: what waits for the person who opens it."""

from sqlalchemy.orm import Session
from starlette.responses import Response

from desk import words
from desk.campaigns import team_documents, visit_notices
from desk.cases import visible_cases
from desk.owed import owed
from desk.page import Call, page
from desk.score_sheets import SheetLine, score_sheets
from desk.submissions import visible_submissions
from inspection.access import AT_SCHOOL, Kind, Reach, Role, reach
from inspection.decide.case import CaseState
from inspection.store import waiting
from inspection.store.engine import reading
from inspection.store.visit_notice import NoticeLine

_SHOWN = 8
_DONE = (CaseState.CLOSED, CaseState.SERVED)


@page
def home(call: Call) -> Response:
    """Show what waits for the person: visits, cases, files to send in, files that came back."""
    with reading(call.office.database_url) as session:
        facts = {
            "unit_title": unit_title(session, call),
            "teams": _teams(session, call),
            "cases": _cases(session, call),
            "score_sheets": _score_sheets(session, call),
            "visit_notices": _visit_notices(session, call),
            "owed": owed(session, call) if call.viewer.role is not Role.OFFICE else [],
            "submissions": _submissions(session, call),
            "campaigns": waiting.campaigns(session) if _sees_all_campaigns(call) else [],
        }
    return call.render("home.html", facts)


def unit_title(session: Session, call: Call) -> str:
    """Return whom the person stands for: a school, a district, or the role itself."""
    viewer = call.viewer
    if viewer.role in AT_SCHOOL:
        return waiting.school_name(session, viewer.scope) or viewer.scope
    if viewer.role is Role.DISTRICT:
        return call.office.districts.get(viewer.scope, viewer.scope)
    return words.role_title(viewer.role)


def _sees_all_campaigns(call: Call) -> bool:
    return reach(call.viewer.role, Kind.CAMPAIGN) is Reach.ANY


def _teams(session: Session, call: Call) -> list[dict[str, object]]:
    if call.viewer.role is not Role.INSPECTOR:
        return []
    return [
        {
            "campaign": line,
            "team_code": team_code,
            "visits": waiting.visits(session, campaign_id, teams=[team_code]),
            "documents": team_documents(session, call, campaign_id, team_code),
        }
        for campaign_id, team_code in waiting.teams_of(session, call.viewer.scope)
        if (line := waiting.campaign(session, campaign_id)) is not None
    ]


def _score_sheets(session: Session, call: Call) -> list[tuple[str, list[SheetLine]]]:
    """Return a school's own sheets beside the title of their campaign."""
    if call.viewer.role not in AT_SCHOOL:
        return []
    found = [
        (line.title, score_sheets(session, call, line.campaign_id)) for line in waiting.campaigns(session)
    ]
    return [item for item in found if item[1]]


def _visit_notices(session: Session, call: Call) -> list[NoticeLine]:
    """Return the notices of visits to come at the viewer's own schools."""
    if call.viewer.role not in {*AT_SCHOOL, Role.DISTRICT}:
        return []
    school_code = call.viewer.scope if call.viewer.role in AT_SCHOOL else ""
    found = visit_notices(session, call, school_code=school_code)
    return [line for line in found if line.visit_on >= call.today]


def _cases(session: Session, call: Call) -> list[waiting.CaseLine]:
    """Return the cases that wait: for approval (director), or for anybody of the viewer's side."""
    if not call.has_any(Kind.CASE):
        return []
    found = [line for line in visible_cases(session, call) if line.state not in _DONE]
    if call.viewer.role is Role.DIRECTOR:
        found = [line for line in found if line.state == CaseState.HEARD]
    return sorted(found, key=lambda line: (_urgency(line, call), line.case_id))


def _urgency(line: waiting.CaseLine, call: Call) -> int:
    return 0 if words.next_step(line, call.viewer.role, call.today).tone == "late" else 1


def _submissions(session: Session, call: Call) -> list[object]:
    if not call.has_any(Kind.SUBMISSION):
        return []
    found = [line for line in visible_submissions(session, call) if line.status != "superseded"]
    if reach(call.viewer.role, Kind.SUBMISSION) is Reach.ANY:
        found = [line for line in found if line.status in {"refused", "partly-accepted"}]
    return list(found[:_SHOWN])
