"""The states a campaign passes, in order. A few drive; the sentences explain."""

from enum import StrEnum

from inspection.errors import Fault, ProtocolError


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "PLANNED"
    CHECKED = "CHECKED"
    SCORED = "SCORED"
    COMMITTED = "COMMITTED"
    DRAWN = "DRAWN"
    VISITING = "VISITING"
    FOUND = "FOUND"
    DECIDED = "DECIDED"
    CLOSED = "CLOSED"


TITLES = {
    CampaignState.PLANNED: "已制定计划",
    CampaignState.CHECKED: "数据已核查",
    CampaignState.SCORED: "已评分",
    CampaignState.COMMITTED: "抽取方案已公布",
    CampaignState.DRAWN: "已抽取",
    CampaignState.VISITING: "已派组入校",
    CampaignState.FOUND: "检查记录已收齐",
    CampaignState.DECIDED: "处理意见已决定",
    CampaignState.CLOSED: "已办结",
}
_ORDER = list(CampaignState)


def has_reached(state: str, wanted: CampaignState) -> bool:
    """Say whether a campaign in `state` has come as far as `wanted`."""
    return _ORDER.index(CampaignState(state)) >= _ORDER.index(wanted)


def furthest(state: str, reached: CampaignState) -> CampaignState:
    """Return the further of two states: running a stage again never takes a campaign back."""
    return reached if has_reached(reached, CampaignState(state)) else CampaignState(state)


def require(campaign_id: str, state: str, wanted: CampaignState) -> None:
    """Refuse a step that comes too early.

    Raises:
        ProtocolError: the campaign has not come as far as `wanted`.
    """
    if has_reached(state, wanted):
        return
    fault = Fault(
        place=f"检查批次 {campaign_id}",
        code="CAM-001",
        wanted=f"状态为“{TITLES[wanted]}”或之后",
        got=f"“{TITLES[CampaignState(state)]}”",
        remedy="请先完成前面的环节，再运行本环节。",
    )
    raise ProtocolError(f"检查批次 {campaign_id} 还不能进行这一步", [fault])
