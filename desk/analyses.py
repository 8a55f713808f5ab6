"""The analyses of quality and teaching that a person may open, term by term; in the order of codes."""

from sqlalchemy.orm import Session
from starlette.responses import Response

from desk.documents import offered
from desk.files import names_inside
from desk.page import Call, page
from inspection.access import Kind
from inspection.store import waiting
from inspection.store.engine import reading

_LEVELS = {
    "district": "区县学业质量分析报告",
    "school": "学校学业质量分析报告",
    "process": "教学过程分析报告",
}


@page
def analysis_list(call: Call) -> Response:
    """List the analyses that the person may open, each with the unit it is of."""
    call.require_any(Kind.QUALITY_ANALYSIS)
    with reading(call.office.database_url) as session:
        terms = {line.term_id: line.term_title for line in waiting.campaigns(session)}
        found = [(title, _of_term(session, call, term_id)) for term_id, title in terms.items()]
    return call.render("analyses.html", {"terms": [item for item in found if item[1]]})


def _of_term(session: Session, call: Call, term_id: str) -> list[tuple[str, str]]:
    """Return the (address, title) of a term's analyses that are there and the person may open."""
    names = names_inside(call.office.workspace, ("outbox", term_id, "analyses"))
    asked = []
    for level, title in _LEVELS.items():
        codes = [
            name.removeprefix(f"{level}-").removesuffix(".pdf") for name in names if name.startswith(level)
        ]
        asked += [
            (f"terms/{term_id}/analyses/{level}-{code}.pdf", f"{title} {_unit(session, call, level, code)}")
            for code in codes
        ]
    return offered(call, session, asked)


def _unit(session: Session, call: Call, level: str, code: str) -> str:
    if level == "district":
        return call.office.districts.get(code, code)
    return f"{waiting.school_name(session, code) or ''}（{code}）"
