"""What the public may see of one campaign: the site's facts, and the rules that keep facts back.

Here: frozen facts, and `publishable`, which sorts them, shows open cases and withdrawals as the public is
to see them, and keeps back what is not due. Not here: suppression of small cells (`suppression`), the files
offered for download (`open_data`), the check of finished files (`guard`), pages and folders (`tasks.site`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import MODE_TITLES, Plan, TargetPool
from inspection.draw.gate import OverrideFacts
from inspection.draw.record import committed, sources
from inspection.draw.selection import total_size
from inspection.ledger import Entry
from inspection.publish.suppression import CountTable, suppressed
from inspection.school_stage import STAGE_TITLES
from inspection.score.rubric import BAND_TITLES

PHASE_TITLES = {
    "deployment": "启动部署",
    "pilot": "试点推进",
    "rollout": "全面实施",
    "evaluation": "总结评估",
}
NOTICE_TITLES = {"warning": "警示", "commendation": "表扬"}
LEDGER_TITLES = {
    "plan": "公布计划",
    "commit": "公布抽取方案（承诺）",
    "cancel": "撤销抽取方案",
    "seed": "登记公开数值",
    "draw": "抽取",
    "open": "核验并公开抽取记录",
    "override": "例外办理决定",
    "substitute": "递补",
    "visit-notice": "印发督导通知",
    "finding": "检查记录存档",
    "proposal": "提出处理建议",
    "hearing": "听取陈述申辩",
    "decision": "审批决定",
    "notice": "文书登记",
    "notice-file": "文书成文",
    "special-request": "专项督导申请",
    "special-approval": "专项督导审批",
    "special-cancel": "专项督导撤回",
    "special-dispatch": "专项督导派组",
}
STRATUM_TITLES = {"district": "区县", "stage": "学段", "location": "城乡", "type": "办学类型"}
DATA_SET_TITLES = {
    "schools": "学校基本情况一览表",
    "inspectors": "检查人员名录",
    "recusals": "回避登记表",
    "indicators": "学期指标报表",
    "parent_survey": "家长满意度调查",
    "results": "学业质量监测数据",
    "entry_results": "入口成绩数据",
    "findings": "检查记录",
    "hearings": "告知答复登记表",
    "figures": "学校数据项报表",
    "district_figures": "区县数据项报表",
    "fitness": "国家学生体质健康标准测试数据",
    "student_survey": "学生问卷",
    "surveys": "问卷调查情况表",
    "timetables": "课程开设情况表",
    "homework_log": "作业日志",
    "exam_log": "考试登记表",
    "complaints": "投诉举报登记表",
    "spot_checks": "现场抽测登记表",
    "self_evaluation": "学校自评报告表",
    "matters": "抽查事项清单",
}
PENDING = ("pending", "发现问题待后续处理")
WITHDRAWN = ("withdrawn", "已撤回")


@dataclass(frozen=True, kw_only=True)
class MatterFacts:
    """A matter of the published list 抽查事项, with the law or rule it rests on (依据)."""

    code: str
    name: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """A public chance event named before it happens (公开来源)."""

    name: str
    announced_at: datetime


@dataclass(frozen=True, kw_only=True)
class DataDue:
    """A data set that schools or districts owe, in the words of the public."""

    title: str
    due_on: date
    is_required: bool


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """The published plan; `ratio` is a decimal fraction as text ("0.2"), or empty where `size` is given.

    With `is_sized_by_stratum` both are empty: the commitment says what every stratum gives.
    """

    matters: tuple[MatterFacts, ...]
    data: tuple[DataDue, ...]
    pool_count: int
    ratio: str = ""
    size: int = 0
    is_sized_by_stratum: bool = False
    is_targeted: bool = False
    strata_titles: tuple[str, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    team_size: int = 2
    visits_start_on: date | None = None
    visits_end_on: date | None = None

    @property
    def planned_count(self) -> int:
        """Schools the plan asks for: its number, or its ratio of the pool rounded up, never above the pool."""
        if self.ratio:
            return total_size(self.pool_count, ratio=self.ratio)
        return min(self.size, self.pool_count)

    @property
    def ratio_text(self) -> str:
        """The ratio in percent, such as `20%`; empty when the plan names a number."""
        return f"{(Decimal(self.ratio) * 100).normalize():f}%" if self.ratio else ""


@dataclass(frozen=True, kw_only=True)
class SchoolFacts:
    """A school by the names the public knows it by."""

    school_code: str
    school_name: str
    district_name: str


@dataclass(frozen=True, kw_only=True)
class DrawnSchool:
    """A school that was drawn, and the team that visits it."""

    school_code: str
    school_name: str
    district_name: str
    team_code: str


@dataclass(frozen=True, kw_only=True)
class PublicDocument:
    """A PDF to be offered, with the plain text it was rendered from, which the guard reads in its place."""

    file_name: str
    content: bytes
    text: str


@dataclass(frozen=True, kw_only=True)
class WithdrawnDraw:
    """A promise that was cancelled: its public record, and the name and value of each of its sources."""

    record: Mapping[str, Any]
    values: tuple[tuple[str, str], ...] = ()


def withdrawn_draw(record: Mapping[str, Any], *, is_sealed: bool) -> WithdrawnDraw:
    """Return what the public sees of a promise that could not be kept; of a sealed draw the promise and its values.

    `record` is in state "unstaffed": it names schools, and holds the secret of a sealed draw.
    """
    names = {source.source_id: source.name for source in sources(record["commitment"])}
    values = tuple((names[line["source"]], line["value"]) for line in record["values"])
    return WithdrawnDraw(record=committed(record["commitment"]) if is_sealed else record, values=values)


@dataclass(frozen=True, kw_only=True)
class DrawFacts:
    """One draw. `record` is the public record as it was hashed, or None before there is one.

    A sealed draw that is not opened (`is_opened` False) names no school. `withdrawn`: the promises before it.
    """

    kind: Literal["open", "sealed"]
    is_opened: bool
    status: str
    commitment_digest: str
    ledger_head: str
    record: Mapping[str, Any] | None = None
    sheet: PublicDocument | None = None
    schools: tuple[DrawnSchool, ...] = ()
    withdrawn: tuple[WithdrawnDraw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResultFacts:
    """The result of one school in one matter; `status`: a case may be open, an appeal upheld."""

    school_code: str
    school_name: str
    district_name: str
    matter: str
    category: str
    category_title: str
    inspected_on: date
    disposal: str
    published_on: date | None
    status: Literal["published", "open-case", "withdrawn"] = "published"


@dataclass(frozen=True, kw_only=True)
class BandCount:
    """How many schools of a district and stage hold a band for public use (no examination figure in it)."""

    district_code: str
    district_name: str
    stage: str
    band: str
    school_count: int


@dataclass(frozen=True, kw_only=True)
class PersonCount:
    """How many persons (`subject`, such as 家长问卷答卷人数) a district and stage has."""

    subject: str
    district_code: str
    district_name: str
    stage: str
    person_count: int


@dataclass(frozen=True, kw_only=True)
class NoticeFacts:
    """A notice that concerns the public; `sentence` says in one sentence what it decided."""

    number: str
    title: str
    school_code: str
    school_name: str
    district_name: str
    kind: Literal["warning", "commendation"]
    issued_on: date
    sentence: str
    document: PublicDocument | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """Everything the publication site shows. `verifier_source` is the text of the downloadable verifier."""

    bureau_name: str
    office_name: str
    contact: str
    is_synthetic: bool
    as_of: date
    term_title: str
    campaign_id: str
    campaign_title: str
    mode_title: str
    phase: Literal["deployment", "pilot", "rollout", "evaluation"]
    state: CampaignState
    plan: PlanFacts
    draw: DrawFacts | None
    schools: tuple[SchoolFacts, ...]
    results: tuple[ResultFacts, ...]
    band_counts: tuple[BandCount, ...]
    person_counts: tuple[PersonCount, ...]
    small_cell_count: int
    notices: tuple[NoticeFacts, ...]
    ledger_head: str
    ledger: tuple[Entry, ...]
    verifier_source: str
    overrides: tuple[OverrideFacts, ...] = ()


def plan_facts(plan: Plan, *, pool_count: int) -> PlanFacts:
    """Return the public facts of a plan whose pool 名录库 holds `pool_count` schools."""
    draw, visits = plan.draw, plan.visits
    return PlanFacts(
        matters=tuple(MatterFacts(code=m.code, name=m.name, basis=m.basis) for m in plan.matters),
        data=tuple(
            DataDue(
                title=DATA_SET_TITLES.get(owed.data_set, owed.data_set),
                due_on=owed.due_on,
                is_required=owed.is_required,
            )
            for owed in plan.data
        ),
        pool_count=pool_count,
        ratio=draw.ratio if draw else "",
        size=draw.size if draw else 0,
        is_sized_by_stratum=bool(draw and draw.ratios),
        is_targeted=bool(draw and draw.target != TargetPool()),
        strata_titles=tuple(STRATUM_TITLES[name] for name in draw.strata_by) if draw else (),
        sources=tuple(SourceFacts(name=s.name, announced_at=s.announced_at) for s in draw.sources)
        if draw
        else (),
        team_size=plan.team.size,
        visits_start_on=visits.starts_on if visits else None,
        visits_end_on=visits.ends_on if visits else None,
    )


def mode_title(plan: Plan) -> str:
    """Return the Chinese name of the plan's mode."""
    return MODE_TITLES[plan.mode]


def publishable(facts: SiteFacts) -> SiteFacts:
    """Return the facts as the public may see them; applying it twice changes nothing more.

    Lists stand in the order of school codes. An open case shows 发现问题待后续处理 and no detail, a withdrawn
    result stays visible as 已撤回. Results and notices dated after `as_of` are kept back, and while a sealed
    draw is closed everything that could name a drawn school is.
    """
    is_sealed = facts.draw is not None and not facts.draw.is_opened
    results = () if is_sealed else _results(facts.results, facts.as_of)
    notices = () if is_sealed else _notices(facts.notices, facts.as_of)
    return replace(
        facts,
        draw=_draw(facts.draw) if facts.draw else None,
        schools=tuple(sorted(facts.schools, key=lambda school: school.school_code)),
        results=results,
        notices=notices,
        band_counts=tuple(sorted(facts.band_counts, key=_band_key)),
        person_counts=tuple(
            sorted(
                facts.person_counts, key=lambda cell: (cell.subject, cell.district_code, _rank(cell.stage))
            )
        ),
        ledger=tuple(sorted(facts.ledger, key=lambda entry: entry.seq)),
    )


def person_tables(facts: SiteFacts) -> dict[str, CountTable]:
    """Return a table of districts by stages for each subject counted, small cells withheld."""
    return {
        subject: _person_table([cell for cell in facts.person_counts if cell.subject == subject], facts)
        for subject in sorted({cell.subject for cell in facts.person_counts})
    }


def _person_table(cells: list[PersonCount], facts: SiteFacts) -> CountTable:
    stages = {cell.stage for cell in cells}
    return suppressed(
        {(cell.district_name, STAGE_TITLES[cell.stage]): cell.person_count for cell in cells},
        rows=tuple(dict.fromkeys(cell.district_name for cell in cells)),
        columns=tuple(title for stage, title in STAGE_TITLES.items() if stage in stages),
        minimum=facts.small_cell_count,
    )


def _draw(draw: DrawFacts) -> DrawFacts:
    if not draw.is_opened:
        return replace(draw, schools=(), sheet=None)
    return replace(draw, schools=tuple(sorted(draw.schools, key=lambda school: school.school_code)))


def _results(results: tuple[ResultFacts, ...], as_of: date) -> tuple[ResultFacts, ...]:
    due = (result for result in results if result.published_on and result.published_on <= as_of)
    return tuple(sorted(map(_result, due), key=lambda result: (result.school_code, result.matter)))


def _result(result: ResultFacts) -> ResultFacts:
    if result.status == "withdrawn":
        code, title = WITHDRAWN
        return replace(result, category=code, category_title=title, disposal="经复核或申诉，原结果已撤回")
    if result.status == "open-case":
        code, title = PENDING
        return replace(result, category=code, category_title=title, disposal="后续处理中")
    return result


def _notices(notices: tuple[NoticeFacts, ...], as_of: date) -> tuple[NoticeFacts, ...]:
    due = [_notice(notice) for notice in notices if notice.issued_on <= as_of]
    return tuple(sorted(due, key=lambda notice: (notice.school_code, notice.number)))


def _notice(notice: NoticeFacts) -> NoticeFacts:
    if not notice.is_withdrawn:
        return notice
    return replace(notice, sentence="经复核或申诉，该文书已撤销。", document=None)


def _rank(stage: str) -> int:
    return list(STAGE_TITLES).index(stage)


def _band_key(cell: BandCount) -> tuple[str, int, int]:
    return cell.district_code, _rank(cell.stage), list(BAND_TITLES).index(cell.band)
