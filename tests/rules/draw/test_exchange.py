"""Exchange of teams between districts: a ring without pairs that inspect each other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.commitment import Commitment
from inspection.draw.exchange import ring
from inspection.draw.pool import PoolInspector, PoolSchool
from inspection.verify.annex import verify_annex
from inspection.verify.record import verify
from tests.rules.draw.example_draw import committed, drawn

_DISTRICTS = st.sets(st.sampled_from([f"37990{number}" for number in range(9)]), max_size=9)


@given(campaign_id=st.from_regex(r"[a-z0-9-]{4,20}", fullmatch=True), districts=_DISTRICTS)
def test_nobody_inspects_the_own_district_or_whoever_inspects_it(
    campaign_id: str, districts: set[str]
) -> None:
    found = ring(campaign_id, senders=districts, receivers=districts)
    if len(districts) < 3:
        assert found == {}
        return
    assert set(found) == set(found.values()) == districts
    assert all(found[found[code]] != code and found[code] != code for code in districts)


def test_the_ring_follows_the_campaign_and_not_the_order() -> None:
    districts = ["379901", "379902", "379903", "379904", "379905"]
    first = ring("2025-2026-2-cross", senders=districts, receivers=districts)
    assert first == ring("2025-2026-2-cross", senders=districts[::-1], receivers=set(districts))
    others = [ring(f"2025-2026-2-cross-{n}", senders=districts, receivers=districts) for n in range(20)]
    assert any(other != first for other in others)


def test_who_only_sends_or_only_receives_stands_outside_the_ring() -> None:
    found = ring("c-2026", senders=["a", "b", "c", "d"], receivers=["b", "c", "d", "e"])
    assert set(found) == {"b", "c", "d"}


def cross(districts: int) -> dict[str, Any]:
    """Return a cross inspection of three schools and three inspectors in each of some districts."""
    codes = [f"37110{number}" for number in range(1, districts + 1)]
    schools = [
        PoolSchool(code=f"{code}0{place:03d}", stratum=(code,), district_code=code)
        for code in codes
        for place in range(1, 4)
    ]
    people = [
        PoolInspector(inspector_id=f"p{code}-{place}", is_leader=True, load=3, district_code=code)
        for code in codes
        for place in range(3)
    ]
    return {
        "mode": "cross",
        "schools": schools,
        "inspectors": people,
        "relations": (),
        "ratio": "0.3",
    }


def sent(made: Commitment, record: dict[str, Any]) -> set[tuple[str, str]]:
    """Return which district inspects which, according to the teams."""
    home = {line["inspector"]: line["id"][1:7] for line in made.annex["inspectors"]}
    return {(home[m["inspector"]], t["school"][:6]) for t in record["teams"] for m in t["members"]}


@pytest.mark.parametrize("districts", [3, 4])
def test_teams_go_around_the_ring_and_both_verifiers_agree(districts: int) -> None:
    setup = cross(districts)
    made, record = committed(**setup), drawn(**setup)
    codes = {school.district_code for school in setup["schools"]}
    wanted = ring("2025-2026-2-basic", senders=codes, receivers=codes)
    assert sent(made, record) == set(wanted.items())
    assert [step.code for step in verify(record) if step.outcome == "fail"] == []
    (reasons,) = [step for step in verify_annex(record, made.annex) if step.code == "reasons"]
    assert reasons.outcome == "pass"
    assert "交叉互检安排检查另一区县" in reasons.message


def test_two_districts_can_only_swap() -> None:
    setup = cross(2)
    made, record = committed(**setup), drawn(**setup)
    assert sent(made, record) == {("371101", "371102"), ("371102", "371101")}
