"""The seats of teams in a draw record, asked one by one: who was passed over before the one who got it, and why.

Here: replaying an assignment. Not here: which teams are replayed when (`record`), fields and comparison
(`record_format`). Standard library only; the published file `verify.py` holds this module whole.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from inspection.verify.record_format import Json, column, need, same


class Seats:
    """Who may sit where under a commitment; `ticket` returns the ticket of an id under the record's seed."""

    def __init__(self, commit: Json, ticket: Callable[[str], str]) -> None:
        self._commit, self._ticket = commit, ticket
        self.requires = column(commit["pool"], "school", "requires")
        self.people = {line["inspector"]: line for line in commit["inspectors"]}
        barred = commit["not_assignable"]
        self.barred = {(line["inspector"], school) for line in barred for school in line["schools"]}

    def replay(self, places: list[tuple[str, str]], teams: list[Json], fixed: dict[str, Json]) -> None:
        """Ask seat by seat whom the rule passes over before the one who got it, and why.

        Whether a candidate would leave the rest solvable needs no search for teams: those of the record are
        a solution (checked first), so it is enough to look for a chain of moves away from them. `fixed` are
        the teams whose seats are not in question.
        """
        members = [(t["school"], m["role"], m["inspector"], m["passed"]) for t in teams for m in t["members"]]
        same("检查组的岗位", places, [member[:2] for member in members])
        mates = {school: {m["inspector"] for m in team["members"]} for school, team in fixed.items()}
        used = Counter(name for team in fixed.values() for name in (m["inspector"] for m in team["members"]))
        self._able = {place: {p for p in self.people if not self._unfit(*place, p)} for place in places}
        self._room = {name: line["load"] - used[name] for name, line in self.people.items()}
        self._team: dict[str, set[str]] = {school: set(mates.get(school, ())) for school, _ in places}
        self._moving: dict[str, dict[str, str]] = {name: {} for name in self.people}
        for school, role, name, _ in members:
            is_able = name in self._able[school, role] - self._team[school] and self._room[name] > 0
            need(is_able, f"{name}不能担任学校{school}的岗位{role}：不可派、不合条件、重复或超过上限")
            self._team[school].add(name)
            self._room[name] -= 1
            self._moving[name][school] = role
        for member in members:
            self._settle(*member)

    def prove_short(self, places: list[tuple[str, str]], schools: list[str]) -> str:
        """Count whether the people who could take any of these seats can hold them all: at most one a school."""
        known = Counter((school, role) for school in schools for role in self.roles(school))
        odd = sorted(Counter(places) - known)
        need(not odd, f"缺岗证明中有不属于抽中学校的岗位：{'、'.join(map('/'.join, odd))}")
        able = {
            (name, school)
            for school, role in places
            for name in self.people
            if not self._unfit(school, role, name)
        }
        reach = Counter(name for name, _ in able)
        room = sum(min(count, self.people[name]["load"]) for name, count in reach.items())
        said = f"所列{len(places)}个岗位，能派的人员最多承担{room}个"
        need(room < len(places), f"{said}，不能证明无法成组")
        return f"{said}，确实无法为全部学校组成检查组"

    def _settle(self, school: str, role: str, holder: str, passed: list[Json]) -> None:
        order = [name for _, name in sorted((self._ticket(f"pair:{school}:{p}"), p) for p in self.people)]
        self._team[school].remove(holder)
        self._room[holder] += 1
        del self._moving[holder][school]
        wanted, dead = [], set[Any]()
        for name in order[: order.index(holder)]:
            is_settled = name in self._team[school] and school not in self._moving[name]
            reason = "already-on-team" if is_settled else self._unfit(school, role, name)
            reason = reason or ("" if self._room[name] or self._moving[name] else "load-exhausted")
            has_room = not reason and self._makes_room(school, name, dead)
            need(not has_room, f"学校{school}的岗位{role}应派抽签号更小的{name}，记录为{holder}")
            wanted.append({"inspector": name, "reason": reason or "needed-elsewhere"})
        same(f"学校{school}的岗位{role}跳过的人", wanted, passed)
        self._team[school].add(holder)
        self._room[holder] -= 1

    def _makes_room(self, school: str, name: str, dead: set[Any]) -> bool:
        """Whether some chain of moves lets `name` in; `dead` ends are shared by the candidates of a seat."""
        todo = [(school, {name})]
        while todo:
            place, wanted = todo.pop()
            team = self._team[place]
            strangers = wanted - team - dead
            if any(self._room[person] > 0 for person in strangers):
                return True
            moves = {(seat, person) for person in strangers for seat in self._moving[person]}
            moves |= {(place, person) for person in wanted & team if place in self._moving[person]}
            todo += [(seat, self._able[seat, self._moving[person][seat]]) for seat, person in moves - dead]
            dead |= strangers | moves
        return False

    def _unfit(self, school: str, role: str, name: str) -> str:
        if (name, school) in self.barred:
            return "not-assignable"
        if role == "leader" and not self.people[name]["leader"]:
            return "not-leader"
        kind, _, code = role.partition(":")
        return "lacks-expertise" if kind == "expertise" and code not in self.people[name]["expertise"] else ""

    def roles(self, school: str) -> list[str]:
        """Return the roles of a school's team, in the order of its seats."""
        roles = ["leader"] * self._commit["team_leaders"] + [f"expertise:{e}" for e in self.requires[school]]
        return roles + ["ordinary"] * (self._commit["team_size"] - len(roles))
