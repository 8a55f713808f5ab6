"""Correction workbooks, extensions and standings in the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.collect.correction import Correction
from inspection.collect.standing import CameIn, UnitStanding
from inspection.errors import Fault, ProtocolError
from inspection.store import access
from inspection.store.account import utc
from inspection.store.correction_tables import CorrectionWorkbook, Extension, ExtensionDecision, Standing
from inspection.store.upload import submissions
from inspection.store.writing import append, put, replace_slice

GRANTED, DECLINED = "granted", "declined"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request to hand in a data set later, as somebody makes it."""

    term_id: str
    data_set: str
    unit: str
    until_on: date
    reason: str
    account_id: str

    @property
    def extension_id(self) -> str:
        """Its number: the same request is one."""
        return digest([self.term_id, self.data_set, self.unit, self.until_on.isoformat(), self.reason])[:16]


@dataclass(frozen=True, kw_only=True)
class ExtensionLine:
    """A request on record; `decision` is empty until the office has decided."""

    extension_id: str
    term_id: str
    data_set: str
    unit: str
    until_on: date
    reason: str
    account_id: str
    recorded_at: datetime
    decision: str = ""
    decided_by: str = ""
    decision_reason: str = ""


def enter_corrections(
    session: Session, corrections: Sequence[tuple[Correction, str]], *, at: datetime
) -> None:
    """Enter correction workbooks, each with the SHA-256 of its file."""
    rows = [
        {
            "submission_id": item.submission_id,
            "correction_id": item.correction_id,
            "term_id": item.term_id,
            "data_set": item.data_set,
            "content_digest": content_digest,
            "fault_count": item.fault_count,
            "row_count": len(item.rows),
            "recorded_at": at,
        }
        for item, content_digest in corrections
    ]
    put(session, CorrectionWorkbook, rows)


def enter_standings(session: Session, term_id: str, found: Sequence[UnitStanding]) -> bool:
    """Make `found` how the units of a term stand; return whether anything changed."""
    rows = [{"term_id": term_id, **vars(item)} for item in found]
    return replace_slice(session, Standing, rows, term_id=term_id)


def standings_of(session: Session, term_id: str) -> list[UnitStanding]:
    """Return how the units of a term stood when it was last checked."""
    rows = session.execute(select(Standing).where(Standing.term_id == term_id)).scalars()
    return sorted(UnitStanding(row.data_set, row.unit, row.status, row.due_on) for row in rows)


def came_in(session: Session, term_id: str, *, districts: Mapping[str, str]) -> list[CameIn]:
    """Return the files of a term with the district that each comes from."""
    found = []
    for line in submissions(session):
        if line.term_id == term_id:
            owner = access.owner_of_submission(session, line.submission_id, districts=districts)
            found.append(CameIn(line.data_set, owner.district_code if owner else "", line.status))
    return found


def ask(session: Session, asked: Asked, *, at: datetime) -> bool:
    """Enter a request; return whether it is new."""
    if session.get(Extension, asked.extension_id) is not None:
        return False
    row = {"extension_id": asked.extension_id, **vars(asked), "recorded_at": at.astimezone(UTC)}
    return bool(append(session, Extension, [row]))


def decide(
    session: Session, extension_id: str, decision: str, *, reason: str, account_id: str, at: datetime
) -> None:
    """Enter the office's decision on a request.

    Raises:
        ProtocolError: there is no such request, or it has been decided.
    """
    is_known = session.get(Extension, extension_id) is not None
    if not is_known or session.get(ExtensionDecision, extension_id) is not None:
        fault = Fault(
            place=f"延期申请 {extension_id}",
            code="EXT-002",
            wanted="尚未批复的延期申请",
            got="已经批复" if is_known else "没有这项申请",
            remedy="请返回列表查看办理结果。",
        )
        raise ProtocolError("延期申请不能批复", [fault])
    row = {
        "extension_id": extension_id,
        "decision": decision,
        "reason": reason,
        "account_id": account_id,
        "recorded_at": at.astimezone(UTC),
    }
    append(session, ExtensionDecision, [row])


def extensions(session: Session, term_id: str = "") -> list[ExtensionLine]:
    """Return the requests on record (of one term), newest first."""
    decided = {row.extension_id: row for row in session.execute(select(ExtensionDecision)).scalars()}
    statement = select(Extension).order_by(Extension.recorded_at.desc(), Extension.extension_id)
    if term_id:
        statement = statement.where(Extension.term_id == term_id)
    return [_line(row, decided.get(row.extension_id)) for row in session.execute(statement).scalars()]


def put_off(session: Session, term_id: str) -> dict[tuple[str, str], date]:
    """Return until when the office lets units hand in later, by data set and unit; the latest day counts."""
    found: dict[tuple[str, str], date] = {}
    for line in extensions(session, term_id):
        if line.decision == GRANTED:
            key = (line.data_set, line.unit)
            found[key] = max(line.until_on, found.get(key, line.until_on))
    return found


def _line(row: Extension, decided: ExtensionDecision | None) -> ExtensionLine:
    return ExtensionLine(
        extension_id=row.extension_id,
        term_id=row.term_id,
        data_set=row.data_set,
        unit=row.unit,
        until_on=row.until_on,
        reason=row.reason,
        account_id=row.account_id,
        recorded_at=utc(row.recorded_at),
        decision=decided.decision if decided else "",
        decided_by=decided.account_id if decided else "",
        decision_reason=decided.reason if decided else "",
    )
