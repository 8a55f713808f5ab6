"""Substitution 递补: who takes the place of a drawn school or of an inspector who drops out, by rule.

A record in, a new record out; the original selection and teams stay in it, and every substitution is chained to
the one before. Not here: who may ask and when (`tasks.substitution`). Standard library only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from inspection.canonical import digest
from inspection.draw.commitment import blocked, candidates, one_line, seats
from inspection.draw.record import (
    DRAWN,
    OPENED,
    UNOPENED,
    Record,
    member_line,
    require_state,
    team_line,
)
from inspection.draw.team import Candidate, assign
from inspection.errors import Fault, ProtocolError

SCHOOL = "school"
INSPECTOR = "inspector"

Teams = dict[str, dict[str, Any]]
"""Team of every school that is to be visited, by school code, as a record carries it."""


def substitute(record: Mapping[str, Any], school_code: str, *, reason: str) -> Record:
    """Return the record with a drawn school replaced by the next ticket of its stratum.

    The replaced school never comes back. Its team is freed and the substitute's team assigned by the same
    rule, all other teams staying as they are. The original selection and teams remain in the record.

    Raises:
        ProtocolError: the school is not to be visited, no reason is given, the stratum has no school left,
            or no team is possible.
    """
    require_state(record, {DRAWN, UNOPENED, OPENED}, step="递补")
    teams, why = current_teams(record), one_line(reason)
    if school_code not in teams or not why:
        wanted = "本次抽中且尚未被替换的学校，并写明理由"
        got = f"学校“{school_code}”，理由“{why}”"
        raise ProtocolError("不能递补", [_fault("递补", "REC-002", wanted, got)])
    stratum, school, number = _next_ticket(record, school_code)
    del teams[school_code]
    (team,) = assign(
        record["seed"],
        {school: seats(record["commitment"])[school]},
        _left(record, teams),
        blocked=_blocked(record),
    )
    return _appended(
        record,
        {
            "kind": SCHOOL,
            "school": school_code,
            "stratum": stratum,
            "reason": why,
            "substitute": school,
            "ticket": number,
            "team": team_line(team),
        },
    )


def replace_inspector(
    record: Mapping[str, Any], inspector: str, school_codes: Iterable[str], *, reason: str
) -> Record:
    """Return the record with an inspector's seats at some schools given to others.

    Everybody else keeps his or her seats. The seats are given in the order of the visits on record, each to
    the first candidate in the order of the pair tickets that leaves the rest of them solvable. Whoever gave
    up a seat is given no other afterwards.

    Args:
        record: the record of a draw.
        inspector: the pseudonym of who drops out.
        school_codes: the schools where he or she cannot sit.
        reason: why, for the public; no names.

    Raises:
        ProtocolError: a school is not one the inspector is sent to, no reason is given, or nobody can take
            the seats; the smallest group that proves it is named.
    """
    require_state(record, {DRAWN, UNOPENED, OPENED}, step="更换检查人员")
    teams, why, given = current_teams(record), one_line(reason), set(school_codes)
    own = {code: member["role"] for code, team in teams.items() for member in _seat_of(team, inspector)}
    if not why or not given or given - own.keys():
        wanted = "现由该检查人员承担的学校，并写明理由"
        got = f"检查人员“{inspector}”，学校“{'、'.join(sorted(given))}”，理由“{why}”"
        raise ProtocolError("不能更换检查人员", [_fault("更换检查人员", "REC-007", wanted, got)])
    vacant = {code: (role,) for code, role in own.items() if code in given}
    for code in vacant:
        others = [member for member in teams[code]["members"] if member["inspector"] != inspector]
        teams[code] = {**teams[code], "members": others}
    found = assign(
        record["seed"],
        vacant,
        _left(record, teams),
        blocked=_blocked(record, besides=(inspector,)),
        seated=_seated(teams, vacant),
    )
    lines = [{"school": team.school, **member_line(team.members[0])} for team in found]
    return _appended(record, {"kind": INSPECTOR, "inspector": inspector, "reason": why, "seats": lines})


def current_teams(record: Mapping[str, Any]) -> Teams:
    """Return the team of every school that is to be visited, substitutions applied, by school code."""
    return team_history(record)[-1]


def team_history(record: Mapping[str, Any]) -> list[Teams]:
    """Return the teams as drawn and as they were after each substitution, oldest first."""
    history: list[Teams] = [{team["school"]: team for team in record["teams"]}]
    for item in record["substitutions"]:
        teams = dict(history[-1])
        if item["kind"] == SCHOOL:
            del teams[item["school"]]
            teams[item["substitute"]] = item["team"]
        else:
            for seat in item["seats"]:
                teams[seat["school"]] = _reseated(teams[seat["school"]], item["inspector"], seat)
        history.append(teams)
    return history


def is_done(
    record: Mapping[str, Any], *, school_code: str = "", inspector: str = "", reason: str = ""
) -> bool:
    """Say whether a request has already been carried out: the same drop-out for the same reason."""
    for item in record["substitutions"]:
        places = {item["school"]} if item["kind"] == SCHOOL else {seat["school"] for seat in item["seats"]}
        is_same = item.get("inspector", "") == inspector and item["reason"] == one_line(reason)
        if is_same and (school_code in places or (inspector and not school_code)):
            return True
    return False


def _reseated(team: Mapping[str, Any], inspector: str, seat: Mapping[str, Any]) -> dict[str, Any]:
    new = {key: seat[key] for key in ("role", "inspector", "passed")}
    members = [new if member["inspector"] == inspector else member for member in team["members"]]
    return {**team, "members": members}


def _seat_of(team: Mapping[str, Any], inspector: str) -> list[dict[str, Any]]:
    return [member for member in team["members"] if member["inspector"] == inspector]


def _left(record: Mapping[str, Any], teams: Teams) -> list[Candidate]:
    """Return the inspectors with the load that the seats of `teams` leave them."""
    used = Counter(member["inspector"] for team in teams.values() for member in team["members"])
    return [
        replace(person, load=person.load - used[person.inspector])
        for person in candidates(record["commitment"])
    ]


def _blocked(record: Mapping[str, Any], *, besides: tuple[str, ...] = ()) -> dict[str, frozenset[str]]:
    """Return who is not assignable where; whoever gave up a seat, nowhere."""
    everywhere = frozenset(line["school"] for line in record["commitment"]["pool"])
    gone = {item["inspector"] for item in record["substitutions"] if item["kind"] == INSPECTOR}
    return blocked(record["commitment"]) | dict.fromkeys(gone | set(besides), everywhere)


def _seated(teams: Teams, schools: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return, for each inspector on the teams of these schools, the schools where he or she sits."""
    found: dict[str, set[str]] = {}
    for school in schools:
        for member in teams[school]["members"]:
            found.setdefault(member["inspector"], set()).add(school)
    return {inspector: frozenset(places) for inspector, places in found.items()}


def _appended(record: Mapping[str, Any], said: Mapping[str, Any]) -> Record:
    done = record["substitutions"]
    previous = str(done[-1]["digest"] if done else record["result_digest"])
    item: Record = {"number": len(done) + 1, **said, "previous": previous}
    item["digest"] = digest(item)
    return {**record, "substitutions": [*done, item]}


def _next_ticket(record: Mapping[str, Any], school_code: str) -> tuple[str, str, str]:
    """Return stratum, school and ticket of whoever follows in the stratum of a school."""
    strata = {line["school"]: line["stratum"] for line in record["commitment"]["pool"]}
    stratum = strata[school_code]
    gone = {line["school"] for line in record["selection"]}
    gone |= {item["substitute"] for item in record["substitutions"] if item["kind"] == SCHOOL}
    left = [
        (line["ticket"], line["school"])
        for line in record["tickets"]
        if strata[line["school"]] == stratum and line["school"] not in gone
    ]
    if not left:
        got = "该层学校已全部抽中"
        fault = _fault(
            f"学校 {school_code}", "REC-006", "同层尚有未抽中的学校", got, "请记录该校未能检查及其理由。"
        )
        raise ProtocolError("没有学校可以递补", [fault])
    number, school = min(left)
    return stratum, school, number


def _fault(place: str, code: str, wanted: str, got: str, remedy: str = "请核对后重新提交。") -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
