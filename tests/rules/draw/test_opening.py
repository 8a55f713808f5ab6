"""A sealed draw is opened after the visits and by its date, and not silently before or after."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from inspection.deploy.plan import Plan, load_plan
from inspection.draw.opening import open_by, opening_status, require_visits_over
from inspection.errors import ProtocolError
from inspection.profile import load_profile

DEMO = Path(__file__).parents[3] / "examples" / "demo_city"
PROFILE = load_profile(DEMO / "profile.yaml")
PLAN = load_plan(PROFILE.folders.plans, "2025-2026-2-sealed")
LAST = date(2026, 6, 5)


def changed(**draw: object) -> Plan:
    facts = PLAN.model_dump()
    return Plan.model_validate(facts | {"draw": facts["draw"] | draw})


def test_the_plan_names_the_day_or_the_bureaus_deadline_does() -> None:
    assert open_by(PLAN, PROFILE) == date(2026, 6, 19)
    assert open_by(changed(open_by=date(2026, 6, 30)), PROFILE) == date(2026, 6, 30)
    # Ten working days after Friday 5 June 2026; Friday the 19th is the Dragon Boat holiday.
    assert open_by(changed(open_by=None), PROFILE) == date(2026, 6, 22)


def test_an_open_draw_has_nothing_to_open() -> None:
    assert open_by(changed(kind="open", open_by=None), PROFILE) is None


@pytest.mark.parametrize("draw", [{"kind": "open"}, {"open_by": LAST}])
def test_a_day_of_opening_that_makes_no_sense_is_refused(draw: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="只用于密封抽取，且须晚于入校检查结束的日期"):
        changed(**draw)


def test_names_stay_closed_on_the_last_visit_day_and_may_be_told_on_the_next() -> None:
    require_visits_over("c-1", LAST, as_of=date(2026, 6, 6), reason="")
    for last in (LAST, None):
        with pytest.raises(ProtocolError):
            require_visits_over("c-1", last, as_of=LAST, reason=" ")
    with pytest.raises(ProtocolError) as caught:
        require_visits_over("c-1", LAST, as_of=LAST, reason="")
    assert str(caught.value) == (
        "密封抽取还不能公开名单\n"
        "- 检查批次 c-1：应为在最后一个入校日（2026-06-05）之后，实为2026-06-05。"
        "请在入校检查全部结束之后办理；确需提前公开的，请填写理由。（DRW-004）"
    )


def test_a_reason_opens_early() -> None:
    require_visits_over("c-1", LAST, as_of=date(2026, 5, 20), reason="纪检机构要求公开")


def test_the_public_reads_by_when_the_names_come_and_that_they_are_late() -> None:
    due = date(2026, 6, 19)
    assert opening_status(due, as_of=due) == "已密封抽取；名单在入校检查结束后公布，不晚于2026年6月19日"
    assert opening_status(due, as_of=date(2026, 6, 20)) == "已密封抽取；名单应于2026年6月19日前公布，现已逾期"
