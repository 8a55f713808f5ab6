"""Cases: where each stands, what comes next, and its documents."""

import json

from sqlalchemy.orm import Session
from starlette.responses import Response

from desk.documents import offered
from desk.page import Call, page
from inspection.access import KIND_TITLES, Kind, Owner
from inspection.store import access, rectification, waiting
from inspection.store.engine import reading
from inspection.store.waiting import CaseLine

_DOCUMENTS = {
    "hearing-letter": Kind.HEARING_LETTER,
    "draft": Kind.DRAFT,
    "notice": Kind.NOTICE,
}


def visible_cases(session: Session, call: Call, campaign_id: str = "") -> list[CaseLine]:
    """Return the cases that the person may see."""
    return [
        line for line in waiting.cases(session, campaign_id=campaign_id) if call.may(Kind.CASE, _owner(line))
    ]


@page
def case_list(call: Call) -> Response:
    """List the cases that the person may see, campaign by campaign."""
    call.require_any(Kind.CASE)
    with reading(call.office.database_url) as session:
        lines = visible_cases(session, call)
        campaigns = [
            (line, [case for case in lines if case.campaign_id == line.campaign_id])
            for line in waiting.campaigns(session)
        ]
    return call.render("cases.html", {"campaigns": [item for item in campaigns if item[1]]})


@page
def case(call: Call) -> Response:
    """Show a case: what is proposed and why, what the school said, what was decided, the documents."""
    case_id = call.part("case_id")
    with reading(call.office.database_url) as session:
        call.require(Kind.CASE, access.owner_of_case(session, case_id))
        (line,) = waiting.cases(session, case_id=case_id)
        facts = {
            "case": line,
            "campaign": waiting.campaign(session, line.campaign_id),
            "reasons": _reasons(waiting.reasons(session, case_id)),
            "ready": _documents(session, call, case_id),
            "is_inside": call.has_any(Kind.DRAFT),
            **_rechecks(session, case_id),
            "decisions": waiting.decisions(session, case_id),
            "notices": waiting.notices(session, case_id),
        }
    return call.render("case.html", facts)


def _rechecks(session: Session, case_id: str) -> dict[str, object]:
    closure = rectification.closure_of(session, case_id)
    looked = [
        {
            "outcome": item.outcome,
            "rechecked_on": item.rechecked_on,
            "note_text": item.note_text,
            "person_ids": "、".join(item.person_ids.split(",")),
        }
        for item in rectification.rechecks_of(session, case_id)
    ]
    return {"rechecks": looked, "closed_on": closure.closed_on if closure else None}


def _owner(line: CaseLine) -> Owner:
    """Return the same owner as `access.owner_of_case`, from a line already read."""
    return Owner(line.school_code, line.district_code) if line.is_told else Owner()


def _documents(session: Session, call: Call, case_id: str) -> list[tuple[str, str]]:
    asked = [(f"cases/{case_id}/{name}", KIND_TITLES[kind]) for name, kind in _DOCUMENTS.items()]
    return offered(call, session, asked)


def _reasons(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(text)
    return found
