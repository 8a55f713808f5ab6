"""The documents of a draw behind their addresses: record, sheet, evidence, annex, cancelled promises, ledger."""

from typing import Any

from sqlalchemy.orm import Session

from desk.evidence import evidence_parts
from desk.found import Found
from desk.office import Office
from inspection import ledger as rules
from inspection.access import Kind, Owner
from inspection.canonical import canonical
from inspection.draw.record import committed
from inspection.store import draw, ledger, record_sheet, value_evidence


def record_document(session: Session, _office: Office, campaign_id: str) -> Found:
    """Return a campaign's draw record as it stands."""
    is_there = draw.is_committed(session, campaign_id)
    record = canonical(draw.record_of(session, campaign_id)) if is_there else ""
    owner = Owner() if is_there else None
    return Found(kind=Kind.DRAW_RECORD, owner=owner, name=f"抽取记录-{campaign_id}.json", text=record)


def record_sheet_document(session: Session, _office: Office, campaign_id: str) -> Found:
    """Return the newest record sheet of a draw."""
    found, name = record_sheet.sheet(session, campaign_id), f"抽取记录单-{campaign_id}.pdf"
    if found is None:
        return Found(kind=Kind.DRAW_RECORD, owner=None, name=name)
    parts = ("outbox", campaign_id, *found.file_name.split("/"))
    return Found(kind=Kind.DRAW_RECORD, owner=Owner(), name=name, parts=parts, digest=found.content_digest)


def evidence_document(session: Session, _office: Office, campaign_id: str, digest: str) -> Found:
    """Return the evidence of a public value, by its digest."""
    kind = value_evidence.kind_of(session, campaign_id, digest)
    return Found(
        kind=Kind.DRAW_RECORD,
        owner=Owner() if kind else None,
        name=f"公开数值凭证-{digest[:16]}.{kind}",
        parts=evidence_parts(campaign_id, digest, kind),
        digest=digest,
    )


def annex_document(session: Session, _office: Office, campaign_id: str) -> Found:
    """Return the annex of a campaign's present promise."""
    is_there = draw.is_committed(session, campaign_id)
    annex = draw.get(session, campaign_id).annex if is_there else ""
    owner = Owner() if is_there else None
    return Found(kind=Kind.DRAW_ANNEX, owner=owner, name=f"抽取附件-{campaign_id}.json", text=annex)


def ledger_document(session: Session, _office: Office) -> Found:
    """Return the whole ledger."""
    text = canonical(rules.document(ledger.entries(session)))
    return Found(kind=Kind.LEDGER, owner=Owner(), name="台账.json", text=text)


def withdrawn_record(session: Session, _office: Office, campaign_id: str, number: str) -> Found:
    """Return the record of a cancelled promise, by its number."""
    kept, name = _withdrawn(session, campaign_id, number), f"抽取记录-{campaign_id}-已撤销{number}.json"
    if kept is None:
        return Found(kind=Kind.DRAW_RECORD, owner=None, name=name)
    text = canonical(committed(kept["commitment"]))
    return Found(kind=Kind.DRAW_RECORD, owner=Owner(), name=name, text=text)


def withdrawn_annex(session: Session, _office: Office, campaign_id: str, number: str) -> Found:
    """Return the annex of a cancelled promise, by its number."""
    kept, name = _withdrawn(session, campaign_id, number), f"抽取附件-{campaign_id}-已撤销{number}.json"
    if kept is None:
        return Found(kind=Kind.DRAW_ANNEX, owner=None, name=name)
    return Found(kind=Kind.DRAW_ANNEX, owner=Owner(), name=name, text=canonical(kept["annex"]))


def _withdrawn(session: Session, campaign_id: str, number: str) -> dict[str, Any] | None:
    return next((item for item in draw.withdrawn(session, campaign_id) if item["number"] == number), None)
