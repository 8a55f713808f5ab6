"""Special inspections 专项督导: which schools a request means, what stands against it, who would go when.

Teams come from the same exact rule as those of a draw, under a seed made of the request itself: anybody in
the office gets the same teams again, but nothing is drawn in public and no document says so. Not here: the form
(`special_request`), what stands against a request (`special_check`), the letter to the school
(`special_notice`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import yaml

from inspection.deploy.plan import MODE_TITLES, Plan, TeamPlan, VisitPlan
from inspection.dispatch.special_request import SpecialRequest
from inspection.dispatch.visit import Taken, schedule, team_codes
from inspection.draw.pool import DrawSetup, PoolInspector, PoolSchool, Relation, reasons_apart
from inspection.draw.team import Candidate, assign, roles
from inspection.errors import Fault, ProtocolError
from inspection.profile import Calendar
from inspection.workdays import add_workdays, workdays_between

PLACE = "专项督导申请"
APPROVAL_WORKDAYS = 1
NOTIFIED_MODES = frozenset({"thematic", "comprehensive"})
"""Modes whose schools must be told in writing beforehand (教育督导条例 Art 17)."""


class SpecialState(StrEnum):
    """How far a special inspection has come."""

    REQUESTED = "REQUESTED"
    DISPATCHED = "DISPATCHED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"
    WITHDRAWN = "WITHDRAWN"


TITLES = {
    SpecialState.REQUESTED: "待批准",
    SpecialState.DISPATCHED: "已派组",
    SpecialState.RETURNED: "未获批准，未派组",
    SpecialState.CANCELLED: "申请人已撤回，未派组",
    SpecialState.WITHDRAWN: "补办审批未获批准，尚未进行的入校已停止",
}


@dataclass(frozen=True, kw_only=True)
class KnownSchool:
    """A school of the term's roster, as far as it is chosen by."""

    code: str
    name: str
    district_code: str
    school_type: str
    location: str
    stages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the store knows when a request is judged.

    `overdue` is the school of each case whose rectification is overdue, `failed` the schools whose public band
    is fail, `taken` the days that other inspections have taken, `person_names` the inspectors' names by id.
    """

    schools: Mapping[str, KnownSchool]
    inspectors: Sequence[PoolInspector]
    relations: Sequence[Relation]
    overdue: Mapping[str, str]
    failed: frozenset[str]
    taken: Taken
    person_names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What the bureau's own documents set: the campaign's plan, the mode's quorum, calendar, approvers."""

    plan: Plan
    quorum: int
    calendar: Calendar
    approvers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, order=True)
class PlannedVisit:
    """A school, the team that goes there, and the day."""

    school_code: str
    team_code: str
    visit_on: date


@dataclass(frozen=True, kw_only=True, order=True)
class Seat:
    """A person's place in a team."""

    team_code: str
    inspector_id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Who would go where and when; visits by school, seats by team and person."""

    visits: tuple[PlannedVisit, ...]
    seats: tuple[Seat, ...]

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The members of each team by its code."""
        found: dict[str, tuple[str, ...]] = {}
        for seat in self.seats:
            found[seat.team_code] = (*found.get(seat.team_code, ()), seat.inspector_id)
        return found


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A special inspection on record: what was asked for, what was arranged, how far it has come.

    `decision` is the answer that counts, empty while there is none.
    """

    special_id: str
    request: SpecialRequest
    arrangement: Arrangement
    state: SpecialState
    requested_on: date
    dispatched_on: date | None = None
    approval_due_on: date | None = None
    decision: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has yet to decide: before the dispatch, or after an urgent one."""
        return not self.decision and self.state in {SpecialState.REQUESTED, SpecialState.DISPATCHED}


def chosen_schools(request: SpecialRequest, known: Known) -> tuple[str, ...]:
    """Return the codes of the schools that a request means, sorted; unknown ones are left out."""
    choice = request.schools
    if choice.chosen_by == "filter":
        return tuple(sorted(code for code, school in known.schools.items() if _fits(school, request)))
    if choice.chosen_by == "trigger" and request.cause.trigger == "overdue-rectification":
        cases = request.cause.evidence_ids or tuple(known.overdue)
        return tuple(sorted({known.overdue[case] for case in cases if case in known.overdue}))
    if choice.chosen_by == "trigger" and request.cause.trigger == "public-band-fail":
        return tuple(sorted(known.failed & known.schools.keys()))
    return tuple(sorted(set(choice.school_codes) & known.schools.keys()))


def first_day(request: SpecialRequest, *, dispatched_on: date, calendar: Calendar) -> date:
    """Return the first day on which a school may be visited when teams are sent out on `dispatched_on`.

    A school that is told beforehand has the announced working days; what is urgent does not wait.
    """
    announcement = request.announcement
    if request.is_urgent or announcement.is_unannounced:
        earliest = dispatched_on
    else:
        earliest = add_workdays(dispatched_on, announcement.notice_workdays, calendar)
    return max(request.window.starts_on, earliest)


def visit_days(request: SpecialRequest, *, dispatched_on: date, calendar: Calendar) -> list[date]:
    """Return the working days on which schools may be visited."""
    start = first_day(request, dispatched_on=dispatched_on, calendar=calendar)
    return workdays_between(start, request.window.ends_on, calendar)


def arrange(
    request: SpecialRequest, known: Known, days: Sequence[date], *, is_stage_expertise_required: bool
) -> Arrangement:
    """Return who would visit the chosen schools on which of the given days.

    Raises:
        ProtocolError: no teams are possible, or the days are not enough; ids are named, so this is no text
            for the Prefect UI (see `veiled_refusal`).
    """
    codes = chosen_schools(request, known)
    seats = {}
    for code in codes:
        stages = known.schools[code].stages if is_stage_expertise_required else ()
        # A team with fewer seats than stages covers the highest: its lessons are the hardest to judge.
        needed = stages if len(stages) < request.team_size else stages[-1:]
        seats[code] = roles(needed, size=request.team_size, leader=True)
    people = [_candidate(person, days, known.taken) for person in known.inspectors]
    teams = assign(request.digest, seats, people, blocked=_blocked(request, known, codes, days))
    members = {team.school: tuple(member.inspector for member in team.members) for team in teams}
    dates, names = schedule(members, days, taken=known.taken), team_codes([members])
    visits = [PlannedVisit(school_code=s, team_code=names[s], visit_on=dates[s]) for s in members]
    # A team that visits several schools keeps the roles of its first.
    places = {
        (names[team.school], member.inspector): member.role
        for team in reversed(teams)
        for member in team.members
    }
    taken_seats = [Seat(team_code=t, inspector_id=person, role=role) for (t, person), role in places.items()]
    return Arrangement(visits=tuple(sorted(visits)), seats=tuple(sorted(taken_seats)))


def rearranged(arrangement: Arrangement, days: Sequence[date], *, taken: Taken) -> Arrangement:
    """Return the same teams at the same schools on days that are still free; all as before if they are.

    Raises:
        ProtocolError: the days that are left are not enough.
    """
    if all(_is_free(arrangement, visit, taken) and visit.visit_on in days for visit in arrangement.visits):
        return arrangement
    teams = arrangement.members
    dates = schedule({v.school_code: teams[v.team_code] for v in arrangement.visits}, days, taken=taken)
    visits = [
        PlannedVisit(school_code=v.school_code, team_code=v.team_code, visit_on=dates[v.school_code])
        for v in arrangement.visits
    ]
    return Arrangement(visits=tuple(visits), seats=arrangement.seats)


def veiled_refusal(error: ProtocolError) -> ProtocolError:
    """Return a refusal that says how much does not fit, without the schools and persons that show it."""
    fault = Fault(
        place=PLACE,
        column="派组和排期",
        code="SPE-010",
        wanted="在申请的时间和人数内，各校都能派出检查组、排定入校日期",
        got=f"有{len(error.faults)}处排不下",
        remedy="请延长入校时间、减少学校或者每组人数后重新申请；具体情况见工作台中的预览材料。",
    )
    return ProtocolError("专项督导派不出检查组或排不进入校时间", [fault])


def approval_due_on(dispatched_on: date, calendar: Calendar) -> date:
    """Return until when the approval of an urgent dispatch must be in: one working day after it."""
    return add_workdays(dispatched_on, APPROVAL_WORKDAYS, calendar)


def special_plan(plan: Plan, request: SpecialRequest, *, special_id: str, visits: VisitPlan) -> Plan:
    """Return the plan of a special inspection: a campaign of its own within the term of `plan`."""
    matters = tuple(matter for matter in plan.matters if matter.code in request.matters)
    subject = "、".join(matter.name for matter in matters)
    changes = {
        "campaign": special_id,
        "title": f"{plan.term.title}{MODE_TITLES[request.mode]}（{subject}）",
        "mode": request.mode,
        "matters": matters,
        "pilot_schools": (),
        "draw": None,
        "team": TeamPlan(
            size=request.team_size,
            load=plan.team.load,
            requires_stage_expertise=plan.team.requires_stage_expertise,
        ),
        "visits": visits,
    }
    return plan.model_copy(update=changes)


def plan_text(plan: Plan) -> str:
    """Return a plan as the document it would have been loaded from."""
    return yaml.safe_dump(plan.model_dump(mode="json"), allow_unicode=True, sort_keys=False)


def _fits(school: KnownSchool, request: SpecialRequest) -> bool:
    choice = request.schools
    return (
        (not choice.district_codes or school.district_code in choice.district_codes)
        and (not choice.stages or not set(choice.stages).isdisjoint(school.stages))
        and (not choice.school_types or school.school_type in choice.school_types)
        and (not choice.locations or school.location in choice.locations)
    )


def _candidate(person: PoolInspector, days: Sequence[date], taken: Taken) -> Candidate:
    """Return a person as the team rule sees them: no more schools than days that are still free."""
    free = sum((person.inspector_id, day) not in taken for day in days)
    return Candidate(
        person.inspector_id, person.is_leader, frozenset(person.expertise), min(person.load, free)
    )


def _blocked(
    request: SpecialRequest, known: Known, codes: Sequence[str], days: Sequence[date]
) -> dict[str, frozenset[str]]:
    """Return the schools that each person may not or cannot be sent to: recused, or no day free for both."""
    setup = DrawSetup(
        campaign_id=request.campaign_id,
        mode=request.mode,
        kind="open",
        matters=request.matters,
        schools=[PoolSchool(code=c, district_code=known.schools[c].district_code) for c in codes],
        inspectors=known.inspectors,
        relations=known.relations,
        sources=(),
    )
    apart = set(reasons_apart(setup))
    for person in known.inspectors:
        free = [day for day in days if (person.inspector_id, day) not in known.taken]
        apart |= {
            (person.inspector_id, code) for code in codes if all((code, day) in known.taken for day in free)
        }
    found: dict[str, set[str]] = {}
    for inspector_id, code in apart:
        found.setdefault(inspector_id, set()).add(code)
    return {inspector_id: frozenset(schools) for inspector_id, schools in found.items()}


def _is_free(arrangement: Arrangement, visit: PlannedVisit, taken: Taken) -> bool:
    people = arrangement.members[visit.team_code]
    return not any((who, visit.visit_on) in taken for who in (visit.school_code, *people))
