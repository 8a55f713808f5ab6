"""Relaxations: cancels a promise under which no teams can be made, makes it anew with a rule given up, and proves both.

Effects only; the rules are `inspection.draw.relaxation`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspection.deploy.campaign import CampaignState, require
from inspection.draw import record as records
from inspection.draw.relaxation import Decision, offers, recommit, require_offered
from inspection.draw.seed import PublicSource, ValueEntry, public_values
from inspection.draw.team import is_infeasible
from inspection.errors import Fault, ProtocolError
from inspection.receipt import Receipt
from inspection.request import NewSource, Relaxation
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger
from inspection.store.engine import writing
from tasks.border import task
from tasks.clock import OFFICE_TIME, now
from tasks.draw import derived_key, public_source, secret_of
from tasks.settings import profile, settings


@task(task_run_name="放宽条件并重新公布抽取方案")
def relax_draw(campaign_id: str, request: Relaxation, *, as_of: datetime) -> Receipt:
    """Give up a rule that a person decided to give up, and promise the draw anew with new public sources.

    All in one step of the store. The same request again changes nothing.

    Raises:
        ProtocolError: teams can be made, the rules are not the fewest that suffice, nobody entitled decided it,
            or the new sources will not do.
    """
    decided = {**request.model_dump(mode="json", exclude={"sources"}), "campaign": campaign_id}
    with writing(settings().database_url) as session:
        require(campaign_id, campaigns.get(session, campaign_id).state, CampaignState.COMMITTED)
        if not _is_done(session, campaign_id, decided):
            _relax(session, campaign_id, request, decided=decided, as_of=as_of)
        made = draws.commitment(session, campaign_id)
    counts = {"放宽规则": len(request.rules), "拟抽学校": int(made.record["sizing"]["total"])}
    return Receipt("重新公布抽取方案", counts, made.digest)


def replaced_records(session: Session, campaign_id: str) -> list[records.Record]:
    """Return the record of every promise of a campaign under which no teams could be made, in their order.

    Each holds what was drawn, the shortage that proves it, and the promise made anew. Of a sealed draw they hold
    secrets and schools: they are public only once the campaign's draw is open.
    """
    kept = draws.withdrawn(session, campaign_id)
    promises = [item["commitment"] for item in kept] + [draws.record_of(session, campaign_id)["commitment"]]
    return [_replaced(session, campaign_id, item, new) for item, new in zip(kept, promises[1:], strict=True)]


def _replaced(
    session: Session, campaign_id: str, kept: Mapping[str, Any], anew: Mapping[str, Any]
) -> records.Record:
    commitment, own = kept["commitment"], draws.numbered(campaign_id, int(kept["number"]))
    sources, typed = records.sources(commitment), [ValueEntry(**item) for item in kept["values"]]
    # Their instants had come when the values were typed.
    agreed = public_values(sources, typed, as_of=max(source.announced_at for source in sources))
    links = {kind: ledger.entry_hash(session, kind=kind, subject=own) for kind in ("commit", "seed")}
    return records.unstaffed(commitment, agreed, anew=anew, secret=secret_of(commitment, own), ledger=links)


def _is_done(session: Session, campaign_id: str, decided: dict[str, object]) -> bool:
    known = draws.withdrawn(session, campaign_id)
    has_values = bool(draws.values(session, campaign_id))
    return bool(known) and known[-1]["decided"] == decided and not has_values


def _relax(
    session: Session, campaign_id: str, request: Relaxation, *, decided: dict[str, object], as_of: datetime
) -> None:
    old, decision = draws.commitment(session, campaign_id), _decision(request)
    selection = _unstaffed(session, campaign_id, as_of)
    require_offered(decision, offers(old.record, old.annex, selection), approvers=profile().approvers)
    next_subject = draws.numbered(campaign_id, len(draws.withdrawn(session, campaign_id)) + 2)
    made = recommit(
        old,
        decision,
        sources=[_announced(source) for source in request.sources],
        secret=derived_key("draw", next_subject) if old.record["secret_digest"] else "",
        # A real bureau promises now, whatever day the run is dated.
        as_of=as_of if profile().is_synthetic else max(as_of, now()),
    )
    draws.withdraw(session, campaign_id, made, decided=decided, at=now())


def _unstaffed(session: Session, campaign_id: str, as_of: datetime) -> tuple[str, ...]:
    """Return the drawn schools, having proved that they cannot all get a team.

    Raises:
        ProtocolError: the values are not in, or teams can be made.
    """
    commitment = draws.record_of(session, campaign_id)["commitment"]
    agreed = public_values(records.sources(commitment), draws.values(session, campaign_id), as_of=as_of)
    secret = secret_of(commitment, draws.subject(session, campaign_id))
    try:
        records.draw(commitment, agreed, secret=secret)
    except ProtocolError as error:
        if not is_infeasible(error):
            raise
        return records.selection(commitment, agreed, secret=secret)
    fault = Fault(
        place=f"检查批次 {campaign_id}",
        code="RLX-006",
        wanted="按已公布的方案不能组成检查组",
        got="可以组成",
        remedy="请直接抽取；能够成组的，不得放宽条件，也不得另换方案。",
    )
    raise ProtocolError("不需要放宽条件", [fault])


def _announced(source: NewSource) -> PublicSource:
    """Return a source with its instant in office time: Prefect's form sends it in another zone."""
    given = source.model_dump() | {"announced_at": source.announced_at.astimezone(OFFICE_TIME)}
    return public_source(given)


def _decision(request: Relaxation) -> Decision:
    return Decision(rules=request.rules, decided_by=request.decided_by, reason=request.reason)
