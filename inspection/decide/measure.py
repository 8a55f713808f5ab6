"""Measures 处理措施: from verified findings, results and public bands to what is proposed, on a ladder.

Here: the ladder and its rules (a YAML document) and `propose`. Not here: hearing, approval, notices. A rule
can only name public facts: score lines without examination results, the public band, what a team found on
site, what it concluded. No adverse measure beyond a reminder rests on self-reported figures alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.deploy.plan import Mode
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY, STAGE_TITLES
from inspection.score.bound import Figure, plain
from inspection.score.perturbation import Perturbations
from inspection.score.rubric import BAND_TITLES, CENTI, BandName

REMINDER_LEVEL = 1
OWED = ("not-submitted", "not-reported", "set-aside")
RESULT_TITLES = {
    "no-problem": "未发现问题",
    "corrected": "发现问题已责令改正",
    "pending": "发现问题待后续处理",
    "obstructed": "不配合检查情节严重",
    "falsified": "弄虚作假",
    "unreachable": "无法联系或停办",
}
Result = Literal["no-problem", "corrected", "pending", "obstructed", "falsified", "unreachable"]


class Measure(PolicyModel):
    """One step of the ladder, with who may take it and on what ground.

    `form` is decision (the bureau orders it), recommendation 建议 or referral 移送 (another organ decides).
    """

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    level: int = Field(ge=0, description="在阶梯上的级次；0 为内部关注，1 为提醒")
    direction: Literal["adverse", "favourable", "neutral"]
    verb: Literal["予以", "责令"] = Field(default="予以", description="文书中的动词，如 责令限期整改")
    form: Literal["decision", "recommendation", "referral"] = "decision"
    issuer: str
    legal_basis: tuple[str, ...] = Field(min_length=1)
    modes: tuple[Mode, ...] = Field(default=(), description="适用的检查方式；留空为不限")
    school_types: tuple[str, ...] = Field(default=(), description="适用的办学类型；留空为不限")
    hearing_required: bool = False
    rectification_required: bool = False
    notice_required: bool = True
    announcement_required: bool = Field(default=False, description="决定前须公示")

    @model_validator(mode="after")
    def _heard_first(self) -> "Measure":
        if self.direction == "adverse" and self.level > REMINDER_LEVEL and not self.hearing_required:
            raise ValueError(
                f"先告知、听取陈述申辩的措施（“{self.title}”重于提醒，请写 hearing_required: true）"
            )
        return self

    def is_allowed(self, mode: str, school_type: str) -> bool:
        """Say whether it may be taken in this mode against this kind of school."""
        return mode in (self.modes or (mode,)) and school_type in (self.school_types or (school_type,))


class When(PolicyModel):
    """What must be so for a rule to speak; everything that is filled in must hold.

    There is no way to name an examination result, the internal band or a total here.
    """

    found_not_met: Literal["red-line", "any"] | None = None
    results: tuple[Result, ...] = ()
    public_bands: tuple[BandName, ...] = ()
    data_owed: bool | None = None
    nothing_found_not_met: bool = False

    @property
    def is_on_site(self) -> bool:
        """Whether it rests on what a team saw."""
        return bool(self.found_not_met or self.results)


class MeasureRule(PolicyModel):
    """One rule: when, then propose."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    propose: str
    when: When


class Fragile(PolicyModel):
    """Where a band stands so unsurely that a proposal that rests on it becomes `propose`.

    Within `margin` points of its edge, or where it stays in too few of the agreed perturbations.
    """

    margin: Figure = Field(gt=0, description="得分距等级分界不足多少分")
    stays_at_least: Figure = Field(
        default=Decimal(80), ge=0, le=100, description="等级保持不变的情形至少应占百分之几"
    )
    propose: str = Field(description="改列的内部关注")
    perturbations: Perturbations = Perturbations()


class Measures(PolicyModel):
    """The ladder and its rules."""

    measures: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    quorum: dict[Mode, int]
    notice_workdays: dict[Mode, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="须事先通知学校的检查方式，及通知至迟在入校前多少个工作日发出"
    )
    fragile: Fragile
    ladder: tuple[Measure, ...] = Field(min_length=1)
    rules: tuple[MeasureRule, ...]

    @property
    def by_code(self) -> dict[str, Measure]:
        """The measures by their code."""
        return {measure.code: measure for measure in self.ladder}

    @model_validator(mode="after")
    def _sound(self) -> "Measures":
        known = self.by_code
        if len(known) < len(self.ladder):
            raise ValueError("互不相同的措施代码 code")
        for name in (self.fragile.propose, *(rule.propose for rule in self.rules)):
            if name not in known:
                raise ValueError(f"措施目录中有的措施（没有 {name}）")
        if known[self.fragile.propose].direction != "neutral":
            raise ValueError("等级分界附近改列的内部关注（direction: neutral）")
        for rule in self.rules:
            measure = known[rule.propose]
            is_adverse = measure.direction == "adverse" and measure.level > REMINDER_LEVEL
            if is_adverse and not rule.when.is_on_site:
                raise ValueError(
                    f"以入校核实的检查记录或检查结果为依据的规则（{rule.id} 提出的措施重于提醒）"
                )
        return self


@dataclass(frozen=True, order=True)
class Reason:
    """Why: a sentence, and the criterion and clause it comes from where there is one."""

    stage: str
    criterion_id: str
    clause: str
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """One measure proposed for one school, with every reason."""

    school_code: str
    measure: Measure
    rule_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]


def load_measures(path: Path) -> Measures:
    """Read the ladder of measures and its rules.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(Measures, path)


def propose(
    rules: Measures, lines: pd.DataFrame, totals: pd.DataFrame, results: pd.DataFrame, *, mode: Mode
) -> tuple[Proposal, ...]:
    """Return the measures that the rules propose, sorted by school code and step of the ladder.

    `lines` and `totals` are those of `scoring.score`, made with the findings; where `totals` has a column
    `stay_rate` (that of `fragility`, public scope), bands that do not stay count as near an edge. `results`
    has one row for each visit: school_code, result, inspector_count. A visit by fewer inspectors than the mode's quorum verifies
    nothing. Where an adverse measure is proposed, no favourable one is.
    """
    facts = _public_facts(lines, totals, results, quorum=rules.quorum[mode])
    made: dict[tuple[str, str], Proposal] = {}
    for rule in rules.rules:
        for proposal in _proposed(rule, rules, facts, mode):
            key = (proposal.school_code, proposal.measure.code)
            made[key] = _joined(made[key], proposal) if key in made else proposal
    steps: dict[str, list[int]] = {code: [] for code, _ in made}
    for proposal in made.values():
        if proposal.measure.direction == "adverse":
            steps[proposal.school_code].append(proposal.measure.level)
    kept = [p for p in made.values() if _stands_beside(p.measure, steps[p.school_code])]
    return tuple(sorted(kept, key=lambda p: (p.school_code, p.measure.level, p.measure.code)))


@dataclass(frozen=True)
class _Band:
    """The public band of one stage, and how firmly it stands; a veto is firm whatever the points."""

    stage: str
    band: str
    margin_centi: int
    stay_rate: float
    is_vetoed: bool


@dataclass(frozen=True)
class _School:
    """What the rules may know of one school."""

    school_code: str
    school_type: str
    bands: tuple["_Band", ...]
    results: tuple[str, ...] = ()
    found: tuple[tuple[Reason, bool], ...] = field(default=())  # verified as not met; on a red line?
    owed: tuple[Reason, ...] = ()


def _public_facts(
    lines: pd.DataFrame, totals: pd.DataFrame, results: pd.DataFrame, *, quorum: int
) -> tuple[_School, ...]:
    """Leave the examination results, the internal band and the totals behind."""
    public = lines[~lines["exam_result"].to_numpy(bool)]
    verified = results[results["inspector_count"].astype(int) >= quorum]
    outcomes = verified.groupby("school_code")["result"].agg(lambda told: tuple(sorted(told))).to_dict()
    is_found = public["is_on_site"] & (public["outcome"] == "not-met")
    found = _by_school(public[is_found & public["school_code"].isin(outcomes)])
    owed = _by_school(public[public["missing_reason"].isin(OWED) & (public["outcome"] == "not-established")])
    schools = []
    totals = totals if "stay_rate" in totals else totals.assign(stay_rate=np.nan)
    for code, rows in totals.sort_values(KEY).groupby("school_code"):
        told = rows[["stage", "public_band", "public_margin_centi", "stay_rate", "is_vetoed"]]
        school = _School(
            school_code=str(code),
            school_type=str(rows["school_type"].iloc[0]),
            bands=tuple(_Band(*row) for row in told.itertuples(index=False, name=None)),
            results=outcomes.get(code, ()),
            found=tuple(found.get(str(code), ())),
            owed=tuple(reason for reason, _ in owed.get(str(code), ())),
        )
        schools.append(school)
    return tuple(schools)


def _by_school(lines: pd.DataFrame) -> dict[str, list[tuple[Reason, bool]]]:
    found: dict[str, list[tuple[Reason, bool]]] = {}
    for row in lines.itertuples(index=False):
        reason = Reason(row.stage, row.criterion_id, row.clause, row.explanation)
        found.setdefault(row.school_code, []).append((reason, bool(row.is_zero_tolerance)))
    return found


def _proposed(
    rule: MeasureRule, rules: Measures, schools: Iterable[_School], mode: str
) -> Iterator[Proposal]:
    measure = rules.by_code[rule.propose]
    for school in schools:
        reasons = _reasons(rule.when, school, is_favourable=measure.direction == "favourable")
        if not reasons or not measure.is_allowed(mode, school.school_type):
            continue
        near = _near_an_edge(rule.when, school, rules.fragile)
        step = rules.by_code[rules.fragile.propose] if near else measure
        yield Proposal(school.school_code, step, (rule.id,), tuple(sorted({*reasons, *near})))


def _reasons(when: When, school: _School, *, is_favourable: bool) -> list[Reason]:
    """Return the reasons if everything holds, else none."""
    found = [reason for reason, is_red in school.found if is_red or when.found_not_met != "red-line"]
    results = [result for result in school.results if result in when.results]
    bands = [(item.stage, item.band) for item in school.bands if item.band in when.public_bands]
    has_all_bands = not when.public_bands or len(bands) == len(school.bands)
    has_all_results = not when.results or len(results) == len(school.results)
    holds = (
        (not when.found_not_met or bool(found))
        and (not when.results or bool(results))
        and (not when.public_bands or bool(bands))
        and (not is_favourable or (has_all_bands and has_all_results))
        and (when.data_owed is None or when.data_owed == bool(school.owed))
        and not (when.nothing_found_not_met and school.found)
    )
    if not holds:
        return []
    told = [Reason("", "", "", f"检查结果为“{RESULT_TITLES[result]}”。") for result in results]
    told += [
        Reason(stage, "", "", f"{STAGE_TITLES[stage]}评价等级为“{BAND_TITLES[band]}”。")
        for stage, band in bands
    ]
    told += found if when.found_not_met else []
    return told + (list(school.owed) if when.data_owed else [])


def _near_an_edge(when: When, school: _School, fragile: Fragile) -> list[Reason]:
    bands = [item for item in school.bands if item.band in when.public_bands]
    return [Reason(item.stage, "", "", told) for item in bands if (told := _unsure(item, fragile))]


def _unsure(item: _Band, fragile: Fragile) -> str:
    """Say why a band stands unsurely; nothing where it stands."""
    if item.margin_centi < fragile.margin * CENTI and not item.is_vetoed:
        told = f"得分距等级分界不足{plain(fragile.margin)}分"
    elif item.stay_rate < float(fragile.stays_at_least):
        told = f"在约定的各种变动情形中，等级保持不变的占{item.stay_rate:g}%，不足{plain(fragile.stays_at_least)}%"
    else:
        return ""
    return f"{STAGE_TITLES[item.stage]}{told}，等级不够稳定，暂列关注。"


def _stands_beside(measure: Measure, adverse_levels: list[int]) -> bool:
    """No praise beside any adverse measure, no mere attention beside one heavier than a reminder."""
    if measure.direction == "favourable":
        return not adverse_levels
    return measure.direction == "adverse" or max(adverse_levels, default=0) <= REMINDER_LEVEL


def _joined(one: Proposal, other: Proposal) -> Proposal:
    reasons = tuple(sorted({*one.reasons, *other.reasons}))
    return replace(one, rule_ids=tuple(sorted({*one.rule_ids, *other.rule_ids})), reasons=reasons)
