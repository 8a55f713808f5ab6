"""Files that came in: what became of each, what is wrong and what to do; the quality of a term's data."""

from itertools import groupby

from sqlalchemy.orm import Session
from starlette.responses import Response

from desk.documents import offered
from desk.extensions import sees_extensions
from desk.files import names_inside
from desk.history import READERS
from desk.owed import owed
from desk.page import Call, page
from inspection.access import Kind, Owner, Reach, Role, reach
from inspection.collect.standing import UnitStanding
from inspection.deploy.campaign import CampaignState
from inspection.store import access, standing, upload, waiting
from inspection.store.engine import reading
from inspection.store.upload import SubmissionLine

MOST_LINES, MOST_FAULTS = 200, 500


def visible_submissions(session: Session, call: Call) -> list[SubmissionLine]:
    """Return the submissions that the person may see, newest first."""
    found = upload.submissions(session)
    if reach(call.viewer.role, Kind.SUBMISSION) is Reach.ANY:
        return found
    return [line for line in found if call.may(Kind.SUBMISSION, _owner(session, call, line.submission_id))]


@page
def submission_list(call: Call) -> Response:
    """List what may be sent in, and what came in."""
    call.require_any(Kind.SUBMISSION)
    with reading(call.office.database_url) as session:
        found = visible_submissions(session, call)
        facts = {
            "owed": owed(session, call),
            "blanks": _blanks(session, call),
            "submissions": found[:MOST_LINES],
            "count": len(found),
            "standings": _standings(session, call),
            "districts": call.office.districts,
            "sees_extensions": sees_extensions(call),
        }
    return call.render("submissions.html", facts)


@page
def submission(call: Call) -> Response:
    """Show a submission: receipt number, digest, status, and every fault with its remedy."""
    submission_id = call.part("submission_id")
    with reading(call.office.database_url) as session:
        call.require(Kind.SUBMISSION, _owner(session, call, submission_id))
        (line,) = upload.submissions(session, submission_id=submission_id)
        faults = upload.faults(session, line)
        ready = _documents(session, call, line)
        again = next((item for item in owed(session, call) if item.data_set == line.data_set), None)
        facts = {
            "submission": line,
            "title": _title(call, line),
            "uploads": upload.of_submission(session, submission_id),
            "faults": faults[:MOST_FAULTS],
            "fault_count": len(faults),
            "ready": ready,
            "has_workbook": any("correction-workbook" in address for address, _ in ready),
            "due_on": again.due_on if again else None,
            "again": again,
        }
    return call.render("submission.html", facts)


@page
def quality(call: Call) -> Response:
    """Show what the expectations found in each term's data, and the reports made of it."""
    call.require_any(Kind.QUALITY_REPORT)
    with reading(call.office.database_url) as session:
        terms = {line.term_id: line.term_title for line in waiting.campaigns(session)}
        is_whole = reach(call.viewer.role, Kind.QUALITY_REPORT) is Reach.ANY
        facts = [
            {
                "title": title,
                "reports": _reports(session, call, term_id),
                "checks": [
                    (data_set, list(lines))
                    for data_set, lines in groupby(
                        upload.checks(session, term_id) if is_whole else [], lambda line: line.data_set
                    )
                ],
            }
            for term_id, title in terms.items()
        ]
    shown = [item for item in facts if item["reports"] or item["checks"]]
    return call.render("quality.html", {"terms": shown, "sees_schools": call.viewer.role in READERS})


def _reports(session: Session, call: Call, term_id: str) -> list[tuple[str, str]]:
    """Return the (address, title) of a term's reports that the person may open: fault lists, then reports."""
    folder = ("outbox", term_id, "quality")
    names = names_inside(call.office.workspace, folder)
    lists = [
        (f"terms/{term_id}/corrections/{name}", f"{source_map.title}问题清单（CSV）")
        for name, source_map in call.office.source_maps.items()
    ]
    asked = [*lists, (f"terms/{term_id}/quality/data-docs/index.html", "核查明细")]
    asked += [(f"terms/{term_id}/quality/{name}", name) for name in names]
    return offered(call, session, asked)


def _standings(session: Session, call: Call) -> list[UnitStanding]:
    """Return how the units stand that the person may see: a district itself, the bureau all of them."""
    viewer = call.viewer
    if viewer.role not in {Role.DIRECTOR, Role.OFFICE, Role.DISTRICT}:
        return []
    terms = {line.term_id for line in waiting.campaigns(session) if line.state != CampaignState.CLOSED}
    found = [item for term_id in sorted(terms) for item in standing.standings_of(session, term_id)]
    return [item for item in found if viewer.role is not Role.DISTRICT or item.unit == viewer.scope]


def _owner(session: Session, call: Call, submission_id: str) -> Owner | None:
    return access.owner_of_submission(session, submission_id, districts=call.office.districts)


def _blanks(session: Session, call: Call) -> list[tuple[str, str]]:
    """Return the forms that the person may take and fill in, term by term."""
    asked = []
    for term_id in sorted({line.term_id for line in waiting.campaigns(session)}, reverse=True):
        names = names_inside(call.office.workspace, ("outbox", term_id, "blanks"))
        asked += [(f"terms/{term_id}/blanks/{name}", name) for name in names]
    return offered(call, session, asked)


def _title(call: Call, line: SubmissionLine) -> str:
    source_map = call.office.source_maps.get(line.data_set)
    return source_map.title if source_map else line.data_set


def _documents(session: Session, call: Call, line: SubmissionLine) -> list[tuple[str, str]]:
    asked = [
        (f"submissions/{line.submission_id}/correction-workbook", "更正表（Excel）"),
        (f"submissions/{line.submission_id}/original", "上报原件"),
    ]
    return offered(call, session, asked)
