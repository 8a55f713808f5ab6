"""Who may open what: the whole table, said a second time, and the laws that hold over it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.access import (
    KIND_TITLES,
    ROLE_TITLES,
    RULES,
    SCOPED,
    SENDERS,
    Kind,
    Owner,
    Reach,
    Role,
    Verdict,
    Viewer,
    admit,
    owns,
    require_account,
    require_password,
    sending_reach,
    wait_seconds,
)
from inspection.errors import ProtocolError

# One column a role, in this order; A: any, o: own, .: none.
ROLES = [
    Role.DIRECTOR,
    Role.OFFICE,
    Role.INSPECTOR,
    Role.SCHOOL,
    Role.HEAD,
    Role.DISTRICT,
    Role.DISCIPLINE,
    Role.ENGINEER,
]
TABLE = """
    campaign             A A o . . . A A
    team                 A A o . . . . .
    dossier              A A o . . . . .
    findings-workbook    A A o . . . . .
    case                 A A . o o o . .
    draft                A A . . . . . .
    hearing-letter       A A . o o o . .
    hearing-register     A A . . . . . .
    notice               A A . o o o . .
    submission           A A o o o o . A
    submitted-file       A A o o o o . .
    student-original     . . . . . . . .
    correction-workbook  A A . o o o . .
    blank-workbook       A A . . . o . .
    quality-report       A A . . . o . A
    score-sheet          A A . o o . . .
    quality-analysis     A A . o o o . .
    teaching-process     . . . . o . . .
    recusal              A A . . . . A .
    draw-record          A A . . . . A .
    draw-annex           . . . . . . A .
    ledger               A A . . . . A .
    access-log           A . . . . . A .
"""
SIGNS = {"A": Reach.ANY, "o": Reach.OWN, ".": None}
WANTED = {
    (role, Kind(kind)): SIGNS[sign]
    for kind, *signs in map(str.split, TABLE.strip().splitlines())
    for role, sign in zip(ROLES, signs, strict=True)
}
SCOPES = {Role.INSPECTOR: "i-01", Role.SCHOOL: "2137990001", Role.HEAD: "2137990001", Role.DISTRICT: "379901"}
MINE = Owner("2137990001", "379901", frozenset({"i-01", "i-02"}))
OTHERS = Owner("2137990002", "379902", frozenset({"i-03"}))


def viewer(role: Role) -> Viewer:
    return Viewer(f"{role}-1", role, SCOPES.get(role, ""))


BY_SCHOOL = {"indicators", "figures", "timetables", "homework_log", "exam_log", "self_evaluation"}
BY_DISTRICT = {
    "parent_survey",
    "results",
    "entry_results",
    "district_figures",
    "fitness",
    "student_survey",
    "surveys",
}


def test_the_table_speaks_of_every_role_and_every_kind() -> None:
    assert set(WANTED) == set(product(Role, Kind))
    assert set(RULES) == set(Kind) == set(KIND_TITLES)
    assert set(ROLE_TITLES) == set(Role)


@pytest.mark.parametrize(("role", "kind"), sorted(product(Role, Kind)))
def test_each_role_gets_of_each_kind_what_the_table_grants(role: Role, kind: Kind) -> None:
    wanted = {
        Reach.ANY: (Verdict.ALLOWED, Verdict.ALLOWED, Verdict.ABSENT),
        Reach.OWN: (Verdict.ALLOWED, Verdict.REFUSED, Verdict.REFUSED),
        None: (Verdict.REFUSED, Verdict.REFUSED, Verdict.REFUSED),
    }[WANTED[role, kind]]
    assert tuple(admit(viewer(role), kind, owner) for owner in (MINE, OTHERS, None)) == wanted


def test_nobody_opens_originals_with_student_rows() -> None:
    for role, owner in product(Role, (MINE, OTHERS, None)):
        assert admit(viewer(role), Kind.STUDENT_ORIGINAL, owner) is Verdict.REFUSED


@given(role=st.sampled_from(sorted(SCOPED)), kind=st.sampled_from(sorted(Kind)), scope=st.text(max_size=12))
def test_a_scope_that_owns_nothing_opens_nothing(role: Role, kind: Kind, scope: str) -> None:
    assert admit(Viewer("x", role, scope), kind, Owner()) is Verdict.REFUSED


def test_an_empty_scope_owns_nothing() -> None:
    for role in Role:
        assert not owns(Viewer("x", role), Owner("", "", frozenset({""})))


def test_a_school_is_no_district_and_no_inspector() -> None:
    owner = Owner(school_code="", district_code="2137990001", inspector_ids=frozenset({"2137990001"}))
    assert not owns(viewer(Role.SCHOOL), owner)


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_with_a_scope_is_never_granted_everything_of_a_kind(role: Role) -> None:
    granted = {rules.get(role) for rules in RULES.values()}
    assert (Reach.ANY in granted) == (role not in SCOPED)


def test_only_those_concerned_send_data_in() -> None:
    senders = {data_set: {role.value: sending_reach(role, data_set) for role in Role} for data_set in SENDERS}
    for data_set, found in senders.items():
        wanted = {"office": Reach.ANY}
        wanted |= {"district": Reach.OWN} if data_set in BY_DISTRICT | BY_SCHOOL else {}
        wanted |= {"school": Reach.OWN} if data_set in BY_SCHOOL else {}
        wanted |= {"inspector": Reach.OWN} if data_set == "findings" else {}
        assert {role: reach for role, reach in found.items() if reach} == wanted, data_set
    assert sending_reach(Role.OFFICE, "no-such-data-set") is None


def test_waiting_doubles_and_stays_bearable() -> None:
    waits = [wait_seconds(count, free_count=5) for count in range(12)]
    assert waits == [0] * 5 + [60, 120, 240, 480, 900, 900, 900]


def test_an_account_says_everything_that_is_wrong_with_it_at_once() -> None:
    with pytest.raises(ProtocolError) as caught:
        require_account("张三", "school", "12")
    assert str(caught.value) == (
        "账号信息有误\n"
        "- 工作台账号 “范围”：应为10位学校标识码，实为12。请改正后重试。（ACC-001）\n"
        "- 工作台账号 “账号”：应为2至64个小写字母、数字或连字符，实为张三。请改正后重试。（ACC-001）"
    )


@pytest.mark.parametrize(
    ("role", "scope", "got"),
    [
        ("king", "", "king"),
        ("office", "379901", "379901"),
        ("district", "", "未填写"),
        ("inspector", "I 1", "I 1"),
    ],
)
def test_a_role_and_its_scope_go_together(role: str, scope: str, got: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        require_account("someone", role, scope)
    assert [fault.got for fault in caught.value.faults] == [got]


@pytest.mark.parametrize(("role", "scope"), [*SCOPES.items(), (Role.OFFICE, "")])
def test_a_sound_account_passes(role: Role, scope: str) -> None:
    assert require_account("someone-01", role.value, scope) is role


@pytest.mark.parametrize(
    ("password", "wanted"),
    [
        ("a1b2", ["不少于10个字符"]),
        ("onlyletters", ["字母、数字、符号中至少两类"]),
        ("office-01-2026", ["不含账号"]),
        ("123", ["不少于10个字符", "字母、数字、符号中至少两类"]),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, wanted: list[str]) -> None:
    with pytest.raises(ProtocolError) as caught:
        require_password(password, account_id="office-01")
    assert sorted(fault.wanted for fault in caught.value.faults) == sorted(wanted)


def test_a_password_of_chinese_words_and_digits_passes() -> None:
    require_password("春江花月夜共潮生2026", account_id="office-01")
