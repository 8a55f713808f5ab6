"""Draws: the promise, the public values, the draw itself. Effects only; the rules are `draw`.

The opening is in `opening`.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from inspection.access import VALUE_ROLES
from inspection.deploy.campaign import CampaignState, require
from inspection.deploy.plan import Plan
from inspection.draw import record as records
from inspection.draw.beacon import Round
from inspection.draw.commitment import Commitment, commit
from inspection.draw.pool import DrawSetup, PoolInspector, PoolSchool
from inspection.draw.recusal import require_answered
from inspection.draw.relaxation import offer_faults, offers
from inspection.draw.seed import PublicSource, PublicValue, ValueEntry, public_values, require_accounts
from inspection.draw.team import is_infeasible
from inspection.draw.value_evidence import require_evidence
from inspection.errors import Fault, ProtocolError, SettingError
from inspection.receipt import Receipt
from inspection.request import Override, PublicValueEntry
from inspection.store import account, ledger, pool, quality, recusal, roster, value_evidence
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store.engine import reading, writing
from tasks.artifact import table
from tasks.beacon import require_signed
from tasks.border import task
from tasks.clock import now
from tasks.gate import Asked, pass_commit
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings

DEMO_SECRET = "de" * 32
OUTSIDE_TARGET = "不属于本次定向抽查的范围"
NOT_CONCERNED = "评价细则不涉及该校的学段"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_STRATUM = {"district": "district_code", "stage": "stages", "location": "location", "type": "school_type"}


@task(task_run_name="公布抽取方案")
def commit_draw(campaign_id: str, *, as_of: datetime, overrides: Sequence[Override] = ()) -> Receipt:
    """Freeze and publish everything the draw depends on, before anybody can know the seed.

    Raises:
        ProtocolError: the plan, the rosters or the sources do not allow a draw, a question about recusal is
            open, another commitment stands, or a rule of procedure is broken and not overridden.
    """
    plan = plan_of(campaign_id)
    if plan.draw is None:
        return Receipt("公布抽取方案", {"抽取学校": 0})
    with writing(settings().database_url) as session:
        require(campaign_id, campaigns.get(session, campaign_id).state, CampaignState.SCORED)
        if not draws.is_committed(session, campaign_id):
            require_answered(recusal.open_questions(session, plan.term.id))
        commitment = _commitment(session, plan, as_of)
        if not draws.is_committed(session, campaign_id):
            key = derived_key("gate", campaign_id)
            asked = Asked(plan=plan, step="commit", as_of=as_of.date(), overrides=overrides, key=key)
            pass_commit(session, asked, commitment.record)
        draws.commit(session, campaign_id, commitment, at=now())
        campaigns.advance(session, campaign_id, CampaignState.COMMITTED)
    counts = {
        "名录内学校": len(commitment.record["pool"]),
        "层数": len(commitment.record["strata"]),
        "拟抽学校": int(commitment.record["sizing"]["total"]),
    }
    return Receipt("公布抽取方案", counts, commitment.digest)


@task(task_run_name="登记公开数值")
def enter_public_values(campaign_id: str, entries: Sequence[PublicValueEntry], *, as_of: datetime) -> Receipt:
    """Keep the public values as two people typed them, and make the seed of them.

    Raises:
        ProtocolError: a value is early, malformed, typed by one person only or by somebody without an account
            for it, typed differently, or without evidence that was handed in.
    """
    typed = [
        ValueEntry(
            source_id=item.source_id, actor_id=item.entered_by, text=item.value, evidence=item.evidence
        )
        for item in entries
    ]
    with writing(settings().database_url) as session:
        record = draws.record_of(session, campaign_id)
        sources = records.sources(record["commitment"])
        require_signed(sources, typed)
        # The made-up city's values are typed by made-up people.
        require_accounts(typed, () if profile().is_synthetic else _value_accounts(session))
        agreed = public_values(sources, typed, as_of=as_of)
        on_file = value_evidence.digests(session, campaign_id)
        require_evidence(sources, agreed, on_file=on_file, is_required=not profile().is_synthetic)
        draws.enter_values(session, campaign_id, typed)
        facts = records.payload("seed", {**record, "values": [records.value_line(one) for one in agreed]})
        own = draws.subject(session, campaign_id)
        ledger.record(session, kind="seed", subject=own, payload=facts, at=now())
    return Receipt("登记公开数值", {"公开来源": len(agreed), "录入": len(typed)}, facts["values"])


@task(task_run_name="抽取学校和检查人员")
def draw_schools(campaign_id: str, *, as_of: datetime) -> Receipt:
    """Draw schools and teams under the commitment and the seed, and keep the record.

    Raises:
        ProtocolError: values are missing, no teams are possible, or another result stands on record.
    """
    with writing(settings().database_url) as session:
        commitment = draws.record_of(session, campaign_id)["commitment"]
        agreed = public_values(records.sources(commitment), draws.values(session, campaign_id), as_of=as_of)
        own = draws.subject(session, campaign_id)
        links = {kind: ledger.entry_hash(session, kind=kind, subject=own) for kind in ("commit", "seed")}
        secret = secret_of(commitment, own)
        try:
            record = records.draw(commitment, agreed, secret=secret, ledger=links)
        except ProtocolError as error:
            raise _with_offers(session, campaign_id, error, agreed) from error
        draws.keep_record(session, campaign_id, record, at=now())
        campaigns.advance(session, campaign_id, CampaignState.DRAWN)
    counts = {
        "抽中学校": len(record["selection"]),
        "检查组席位": sum(len(t["members"]) for t in record["teams"]),
    }
    return Receipt("抽取", counts, record["result_digest"])


@task(task_run_name="展示抽取情况")
def show_draw(campaign_id: str) -> None:
    """Show how many schools were promised and drawn, per opaque stratum; no school and no person."""
    with reading(settings().database_url) as session:
        record = draws.record_of(session, campaign_id)
    drawn = pd.Series([line["stratum"] for line in record.get("selection", [])], dtype="str").value_counts()
    rows = [
        {
            "层": line["stratum"],
            "名录": line["pool"],
            "拟抽": line["size"],
            "已抽": int(drawn.get(line["stratum"], 0)),
        }
        for line in record["commitment"]["strata"]
    ]
    table(f"{campaign_id}-draw-table", rows, description="抽取情况（层以代号表示）")


def _value_accounts(session: Session) -> set[str]:
    """Return the accounts in use that may enter public values."""
    return {one.account_id for one in account.accounts(session) if one.is_active and one.role in VALUE_ROLES}


def _commitment(session: Session, plan: Plan, as_of: datetime) -> Commitment:
    if draws.withdrawn(session, plan.campaign):
        # A promise made anew is no longer what the plan alone says; it stands as it is.
        return draws.commitment(session, plan.campaign)
    # Sources lay in the future when the promise was made; making the same promise again later is no fault.
    # A real bureau promises now, whatever day the run is dated: only a made-up city may play the past.
    present = as_of if profile().is_synthetic else max(as_of, now())
    instant = _LONG_AGO if draws.is_committed(session, plan.campaign) else present
    return commit(
        _setup(session, plan, as_of),
        salt=derived_key("annex", plan.campaign),
        secret=derived_key("draw", plan.campaign) if plan.draw and plan.draw.kind == "sealed" else "",
        as_of=instant,
    )


def _setup(session: Session, plan: Plan, as_of: datetime) -> DrawSetup:
    assert plan.draw is not None
    people, classes = roster.inspectors(session, plan.term.id), quality.risk_classes(session, plan.term.id)
    places, apart = roster.schools(session, plan.term.id), recusal.relations(session, plan.term.id)
    apart += pool.visitors_last_term(session, plan.campaign, starts_on=plan.term.starts_on)
    matters = [matter.code for matter in plan.matters]
    due_ratio = plan.draw.due_ratio
    reached = pool.reached(session, plan.campaign, matters, cycle_id=plan.cycle) if due_ratio else set()
    listed, named = set(places.school_code), set(people.inspector_id)
    done = pool.inspected(session, plan.campaign, matters, year=as_of.year)
    scored = rubric_of(plan)[0].stages
    return DrawSetup(
        campaign_id=plan.campaign,
        mode=plan.mode,
        kind=plan.draw.kind,
        matters=tuple(matters),
        schools=[
            replace(
                _pool_school(
                    row | {"stages": ",".join(inspected_stages(row["stages"], scored))},
                    plan,
                    classes.get(row["school_code"], ""),
                    done.get(row["school_code"], ""),
                ),
                is_due=bool(due_ratio) and row["school_code"] not in reached,
            )
            for row in _rows(places)
        ],
        inspectors=[_pool_inspector(row, plan.team.load) for row in _rows(people)],
        # Whoever or whatever was set aside at ingest is in no pool, and needs no recusal.
        relations=[one for one in apart if one.school_code in listed and one.inspector_id in named],
        sources=[public_source(source.model_dump()) for source in plan.draw.sources],
        ratio=plan.draw.ratio,
        number=plan.draw.size,
        ratios={str(name): ratio for name, ratio in plan.draw.ratios.items()},
        due_ratio=due_ratio,
        minimum_per_stratum=plan.draw.minimum_per_stratum,
        strata_by=plan.draw.strata_by,
        team_size=plan.team.size,
    )


def inspected_stages(stages: str, scored: Collection[str]) -> list[str]:
    """Return those of a school's stages (joined by commas) that the rubric speaks of.

    A school with none of them is not inspected under it, whatever the pool.
    """
    return [stage for stage in stages.split(",") if stage in scored]


def _pool_school(row: dict[str, Any], plan: Plan, risk_class: str, exclusion: str) -> PoolSchool:
    assert plan.draw is not None
    stages = [stage for stage in str(row["stages"]).split(",") if stage]
    # A team with fewer seats than stages covers the highest: its lessons are the hardest to judge.
    is_in_pool = plan.draw.target.holds(
        school_type=row["school_type"], stages=stages, district_code=row["district_code"]
    )
    needed = stages if len(stages) < plan.team.size else stages[-1:]
    return PoolSchool(
        code=row["school_code"],
        stratum=tuple(str(row[_STRATUM[name]]) for name in plan.draw.strata_by),
        district_code=row["district_code"],
        requires=tuple(needed) if plan.team.requires_stage_expertise else (),
        risk_class=risk_class,
        exclusion=exclusion or (NOT_CONCERNED if not stages else "" if is_in_pool else OUTSIDE_TARGET),
    )


def _pool_inspector(row: dict[str, Any], load: int) -> PoolInspector:
    return PoolInspector(
        inspector_id=row["inspector_id"],
        is_leader=bool(row["is_leader"]),
        expertise=tuple(code for code in str(row["expertise"]).split(",") if code),
        load=min(int(row["load_count"]), load),
        district_code=row["district_code"],
        employer_code=row["employer_code"],
    )


def public_source(source: Mapping[str, Any]) -> PublicSource:
    """Return a public source as a plan or a form names it; a beacon's name says its round."""
    beacon = f"（{Round(source['network'], source['round']).title}）" if source["kind"] == "drand" else ""
    return PublicSource(
        source_id=source["id"],
        kind=source["kind"],
        name=source["name"] + beacon,
        announced_at=source["announced_at"],
        throws=source["throws"],
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.to_dict(orient="records")
    return rows


def derived_key(purpose: str, campaign_id: str) -> str:
    """Return a campaign's own key for one purpose, from the installation's draw secret.

    Raises:
        SettingError: the secret is missing, too short, or the published one of the demo in a real bureau.
    """
    secret = settings().draw_secret.get_secret_value()
    is_published = secret == DEMO_SECRET and not profile().is_synthetic
    if len(secret) < 64 or is_published:
        fault = Fault(
            place="INSPECTION_DRAW_SECRET",
            code="SET-002",
            wanted="64 位以上的十六进制密钥，且不是演示用的公开密钥",
            got="演示用的公开密钥" if is_published else f"{len(secret)} 个字符",
            remedy="请运行 openssl rand -hex 32 生成，写入环境变量，并由督导室与纪检分别保管。",
        )
        raise SettingError("抽取密钥不可用", [fault])
    return hmac.new(bytes.fromhex(secret), f"{purpose}:{campaign_id}".encode(), hashlib.sha256).hexdigest()


def secret_of(commitment: Mapping[str, Any], subject: str) -> str:
    """Return the secret of a sealed draw, which is another for each promise; empty for an open draw."""
    return derived_key("draw", subject) if commitment["secret_digest"] else ""


def _with_offers(
    session: Session, campaign_id: str, error: ProtocolError, agreed: Sequence[PublicValue]
) -> ProtocolError:
    """Add to "no teams can be made" which rules would have to give."""
    if not is_infeasible(error):
        return error
    drawn = draws.get(session, campaign_id)
    commitment = json.loads(drawn.commitment)
    secret = secret_of(commitment, draws.subject(session, campaign_id))
    selection = records.selection(commitment, agreed, secret=secret)
    offered = offers(commitment, json.loads(drawn.annex), selection)
    return ProtocolError(error.summary, [*error.faults, *offer_faults(offered)])
