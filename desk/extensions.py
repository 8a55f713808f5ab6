"""Requests to hand in later 延期申请: asked for by a unit, decided by the office, shown to both."""

from datetime import date

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk.owed import Owed
from desk.page import Call, page
from inspection.access import Role
from inspection.errors import Fault, SourceError
from inspection.store import standing
from inspection.store.engine import reading, writing
from inspection.store.standing import DECLINED, GRANTED, Asked, ExtensionLine

UNITS = frozenset({Role.SCHOOL, Role.DISTRICT})
_LONGEST_REASON = 300


def own_extensions(call: Call, wanted: Owed) -> list[ExtensionLine]:
    """Return the requests for a data set that the person may see: a unit its own, the office all."""
    with reading(call.office.database_url) as session:
        found = standing.extensions(session, wanted.campaign.term_id)
    return [line for line in found if line.data_set == wanted.data_set and _may_see(call, line)]


def ask(call: Call, wanted: Owed, form: FormData) -> None:
    """Enter a unit's request.

    Raises:
        SourceError: the day or the reason is missing, or the day is not after the one that holds.
    """
    if call.viewer.role not in UNITS:
        raise HTTPException(403, "延期由报送单位申请。")
    given, reason = str(form.get("until", "")), str(form.get("reason", "")).strip()
    until, faults = _day(given), []
    earliest = wanted.due_on or call.today
    if until is None or until <= earliest:
        faults.append(_fault("延至", f"{earliest}之后的日期", given or "未填写"))
    if not 0 < len(reason) <= _LONGEST_REASON:
        faults.append(_fault("理由", f"{_LONGEST_REASON}字以内的理由", f"{len(reason)}字"))
    if faults or until is None:
        raise SourceError("延期申请未登记", faults)
    asked = Asked(
        term_id=wanted.campaign.term_id,
        data_set=wanted.data_set,
        unit=call.viewer.scope,
        until_on=until,
        reason=reason,
        account_id=call.viewer.account_id,
    )
    with writing(call.office.database_url) as session:
        standing.ask(session, asked, at=call.at)


@page
def extension_list(call: Call) -> Response:
    """List the requests: to the office all of them, to a unit its own."""
    _require_part(call)
    with reading(call.office.database_url) as session:
        found = [line for line in standing.extensions(session) if _may_see(call, line)]
    facts = {"extensions": found, "may_decide": call.viewer.role is Role.OFFICE}
    return call.render("extensions.html", facts)


def decide(call: Call, form: FormData) -> Response:
    """Enter the office's decision on a request."""
    if call.viewer.role is not Role.OFFICE:
        raise HTTPException(403, "延期申请由教育督导室批复。")
    decision = str(form.get("decision", ""))
    reason = str(form.get("reason", "")).strip()[:_LONGEST_REASON]
    if decision not in {GRANTED, DECLINED} or (decision == DECLINED and not reason):
        raise SourceError(
            "延期申请未批复", [_fault("批复", "同意，或者不同意并写明理由", reason or "未填写")]
        )
    with writing(call.office.database_url) as session:
        standing.decide(
            session,
            call.part("extension_id"),
            decision,
            reason=reason,
            account_id=call.viewer.account_id,
            at=call.at,
        )
    return RedirectResponse("/extensions", status_code=303)


def sees_extensions(call: Call) -> bool:
    """Say whether the person has a part in requests."""
    return call.viewer.role in UNITS | {Role.OFFICE, Role.DIRECTOR}


def _require_part(call: Call) -> None:
    if not sees_extensions(call):
        raise HTTPException(403, "延期申请只对报送单位和教育督导室开放。")


def _may_see(call: Call, line: ExtensionLine) -> bool:
    return call.viewer.role not in UNITS or line.unit == call.viewer.scope


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _fault(column: str, wanted: str, got: str) -> Fault:
    return Fault(
        place="延期申请",
        column=column,
        code="EXT-001",
        wanted=wanted,
        got=got,
        remedy="请改正后重新提交。",
    )
