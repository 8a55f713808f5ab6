"""A bureau's own facts: its name, districts, deadlines, calendar and where its documents lie.

One YAML file, `INSPECTION_PROFILE`. What a statute leaves to the place is set here, never in code.
"""

from datetime import date
from pathlib import Path

from pydantic import Field

from inspection import policy_file
from inspection.policy_file import PolicyModel


class Bureau(PolicyModel):
    """How the bureau is named on its documents."""

    name: str = Field(description="发文机关全称")
    office: str = Field(description="教育督导机构名称")
    document_code: str = Field(description="发文机关代字，如 日教督字")
    contact: str = Field(default="", description="联系方式，印在文书附注中")
    address: str = Field(default="", description="递交书面意见的地址")
    approver_title: str = Field(default="主要负责人", description="审批人的职务，印在文书中")
    appeal_organ: str = Field(default="上一级教育督导机构", description="受理申诉的机关")
    copies: tuple[str, ...] = Field(default=(), description="文书抄送单位")
    public_site: str = Field(
        default="",
        pattern=r"^(https?://[^\s#]+[^\s#/])?$",
        description="公示网站地址，印在抽取记录单的二维码中",
    )


class District(PolicyModel):
    """A county or district under the bureau."""

    code: str = Field(pattern=r"^[0-9A-Z]{3,6}$")
    name: str


class Deadlines(PolicyModel):
    """Days a step may take; statutes differ by province, so each bureau states its own."""

    hearing_workdays: int = Field(default=10, ge=1, description="陈述申辩期限（工作日）")
    commendation_workdays: int = Field(default=5, ge=1, description="表扬公示期（工作日）")
    rectification_workdays: int = Field(default=30, ge=1, description="整改期限（工作日）")
    publication_workdays: int = Field(default=20, ge=1, description="抽查结果公示期限（工作日）")
    opening_workdays: int = Field(
        default=10, ge=1, description="密封抽取在入校检查结束后公布名单的期限（工作日）"
    )
    review_days: int = Field(default=30, ge=1, description="申请复核期限（日）")
    appeal_days: int = Field(default=15, ge=1, description="申诉期限（日）")


class Calendar(PolicyModel):
    """Local changes to the national calendar of workdays."""

    extra_workdays: tuple[date, ...] = ()
    extra_holidays: tuple[date, ...] = ()


class BurdenCap(PolicyModel):
    """What one school and stage may be asked in a term 填报负担上限 (RZ-33 减负清单)."""

    most_cells: int = Field(default=200, ge=1, description="填写栏目的上限")
    most_files: int = Field(default=12, ge=1, description="报送份数的上限")
    most_minutes: float = Field(default=240, gt=0, description="填报时间的上限（分钟）")
    is_binding: bool = Field(default=False, description="超出上限的计划不予登记；不选则只提醒")


class Folders(PolicyModel):
    """Where the bureau's documents lie, relative to the profile."""

    sources: Path = Path("sources")
    rubrics: Path = Path("rubrics")
    expectations: Path = Path("expectations")
    plans: Path = Path("plans")


class Profile(PolicyModel):
    """Everything about one bureau that is neither law nor mechanism."""

    profile: str = Field(pattern=r"^[a-z0-9-]+$")
    is_synthetic: bool = Field(default=False, description="演示数据；所有文书和页面均加注")
    bureau: Bureau
    districts: tuple[District, ...] = Field(min_length=1)
    has_synthetic_divisions: bool = Field(default=False, description="区划代码为虚构，不与行政区划表核对")
    folders: Folders = Folders()
    deadlines: Deadlines = Deadlines()
    calendar: Calendar = Calendar()
    burden: BurdenCap = BurdenCap()
    approvers: tuple[str, ...] = Field(default=(), description="可审批处理措施的人员编号")
    small_cell_count: int = Field(default=10, ge=1, description="人数少于此数的单元格不公开")
    minimum_coverage_rate: float = Field(default=60.0, ge=0, le=100, description="评定等级所需的最低覆盖率")

    def district_name(self, code: str) -> str:
        """Return the district's name, or its code when the profile does not list it."""
        return {district.code: district.name for district in self.districts}.get(code, code)


def load_profile(path: Path) -> Profile:
    """Read a profile and make its folders absolute.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    profile = policy_file.load(Profile, path)
    home = path.resolve().parent
    folders = {name: (home / folder).resolve() for name, folder in profile.folders}
    return profile.model_copy(update={"folders": Folders(**folders)})
