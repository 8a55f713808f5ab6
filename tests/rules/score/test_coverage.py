"""Every school within the cycle: what has not been reached is drawn from apart, and whole in the last term."""

from dataclasses import replace
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.deploy.plan import DrawPlan
from inspection.draw.selection import class_size
from inspection.errors import ProtocolError
from inspection.verify.annex import verify_annex
from inspection.verify.record import verify
from tests.rules.draw.example_draw import SCHOOLS, committed, drawn, setup

SOURCE = {"id": "dice", "kind": "dice", "name": "掷骰", "announced_at": "2026-03-20T10:00:00+08:00"}


def plan(**given: Any) -> DrawPlan:
    return DrawPlan.model_validate({"ratio": "0.2", "sources": [SOURCE], **given})


def due(*places: int) -> list[Any]:
    return [replace(school, is_due=place in places) for place, school in enumerate(SCHOOLS)]


def test_the_last_term_draws_all_that_are_left() -> None:
    given = {"schools": due(0, 2, 6), "due_ratio": plan(cycle_terms_left=1).due_ratio, "ratio": "0.2"}
    record = drawn(**given)
    strata = {line["stratum"]: line for line in record["commitment"]["strata"]}
    assert {(line["pool"], line["size"], line["ratio"]) for line in strata.values()} == {
        (3, 1, "0.2"),
        (2, 1, "0.2"),
        (2, 2, "1"),
        (1, 1, "1"),
    }
    assert {SCHOOLS[place].code for place in (0, 2, 6)} <= {line["school"] for line in record["selection"]}
    assert {line["probability"] for line in record["inclusion"]} == {"1/3", "1/2", "2/2", "1/1"}
    assert [step.code for step in verify(record) if step.outcome == "fail"] == []
    annex = committed(**given).annex
    assert [step.code for step in verify_annex(record, annex) if step.outcome == "fail"] == []


def test_what_is_due_never_has_less_chance_than_the_plan_gives_it() -> None:
    assert plan(cycle_terms_left=4).due_ratio == "0.250"
    assert plan(cycle_terms_left=3).due_ratio == "0.334"
    made = setup(ratio="0.5", due_ratio="0.334", schools=due(0, 1))
    assert (made.ratio_of("+due"), made.ratio_of("")) == ("0.5", "0.5")
    classes = {"ratio": "", "ratios": {"A": "0.05", "D": "1"}, "due_ratio": "0.334"}
    apart = setup(**classes, schools=due(0))
    assert [apart.ratio_of(label) for label in ("A", "A+due", "D", "D+due")] == ["0.05", "0.334", "1", "1"]


def test_without_schools_that_are_due_the_plan_alone_sizes_the_draw() -> None:
    assert committed(due_ratio="1").record == committed().record


@given(
    schools=st.lists(st.integers(1, 90), min_size=1, max_size=6),
    terms=st.integers(1, 8),
    ratio=st.sampled_from(["0.01", "0.05", "0.3"]),
)
def test_every_school_is_reached_by_the_end_of_the_cycle(schools: list[int], terms: int, ratio: str) -> None:
    left = list(schools)
    for terms_left in range(terms, 0, -1):
        own = max(ratio, plan(cycle_terms_left=terms_left).due_ratio, key=float)
        drawn_now = [class_size(count, ratio=own, minimum=1) if count else 0 for count in left]
        assert all(
            now <= ceil(count / terms_left) + 1 or own == ratio
            for now, count in zip(drawn_now, left, strict=True)
        )
        left = [count - now for count, now in zip(left, drawn_now, strict=True)]
    assert left == [0] * len(schools)


def test_a_fixed_number_cannot_promise_coverage() -> None:
    with pytest.raises(ValidationError, match="不填数量 size"):
        plan(ratio="", size=4, cycle_terms_left=2)
    with pytest.raises(ProtocolError) as caught:
        committed(ratio="", number=4, schools=due(0), due_ratio="1")
    assert "应为保证周期覆盖的，按比例抽取，并有未检查学校的比例" in caught.value.full_text
