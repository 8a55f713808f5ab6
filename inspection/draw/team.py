"""The teams: who inspects which drawn school, exactly and by one deterministic rule.

Schools in ticket order, seats in the order leader, required expertise, ordinary; candidates in the order of
their pair tickets; a seat takes the first candidate that leaves the rest solvable. Recusal arrives here only
as "not assignable"; why is decided in `commitment`. Standard library only.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from inspection.draw.selection import pair_id, tickets
from inspection.errors import Fault, ProtocolError

LEADER = "leader"
ORDINARY = "ordinary"
EXPERTISE = "expertise:"

NOT_ASSIGNABLE = "not-assignable"
NOT_LEADER = "not-leader"
LACKS_EXPERTISE = "lacks-expertise"
LOAD_EXHAUSTED = "load-exhausted"
ALREADY_ON_TEAM = "already-on-team"
NEEDED_ELSEWHERE = "needed-elsewhere"
NO_TEAMS = "TEAM-002"

REASON_TITLES: Mapping[str, str] = {
    NOT_ASSIGNABLE: "不可派往该校",
    NOT_LEADER: "不具备组长资格",
    LACKS_EXPERTISE: "不具备所需专业",
    LOAD_EXHAUSTED: "承担学校数已满",
    ALREADY_ON_TEAM: "已在该组",
    NEEDED_ELSEWHERE: "须留给其他岗位，否则后面的岗位无人可派",
}


@dataclass(frozen=True)
class Candidate:
    """An inspector as the draw sees one: pseudonym, qualifications, schools he or she may still take."""

    inspector: str
    is_leader: bool
    expertise: frozenset[str]
    load: int


@dataclass(frozen=True)
class PassedOver:
    """A candidate with a smaller ticket who did not get the seat, and the reason code."""

    inspector: str
    reason: str


@dataclass(frozen=True)
class Member:
    """Who got a seat, and who was passed over for it, in ticket order."""

    role: str
    inspector: str
    passed: tuple[PassedOver, ...]


@dataclass(frozen=True)
class Team:
    """The team of one school, members in seat order."""

    school: str
    members: tuple[Member, ...]


def roles(requires: Iterable[str], *, size: int, leader: bool) -> tuple[str, ...]:
    """Return the seats of a team: leader, one per required expertise (by code), the rest ordinary.

    Raises:
        ProtocolError: the team is too small for its leader and required expertise.
    """
    named = ((LEADER,) if leader else ()) + tuple(EXPERTISE + code for code in sorted(set(requires)))
    if len(named) > size:
        fault = Fault(
            place="检查组",
            code="TEAM-001",
            wanted=f"每组不少于{len(named)}人（{role_titles(named)}各1人）",
            got=f"{size}人",
            remedy="请增加每组人数，或减少要求的专业。",
        )
        raise ProtocolError("检查组人数少于必备岗位数", [fault])
    return named + (ORDINARY,) * (size - len(named))


def role_title(role: str) -> str:
    """Return a role in Chinese."""
    if role.startswith(EXPERTISE):
        return f"专业人员（{role.removeprefix(EXPERTISE)}）"
    return {LEADER: "组长", ORDINARY: "组员"}[role]


def role_titles(named: Iterable[str]) -> str:
    """Return roles in Chinese, joined."""
    return "、".join(role_title(role) for role in named)


def unfit_reason(candidate: Candidate, role: str) -> str:
    """Return why a candidate cannot take a role at any school, or "" when he or she can."""
    if role == LEADER and not candidate.is_leader:
        return NOT_LEADER
    if role.startswith(EXPERTISE) and role.removeprefix(EXPERTISE) not in candidate.expertise:
        return LACKS_EXPERTISE
    return ""


def assign(
    seed: str,
    schools: Mapping[str, tuple[str, ...]],
    candidates: Iterable[Candidate],
    *,
    blocked: Mapping[str, frozenset[str]],
    seated: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Team, ...]:
    """Return the teams of the drawn schools.

    Args:
        seed: the seed of the draw.
        schools: the seats (see `roles`) of each drawn school, in ticket order.
        candidates: the inspectors; their order does not matter.
        blocked: for an inspector, the schools he or she is not assignable to.
        seated: for an inspector, the schools where he or she has a seat that is not in question.

    Raises:
        ProtocolError: no assignment exists; the smallest group of seats and people that proves it is named.
    """
    people = tuple(sorted(candidates, key=lambda person: person.inspector))
    seating = _Seating(schools, people, blocked, seated or {})
    seating.fill()
    return tuple(_team(seed, seating, school) for school in range(len(schools)))


def unstaffable(
    schools: Mapping[str, tuple[str, ...]],
    candidates: Iterable[Candidate],
    *,
    blocked: Mapping[str, frozenset[str]],
) -> tuple[str, ...]:
    """Return the schools that could not get a team even if each were the only one drawn."""
    people = tuple(replace(person, load=len(schools) if person.load > 0 else 0) for person in candidates)
    seating = _Seating(schools, people, blocked)
    return tuple(sorted({seating.schools[seating.school_of[seat]] for seat in seating.unplaced()}))


def shortage(
    schools: Mapping[str, tuple[str, ...]],
    candidates: Iterable[Candidate],
    *,
    blocked: Mapping[str, frozenset[str]],
) -> tuple[tuple[str, str], ...]:
    """Return the smallest group of seats (school, role) that proves that there are no teams; empty where there are.

    The proof is one of counting: everybody can hold at most one seat at each school of the group, and no more
    than his or her load; together they can hold fewer seats than the group has (Hall 1935).
    """
    people = tuple(sorted(candidates, key=lambda person: person.inspector))
    seating = _Seating(schools, people, blocked)
    return tuple((seating.schools[seating.school_of[seat]], seating.role[seat]) for seat in seating.proof())


def is_solvable(
    schools: Mapping[str, tuple[str, ...]],
    candidates: Iterable[Candidate],
    *,
    blocked: Mapping[str, frozenset[str]],
) -> bool:
    """Say whether every school could get its team; the arguments are those of `assign`."""
    people = tuple(sorted(candidates, key=lambda person: person.inspector))
    return not _Seating(schools, people, blocked).unplaced()


def _team(seed: str, seating: "_Seating", school: int) -> Team:
    code, people = seating.schools[school], seating.people
    numbers = tickets(seed, [pair_id(code, person.inspector) for person in people])
    order = sorted(range(len(people)), key=lambda person: (numbers[person], people[person].inspector))
    members = []
    for seat in seating.seats_of[school]:
        taken, passed = seating.settle(seat, order)
        reasons = tuple(PassedOver(people[person].inspector, reason) for person, reason in passed)
        members.append(Member(seating.role[seat], people[taken].inspector, reasons))
    return Team(code, tuple(members))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Seating:
    """A complete seating that stays complete while seats are settled one by one.

    An integral flow: each seat takes one person, each person at most one seat per school and `load` seats in
    all. Sets of people are bit masks. One search settles a seat: its dead ends are shared by all candidates.
    """

    def __init__(
        self,
        schools: Mapping[str, tuple[str, ...]],
        people: Sequence[Candidate],
        blocked: Mapping[str, frozenset[str]],
        seated: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.schools = tuple(schools)
        self.people = people
        self.role: list[str] = []
        self.school_of: list[int] = []
        self.eligible: list[int] = []
        self.seats_of: list[list[int]] = []
        self._barred, self._seated = self._masks(blocked), self._masks(seated or {})
        fit = self._fit_masks({role for seats in schools.values() for role in seats})
        for school, seats in enumerate(schools.values()):
            self.seats_of.append(list(range(len(self.role), len(self.role) + len(seats))))
            self.role += seats
            self.school_of += [school] * len(seats)
            self.eligible += [fit[role] & ~self._barred[school] & ~self._seated[school] for role in seats]
        self.holder = [-1] * len(self.role)
        self.spare = [person.load for person in people]
        self._settled = [False] * len(self.role)
        self._settled_count = [0] * len(people)
        self._spare_mask = sum(1 << p for p, person in enumerate(people) if person.load > 0)
        self._sitting = [0] * len(self.schools)
        self._movable: list[set[int]] = [set() for _ in people]

    def _masks(self, places: Mapping[str, frozenset[str]]) -> list[int]:
        """Return for every school the people that `places` names it for."""
        place = {school: index for index, school in enumerate(self.schools)}
        masks = [0] * len(self.schools)
        for index, person in enumerate(self.people):
            for school in places.get(person.inspector, frozenset()):
                if school in place:
                    masks[place[school]] |= 1 << index
        return masks

    def _fit_masks(self, named: Iterable[str]) -> dict[str, int]:
        return {
            role: sum(1 << p for p, person in enumerate(self.people) if not unfit_reason(person, role))
            for role in named
        }

    def unplaced(self) -> list[int]:
        """Seat everyone that can be seated; return the seats that stay empty."""
        return [
            seat for seat in range(len(self.role)) if not self._reseat(seat, self.eligible[seat], _Seen())
        ]

    def fill(self) -> None:
        """Seat everyone, or raise `ProtocolError` with the smallest group that proves it impossible."""
        if proof := self.proof():
            raise self._infeasible(proof)

    def proof(self) -> list[int]:
        """Seat everyone that can be seated; return the smallest group of seats that proves that others cannot be."""
        proofs = []
        for seat in self.unplaced():
            seen = _Seen()
            assert not self._reseat(seat, self.eligible[seat], seen)
            proofs.append(sorted({seat, *seen.seats}))
        return min(proofs, key=lambda seats: (len(seats), seats), default=[])

    def settle(self, seat: int, order: Iterable[int]) -> tuple[int, list[tuple[int, str]]]:
        """Give a seat for good to the first of `order` that leaves the rest solvable.

        Returns:
            The person, and those passed over with their reasons.
        """
        self._leave(seat)
        seen = _Seen()
        passed: list[tuple[int, str]] = []
        for person in order:
            reason = self._refusal(seat, person)
            if not reason and self._reseat(seat, 1 << person, seen):
                self._settled[seat] = True
                self._settled_count[person] += 1
                self._movable[person].discard(seat)
                return person, passed
            passed.append((person, reason or NEEDED_ELSEWHERE))
        raise AssertionError("a complete seating always has somebody for a seat")

    def _refusal(self, seat: int, person: int) -> str:
        school = self.school_of[seat]
        mates = self.seats_of[school]
        is_settled = any(self._settled[mate] and self.holder[mate] == person for mate in mates)
        if is_settled or self._seated[school] >> person & 1:
            return ALREADY_ON_TEAM
        if self._barred[school] >> person & 1:
            return NOT_ASSIGNABLE
        if reason := unfit_reason(self.people[person], self.role[seat]):
            return reason
        return LOAD_EXHAUSTED if self._settled_count[person] >= self.people[person].load else ""

    def _reseat(self, seat: int, wanted: int, seen: "_Seen") -> bool:
        """Give `seat` one of `wanted`, moving others along a chain; False and no change if impossible."""
        came_from: dict[int, tuple[int, int]] = {}
        queue = deque([(seat, wanted)])
        while queue:
            current, people = queue.popleft()
            sitting = self._sitting[self.school_of[current]]
            strangers = people & ~sitting & ~seen.people
            if free := strangers & self._spare_mask:
                self._shift(current, (free & -free).bit_length() - 1, came_from)
                return True
            seen.people |= strangers
            moves = [(person, self._movable[person]) for person in _bits(strangers)]
            moves += [(person, self._seat_at(current, person)) for person in _bits(people & sitting)]
            for person, seats in moves:
                for other in sorted(seats - seen.seats):
                    seen.seats.add(other)
                    came_from[other] = (current, person)
                    queue.append((other, self.eligible[other]))
        return False

    def _seat_at(self, seat: int, person: int) -> set[int]:
        """Return the movable seat that a person holds at the school of `seat`."""
        mates = self.seats_of[self.school_of[seat]]
        return {mate for mate in mates if self.holder[mate] == person and not self._settled[mate]}

    def _shift(self, seat: int, person: int, came_from: Mapping[int, tuple[int, int]]) -> None:
        while True:
            if self.holder[seat] >= 0:
                self._leave(seat)
            self._sit(seat, person)
            if seat not in came_from:
                return
            seat, person = came_from[seat]

    def _sit(self, seat: int, person: int) -> None:
        self.holder[seat] = person
        self._sitting[self.school_of[seat]] |= 1 << person
        self._movable[person].add(seat)
        self._spend(person, 1)

    def _leave(self, seat: int) -> None:
        person = self.holder[seat]
        self.holder[seat] = -1
        self._sitting[self.school_of[seat]] &= ~(1 << person)
        self._movable[person].discard(seat)
        self._spend(person, -1)

    def _spend(self, person: int, count: int) -> None:
        self.spare[person] -= count
        if self.spare[person] > 0:
            self._spare_mask |= 1 << person
        else:
            self._spare_mask &= ~(1 << person)

    def _infeasible(self, seats: Sequence[int]) -> ProtocolError:
        by_school: dict[int, list[int]] = {}
        for seat in seats:
            by_school.setdefault(self.school_of[seat], []).append(seat)
        reach = [0] * len(self.people)
        for members in by_school.values():
            mask = 0
            for seat in members:
                mask |= self.eligible[seat]
            for person in _bits(mask):
                reach[person] += 1
        able = [p for p, count in enumerate(reach) if min(count, self.people[p].load)]
        places = sum(min(reach[p], self.people[p].load) for p in able)
        assert places < len(seats), "a group proves infeasibility only if it lacks places"
        groups: dict[str, list[str]] = {}
        for school, members in by_school.items():
            groups.setdefault(role_titles(self.role[seat] for seat in members), []).append(
                self.schools[school]
            )
        wanted = "；".join(f"{titles}：学校{'、'.join(schools)}" for titles, schools in groups.items())
        names = "、".join(self.people[person].inspector for person in able) or "无"
        fault = Fault(
            place="检查组",
            code=NO_TEAMS,
            wanted=f"{len(seats)}个岗位各派1人（{wanted}）",
            got=f"能派的检查人员最多承担{places}个（可派人员：{names}）",
            remedy="请增加符合条件的检查人员或提高承担学校数的上限；确需放宽条件的，由负责人书面决定并说明理由。",
        )
        return ProtocolError("现有检查人员无法为全部学校组成检查组", [fault])


def is_infeasible(error: ProtocolError) -> bool:
    """Say whether an error of `assign` proves that there are no teams."""
    return any(fault.code == NO_TEAMS for fault in error.faults)


class _Seen:
    """What a search has been to: seats, and people as a bit mask."""

    def __init__(self) -> None:
        self.seats: set[int] = set()
        self.people = 0
