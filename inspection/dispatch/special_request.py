"""What the office asks for in a special inspection 专项督导: the form in the Prefect UI, field by field.

Here: the form, the answer of the responsible official, the request's content as it is kept and digested. Not
here: whether schools, matters and officials exist, and what follows from a request (`special`). Forms hold
ids, never names: whoever opens the Prefect UI sees them.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from inspection.canonical import digest
from inspection.request import AsOf, CampaignId, Form, PersonId, left_empty

SpecialMode = Literal["thematic", "key", "concentrated", "cross", "comprehensive", "routine", "guidance"]
Trigger = Literal[
    "planned",
    "superior",
    "complaint",
    "public-opinion",
    "safety",
    "overdue-rectification",
    "public-band-fail",
]
TRIGGER_TITLES: dict[str, str] = {
    "planned": "按计划安排",
    "superior": "上级交办",
    "complaint": "投诉举报",
    "public-opinion": "媒体和网络舆情",
    "safety": "校园安全",
    "overdue-rectification": "整改逾期未完成",
    "public-band-fail": "评定等级不合格",
}
Choice = Literal["list", "filter", "trigger"]
CHOICE_TITLES: dict[str, str] = {"list": "按名单", "filter": "按条件筛选", "trigger": "按启动情形"}

SchoolCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{6,10}$")]
DistrictCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{3,6}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]
EvidenceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]


def _shown(title: str, description: str) -> ConfigDict:
    """Return how a form is headed in the Prefect UI, which would show the docstring otherwise.

    A part's title differs from its field's: where they are equal, the schema keeps one and the UI shows neither.
    """
    return ConfigDict(title=title, json_schema_extra={"description": description})


class SchoolChoice(Form):
    """Which schools: by list, by filter or by what gave rise to the inspection."""

    model_config = _shown("选校", "检查哪些学校：三种选校方式任选一种，用不到的栏目留空")

    chosen_by: Choice = Field(
        title="选校方式",
        description="list 按名单：逐校填写学校标识码；filter 按条件筛选：区县、学段、办学类型、城乡类型中至少填一项，"
        "同时满足的学校全部列入；trigger 按启动情形：整改逾期、等级不合格的学校由系统从记录中查出，"
        "其他情形须在名单中填写所涉学校",
    )
    school_codes: tuple[SchoolCode, ...] = Field(
        default=(),
        max_length=200,
        title="名单：学校标识码",
        description="每行一个，须在本学期学校名录内。流程平台的管理员能看到此处所填内容",
    )
    district_codes: tuple[DistrictCode, ...] = Field(
        default=(), title="筛选：区县", description="区县代码，每行一个，如 379901；不填即不限区县"
    )
    stages: tuple[Literal["primary", "junior", "senior"], ...] = Field(
        default=(), title="筛选：学段", description="primary 小学；junior 初中；senior 高中。不填即不限学段"
    )
    school_types: tuple[Code, ...] = Field(
        default=(),
        title="筛选：办学类型",
        description="primary-school 小学；junior-school 初级中学；nine-year-school 九年一贯制学校；"
        "teaching-point 教学点；senior-school 高级中学；complete-secondary-school 完全中学；"
        "twelve-year-school 十二年一贯制学校。须为名录中已有的类型，不填即不限",
    )
    locations: tuple[Literal["urban", "town", "rural"], ...] = Field(
        default=(), title="筛选：城乡类型", description="urban 城区；town 镇区；rural 乡村。不填即不限"
    )


class Cause(Form):
    """What gave rise to the inspection, on which evidence."""

    model_config = _shown("启动情形和依据", "因何启动，有何依据")

    trigger: Trigger = Field(
        title="启动情形",
        description="planned 按计划安排；superior 上级交办；complaint 投诉举报；public-opinion 媒体和网络舆情；"
        "safety 校园安全（立即派组，一个工作日内补办审批）；overdue-rectification 整改逾期未完成；"
        "public-band-fail 评定等级不合格",
    )
    reason: str = Field(
        min_length=10,
        max_length=500,
        title="事由",
        description="为什么要开展这次检查，10至500字。不得写学校名称、人员姓名和举报人信息",
    )
    evidence_ids: tuple[EvidenceId, ...] = Field(
        default=(),
        max_length=50,
        title="线索或依据编号",
        description="每行一个。投诉、舆情、安全、上级交办填收文或线索登记编号，至少一个；整改逾期填案号，"
        "不填即为本批次全部逾期未完成整改的学校；等级不合格、按计划安排可以不填",
    )


class Window(Form):
    """From which day to which day the schools are to be visited."""

    model_config = _shown("入校起止日期", "在哪几天之间入校")

    starts_on: date = Field(title="开始日期", description="最早的入校日期，在本学期内，不早于办理日期")
    ends_on: date = Field(
        title="结束日期", description="最晚的入校日期，在本学期内。系统只在其间的工作日安排入校"
    )


class Announcement(Form):
    """Whether the schools are told beforehand."""

    model_config = _shown("是否提前通知", "是否提前书面通知学校")

    is_unannounced: bool = Field(
        default=False,
        title="不提前通知",
        description="打开后不制发督导通知，入校前不告知学校。专项督导、综合督导依法应当事先书面通知，"
        "确需不通知的，须在下一栏写明依据",
    )
    basis: str = Field(
        default="",
        max_length=200,
        title="不提前通知的依据",
        description="专项督导、综合督导不提前通知时必填，如上级部署文件的名称和文号；其他方式可以不填",
    )
    notice_workdays: int = Field(
        default=3,
        ge=1,
        le=20,
        title="提前通知的工作日数",
        description="发出督导通知后，至少隔几个工作日才入校；仅用于提前通知的检查，校园安全情形不受此限",
    )


class SpecialRequest(Form):
    """A special inspection outside the draw."""

    model_config = _shown("专项督导申请", "先预览，核对无误后关闭“仅预览”再次提交")

    campaign_id: CampaignId = Field(
        title="所属检查批次",
        description="已登记的检查批次编号，如 2025-2026-2-basic；名录、抽查事项和学期取自该批次",
    )
    mode: SpecialMode = Field(
        title="检查方式",
        description="thematic 专项督导；key 重点督察；concentrated 集中督察；cross 交叉互检（不派本区县人员）；"
        "comprehensive 综合督导；routine 经常性督导；guidance 教学视导",
    )
    matters: tuple[Code, ...] = Field(
        min_length=1,
        title="检查事项",
        description="抽查事项代码，每行一个，须为所属批次计划中列明的事项，如 curriculum",
    )
    schools: SchoolChoice = Field(
        title="学校", description="检查哪些学校：三种选校方式任选一种，用不到的栏目留空"
    )
    cause: Cause = Field(title="启动依据", description="因何启动，有何依据")
    window: Window = Field(title="入校时间", description="在哪几天之间入校")
    announcement: Announcement = Field(
        default=Announcement(), title="通知方式", description="是否提前书面通知学校"
    )
    team_size: int = Field(
        default=3,
        ge=2,
        le=12,
        title="每组人数",
        description="专项督导、综合督导和各类督察每组不少于3名督学；教学视导不少于2人",
    )
    requester_id: PersonId = Field(
        title="申请人编号", description="提出申请的督导室人员编号，不填姓名；派组前可由本人撤回申请"
    )
    dry_run: bool = Field(
        default=True,
        title="仅预览",
        description="打开时只核对申请、列出将要办理的内容，不登记、不报批、不派组；关闭后正式办理",
    )
    as_of: AsOf = Field(default_factory=left_empty)

    @property
    def is_urgent(self) -> bool:
        """Whether teams go at once and the approval follows within a working day."""
        return self.cause.trigger == "safety"

    @property
    def content(self) -> dict[str, Any]:
        """What is asked for, as plain values: lists sorted, without `dry_run` and the day of asking."""
        content: dict[str, Any] = self.model_dump(mode="json", exclude={"dry_run", "as_of"})
        for part in (content, content["schools"], content["cause"]):
            part |= {name: sorted(set(value)) for name, value in part.items() if isinstance(value, list)}
        return content

    @property
    def digest(self) -> str:
        """The digest of what is asked for: the same request is the same whoever previews it, and when."""
        return digest(self.content)


class SpecialAnswer(Form):
    """What a person decides on a special inspection that waits; nobody is filled in beforehand."""

    model_config = _shown("专项督导审批", "批准、不予批准，或者由申请人撤回")

    decision: Literal["approve", "return", "cancel"] = Field(
        title="决定",
        description="approve 批准派组；return 不予批准；cancel 撤回申请（仅限申请人本人，派组前）",
    )
    approver_id: PersonId = Field(
        title="决定人编号",
        description="批准或不予批准的，填审批负责人本人的编号；撤回的，填申请人本人的编号。不填姓名",
    )
    reason: str = Field(
        default="",
        max_length=500,
        title="理由",
        description="不予批准或者撤回的必填，10字以上；批准的可以不填。不得写学校名称和人员姓名",
    )
    decided_on: date | SkipJsonSchema[None] = Field(
        default_factory=left_empty, title="决定日期", description="作出决定的日期；留空即为当日（北京时间）"
    )
