"""A run's name says what is done, for which term and where."""

from pathlib import Path

import pytest

from tasks.run_title import title

PROFILE = Path(__file__).resolve().parents[2] / "examples/demo_city/profile.yaml"
CAMPAIGN = "2025-2026-2-small"


@pytest.fixture(autouse=True)
def bureau(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTION_PROFILE", str(PROFILE))


def test_a_campaign_is_everywhere() -> None:
    told = title("学期评定", {"campaign_id": CAMPAIGN})
    assert told == "学期评定 2025—2026学年第二学期 全部区县 2025-2026-2-small"


def test_a_special_inspection_names_the_districts_it_was_asked_for() -> None:
    asked = {"campaign_id": CAMPAIGN, "schools": {"district_codes": ["379902", "379901"]}}
    told = title("专项督导", asked)
    assert told == "专项督导 2025—2026学年第二学期 示例市东湖区、示例市西岭县 2025-2026-2-small"


def test_a_run_without_a_plan_has_a_name_all_the_same() -> None:
    assert title("公示", {"campaign_id": "no-such-plan"}) == "公示 no-such-plan"
