"""No adverse measure without a hearing; no approval by whom the case concerns."""

from datetime import date

import pytest

from inspection.decide.case import HearingFacts, case_number, is_heard, may_approve, veiled

EXPIRES = date(2026, 6, 26)


@pytest.mark.parametrize(
    ("facts", "as_of", "expected"),
    [
        (HearingFacts(EXPIRES), date(2026, 6, 26), False),
        (HearingFacts(EXPIRES), date(2026, 6, 27), True),
        (HearingFacts(EXPIRES, reply_kind="waived"), date(2026, 6, 12), True),
        (HearingFacts(EXPIRES, reply_kind="written"), date(2026, 6, 27), False),
        (HearingFacts(EXPIRES, "written", "rejected", ""), date(2026, 6, 12), False),
        (HearingFacts(EXPIRES, "written", "rejected", "课表与巡课记录相互印证"), date(2026, 6, 12), True),
    ],
    ids=["still time", "time ran out", "waived", "reply unanswered", "answered without reasons", "answered"],
)
def test_a_school_is_heard_only_when_its_say_is_over(
    facts: HearingFacts, as_of: date, expected: bool
) -> None:
    assert is_heard(facts, as_of=as_of) is expected


def test_an_approver_is_named_in_the_profile_and_was_not_on_the_team() -> None:
    assert (
        may_approve(approver_id="director-01", approvers=("director-01",), team=("i-1",), case_id="c") == []
    )
    faults = may_approve(approver_id="i-1", approvers=("director-01",), team=("i-1",), case_id="c")
    assert [fault.got for fault in faults] == ["i-1 不在名单中", "i-1 是该校检查组成员"]


def test_a_case_number_is_the_same_for_the_same_proposal_and_tells_nothing_without_the_key() -> None:
    number = case_number("c-1", "2137990010", "rectification-notice", key="ab" * 32)
    assert number == case_number("c-1", "2137990010", "rectification-notice", key="ab" * 32)
    assert number != case_number("c-1", "2137990010", "rectification-notice", key="cd" * 32)
    assert number.startswith("c-1-")
    assert "2137990010" not in number


def test_parts_are_told_apart() -> None:
    assert veiled("ab" * 32, "a", "b") != veiled("ab" * 32, "b", "a")
