"""What a person asks a flow to do: the form of each deployment, described and bounded field by field.

Forms hold ids, never names: whoever opens the Prefect UI sees them.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
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


RuleCode = Literal["quorum", "recusal", "repeat-cap", "matter-list", "notice", "publication"]
OVERRIDE_REASON_LENGTH = 10


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


class Override(Form):
    """A rule of procedure that a responsible official sets aside for what breaks it now, and why."""

    rule: RuleCode = Field(
        title="规定",
        description="quorum 检查人员人数；recusal 检查人员回避；repeat-cap 同一事项一年内不重复检查；"
        "matter-list 抽查事项列入清单；notice 事先书面通知学校；publication 检查结果按期公示",
    )
    person_id: PersonId = Field(title="负责人编号", description="作出决定的负责人编号，不填姓名")
    reason: str = Field(
        min_length=OVERRIDE_REASON_LENGTH,
        max_length=200,
        title="理由",
        description=f"不少于{OVERRIDE_REASON_LENGTH}字；将在网站公布，不写学校和个人名称",
    )


class GatedRequest(CampaignRequest):
    """A campaign at a step that the rules of procedure guard."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "办理批次",
            "description": "办理哪个检查批次，按哪一天办理；不符合检查程序规定的，退回或者由负责人决定例外办理。",
        }
    )

    overrides: tuple[Override, ...] = Field(
        default=(),
        title="例外办理",
        description="一般留空；检查程序的某项规定确实做不到时，由负责人逐项决定，理由记入台账并公布",
    )


class PublicValueEntry(Form):
    """One public value as one person typed it."""

    source_id: str = Field(pattern=r"^[a-z0-9-]+$", title="来源", description="抽取方案中列明的公开来源编号")
    value: str = Field(min_length=1, max_length=400, title="公开数值", description="按该来源的规定格式录入")
    entered_by: PersonId
    evidence: str = Field(
        default="",
        pattern=r"^([0-9a-f]{64})?$",
        title="凭证摘要",
        description="在工作台“抽取与台账”上传公告或照片后显示的摘要，两人须一致；演示可留空",
    )


class NewSource(Form):
    """A public chance event named for a draw whose promise is made anew."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", title="编号", description="原方案没有用过的编号")
    kind: Literal["lottery-ssq", "lottery-dlt", "index", "dice", "drand"] = Field(title="种类")
    name: str = Field(min_length=1, max_length=100, title="名称", description="如 双色球第2026035期开奖号码")
    announced_at: AwareDatetime = Field(title="公布时间", description="带时区，须在办理之后")
    throws: int = Field(default=60, ge=1, le=500, title="掷骰次数", description="仅用于掷骰")
    network: Literal["quicknet", "default"] = Field(
        default="quicknet", title="信标网络", description="仅用于 drand"
    )
    round: int = Field(
        default=0, ge=0, title="信标轮次", description="用于 drand 时必填，公布时间须是该轮产生的时间"
    )


RelaxableRule = Literal[
    "load", "expertise", "last_term", "former_school", "declared_interest", "other_district"
]


class Relaxation(Form):
    """A decision to give up a rule, because no teams can be made under all of them."""

    rules: tuple[RelaxableRule, ...] = Field(
        min_length=1, max_length=2, title="规则", description="系统列出的可放宽的规则代码，照其组合填写"
    )
    decided_by: str = Field(
        pattern=r"^[a-z0-9-]+$", title="决定人编号", description="作出决定的审批人员的编号，不填姓名"
    )
    reason: str = Field(
        min_length=1, max_length=200, title="理由", description="将在网站公布，不写学校和个人名称"
    )
    sources: tuple[NewSource, ...] = Field(
        min_length=1, title="新的公开来源", description="尚未公布的公开来源；原方案的数值已为人知，不得再用"
    )


class DrawRequest(GatedRequest):
    """The public values, each typed by two people, with which the draw is made; or a rule given up first."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "抽取",
            "description": "录入公开数值并抽取学校和检查人员。按原方案不能成组、审批人员决定放宽条件的，"
            "填写放宽条件，不填公开数值：原方案撤销，公布新方案，待新的公开数值公布后再行抽取。",
        }
    )

    values: tuple[PublicValueEntry, ...] = Field(
        default=(), title="公开数值", description="每个来源由两人分别录入，内容一致方可抽取"
    )
    relaxation: Relaxation | SkipJsonSchema[None] = Field(
        default_factory=left_empty, title="放宽条件", description="按原方案不能成组时才填；平时留空"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> "DrawRequest":
        if self.relaxation is None and len(self.values) < 2:
            raise ValueError("公开数值 values 须由两人分别录入")
        if self.relaxation is not None and self.values:
            raise ValueError(
                "放宽条件 relaxation 与公开数值 values 不能同时填写：新方案公布之后才有新的公开数值"
            )
        return self


class DropOut(Form):
    """Who cannot take part: a drawn school, or an inspector at one school or at all that are still to come."""

    school_code: str = Field(
        default="",
        pattern=r"^([0-9]{10})?$",
        title="学校标识码",
        description="更换学校的，填不能接受检查的学校；更换检查人员的，填其不能前往的学校，留空为其尚未检查的全部学校",
    )
    inspector_id: str = Field(
        default="",
        pattern=r"^[a-z0-9-]*$",
        title="检查人员编号",
        description="更换检查人员的，填人员编号，不填姓名；更换学校的留空",
    )
    reason: str = Field(
        default="", max_length=200, title="理由", description="将在网站公布，不写学校和个人名称"
    )


class SubstituteRequest(GatedRequest, DropOut):
    """A substitution that somebody asks for: typed here, or in a file while the draw is sealed."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "递补",
            "description": "抽中学校不能接受检查、检查人员不能参加检查的，按抽取号码顺序递补。"
            "密封抽取的名单公布之前，学校和人员不得填在本表，须写入申请文件。",
        }
    )

    asked_by: PersonId
    request_file: str = Field(
        default="",
        pattern=r"^([a-z0-9-]+\.yaml)?$",
        title="申请文件",
        description="收件箱中本批次 substitutions 文件夹内的文件名，如 a01.yaml；已在本表填写的留空",
    )


class Decision(Form):
    """A responsible official's decision on one case."""

    case_id: str = Field(pattern=r"^[a-z0-9-]+$", title="案号")
    decision: Literal["approve", "return"] = Field(
        title="决定", description="approve 批准；return 退回重新研究"
    )
    approver_id: PersonId
    reason: str = Field(default="", max_length=500, title="理由", description="退回时必填")


class RestudyEntry(Form):
    """What the office has done about a case that an official returned."""

    case_id: str = Field(pattern=r"^[a-z0-9-]+$", title="案号")
    action: Literal["resubmit", "withdraw"] = Field(
        title="办理", description="resubmit 重新研究后再次送审；withdraw 撤销处理建议"
    )
    person_id: PersonId
    reason: str = Field(
        min_length=10,
        max_length=500,
        title="研究情况",
        description="写明对退回理由的研究情况，至少10个字；不得写学生、举报人的个人信息",
    )


class NoticeRequest(CampaignRequest):
    """Decisions to carry out; with none, the run proposes, notifies and says what waits for whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "办理处理措施",
            "description": "登记审批决定；不填则提出建议、告知学校并列出待办。",
        }
    )

    restudies: tuple[RestudyEntry, ...] = Field(
        default=(), title="退回后的办理", description="被退回的案，重新研究后再次送审或者撤销"
    )
    decisions: tuple[Decision, ...] = Field(default=(), title="审批决定", description="负责人对各案的决定")


class RecheckEntry(Form):
    """One look at what a school has rectified."""

    case_id: str = Field(pattern=r"^[a-z0-9-]+$", title="案号")
    rechecked_on: date = Field(title="复查日期", description="到校复查的日期")
    outcome: Literal["met", "not-met"] = Field(
        title="复查结果", description="met 已整改到位；not-met 未整改到位，整改期限重新计算"
    )
    person_ids: tuple[PersonId, ...] = Field(title="复查人员", description="复查人员编号，2人以上")
    note: str = Field(
        min_length=10,
        max_length=500,
        title="复查情况",
        description="核实的事实，至少10个字；不得写学生、举报人的个人信息",
    )


class ClosureEntry(Form):
    """A responsible official strikes a case off."""

    case_id: str = Field(pattern=r"^[a-z0-9-]+$", title="案号")
    approver_id: PersonId


class FollowUpRequest(CampaignRequest):
    """Re-checks and closures to enter; with none, the run says what is due and what is overdue."""

    model_config = ConfigDict(
        json_schema_extra={
            "title": "跟踪整改",
            "description": "登记复查和销号；不填则按办理日期更新整改期限、列出逾期情况。",
        }
    )

    rechecks: tuple[RecheckEntry, ...] = Field(
        default=(), title="复查", description="对整改情况的复查，逐案填写"
    )
    closures: tuple[ClosureEntry, ...] = Field(
        default=(), title="销号", description="复查通过、由负责人同意销号的案"
    )
