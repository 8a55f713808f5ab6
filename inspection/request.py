"""What a person asks a flow to do: the form of each deployment, described and bounded field by field.

Forms hold ids, never names: whoever opens the Prefect UI sees them.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


def left_empty() -> None:
    """Give an optional day its default: one that stood in the schema would be sent by the form, and refused."""
    return


CampaignId = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]+$",
        min_length=4,
        max_length=64,
        title="检查批次",
        description="检查批次编号，与计划文件同名，如 2025-2026-2-basic",
    ),
]
AsOf = Annotated[
    date | SkipJsonSchema[None],
    Field(title="办理日期", description="按哪一天办理；留空则取运行当日（北京时间）"),
]
PersonId = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", title="人员编号", description="人员编号，不填姓名")]


class Form(BaseModel):
    """What all forms share: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CampaignRequest(Form):
    """Which campaign, as of which day."""

    model_config = ConfigDict(
        json_schema_extra={"title": "办理批次", "description": "办理哪个检查批次，按哪一天办理。"}
    )

    campaign_id: CampaignId
    as_of: AsOf = Field(default_factory=left_empty)


class PublicValueEntry(Form):
    """One public value as one person typed it."""

    source_id: str = Field(pattern=r"^[a-z0-9-]+$", title="来源", description="抽取方案中列明的公开来源编号")
    value: str = Field(min_length=1, max_length=400, title="公开数值", description="按该来源的规定格式录入")
    entered_by: PersonId
    evidence: str = Field(
        default="",
        pattern=r"^([0-9a-f]{64})?$",
        title="凭证摘要",
        description="公告或照片文件的 SHA-256 值，两人须一致；没有则留空",
    )


class DrawRequest(CampaignRequest):
    """The public values, each typed by two people, with which the draw is made."""

    model_config = ConfigDict(
        json_schema_extra={"title": "抽取", "description": "录入公开数值并抽取学校和检查人员。"}
    )

    values: tuple[PublicValueEntry, ...] = Field(
        min_length=2, title="公开数值", description="每个来源由两人分别录入，内容一致方可抽取"
    )


class Decision(Form):
    """A responsible official's decision on one case."""

    case_id: str = Field(pattern=r"^[a-z0-9-]+$", title="案号")
    decision: Literal["approve", "return"] = Field(
        title="决定", description="approve 批准；return 退回重新研究"
    )
    approver_id: PersonId
    reason: str = Field(default="", max_length=500, title="理由", description="退回时必填")


class NoticeRequest(CampaignRequest):
    """Decisions to carry out; with none, the run proposes, notifies and says what waits for whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "办理处理措施",
            "description": "登记审批决定；不填则提出建议、告知学校并列出待办。",
        }
    )

    decisions: tuple[Decision, ...] = Field(default=(), title="审批决定", description="负责人对各案的决定")
