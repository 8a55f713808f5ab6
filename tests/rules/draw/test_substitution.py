"""An inspector who drops out is replaced by rule, and both chains and verifier hold every seat."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from inspection.canonical import digest
from inspection.draw import record
from inspection.draw.substitution import current_teams, is_done, replace_inspector, substitute, team_history
from inspection.errors import ProtocolError
from inspection.verify.record import verify
from tests.rules.draw.example_draw import committed, drawn

OPEN = drawn()
LEADER, TWICE = "i-264a0c354327", "i-ec99e8d6acae"


def failures(made: dict[str, Any]) -> dict[str, str]:
    return {step.code: step.message for step in verify(made) if step.outcome == "fail"}


def inspectors(made: dict[str, Any]) -> dict[str, list[str]]:
    teams = current_teams(made)
    return {code: [member["inspector"] for member in team["members"]] for code, team in teams.items()}


def test_a_seat_goes_to_the_next_who_can_take_it_and_all_others_stand() -> None:
    made = replace_inspector(OPEN, LEADER, ["3711020008"], reason=" 因病\n请假 ")
    (item,) = made["substitutions"]
    assert (item["kind"], item["inspector"], item["reason"]) == ("inspector", LEADER, "因病 请假")
    assert item["seats"] == [
        {
            "school": "3711020008",
            "role": "leader",
            "inspector": "i-729b080cf1a3",
            "passed": [
                {"inspector": "i-05b35b7a1983", "reason": "already-on-team"},
                {"inspector": LEADER, "reason": "not-assignable"},
                {"inspector": TWICE, "reason": "load-exhausted"},
            ],
        }
    ]
    before = inspectors(OPEN)
    assert inspectors(made) == before | {"3711020008": ["i-729b080cf1a3", before["3711020008"][1]]}
    assert made["teams"] == OPEN["teams"]
    assert failures(made) == {}


def test_several_seats_are_given_in_the_order_of_the_visits() -> None:
    made = replace_inspector(OPEN, TWICE, ["3711020001", "3711020004"], reason="因病")
    assert [(seat["school"], seat["role"]) for seat in made["substitutions"][0]["seats"]] == [
        ("3711020004", "expertise:primary"),
        ("3711020001", "leader"),
    ]
    assert failures(made) == {}


def test_whoever_gave_up_a_seat_gets_no_other() -> None:
    first = replace_inspector(OPEN, "i-05b35b7a1983", ["3711020008"], reason="因病")
    gone = first["substitutions"][0]["inspector"]
    later = substitute(first, "3711020003", reason="暂停办学")
    assert gone not in inspectors(later)[later["substitutions"][1]["substitute"]]
    assert later["substitutions"][1]["previous"] == first["substitutions"][0]["digest"]
    assert failures(later) == {}


def test_teams_are_known_as_they_were_after_every_substitution() -> None:
    made = replace_inspector(
        substitute(OPEN, "3711020003", reason="停课"), LEADER, ["3711020008"], reason="因病"
    )
    history = team_history(made)
    assert [list(teams) for teams in history] == [
        ["3711020003", "3711020008", "3711020004", "3711020001"],
        ["3711020008", "3711020004", "3711020001", "3711020005"],
        ["3711020008", "3711020004", "3711020001", "3711020005"],
    ]
    assert history[-1] == current_teams(made)


def test_of_a_sealed_draw_a_replacement_shows_as_a_hash_and_opens_with_it() -> None:
    whole = drawn("sealed")
    made = replace_inspector(whole, LEADER, ["3711020005"], reason="因病")
    assert len(record.sealed(made)["substitution_hashes"]) == 1
    assert LEADER not in str(record.payload("substitute", made))
    assert failures(record.open_draw(made, committed("sealed").annex)) == {}


def test_a_replacement_nobody_can_take_is_refused_with_the_proof() -> None:
    with pytest.raises(ProtocolError) as caught:
        replace_inspector(OPEN, "i-05b35b7a1983", ["3711020001"], reason="因病")
    assert "应为1个岗位各派1人（专业人员（primary）：学校3711020001）" in str(caught.value)


@pytest.mark.parametrize(
    ("person", "schools", "reason"),
    [
        (LEADER, ["3711020001"], "因病"),
        (LEADER, [], "因病"),
        (LEADER, ["3711020008"], " "),
        ("i-0", ["3711020008"], "因病"),
    ],
)
def test_only_seats_held_are_given_up_and_only_for_a_reason(
    person: str, schools: list[str], reason: str
) -> None:
    with pytest.raises(ProtocolError, match="应为现由该检查人员承担的学校，并写明理由"):
        replace_inspector(OPEN, person, schools, reason=reason)


def test_the_same_request_is_recognised() -> None:
    made = replace_inspector(
        substitute(OPEN, "3711020003", reason="停课"), LEADER, ["3711020008"], reason="因病"
    )
    assert is_done(made, school_code="3711020003", reason="停课")
    assert is_done(made, inspector=LEADER, reason="因病")
    assert is_done(made, inspector=LEADER, school_code="3711020008", reason="因病")
    assert not is_done(made, school_code="3711020003", reason="停电")
    assert not is_done(made, inspector=LEADER, school_code="3711020004", reason="因病")
    assert not is_done(made, school_code="3711020008", reason="因病")


def favour_another(item: dict[str, Any]) -> None:
    item["seats"][0]["inspector"] = TWICE


def pass_over_silently(item: dict[str, Any]) -> None:
    item["seats"][0]["passed"].pop()


def take_another_seat(item: dict[str, Any]) -> None:
    item["seats"][0]["role"] = "ordinary"


def name_another(item: dict[str, Any]) -> None:
    item["inspector"] = TWICE


def add_a_word(item: dict[str, Any]) -> None:
    item["remark"] = "已批准"


def give_no_reason(item: dict[str, Any]) -> None:
    item["reason"] = ""


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (favour_another, "substitutions"),
        (pass_over_silently, "substitutions"),
        (take_another_seat, "substitutions"),
        (name_another, "substitutions"),
        (add_a_word, "format"),
        (give_no_reason, "format"),
    ],
)
def test_a_replacement_tampered_with_is_found(tamper: Callable[[dict[str, Any]], None], code: str) -> None:
    made = copy.deepcopy(replace_inspector(OPEN, LEADER, ["3711020008"], reason="因病"))
    item = made["substitutions"][0]
    tamper(item)
    item["digest"] = digest({key: value for key, value in item.items() if key != "digest"})
    assert list(failures(made)) == [code]
