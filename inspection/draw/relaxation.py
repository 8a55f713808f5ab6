"""Relaxations 放宽: which rules would have to give so that teams can be made, and the promise made anew with them.

A draw whose schools cannot all get a team has no result. The smallest sets of rules whose giving way would have
been enough are offered; a person chooses one, signs it with a reason, and names new public sources. The old
promise is cancelled and stays on record, the new one says what it replaces and which rules gave way: nothing else
may differ, and the values that were known when the choice was made decide nothing.

The number of inspectors in a team and its leader are never given up, nor the recusal of whom the law keeps away
(own school, relatives). Standard library only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from inspection.canonical import digest
from inspection.draw.commitment import (
    Commitment,
    blocked,
    candidates,
    check_staffing,
    entropy,
    one_line,
    seats,
    source_line,
)
from inspection.draw.pool import source_faults
from inspection.draw.seed import PublicSource, secret_digest
from inspection.draw.team import is_solvable
from inspection.errors import Fault, ProtocolError

LOAD = "load"
EXPERTISE = "expertise"
NOT_ASSIGNABLE = "not-assignable"
RULES: Mapping[str, str] = {
    LOAD: "每名检查人员可以承担的学校数提高1所",
    EXPERTISE: "检查组不要求学段专长",
    "last_term": "上学期检查过该校的人员可以再次派往",
    "former_school": "离开该校未满三年的人员可以派往",
    "declared_interest": "本人申报有利害关系的人员可以派往",
    "other_district": "交叉互检可以派往本区县以外的任一区县",
}
"""What may give way; of recusals only those that the bureau itself has set."""
PUBLISHED_RULES: Mapping[str, str] = {
    LOAD: RULES[LOAD],
    EXPERTISE: RULES[EXPERTISE],
    NOT_ASSIGNABLE: "放宽一种由本局自行规定的回避情形",
}
_MOST_AT_ONCE = 2

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person's choice: the rules that give way, who decided it, and why (published)."""

    rules: tuple[str, ...]
    decided_by: str
    reason: str


def published_rule(rule: str) -> str:
    """Return how a promise names a rule: which kind of recusal gave way stays inside, as recusals do."""
    return rule if rule in {LOAD, EXPERTISE} else NOT_ASSIGNABLE


def offers(commitment: Document, annex: Document, selection: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the smallest sets of rules whose giving way would have given every drawn school a team.

    Single rules that suffice; where none does, pairs; empty where two are not enough either.

    Args:
        commitment: the promise under which no teams could be made.
        annex: its annex, which says why somebody is not assignable.
        selection: the drawn schools.
    """
    for count in range(1, _MOST_AT_ONCE + 1):
        found = [
            rules
            for rules in combinations(RULES, count)
            if _is_staffed(relaxed(commitment, annex, rules)[0], selection)
        ]
        if found:
            return tuple(found)
    return ()


def relaxed(
    commitment: Document, annex: Document, rules: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return promise and annex with some rules given up and nothing else changed; digests are still the old."""
    given = set(rules)
    people = [
        {**line, "load": line["load"] + 1} if LOAD in given and line["load"] else dict(line)
        for line in commitment["inspectors"]
    ]
    pool = [{**line, "requires": []} if EXPERTISE in given else dict(line) for line in commitment["pool"]]
    reasons = [
        {**line, "reasons": [reason for reason in line["reasons"] if reason not in given]}
        for line in annex["reasons"]
    ]
    reasons = [line for line in reasons if line["reasons"]]
    names = {line["id"]: line["inspector"] for line in annex["inspectors"]}
    apart: dict[str, list[str]] = {}
    for line in reasons:
        apart.setdefault(names[line["id"]], []).append(line["school"])
    barred = [{"inspector": name, "schools": sorted(apart[name])} for name in sorted(apart)]
    changed = {"inspectors": people, "pool": pool, "not_assignable": barred}
    return {**commitment, **changed}, {**annex, "reasons": reasons}


def require_offered(
    decision: Decision, offered: Sequence[tuple[str, ...]], *, approvers: Iterable[str]
) -> None:
    """Refuse a decision that no person may take, or that gives up more than is needed.

    Raises:
        ProtocolError: the rules are not an offered set, the person may not decide, or no reason is given.
    """
    faults = []
    if tuple(sorted(decision.rules)) not in {tuple(sorted(rules)) for rules in offered}:
        wanted = (
            "；".join("＋".join(rules) for rules in offered) or "（没有：放宽两项仍不够，须增加检查人员）"
        )
        faults.append(_fault("RLX-002", f"以下之一：{wanted}", "＋".join(decision.rules) or "未填写"))
    if decision.decided_by not in set(approvers):
        faults.append(_fault("RLX-003", "机构配置中的审批人员", f"“{decision.decided_by}”"))
    if not decision.reason.strip():
        faults.append(_fault("RLX-004", "写明放宽的理由", "未填写"))
    if faults:
        raise ProtocolError("放宽条件的决定不能采用", faults)


def recommit(
    old: Commitment, decision: Decision, *, sources: Sequence[PublicSource], secret: str, as_of: datetime
) -> Commitment:
    """Return the promise made anew: the old one with the rules given up and with new public sources.

    Args:
        old: the promise under which no teams could be made.
        decision: what a person decided.
        sources: public chance events none of which has happened, and none of which the old promise named.
        secret: another secret than the old one's, for a sealed draw; empty for an open one.
        as_of: the present instant.

    Raises:
        ProtocolError: a source is old or known, chance is too little, or teams remain impossible.
    """
    faults = [*source_faults(sources, as_of), *_repeated(old.record, sources)]
    if faults:
        raise ProtocolError("公开来源不能用于重新承诺", faults)
    record, annex = relaxed(old.record, old.annex, decision.rules)
    record |= {
        "sources": [source_line(source) for source in sorted(sources, key=lambda item: item.source_id)],
        "annex_digest": digest(annex),
        "secret_digest": secret_digest(secret) if secret else "",
        "relaxed": {
            "replaces": old.digest,
            "rules": sorted({published_rule(rule) for rule in decision.rules}),
            "decided_by": decision.decided_by,
            "reason": one_line(decision.reason),
        },
    }
    record["entropy"] = entropy(record, secret)
    check_staffing(record)
    return Commitment(record, annex)


def offer_faults(offered: Sequence[tuple[str, ...]]) -> list[Fault]:
    """Return what is added to "no teams can be made": each way out, or that there is none."""
    if not offered:
        got, remedy = "放宽任何两项条件仍不能成组", "请增加检查人员后另立批次；每组人数和组长资格不得放宽。"
        return [_fault("RLX-001", "放宽一项或者两项条件即可成组", got, remedy)]
    remedy = (
        "是否放宽由审批人员决定：在 draw-inspection 的 relaxation 中填写规则代码、决定人和理由，并另列新的公开来源；"
        "原方案撤销并保留在案，按新方案重新抽取。"
    )
    return [
        Fault(
            place=f"放宽条件 {'＋'.join(rules)}",
            code="RLX-001",
            wanted="由审批人员决定是否放宽",
            got=f"只放宽“{'；'.join(RULES[rule] for rule in rules)}”即可为全部学校组成检查组",
            remedy=remedy,
        )
        for rules in offered
    ]


def _is_staffed(commitment: Document, selection: Sequence[str]) -> bool:
    needs = seats(commitment)
    return is_solvable(
        {school: needs[school] for school in selection}, candidates(commitment), blocked=blocked(commitment)
    )


def _repeated(old: Document, sources: Sequence[PublicSource]) -> list[Fault]:
    known = {line["source"] for line in old["sources"]}
    return [
        _fault("RLX-005", "原方案没有用过的公开来源", source.source_id, "请改用尚未公布的一期，并另取编号。")
        for source in sources
        if source.source_id in known
    ]


def _fault(code: str, wanted: str, got: str, remedy: str = "请核对后重新提交。") -> Fault:
    return Fault(place="放宽条件", code=code, wanted=wanted, got=got, remedy=remedy)
