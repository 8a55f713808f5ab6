"""Rubrics 评价细则: what is scored and how, one YAML document for each source document.

Here: the model of the document and everything that can be wrong with it, told with its line. Not here: the
kinds of rule (`rule`), the arithmetic (`scoring`). A rubric is a version: once used it is never edited, and
its digest (`policy_file.file_digest`) stands with each result.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from inspection import policy_file
from inspection.derive.formula import Column, LongFigure, Ratio, Share
from inspection.derive.indicator import IndicatorCatalogue
from inspection.errors import DocumentError, Fault
from inspection.policy_file import PolicyModel, mistake
from inspection.score.bound import Bound, Figure, plain
from inspection.score.rule import SITE_KINDS, Checklist, Period, Rule, ZeroTolerance
from inspection.score.target import Target

CENTI = 100
FULL_POINTS = 100
Stage = Literal["primary", "junior", "senior"]
BandName = Literal["excellent", "good", "pass", "fail"]
BAND_TITLES = {
    "excellent": "优秀",
    "good": "良好",
    "pass": "合格",
    "fail": "不合格",
    "not-established": "未评定",
}
"""The bands from the best down, and what is said where none could be established."""
_CRITERION_ID = r"^[A-Z]{2,4}-\d{2,3}[a-z]?$"


def _is_id(name: str) -> str:
    if not re.fullmatch(_CRITERION_ID, name):
        raise ValueError("大写字母、短横和数字组成的指标编号，如 RZ-01、RZ-06a")
    return name


CriterionId = Annotated[str, AfterValidator(_is_id), Field(json_schema_extra={"pattern": _CRITERION_ID})]


class SourceDocument(PolicyModel):
    """The official document that a rubric puts into figures."""

    title: str = Field(description="来源文件的名称")
    issuer: str = Field(description="制发机关")
    number: str = Field(default="", description="发文字号；原文未载明的留空")
    note: str = Field(default="", description="需要说明的事项")
    clauses: tuple[str, ...] = Field(default=(), description="文件的条款；列出后，各指标项的 clause 须在其中")


class Band(PolicyModel):
    """A band 等级: from `at_least` points up to, but not including, `below`."""

    band: BandName = Field(description="等级：excellent 优秀、good 良好、pass 合格、fail 不合格")
    at_least: Figure = Field(ge=0, lt=FULL_POINTS, description="从多少分起（含）")
    below: Figure | None = Field(
        default=None, gt=0, le=FULL_POINTS, description="到多少分止（不含）；最高一等不填"
    )

    @property
    def at_least_centi(self) -> int:
        """The lower edge in hundredths of a point."""
        return int(self.at_least * CENTI)


class Ambiguity(PolicyModel):
    """Where the document can be read in two ways: what is unclear, the reading taken, how to take another."""

    unclear: str = Field(description="原文不明确之处")
    reading: str = Field(description="本细则采用的理解")
    otherwise: str = Field(description="采用另一种理解时怎样改")


class RedLine(PolicyModel):
    """A prohibited practice that stands beside the figure: one case, and the criterion earns nothing."""

    indicator: str = Field(description="件数所在的指标编号")
    veto_on: Literal["report", "finding"] = Field(
        default="finding", description="report 自报即否决；finding 入校核实才否决"
    )


class Sampled(PolicyModel):
    """The rate rests on a sample (a survey) of `population` persons, not on a full count."""

    population: str = Field(description="总体人数所在的指标编号")


class Estimated(PolicyModel):
    """The figure is a model's estimate; nothing is said where its interval spans what is demanded."""

    low: str = Field(description="区间下限所在的指标编号")
    high: str = Field(description="区间上限所在的指标编号")


class Coverage(PolicyModel):
    """How much of the population a rate must have reached for anything to be said, in percent."""

    indicator: str = Field(description="覆盖率所在的指标编号")
    at_least: Figure = Field(gt=0, le=100, description="至少达到百分之几，才作评定")


class Criterion(PolicyModel):
    """A criterion 指标项: one requirement of the document, the words it has there, what it is worth."""

    id: CriterionId = Field(description="指标编号，如 RZ-01")
    clause: str = Field(description="出自文件哪一条")
    title: str = Field(description="指标名称")
    phrase: str = Field(description="文件原文")
    weight: Figure = Field(gt=0, le=FULL_POINTS, description="分值；各学段合计 100 分，加分项另计")
    stages: tuple[Stage, ...] = Field(default=(), description="适用学段；留空为细则的全部学段")
    cadence: Period = Field(default="school-year", description="多久评一次：学期、学年、自然年")
    exam_result: bool = Field(description="是否考试成绩类；是则不进入处理措施和公开等级")
    bonus: bool = Field(default=False, description="加分项：分值在 100 分之外，没有数据的不影响评定")
    rule: Rule = Field(description="怎样计分")
    red_line: RedLine | None = Field(default=None, description="与数值并列的禁止情形，有一件即不得分")
    sampled: Sampled | None = Field(default=None, description="比率来自抽样调查")
    estimated: Estimated | None = Field(default=None, description="数值由模型估计，区间跨越规定值的不评定")
    coverage: Coverage | None = Field(default=None, description="覆盖面达到多少才评定")
    when_missing: Literal["not-established", "not-applicable"] = Field(
        default="not-established", description="没有数据时：未评定，还是不适用"
    )
    ambiguity: Ambiguity | None = Field(default=None, description="原文可作两种理解的，写明采用哪一种")

    @field_validator("weight")
    @classmethod
    def _in_hundredths(cls, weight: Decimal) -> Decimal:
        if weight * CENTI % 1:
            raise ValueError("至多两位小数的分值")
        return weight

    @property
    def max_centi(self) -> int:
        """What it is worth in hundredths of a point."""
        return int(self.weight * CENTI)

    @property
    def is_on_site(self) -> bool:
        """Whether only a visit can answer it."""
        return self.rule.kind in SITE_KINDS

    @property
    def is_zero_tolerance(self) -> bool:
        """Whether a single case breaks a red line."""
        is_red_line = isinstance(self.rule, Checklist) and self.rule.is_red_line
        return is_red_line or isinstance(self.rule, ZeroTolerance) or self.red_line is not None

    @property
    def veto_on(self) -> str:
        """What vetoes the band: `report`, `finding` or nothing (empty)."""
        if self.red_line:
            return self.red_line.veto_on
        if isinstance(self.rule, ZeroTolerance):
            return self.rule.veto_on
        return "finding" if self.is_zero_tolerance else ""

    @property
    def veto_indicator(self) -> str:
        """The indicator whose cases veto the band; empty where none does."""
        if self.red_line:
            return self.red_line.indicator
        return self.rule.indicator if isinstance(self.rule, ZeroTolerance) else ""

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator it looks at, the main one first."""
        red_line = self.red_line.indicator if self.red_line else ""
        population = self.sampled.population if self.sampled else ""
        coverage = self.coverage.indicator if self.coverage else ""
        ends = (self.estimated.low, self.estimated.high) if self.estimated else ()
        return tuple(filter(None, (self.rule.indicator, red_line, population, coverage, *ends)))

    @model_validator(mode="after")
    def _sound(self) -> "Criterion":
        if self.exam_result and self.is_zero_tolerance:
            raise ValueError("不设零容忍、不设一票否决的考试成绩类指标")
        if self.bonus and self.exam_result:
            raise mistake("不按考试成绩加分的指标（加分项不得为考试成绩类）", "bonus")
        if self.bonus and self.is_zero_tolerance:
            raise mistake("不设零容忍、不设一票否决的加分项", "bonus")
        if self.sampled and self.rule.kind != "threshold":
            raise ValueError("只用于 threshold 规则的抽样说明 sampled")
        if self.estimated and (self.sampled or self.rule.kind != "threshold"):
            raise ValueError("只用于 threshold 规则的估计区间 estimated，不与 sampled 同用")
        if self.is_on_site and (self.red_line or self.coverage):
            raise ValueError("不设 red_line 和 coverage 的入校检查指标")
        if self.red_line and isinstance(self.rule, ZeroTolerance):
            raise mistake("只写一处的一票否决（rule 已是 zero-tolerance，请删去 red_line）", "red_line")
        return self


class Rubric(PolicyModel):
    """One rubric, whole."""

    rubric: str = Field(pattern=r"^[a-z0-9-]+$", description="细则编号，与文件名相同")
    version: int = Field(ge=1, description="版本号；用过的版本不再修改，要改就升一号")
    title: str = Field(description="细则名称")
    document: SourceDocument = Field(description="来源文件")
    level: Literal["school-stage"] = Field(default="school-stage", description="评价单位：学校的一个学段")
    stages: tuple[Stage, ...] = Field(
        min_length=1, description="学段：primary 小学、junior 初中、senior 高中"
    )
    period: Period = Field(description="评价周期：term 学期、school-year 学年、calendar-year 自然年")
    notes: tuple[str, ...] = Field(default=(), description="需要说明的事项")
    veto_band: BandName = Field(default="fail", description="一票否决时的等级")
    bonus_at_most: Figure = Field(
        default=Decimal(10), gt=0, le=FULL_POINTS, description="加分合计的上限；加分后满分仍为 100 分"
    )
    bands: tuple[Band, ...] = Field(min_length=2, description="等级，首尾相接，从 0 分到 100 分")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="指标项")
    targets: tuple[Target, ...] = Field(default=(), description="区县或全市的目标，不计入学校得分")

    @field_validator("bands")
    @classmethod
    def _without_gap_or_overlap(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        ordered = sorted(bands, key=lambda band: band.at_least)
        if len({band.band for band in bands}) < len(bands):
            raise ValueError("互不相同的等级")
        if [band.band for band in ordered] != [b for b in reversed(get_args(BandName)) if _named(b, bands)]:
            raise ValueError("分数按 fail、pass、good、excellent 的次序升高")
        if ordered[0].at_least != 0 or ordered[-1].below not in {None, Decimal(FULL_POINTS)}:
            raise ValueError("从 0 分起、到 100 分止的等级")
        for low, high in pairwise(ordered):
            if low.below != high.at_least:
                word = "重叠" if low.below is None or low.below > high.at_least else "空档"
                raise ValueError(f"首尾相接的等级（{low.band} 与 {high.band} 之间有{word}）")
        return tuple(ordered)

    @field_validator("criteria")
    @classmethod
    def _whole(cls, criteria: tuple[Criterion, ...], info: ValidationInfo) -> tuple[Criterion, ...]:
        stages = info.data.get("stages", ())
        seen: set[str] = set()
        vetoes: dict[str, str] = {}
        for place, criterion in enumerate(criteria):
            if criterion.id in seen:
                raise mistake(f"互不相同的指标编号（{criterion.id} 重复）", place, "id")
            seen.add(criterion.id)
            _check_stages(criterion, place, stages)
            _check_clause(criterion, place, info.data.get("document"))
            name = criterion.veto_indicator
            if name and name in vetoes:
                told = f"{name} 已在 {vetoes[name]} 中否决"
                raise mistake(f"不重复设置的一票否决（{told}）", place)
            vetoes[name] = criterion.id
        for stage in stages:
            weights = [c.weight for c in criteria if stage in (c.stages or (stage,)) and not c.bonus]
            if (total := sum(weights, Decimal(0))) != FULL_POINTS:
                raise ValueError(f"学段 {stage} 的分值合计 100 分（现为 {plain(total)} 分）")
        return criteria

    @property
    def bonus_centi(self) -> int:
        """The most that bonus items may add, in hundredths of a point."""
        return int(self.bonus_at_most * CENTI)

    @property
    def by_id(self) -> dict[str, Criterion]:
        """The criteria by their id."""
        return {criterion.id: criterion for criterion in self.criteria}

    @property
    def indicators(self) -> frozenset[str]:
        """Every indicator that its criteria and its targets of dispersion look at."""
        spread = [(t.rule.indicator, t.dispersion_by) for t in self.targets if t.dispersion_by]
        return frozenset(
            name for names in [*(c.indicators for c in self.criteria), *spread] for name in names
        )

    def stages_of(self, criterion: Criterion) -> tuple[Stage, ...]:
        """Return the stages a criterion applies to."""
        return criterion.stages or self.stages

    def band_of(self, points_centi: int) -> str:
        """Return the band of a total in hundredths of a point (0..10000)."""
        return next(band.band for band in reversed(self.bands) if points_centi >= band.at_least_centi)


def load_rubric(path: Path, catalogue: IndicatorCatalogue) -> Rubric:
    """Read a rubric and hold it against the indicators it uses.

    Raises:
        DocumentError: the file is absent or wrong, or uses an indicator that is not there, or passes an
            examination result off as something else (design §5.4).
    """
    rubric = policy_file.load(Rubric, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    faults = [
        Fault(path.name, row=_line(lines, criterion.id), column=criterion.id, code=code, **words)
        for criterion in rubric.criteria
        for code, words in _mistakes(criterion, catalogue)
    ]
    if faults:
        raise DocumentError(f"文件 {path.name} 与指标目录 {catalogue.catalogue} 不符", faults)
    return rubric


def check_unchanged(path: Path, kept: Iterable[str]) -> None:
    """Hold a rubric against the versions of it that were used before: a version once used is never edited.

    `kept` holds their texts. Comments may change, since they say nothing that is scored.

    Raises:
        DocumentError: the same version was used with other content.
    """
    content = policy_file.content(path.read_text(encoding="utf-8"))
    used = [policy_file.content(text) for text in kept]
    same = [item for item in used if item.get("version") == content.get("version")]
    if any(item != content for item in same):
        fault = Fault(
            path.name,
            row=1,
            column="version",
            code="RUB-004",
            wanted="用过以后不再修改的版本",
            got=f"第 {content.get('version')} 版已用于评分，现在内容不同",
            remedy=f"请恢复原文；确需修改的，把 version 改为 {_next_version(used)}。",
        )
        raise DocumentError(f"细则 {path.name} 用过以后被修改", [fault])


def _next_version(used: Sequence[Mapping[str, Any]]) -> int:
    return max(int(item.get("version", 0)) for item in used) + 1


def _mistakes(criterion: Criterion, catalogue: IndicatorCatalogue) -> Iterator[tuple[str, dict[str, str]]]:
    known = catalogue.by_id
    for name in criterion.indicators:
        if name not in known:
            remedy = "请核对指标编号，或先在指标目录中列出该指标。"
            yield "RUB-001", {"wanted": "指标目录中的指标", "got": f"没有 {name} 这一指标", "remedy": remedy}
        elif known[name].exam_result and not criterion.exam_result:
            remedy = "考试成绩不得用于处理措施和公开等级，请改为 exam_result: true。"
            got = f"用到考试成绩类指标 {name}"
            yield "RUB-002", {"wanted": "不含考试成绩的指标", "got": got, "remedy": remedy}
    main = known.get(criterion.rule.indicator)
    if criterion.sampled and main and not isinstance(main.formula, (Column, LongFigure, Ratio, Share)):
        remedy = "抽样说明 sampled 需要样本人数，请改用比率类指标或删去。"
        yield "RUB-003", {"wanted": "有样本人数的指标", "got": main.id, "remedy": remedy}


def _check_stages(criterion: Criterion, place: int, stages: tuple[Stage, ...]) -> None:
    if strange := set(criterion.stages) - set(stages):
        told = f"{criterion.id} 另有 {'、'.join(sorted(strange))}"
        raise mistake(f"本细则所列的学段（{told}）", place, "stages")
    for stage in criterion.stages or stages:
        if any("" not in level and stage not in level for level in _levels(criterion.rule)):
            raise mistake(f"各学段都有的规定值（{criterion.id} 缺学段 {stage}）", place, "rule")


def _check_clause(criterion: Criterion, place: int, document: SourceDocument | None) -> None:
    if document and document.clauses and criterion.clause not in document.clauses:
        raise mistake("来源文件的条款（document.clauses 中所列的）", place, "clause")


def _line(lines: list[str], criterion_id: str) -> int:
    return next(
        (row for row, line in enumerate(lines, 1) if line.rstrip().endswith(f"id: {criterion_id}")), 1
    )


def _named(name: str, bands: tuple[Band, ...]) -> bool:
    return any(band.band == name for band in bands)


def _levels(model: PolicyModel) -> Iterator[dict[str, Decimal]]:
    for _, value in model:
        if isinstance(value, Bound):
            yield from _levels(value)
        elif isinstance(value, dict):
            yield value
