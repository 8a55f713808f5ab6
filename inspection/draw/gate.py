"""The compliance gate: what law and plan demand of an inspection, one function a rule, each with its clause.

A step that breaks a rule is refused, or a named official overrides the rule for what it breaks now, with a
reason that is published. Here: rules, refusal, overrides; what a rule reads is handed in. Not here: the numbers
(`quorum` and `notice_workdays` of the measures, `deadlines` of the profile, the list of matters), who is drawn
(`draw`, `team`), the store (`inspection.store.gate`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from inspection.deploy.matter_list import MatterList
from inspection.draw.pool import RELATIONS
from inspection.errors import Fault, ProtocolError
from inspection.profile import Calendar
from inspection.request import OVERRIDE_REASON_LENGTH, Override, RuleCode
from inspection.workdays import add_workdays

Step = Literal["commit", "dispatch", "publish", "evaluate"]
STEP_TITLES: Mapping[str, str] = {
    "commit": "公布抽取方案",
    "dispatch": "派发材料、安排入校",
    "publish": "公示检查结果",
    "evaluate": "总结评估",
}
PLAN = "plan"
"""The subject of a breach that lies in the plan as a whole."""


@dataclass(frozen=True)
class Clause:
    """Where a demand is written: a short id for the ledger, and the title that people read."""

    clause_id: str
    title: str


@dataclass(frozen=True)
class Rule:
    """One demand: its title, the code of its faults, its clause by mode ("" for all others), how to mend it."""

    title: str
    fault_code: str
    clauses: Mapping[str, Clause]
    remedy: str

    def clause(self, mode: str) -> Clause:
        """Return the clause the rule rests on in a mode."""
        return self.clauses.get(mode) or self.clauses[""]


@dataclass(frozen=True, order=True)
class Breach:
    """One thing that breaks a rule; `subject` is a school or matter code, or `PLAN`."""

    rule: RuleCode
    subject: str
    place: str
    wanted: str
    got: str


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A rule overridden for the subjects that break it now, by whom and why."""

    rule: RuleCode
    subjects: tuple[str, ...]
    clause_id: str
    person_id: str
    reason: str


_SUPERVISION = "《教育督导条例》"
_SPOT_CHECKS = "《国务院办公厅关于推广随机抽查规范事中事后监管的通知》（国办发〔2015〕58号）"
_PENALTY = "《中华人民共和国行政处罚法》"
RULES: Mapping[str, Rule] = {
    "quorum": Rule(
        "检查人员人数",
        "GAT-001",
        {
            "double-random": Clause("XZCF-42", f"{_PENALTY}第四十二条"),
            "comprehensive": Clause("JYDD-16", f"{_SUPERVISION}第十六条"),
            "thematic": Clause("JYDD-16", f"{_SUPERVISION}第十六条"),
            "": Clause("CLML-RS", "处理措施目录规定的检查人员人数"),
        },
        "请在计划中增加每组人数，或者补足检查组。",
    ),
    "recusal": Rule(
        "检查人员回避",
        "GAT-002",
        {
            "double-random": Clause("XZCF-43", f"{_PENALTY}第四十三条"),
            "": Clause("JYDD-10", f"{_SUPERVISION}第十条"),
        },
        "请通过递补更换应当回避的检查人员。",
    ),
    "repeat-cap": Rule(
        "同一事项一年内不重复检查",
        "GAT-003",
        {"": Clause("GBF-58-PC", f"{_SPOT_CHECKS}关于合理确定抽查比例和频次的规定")},
        "请通过递补更换本年度已就同一事项受检的学校，或者合并检查。",
    ),
    "matter-list": Rule(
        "抽查事项列入清单",
        "GAT-004",
        {"": Clause("GBF-58-QD", f"{_SPOT_CHECKS}关于制定随机抽查事项清单的规定")},
        "请从计划中删去该事项；确有法律依据的，先列入抽查事项清单并公布。",
    ),
    "notice": Rule(
        "事先书面通知学校",
        "GAT-005",
        {"": Clause("JYDD-17", f"{_SUPERVISION}第十七条")},
        "请推迟入校时间，先发出书面督导通知；依法不提前通知的，改用相应的检查方式。",
    ),
    "publication": Rule(
        "检查结果按期公示",
        "GAT-006",
        {"": Clause("GBF-58-GS", f"{_SPOT_CHECKS}关于抽查结果及时公布的规定")},
        "请收齐检查结果，立即公示。",
    ),
}


def quorum_breaches(
    mode: str, *, quorum: int, team_size: int, teams: Mapping[str, Collection[str]]
) -> list[Breach]:
    """Return the teams with fewer people than the mode asks for: at least two, or three in a supervision.

    `teams` holds the people who go to each school; empty before the draw, when the plan alone is judged.
    """
    wanted = f"每组不少于{quorum}人"
    if team_size < quorum:
        return [Breach("quorum", PLAN, "计划 team.size", wanted, f"{team_size}人")]
    return [
        Breach("quorum", school, f"学校 {school}", wanted, f"{len(set(people))}人")
        for school, people in sorted(teams.items())
        if len(set(people)) < quorum
    ]


def recusal_breaches(
    teams: Mapping[str, Collection[str]], apart: Mapping[tuple[str, str], Sequence[str]]
) -> list[Breach]:
    """Return the schools to which somebody goes who may not.

    `apart` says why a person (id) may not go to a school (code), as codes of `pool.RELATIONS`. Who it is stays
    out of the breach: its text can reach a log.
    """
    found = []
    for school, people in sorted(teams.items()):
        reasons = sorted({code for person in people for code in apart.get((person, school), ())})
        if reasons:
            got = "、".join(RELATIONS.get(code, code) for code in reasons)
            found.append(Breach("recusal", school, f"学校 {school}", "检查组成员均无须回避", got))
    return found


def repeat_breaches(schools: Iterable[str], done: Collection[str]) -> list[Breach]:
    """Return the schools that a drawn inspection has visited for the same matter in the same calendar year."""
    wanted, got = "本年度未就同一事项受检", "已受检一次"
    return [
        Breach("repeat-cap", school, f"学校 {school}", wanted, got)
        for school in sorted(set(schools) & set(done))
    ]


def matter_breaches(matters: Iterable[str], listed: MatterList, *, as_of: date) -> list[Breach]:
    """Return the matters of a plan that the list in force on a day does not hold."""
    if listed.published_on > as_of:
        got = f"清单自{listed.published_on}起公布施行"
        wanted = f"{as_of}时已公布的抽查事项清单"
        return [Breach("matter-list", PLAN, listed.title, wanted, got)]
    return [
        Breach("matter-list", code, f"抽查事项 {code}", f"列入《{listed.title}》", "未列入")
        for code in sorted(set(matters) - listed.codes)
    ]


def sealed_notice_breaches(mode: str, *, noticed_modes: Collection[str], is_sealed: bool) -> list[Breach]:
    """Return the breach of a plan whose mode asks for notice in advance, and which keeps the schools sealed."""
    if not is_sealed or mode not in noticed_modes:
        return []
    return [
        Breach("notice", PLAN, "计划 draw.kind", "公开抽取，以便事先通知学校", "密封抽取，入校后才公布名单")
    ]


def notice_breaches(
    visits: Mapping[str, date], *, workdays: int, as_of: date, calendar: Calendar
) -> list[Breach]:
    """Return the schools whose visit comes too soon after `as_of` for a notice; `workdays` 0 asks for none."""
    if not workdays:
        return []
    first_on = add_workdays(as_of, workdays, calendar)
    wanted = f"通知之后至少{workdays}个工作日入校（{first_on}或以后）"
    return [
        Breach("notice", school, f"学校 {school}", wanted, f"{visit_on}入校")
        for school, visit_on in sorted(visits.items())
        if visit_on < first_on
    ]


def publication_breaches(
    visited: Mapping[str, date],
    *,
    workdays: int,
    published_on: Mapping[str, date],
    returned: Collection[str],
    as_of: date,
    calendar: Calendar,
) -> list[Breach]:
    """Return the schools whose result is, or would now be, published after its deadline.

    `visited` holds the day of each visit, done or due; `published_on` when a school's result was first published,
    for those whose was; `returned` the schools whose result has come back, to be published on `as_of`.
    """
    found = []
    for school, visited_on in sorted(visited.items()):
        due_on, day = add_workdays(visited_on, workdays, calendar), published_on.get(school, as_of)
        if day > due_on:
            wanted = f"检查结束后{workdays}个工作日内（{due_on}前）公示"
            got = f"{day}公示" if school in returned else f"截至{as_of}检查结果尚未交回"
            found.append(Breach("publication", school, f"学校 {school}", wanted, got))
    return found


@dataclass(frozen=True, kw_only=True)
class OverrideFacts:
    """An override as the public reads it; which schools it is about is not said."""

    rule_title: str
    clause_title: str
    step_title: str
    decided_on: date
    decided_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Gatekeeper:
    """Who may override, which rules already are and for what, and which words no published reason may hold."""

    approvers: Collection[str]
    overridden: Mapping[str, Collection[str]]
    names: Collection[str]


def settle(
    breaches: Iterable[Breach], overrides: Sequence[Override], keeper: Gatekeeper, *, mode: str
) -> tuple[Settled, ...]:
    """Return what the overrides settle; what is overridden on record already is neither asked nor said again.

    Raises:
        ProtocolError: every breach that nothing overrides, with its clause and how to mend it; an override by
            somebody who may not, without a proper reason, given twice, or of a rule that is kept.
    """
    found = sorted(set(breaches))
    fresh = [one for one in found if one.subject not in keeper.overridden.get(one.rule, ())]
    given = {override.rule for override in overrides}
    faults = [_breach_fault(one, mode) for one in fresh if one.rule not in given]
    faults += _override_faults(overrides, {one.rule for one in found}, keeper)
    if faults:
        raise ProtocolError(f"不符合检查程序的规定，共 {len(faults)} 处", faults)
    return tuple(
        Settled(
            rule=override.rule,
            subjects=subjects,
            clause_id=RULES[override.rule].clause(mode).clause_id,
            person_id=override.person_id,
            reason=override.reason.strip(),
        )
        for override in sorted(overrides, key=lambda one: one.rule)
        if (subjects := tuple(one.subject for one in fresh if one.rule == override.rule))
    )


def _breach_fault(breach: Breach, mode: str) -> Fault:
    rule = RULES[breach.rule]
    remedy = f"{rule.remedy}确需例外办理的，由负责人在“例外办理”中填写规定代码 {breach.rule} 和理由，理由将予公布。"
    wanted = f"{breach.wanted}（{rule.clause(mode).title}）"
    return Fault(place=breach.place, code=rule.fault_code, wanted=wanted, got=breach.got, remedy=remedy)


def _override_faults(
    overrides: Sequence[Override], broken: Collection[str], keeper: Gatekeeper
) -> list[Fault]:
    checks: tuple[tuple[Callable[[Override], bool], str, str, str, str], ...] = (
        (
            lambda one: one.person_id in keeper.approvers,
            "GAT-011",
            "机构配置 approvers 中的负责人",
            "不是负责人",
            "请由负责人决定。",
        ),
        (
            lambda one: len(one.reason.strip()) >= OVERRIDE_REASON_LENGTH,
            "GAT-012",
            f"不少于{OVERRIDE_REASON_LENGTH}字的理由",
            "理由过短",
            "请写明理由。",
        ),
        (
            lambda one: not any(name and name in one.reason for name in keeper.names),
            "GAT-013",
            "不出现学校名称、学校标识码和人员姓名的理由",
            "写有名录中的名称或代码",
            "理由将予公布，请改用“有关学校”“有关人员”等写法。",
        ),
        (
            lambda one: one.rule in broken,
            "GAT-014",
            "本环节没有做到的规定",
            "该项规定已做到",
            "请删去该项例外办理。",
        ),
        (
            lambda one: sum(other.rule == one.rule for other in overrides) == 1,
            "GAT-015",
            "每项规定只填一次",
            "重复填写",
            "请合并为一项。",
        ),
    )
    return sorted(
        {
            Fault(place=f"例外办理 {one.rule}", code=code, wanted=wanted, got=got, remedy=remedy)
            for one in overrides
            for is_sound, code, wanted, got, remedy in checks
            if not is_sound(one)
        }
    )
