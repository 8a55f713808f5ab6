"""A campaign goes forward only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.deploy.campaign import CampaignState, furthest, has_reached, require
from inspection.errors import ProtocolError

STATES = st.sampled_from(CampaignState)


@given(STATES, STATES)
def test_running_a_stage_again_never_takes_a_campaign_back(
    state: CampaignState, reached: CampaignState
) -> None:
    assert has_reached(furthest(state, reached), state)
    assert has_reached(furthest(state, reached), reached)


def test_a_step_that_comes_too_early_says_what_is_wanted() -> None:
    with pytest.raises(ProtocolError) as caught:
        require("2025-2026-2-basic", "SCORED", CampaignState.COMMITTED)
    assert str(caught.value) == (
        "检查批次 2025-2026-2-basic 还不能进行这一步\n"
        "- 检查批次 2025-2026-2-basic：应为状态为“抽取方案已公布”或之后，实为“已评分”。"
        "请先完成前面的环节，再运行本环节。（CAM-001）"
    )
