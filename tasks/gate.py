"""The compliance gate at a step: reads what the rules ask for, refuses, and keeps what is overridden.

Called by the tasks that take the step, in the transaction that takes it. The rules are `inspection.draw.gate`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inspection.decide.measure import Measures, load_measures
from inspection.deploy.matter_list import MatterList, load_matter_list
from inspection.deploy.plan import Mode, Plan
from inspection.draw.gate import (
    RULES,
    STEP_TITLES,
    Breach,
    Gatekeeper,
    OverrideFacts,
    Step,
    matter_breaches,
    notice_breaches,
    publication_breaches,
    quorum_breaches,
    recusal_breaches,
    repeat_breaches,
    sealed_notice_breaches,
    settle,
)
from inspection.draw.pool import OTHER_DISTRICT, DrawSetup, PoolInspector, PoolSchool, reasons_apart
from inspection.request import Override
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import gate as gates
from inspection.store import pool, recusal, roster
from inspection.store import publication as publications
from tasks.clock import now
from tasks.settings import profile

_NAME_LENGTH = 3  # a name of two characters is also found in ordinary words


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A step that asks to pass: of which plan, on which day, with which overrides.

    `key` (hexadecimal) veils in the ledger what is overridden.
    """

    plan: Plan
    step: Step
    as_of: date
    overrides: Sequence[Override]
    key: str


@dataclass(frozen=True)
class Sending:
    """Visits to come: the people (ids) who go to each school and the day; `told` are those to be notified now."""

    teams: Mapping[str, Collection[str]]
    days: Mapping[str, date]
    told: Collection[str]


def pass_commit(session: Session, asked: Asked, commitment: Mapping[str, Any]) -> None:
    """Let a plan be promised, or refuse it.

    Raises:
        ProtocolError: what breaks the rules and is not overridden.
    """
    plan, rules = asked.plan, _measures()
    assert plan.draw is not None
    is_sealed = plan.draw.kind == "sealed"
    done = _inspected(session, asked)
    breaches = [
        *quorum_breaches(plan.mode, quorum=rules.quorum[plan.mode], team_size=plan.team.size, teams={}),
        *matter_breaches((matter.code for matter in plan.matters), _matter_list(), as_of=asked.as_of),
        *repeat_breaches((line["school"] for line in commitment["pool"]), done),
        *sealed_notice_breaches(plan.mode, noticed_modes=rules.notice_workdays.keys(), is_sealed=is_sealed),
    ]
    _pass(session, asked, breaches)


def pass_dispatch(session: Session, asked: Asked, sending: Sending) -> None:
    """Let teams be sent, or refuse it.

    Raises:
        ProtocolError: what breaks the rules and is not overridden.
    """
    plan, rules = asked.plan, _measures()
    told = {school: day for school, day in sending.days.items() if school in sending.told}
    breaches = [
        *quorum_breaches(
            plan.mode, quorum=rules.quorum[plan.mode], team_size=plan.team.size, teams=sending.teams
        ),
        *recusal_breaches(sending.teams, _apart(session, plan)),
        *repeat_breaches(sending.teams, _inspected(session, asked)),
        *notice_breaches(
            told, workdays=notice_workdays(plan.mode), as_of=asked.as_of, calendar=profile().calendar
        ),
    ]
    _pass(session, asked, breaches)


def pass_results(session: Session, asked: Asked) -> None:
    """Let results be published or evaluated, or refuse it because one is, or would be, published too late.

    A visit from which nothing came back in time is one of them.

    Raises:
        ProtocolError: what breaks the rules and is not overridden.
    """
    results = findings.results(session, asked.plan.campaign)
    returned = dict(zip(results.school_code, results.visited_on, strict=True))
    planned = {
        visit["school_code"]: visit["visit_on"] for visit in draws.visits(session, asked.plan.campaign)
    }
    breaches = publication_breaches(
        planned | returned,
        workdays=profile().deadlines.publication_workdays,
        published_on=publications.results_first_on(session, asked.plan.campaign, returned),
        returned=returned.keys(),
        as_of=asked.as_of,
        calendar=profile().calendar,
    )
    _pass(session, asked, breaches)


def override_facts(session: Session, plan: Plan) -> tuple[OverrideFacts, ...]:
    """Return the overrides of a campaign as they are published."""
    return tuple(
        OverrideFacts(
            rule_title=RULES[row.rule].title,
            clause_title=RULES[row.rule].clause(plan.mode).title,
            step_title=STEP_TITLES[row.step],
            decided_on=row.decided_on,
            decided_by=row.person_id,
            reason=row.reason,
        )
        for row in gates.overrides(session, plan.campaign)
    )


def notice_workdays(mode: Mode) -> int:
    """Return how many working days before a visit of a mode its school must be told; 0: it comes unannounced."""
    return _measures().notice_workdays.get(mode, 0)


def _measures() -> Measures:
    """Return the bureau's measures, which hold quorum and notice of every mode."""
    return load_measures(profile().folders.rubrics / "measures.yaml")


def _matter_list() -> MatterList:
    """Return the bureau's published list of what may be inspected."""
    return load_matter_list(profile().folders.rubrics / "matters.yaml")


def _pass(session: Session, asked: Asked, breaches: Iterable[Breach]) -> None:
    plan = asked.plan
    keeper = Gatekeeper(
        approvers=profile().approvers,
        overridden=gates.overridden(session, plan.campaign),
        names=_names(session, plan.term.id) if asked.overrides else (),
    )
    settled = settle(breaches, asked.overrides, keeper, mode=plan.mode)
    decided = gates.Decided(campaign_id=plan.campaign, step=asked.step, on=asked.as_of, key=asked.key)
    gates.keep(session, settled, decided, at=now())


def _inspected(session: Session, asked: Asked) -> set[str]:
    codes = [matter.code for matter in asked.plan.matters]
    return pool.inspected_elsewhere(session, asked.plan.campaign, codes, year=asked.as_of.year)


def _apart(session: Session, plan: Plan) -> dict[tuple[str, str], list[str]]:
    """Return who may go to which school no more, by what is known now."""
    people = roster.inspectors(session, plan.term.id).to_dict(orient="records")
    places = roster.schools(session, plan.term.id).to_dict(orient="records")
    # Which district inspects which is no recusal; what an official gave up has been decided and published.
    given = {rule for kept in draws.withdrawn(session, plan.campaign) for rule in kept["decided"]["rules"]}
    apart = reasons_apart(
        DrawSetup(
            campaign_id=plan.campaign,
            mode=plan.mode,
            kind="open",
            matters=(),
            schools=[
                PoolSchool(code=row["school_code"], district_code=row["district_code"]) for row in places
            ],
            inspectors=[
                PoolInspector(
                    inspector_id=row["inspector_id"],
                    district_code=row["district_code"],
                    employer_code=row["employer_code"],
                )
                for row in people
            ],
            relations=recusal.relations(session, plan.term.id),
            sources=(),
        )
    )
    counted = {
        pair: [reason for reason in why if reason not in {OTHER_DISTRICT, *given}]
        for pair, why in apart.items()
    }
    return {pair: why for pair, why in counted.items() if why}


def _names(session: Session, term_id: str) -> set[str]:
    """Return the words that would name a school or a person."""
    places, people = roster.schools(session, term_id), roster.inspectors(session, term_id)
    persons = {name for name in people.inspector_name if len(name) >= _NAME_LENGTH}
    return persons | set(people.inspector_id) | set(places.school_name) | set(places.school_code)
