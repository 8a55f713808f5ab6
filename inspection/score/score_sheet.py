"""The facts of a school's score sheet 评价得分明细表: every line with value, source, rule, points and clause.

For the school itself and the bureau, never for the public; it holds no place of the school, no other school
and no number that compares schools. Not here: layout (`report_templates/score_sheet`), where lines come from
(`tasks.score_sheet`).
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from inspection.canonical import digest
from inspection.school_stage import STAGE_TITLES
from inspection.score.explanation import OUTCOMES, figure_text
from inspection.score.peers import PLACE_WORDS
from inspection.score.rubric import BAND_TITLES, CENTI

BASIS_TITLES = {"reported": "依据上报数据", "verified": "依据上报数据和入校核查结果"}
_NO_POINTS = ("not-established", "not-applicable", "awaiting-visit")


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """One criterion: `value_text` with its unit, `source` with receipt numbers, `rule` in words, points in hundredths."""

    criterion_id: str
    title: str
    clause: str
    value_text: str
    source: str
    rule: str
    outcome: str
    points_centi: int
    max_centi: int
    is_exam_result: bool
    explanation: str
    place: str = ""

    @property
    def outcome_title(self) -> str:
        """The outcome in words."""
        return OUTCOMES[self.outcome]

    @property
    def place_text(self) -> str:
        """Where the figure stands among like schools, in one of three words; empty where nothing is told."""
        if self.place not in ("below", "within", "above"):
            return ""
        return f"{PLACE_WORDS[self.place]}同类学校预期区间"

    @property
    def points_text(self) -> str:
        """Points of the full points; a dash where nothing is counted."""
        full = figure_text(self.max_centi / CENTI)
        return (
            f"—／{full}"
            if self.outcome in _NO_POINTS
            else f"{figure_text(self.points_centi / CENTI)}／{full}"
        )


@dataclass(frozen=True, kw_only=True)
class ScoreSheetFacts:
    """One school-stage's sheet of one campaign.

    `points_centi` and `band` count examination results and stay inside the bureau and with the school;
    `public_*` are made without them. `rubric_digest` names the version of the rubric that was applied.
    """

    bureau_name: str
    office_name: str
    contact: str
    campaign_id: str
    term_title: str
    issued_on: date
    rubric_title: str
    rubric_digest: str
    basis: Literal["reported", "verified"]
    school_code: str
    school_name: str
    stage: Literal["primary", "junior", "senior"]
    points_centi: int
    coverage_rate: float
    band: str
    public_points_centi: int
    public_coverage_rate: float
    public_band: str
    is_vetoed: bool
    lines: tuple[SheetLine, ...]
    is_synthetic: bool = False

    @property
    def title(self) -> str:
        """The heading of the sheet."""
        return f"{self.school_name}（{STAGE_TITLES[self.stage]}）评价得分明细表"

    @property
    def basis_title(self) -> str:
        """What the scores rest on, in words."""
        return BASIS_TITLES[self.basis]

    @property
    def summary(self) -> tuple[str, ...]:
        """The totals in sentences: all criteria, those without examination results, what bounds the band."""
        told = [
            _total("全部指标", self.points_centi, self.coverage_rate, self.band),
            _total(
                "不含考试成绩类指标", self.public_points_centi, self.public_coverage_rate, self.public_band
            ),
        ]
        if self.is_vetoed:
            told.append("有零容忍事项经认定，等级按评价细则的规定限定。")
        return tuple(told)

    @property
    def document(self) -> dict[str, Any]:
        """The same facts for programs to read: JSON values, dates as ISO text."""
        return {**asdict(self), "issued_on": self.issued_on.isoformat(), "title": self.title}

    @property
    def content_digest(self) -> str:
        """The digest of what it says, whenever it is printed."""
        # Canonical JSON knows whole numbers only: rates are given as they are printed.
        told = [list(self.summary), *([str(value) for value in asdict(line).values()] for line in self.lines)]
        return digest([self.campaign_id, self.basis, self.school_code, self.stage, self.rubric_digest, told])


def _total(which: str, points_centi: int, coverage_rate: float, band: str) -> str:
    share = f"已评定权重占应评权重的{figure_text(coverage_rate)}%"
    if band == "not-established":
        return f"{which}：{share}，数据不足，等级未评定。"
    points = figure_text(points_centi / CENTI)
    return f"{which}：{share}，按已评定权重折合百分制{points}分，等级为“{BAND_TITLES[band]}”。"
