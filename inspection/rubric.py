"""Rubrics 评价细则: what is scored and how, one YAML document for each source document.

Here: the model of the document and everything that can be wrong with it, told with its line. Not here: the
kinds of rule (`rule`), the arithmetic (`scoring`). A rubric is a version: once used it is never edited, and
its digest (`policy_file.file_digest`) stands with each result.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from inspection import policy_file
from inspection.bound import Bound, Figure, plain
from inspection.errors import DocumentError, Fault
from inspection.formula import Column, Ratio, Share
from inspection.indicator import IndicatorCatalogue
from inspection.policy_file import PolicyModel
from inspection.rule import SITE_KINDS, Checklist, Period, Rule, ZeroTolerance

CENTI = 100
FULL_POINTS = 100
Stage = Literal["primary", "junior", "senior"]
BandName = Literal["excellent", "good", "pass", "fail"]


class SourceDocument(PolicyModel):
    """The official document that a rubric puts into figures."""

    title: str
    issuer: str
    number: str = Field(default="", description="发文字号；原文未载明的留空")
    note: str = ""


class Band(PolicyModel):
    """A band 等级: from `at_least` points up to, but not including, `below`."""

    band: BandName
    at_least: Figure = Field(ge=0, lt=FULL_POINTS)
    below: Figure | None = Field(default=None, gt=0, le=FULL_POINTS)

    @property
    def at_least_centi(self) -> int:
        """The lower edge in hundredths of a point."""
        return int(self.at_least * CENTI)


class Ambiguity(PolicyModel):
    """Where the document can be read in two ways: what is unclear, the reading taken, how to take another."""

    unclear: str
    reading: str
    otherwise: str


class RedLine(PolicyModel):
    """A prohibited practice that stands beside the figure: one case, and the criterion earns nothing."""

    indicator: str
    veto_on: Literal["report", "finding"] = "finding"


class Sampled(PolicyModel):
    """The rate rests on a sample (a survey) of `population` persons, not on a full count."""

    population: str = Field(description="总体人数所在的指标编号")


class Coverage(PolicyModel):
    """How much of the population a rate must have reached for anything to be said, in percent."""

    indicator: str
    at_least: Figure = Field(gt=0, le=100)


class Criterion(PolicyModel):
    """A criterion 指标项: one requirement of the document, the words it has there, what it is worth."""

    id: str = Field(pattern=r"^[A-Z]{2,4}-\d{2,3}[a-z]?$")
    clause: str
    title: str
    phrase: str = Field(description="文件原文")
    weight: Figure = Field(gt=0, le=FULL_POINTS)
    stages: tuple[Stage, ...] = Field(default=(), description="适用学段；留空为细则的全部学段")
    cadence: Period = "school-year"
    exam_result: bool = Field(description="是否考试成绩类；是则不进入处理措施和公开等级")
    rule: Rule
    red_line: RedLine | None = None
    sampled: Sampled | None = None
    coverage: Coverage | None = None
    when_missing: Literal["not-established", "not-applicable"] = "not-established"
    ambiguity: Ambiguity | None = None

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
    def indicators(self) -> tuple[str, ...]:
        """Every indicator it looks at, the main one first."""
        red_line = self.red_line.indicator if self.red_line else ""
        population = self.sampled.population if self.sampled else ""
        coverage = self.coverage.indicator if self.coverage else ""
        return tuple(filter(None, (self.rule.indicator, red_line, population, coverage)))

    @model_validator(mode="after")
    def _sound(self) -> "Criterion":
        if self.exam_result and self.is_zero_tolerance:
            raise ValueError("不设零容忍、不设一票否决的考试成绩类指标")
        if self.sampled and self.rule.kind != "threshold":
            raise ValueError("只用于 threshold 规则的抽样说明 sampled")
        if self.is_on_site and (self.red_line or self.coverage):
            raise ValueError("不设 red_line 和 coverage 的入校检查指标")
        return self


class Rubric(PolicyModel):
    """One rubric, whole."""

    rubric: str = Field(pattern=r"^[a-z0-9-]+$")
    version: int = Field(ge=1)
    title: str
    document: SourceDocument
    level: Literal["school-stage"] = "school-stage"
    stages: tuple[Stage, ...] = Field(min_length=1)
    period: Period
    notes: tuple[str, ...] = ()
    veto_band: BandName = "fail"
    bands: tuple[Band, ...] = Field(min_length=2)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

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
        ids = [criterion.id for criterion in criteria]
        if repeated := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"互不相同的指标编号（{'、'.join(repeated)} 重复）")
        for stage in info.data.get("stages", ()):
            total = sum((c.weight for c in criteria if stage in (c.stages or (stage,))), Decimal(0))
            if total != FULL_POINTS:
                raise ValueError(f"学段 {stage} 的分值合计 100 分（现为 {plain(total)} 分）")
        return criteria

    @model_validator(mode="after")
    def _stages_covered(self) -> "Rubric":
        for criterion in self.criteria:
            if strange := set(criterion.stages) - set(self.stages):
                raise ValueError(f"本细则所列的学段（{criterion.id} 另有 {'、'.join(sorted(strange))}）")
            for stage in self.stages_of(criterion):
                if any("" not in level and stage not in level for level in _levels(criterion.rule)):
                    raise ValueError(f"各学段都有的规定值（{criterion.id} 缺学段 {stage}）")
        return self

    @property
    def by_id(self) -> dict[str, Criterion]:
        """The criteria by their id."""
        return {criterion.id: criterion for criterion in self.criteria}

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
    if criterion.sampled and main and not isinstance(main.formula, (Column, Ratio, Share)):
        remedy = "抽样说明 sampled 需要样本人数，请改用比率类指标或删去。"
        yield "RUB-003", {"wanted": "有样本人数的指标", "got": main.id, "remedy": remedy}


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
