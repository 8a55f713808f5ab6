"""Visits 入校检查: which persons make up a team's code, and who goes where on which day.

Days are a second step after the draw, as deterministic as the first: if they do not work out it is said,
never silently re-teamed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from inspection.errors import Fault, ProtocolError

Teams = Mapping[str, tuple[str, ...]]
"""Who visits each school, schools in ticket order; inspector ids in the order of their seats."""


def team_codes(history: Sequence[Teams]) -> dict[str, str]:
    """Return each school's present team code: the same persons are one team, numbered as they were drawn.

    `history` holds the teams as drawn and after each substitution, so that a code once given stays.
    """
    codes: dict[frozenset[str], str] = {}
    for teams in history:
        for members in teams.values():
            codes.setdefault(frozenset(members), f"t{len(codes) + 1:02d}")
    return {school: codes[frozenset(members)] for school, members in history[-1].items()}


Taken = Collection[tuple[str, date]]
"""Days that are no longer free, each of a school (its code) or of a person (the inspector id)."""


def schedule(
    teams: Teams,
    days: Sequence[date],
    *,
    taken: Taken = frozenset(),
    kept: Mapping[str, date] | None = None,
) -> dict[str, date]:
    """Return the day of each visit: in ticket order, the first day on which school and team are free.

    `taken` holds the days of other inspections: no school is visited twice on one day, whoever sends. `kept`
    holds the days that stand, by school.

    Raises:
        ProtocolError: the working days of the plan are not enough; every school left over is named.
    """
    found = dict(kept or {})
    busy = set(taken) | {(member, day) for school, day in found.items() for member in teams[school]}
    for school, members in teams.items():
        if school in found:
            continue
        free = (day for day in days if not any((who, day) in busy for who in (school, *members)))
        if (day := next(free, None)) is not None:
            found[school] = day
            busy |= {(member, day) for member in members}
    faults = [_unscheduled(school, len(days)) for school in teams if school not in found]
    if faults:
        raise ProtocolError(f"有 {len(faults)} 所学校排不进入校时间", faults)
    return found


def kept_days(
    teams: Teams, before: Teams, days_before: Mapping[str, date], *, taken: Taken
) -> dict[str, date]:
    """Return the days that stand after a substitution.

    All visits whose team stays keep their day; so does one whose new members are free on it.
    """
    found = {school: day for school, day in days_before.items() if teams.get(school) == before.get(school)}
    found = {school: day for school, day in found.items() if school in teams}
    busy = set(taken) | {(member, day) for school, day in found.items() for member in teams[school]}
    for school, members in teams.items():
        day = days_before.get(school)
        if school not in found and day is not None and not any((who, day) in busy for who in members):
            found[school] = day
            busy |= {(member, day) for member in members}
    return found


def _unscheduled(school: str, day_count: int) -> Fault:
    return Fault(
        place=f"学校 {school}",
        code="VIS-001",
        wanted="计划的入校时间内有检查组成员都空闲的工作日",
        got=f"{day_count} 个工作日均已排满",
        remedy="请延长计划中的入校时间，另立批次后重新公布方案。",
    )
