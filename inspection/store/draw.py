"""Draws in the store: the commitment, the values typed for it, the record, the visits that follow.

The states are enforced here: one commitment a campaign, never changed; drawn once; opened once.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import canonical, digest
from inspection.deploy.campaign import CampaignState, has_reached
from inspection.draw import record as records
from inspection.draw.commitment import Commitment
from inspection.draw.seed import ValueEntry
from inspection.errors import Fault, ProtocolError
from inspection.store import ledger
from inspection.store.frames import frame_of
from inspection.store.tables import (
    Campaign,
    Draw,
    PolicyVersion,
    PublicValue,
    TeamMember,
    Visit,
)
from inspection.store.writing import Row, append, replace_slice

OPENING_REASON = "opening-reason"
SUBSTITUTION_REQUEST = "substitution-request"
WITHDRAWN = "withdrawn-draw"


def commit(session: Session, campaign_id: str, commitment: Commitment, *, at: datetime) -> str:
    """Keep a commitment and publish it in the ledger; the same one again changes nothing.

    Raises:
        ProtocolError: the campaign is committed to something else.
    """
    known = session.get(Draw, campaign_id)
    if known is not None and known.commitment_digest != commitment.digest:
        raise ProtocolError("已公布的抽取方案不得更改", [_changed(campaign_id, known.commitment_digest)])
    record = records.committed(commitment.record)
    if known is None:
        session.add(
            Draw(
                campaign_id=campaign_id,
                state=records.COMMITTED,
                commitment=canonical(commitment.record),
                commitment_digest=commitment.digest,
                annex=canonical(commitment.annex),
                record="",
                record_digest="",
            )
        )
    return ledger.record(
        session,
        kind="commit",
        subject=subject(session, campaign_id),
        payload=records.payload("commit", record),
        at=at,
    )


def commitment(session: Session, campaign_id: str) -> Commitment:
    """Return a campaign's promise with its annex.

    Raises:
        ProtocolError: nothing has been committed to.
    """
    drawn = get(session, campaign_id)
    return Commitment(json.loads(drawn.commitment), json.loads(drawn.annex))


def is_committed(session: Session, campaign_id: str) -> bool:
    """Say whether a campaign has published its commitment."""
    return session.get(Draw, campaign_id) is not None


def promised(session: Session, term_id: str) -> list[str]:
    """Return the campaigns of a term whose draw is promised and whose visits are not all over, in order."""
    statement = select(Campaign).join(Draw, Draw.campaign_id == Campaign.campaign_id)
    found = session.execute(statement.where(Campaign.term_id == term_id)).scalars()
    return sorted(row.campaign_id for row in found if not has_reached(row.state, CampaignState.FOUND))


def withdrawn(session: Session, campaign_id: str) -> list[dict[str, Any]]:
    """Return the promises of a campaign that were cancelled, with annex, values and what was decided."""
    statement = select(PolicyVersion.content).where(
        PolicyVersion.kind == WITHDRAWN, PolicyVersion.name == campaign_id
    )
    found = [json.loads(content) for content in session.execute(statement).scalars()]
    return sorted(found, key=lambda item: int(item["number"]))


def subject(session: Session, campaign_id: str) -> str:
    """Return what the ledger calls a campaign's present promise: a promise made anew has a number of its own."""
    return numbered(campaign_id, len(withdrawn(session, campaign_id)) + 1)


def numbered(campaign_id: str, number: int) -> str:
    """Return what the ledger calls a campaign's first, second … promise."""
    return campaign_id if number == 1 else f"{campaign_id}-{number}"


def withdraw(
    session: Session, campaign_id: str, commitment: Commitment, *, decided: Mapping[str, Any], at: datetime
) -> None:
    """Cancel a campaign's promise, keep it whole, and put another in its place, each an entry in the ledger.

    Args:
        session: open for writing.
        campaign_id: whose draw.
        commitment: the promise made anew.
        decided: who decided what and why; kept with the old promise, the ledger holds the digest.
        at: the present instant.

    Raises:
        ProtocolError: nothing was promised, or schools and teams have been drawn already.
    """
    drawn, own = get(session, campaign_id), subject(session, campaign_id)
    if drawn.record:
        raise ProtocolError("已抽取的结果不得重抽", [_changed(campaign_id, drawn.record_digest)])
    old = record_of(session, campaign_id)
    typed = [vars(item) for item in values(session, campaign_id)]
    kept = {
        "number": str(len(withdrawn(session, campaign_id)) + 1),
        "commitment": old["commitment"],
        "annex": json.loads(drawn.annex),
        "values": sorted(typed, key=canonical),
        "decided": dict(decided),
    }
    row = {"digest": digest(kept), "kind": WITHDRAWN, "name": campaign_id, "content": canonical(kept)}
    append(session, PolicyVersion, [row])
    facts = records.payload("cancel", old) | {"decision": digest(dict(decided))}
    ledger.record(session, kind="cancel", subject=own, payload=facts, at=at)
    drawn.commitment, drawn.commitment_digest = canonical(commitment.record), commitment.digest
    drawn.annex = canonical(commitment.annex)
    session.flush()
    made = records.payload("commit", records.committed(commitment.record))
    ledger.record(session, kind="commit", subject=subject(session, campaign_id), payload=made, at=at)


def get(session: Session, campaign_id: str) -> Draw:
    """Return a campaign's draw.

    Raises:
        ProtocolError: nothing has been committed to.
    """
    drawn = session.get(Draw, campaign_id)
    if drawn is None:
        fault = Fault(
            place=f"检查批次 {campaign_id}",
            code="DRW-001",
            wanted="已公布抽取方案",
            got="尚未公布",
            remedy="请先运行 inspect-term 公布抽取方案。",
        )
        raise ProtocolError("还没有抽取方案", [fault])
    return drawn


def enter_values(session: Session, campaign_id: str, entries: Sequence[ValueEntry]) -> int:
    """Keep what each person typed; return how many entries were new.

    Raises:
        ProtocolError: a person has already typed something else for a source.
    """
    rows = [
        {
            "campaign_id": campaign_id,
            "source_id": item.source_id,
            "entered_by": item.actor_id,
            "value": item.text,
            "evidence": item.evidence,
        }
        for item in entries
    ]
    return append(session, PublicValue, rows)


def values(session: Session, campaign_id: str) -> list[ValueEntry]:
    """Return what was typed for the sources that a campaign's present promise names."""
    named = [line["source"] for line in record_of(session, campaign_id)["commitment"]["sources"]]
    statement = select(PublicValue).where(
        PublicValue.campaign_id == campaign_id, PublicValue.source_id.in_(named)
    )
    found = session.execute(statement).scalars()
    return [
        ValueEntry(source_id=row.source_id, actor_id=row.entered_by, text=row.value, evidence=row.evidence)
        for row in found
    ]


def keep_record(session: Session, campaign_id: str, record: Mapping[str, Any], *, at: datetime) -> None:
    """Keep what was drawn; a drawn draw cannot be drawn again.

    Raises:
        ProtocolError: another result stands on record.
    """
    drawn = get(session, campaign_id)
    # Opening changes the state, substitution adds to its list: the same draw stays the same draw.
    since = {"state": drawn.state, "substitutions": _substitutions(drawn)} if drawn.record else {}
    found = digest({**record, **since})
    if drawn.record and drawn.record_digest != found:
        raise ProtocolError("已抽取的结果不得重抽", [_changed(campaign_id, drawn.record_digest)])
    if not drawn.record:
        drawn.record, drawn.record_digest = canonical(dict(record)), found
        drawn.state = str(record["state"])
    own, facts = subject(session, campaign_id), records.payload("draw", record)
    ledger.record(session, kind="draw", subject=own, payload=facts, at=at)


def keep_substitution(
    session: Session, campaign_id: str, record: Mapping[str, Any], *, asked: str, at: datetime
) -> None:
    """Keep a record to which one substitution was added, and enter that in the ledger.

    Args:
        session: open for writing.
        campaign_id: whose draw.
        record: the record with the new substitution last.
        asked: who asked for what, when and why, as canonical JSON; the ledger holds its digest.
        at: the present instant.

    Raises:
        ProtocolError: something other than one more substitution would change.
    """
    drawn = get(session, campaign_id)
    earlier = digest({**record, "substitutions": list(record["substitutions"])[:-1]})
    if drawn.record_digest != earlier:
        raise ProtocolError("已抽取的结果不得更改", [_changed(campaign_id, drawn.record_digest)])
    drawn.record, drawn.record_digest = canonical(dict(record)), digest(dict(record))
    number = len(record["substitutions"])
    kept = {
        "digest": digest({"number": number, "asked": asked}),
        "kind": SUBSTITUTION_REQUEST,
        "name": f"{campaign_id}-{number}",
        "content": asked,
    }
    append(session, PolicyVersion, [kept])
    facts = records.payload("substitute", record) | {"request": kept["digest"]}
    ledger.record(session, kind="substitute", subject=f"{campaign_id}-{number}", payload=facts, at=at)


def _substitutions(drawn: Draw) -> list[Any]:
    known: list[Any] = json.loads(drawn.record)["substitutions"]
    return known


def open_record(session: Session, campaign_id: str, *, reason: str = "", at: datetime) -> dict[str, Any]:
    """Declare a draw open in the ledger and return its record; a sealed one is opened by its own annex.

    `reason` says why a sealed draw is opened early: it is kept, and the ledger holds its digest. Opening
    again changes nothing.

    Raises:
        ProtocolError: nothing has been drawn, the annex is not the one committed to, or the draw stands
            open for another reason.
    """
    drawn, record = get(session, campaign_id), record_of(session, campaign_id)
    if record["state"] == records.COMMITTED:
        raise ProtocolError("还没有抽取，不能公开", [_undrawn(campaign_id)])
    if record["state"] == records.UNOPENED:
        record = records.open_draw(record, json.loads(drawn.annex))
        drawn.record, drawn.record_digest = canonical(record), digest(record)
        drawn.state = records.OPENED
    facts = records.payload("open", record)
    if reason:
        said = digest({"campaign": campaign_id, "reason": reason})
        kept = {"digest": said, "kind": OPENING_REASON, "name": campaign_id, "content": reason}
        append(session, PolicyVersion, [kept])
        facts["reason"] = said
    ledger.record(session, kind="open", subject=campaign_id, payload=facts, at=at)
    return record


def is_open(session: Session, campaign_id: str) -> bool:
    """Say whether a campaign's draw has been declared open."""
    return bool(ledger.entry_hash(session, kind="open", subject=campaign_id))


def opening_reason(session: Session, campaign_id: str) -> str:
    """Return why a sealed draw was opened early, or the empty string."""
    statement = select(PolicyVersion.content).where(
        PolicyVersion.kind == OPENING_REASON, PolicyVersion.name == campaign_id
    )
    return session.execute(statement).scalar_one_or_none() or ""


def record_of(session: Session, campaign_id: str) -> dict[str, Any]:
    """Return a campaign's draw record; before the draw, that of the commitment alone.

    Raises:
        ProtocolError: nothing has been committed to.
    """
    drawn = get(session, campaign_id)
    found: dict[str, Any] = json.loads(drawn.record) if drawn.record else {}
    return found or records.committed(json.loads(drawn.commitment))


def enter_visits(session: Session, campaign_id: str, visits: Sequence[Row], members: Sequence[Row]) -> None:
    """Enter who visits which school when."""
    replace_slice(session, Visit, visits, campaign_id=campaign_id)
    replace_slice(session, TeamMember, members, campaign_id=campaign_id)


def visits(session: Session, campaign_id: str) -> list[dict[str, Any]]:
    """Return the visits of a campaign, by school."""
    found: list[dict[str, Any]] = frame_of(session, Visit, campaign_id=campaign_id).to_dict(orient="records")
    return found


def members(session: Session, campaign_id: str) -> list[dict[str, Any]]:
    """Return the members of a campaign's teams, by team and person."""
    frame = frame_of(session, TeamMember, campaign_id=campaign_id)
    found: list[dict[str, Any]] = frame.to_dict(orient="records")
    return found


def _undrawn(campaign_id: str) -> Fault:
    return Fault(
        place=f"检查批次 {campaign_id}",
        code="DRW-005",
        wanted="已抽取",
        got="只公布了抽取方案",
        remedy="请先运行 draw-inspection 抽取。",
    )


def _changed(campaign_id: str, known: str) -> Fault:
    return Fault(
        place=f"检查批次 {campaign_id}",
        code="DRW-002",
        wanted=f"与存档一致（{known[:16]}）",
        got="内容不同",
        remedy="名录、比例或回避情况如有变化，请另立批次；已公布的方案和结果不能改。",
    )
