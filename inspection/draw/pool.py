"""The pool 名录库 of a draw: schools, inspectors, what keeps them apart, and whether a setup can be drawn from.

What is frozen and published of it is in `commitment`. Standard library only.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from inspection.draw.beacon import named_round, round_from
from inspection.draw.exchange import ring
from inspection.draw.seed import KINDS, PublicSource
from inspection.draw.selection import StratumKey, checked_parts, merge_strata, stratum_codes
from inspection.errors import Fault, ProtocolError

OWN_SCHOOL = "own_school"
OWN_DISTRICT = "own_district"
OTHER_DISTRICT = "other_district"
LAST_TERM = "last_term"
DUE = "+due"
"""What marks the strata of schools that the cycle has not reached yet."""
RELATIONS: Mapping[str, str] = {
    OWN_SCHOOL: "本人在该校任职",
    "former_school": "离开该校未满三年",
    "relative_employed": "近亲属在该校任职",
    "relative_enrolled": "近亲属在该校就读",
    "declared_interest": "本人申报有利害关系",
    OWN_DISTRICT: "交叉互检不检查本区县学校",
    OTHER_DISTRICT: "交叉互检安排检查另一区县",
    LAST_TERM: "上学期已检查该校",
}


@dataclass(frozen=True, kw_only=True)
class PoolSchool:
    """A school of the directory; with an `exclusion` reason it is published but cannot be drawn.

    `stratum` is the key of its stratum, such as (district, stage); `requires` the expertise codes its team
    must hold; `risk_class` goes to the annex only; `is_due`: the cycle has not reached it yet.
    """

    code: str
    stratum: StratumKey = ()
    district_code: str = ""
    requires: tuple[str, ...] = ()
    exclusion: str = ""
    risk_class: str = ""
    is_due: bool = False


@dataclass(frozen=True, kw_only=True)
class PoolInspector:
    """An inspector of the directory; `load` is the number of schools he or she may be sent to."""

    inspector_id: str
    is_leader: bool = False
    expertise: tuple[str, ...] = ()
    load: int = 1
    district_code: str = ""
    employer_code: str = ""


@dataclass(frozen=True, order=True)
class Relation:
    """Why an inspector may not be sent to a school; `reason` is a key of `RELATIONS`."""

    inspector_id: str
    school_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DrawSetup:
    """Everything the office settles before it commits to a draw; the order of no list matters but `merge_order`.

    Exactly one of `ratio` (decimal text), `number` and `ratios` (decimal text by risk class) is given; with
    `ratios` the risk class is part of the key of a stratum, and classes are never merged. Schools that are due
    (see `PoolSchool`) have strata of their own, drawn with `due_ratio` where that is larger. Strata of fewer than `merge_below` schools
    (never less than `minimum_per_stratum`, in a sealed draw one more) are merged along `merge_order`, by default the sorted keys. `strata_by`
    names the parts of `PoolSchool.stratum`, for the annex.
    """

    campaign_id: str
    mode: str
    kind: str
    matters: tuple[str, ...]
    schools: Sequence[PoolSchool]
    inspectors: Sequence[PoolInspector]
    relations: Sequence[Relation]
    sources: Sequence[PublicSource]
    ratio: str = ""
    number: int = 0
    ratios: Mapping[str, str] = field(default_factory=dict)
    due_ratio: str = ""
    minimum_per_stratum: int = 1
    strata_by: tuple[str, ...] = ()
    merge_below: int = 0
    merge_order: tuple[StratumKey, ...] = ()
    team_size: int = 2
    has_leader: bool = True

    def key_of(self, school: PoolSchool) -> StratumKey:
        """Return the key of a school's stratum; its last part is a label where strata have ratios of their own."""
        if not self.has_own_ratios:
            return school.stratum
        risk_class = school.risk_class if self.ratios else ""
        return (*school.stratum, risk_class + DUE * school.is_due)

    @property
    def key_parts(self) -> tuple[str, ...]:
        """What the parts of `key_of` are called in the annex."""
        unnamed = tuple(f"part-{number}" for number, _ in enumerate(self.schools[0].stratum, 1))
        label = ("risk" if self.ratios else "due",) if self.has_own_ratios else ()
        return (*(self.strata_by or unnamed), *label)

    @cached_property
    def has_own_ratios(self) -> bool:
        """Whether every stratum is sized by a ratio of its own."""
        return bool(self.ratios) or any(school.is_due for school in self.drawable_schools)

    def ratio_of(self, label: str) -> str:
        """Return the ratio of the strata with a label (see `key_of`)."""
        ratio = self.ratios[label.removesuffix(DUE)] if self.ratios else self.ratio
        return max(ratio, self.due_ratio, key=Fraction) if label.endswith(DUE) else ratio

    @cached_property
    def sorted_schools(self) -> list[PoolSchool]:
        """All schools of the directory, by code."""
        return sorted(self.schools, key=lambda school: school.code)

    @cached_property
    def drawable_schools(self) -> list[PoolSchool]:
        """The schools that can be drawn, by code."""
        return [school for school in self.sorted_schools if not school.exclusion]


def check(setup: DrawSetup, *, is_sealed: bool, as_of: datetime) -> None:
    """Refuse a setup that cannot be drawn from.

    Args:
        setup: what the office settled.
        is_sealed: whether there is a secret.
        as_of: the present instant; every source must be announced later.

    Raises:
        ProtocolError: every fault of ids, relations, sources and switches at once.
    """
    faults = [
        *_switch_faults(setup, is_sealed),
        *_id_faults(setup),
        *_relation_faults(setup),
        *_district_faults(setup),
        *_ratio_faults(setup),
        *source_faults(setup.sources, as_of),
    ]
    if faults:
        raise ProtocolError(f"抽取方案有 {len(faults)} 处需要改正", faults)


def _switch_faults(setup: DrawSetup, is_sealed: bool) -> list[Fault]:
    faults = []
    if setup.kind not in {"open", "sealed"}:
        wanted = "open（公开抽取）或sealed（密封抽取）"
        faults.append(_fault("抽取方式", "POOL-001", wanted, f"“{setup.kind}”"))
    elif (setup.kind == "sealed") != is_sealed:
        wanted = "密封抽取有密钥、公开抽取无密钥"
        faults.append(_fault("抽取密钥", "POOL-001", wanted, "有密钥" if is_sealed else "无密钥"))
    if not setup.drawable_schools:
        faults.append(_fault("检查对象名录库", "POOL-002", "至少1所可以抽取的学校", "0所"))
    if not setup.matters:
        faults.append(_fault("抽查事项", "POOL-002", "至少1项", "0项"))
    return faults


def _id_faults(setup: DrawSetup) -> list[Fault]:
    named = {
        "抽查任务": [setup.campaign_id],
        "抽查事项": list(setup.matters),
        "学校": [school.code for school in setup.schools],
        "检查人员": [person.inspector_id for person in setup.inspectors],
        "公开来源": [source.source_id for source in setup.sources],
    }
    faults = [
        _fault(f"{place} {code}", "POOL-003", "名录中只出现一次", f"{count}次")
        for place, codes in named.items()
        for code, count in Counter(codes).items()
        if count > 1
    ]
    expertise = {code for person in setup.inspectors for code in person.expertise}
    needs = {code for school in setup.schools for code in school.requires}
    parts = [code for place, codes in named.items() if place != "检查人员" for code in codes]
    try:
        checked_parts(setup.mode, *sorted({*parts, *expertise, *needs}))
    except ProtocolError as error:
        faults.extend(error.faults)
    return faults + [
        _fault(f"检查人员 {person.inspector_id}", "POOL-004", "承担学校数不小于0", str(person.load))
        for person in setup.inspectors
        if person.load < 0
    ]


def _district_faults(setup: DrawSetup) -> list[Fault]:
    """In 交叉互检 nobody inspects his or her own district, so the district of everybody must be known."""
    if setup.mode != "cross":
        return []
    people = {f"检查人员 {p.inspector_id}": p.district_code for p in setup.inspectors}
    schools = {f"学校 {s.code}": s.district_code for s in setup.drawable_schools}
    return [
        _fault(place, "POOL-006", "填写所属区县（交叉互检须据此回避）", "未填写")
        for place, district in (people | schools).items()
        if not district
    ]


def _ratio_faults(setup: DrawSetup) -> list[Fault]:
    """With a ratio for each risk class, every school needs a class that has one."""
    if not setup.ratios:
        is_whole = not setup.has_own_ratios or bool(setup.ratio and setup.due_ratio)
        got = f"比例“{setup.ratio}”、未检查学校比例“{setup.due_ratio}”"
        wanted = "保证周期覆盖的，按比例抽取，并有未检查学校的比例"
        return [] if is_whole else [_fault("抽取数量", "POOL-009", wanted, got)]
    wanted = f"风险等级{'、'.join(sorted(setup.ratios))}之一"
    remedy = "请先计算学校风险等级，或在计划的 ratios 中列明该等级的抽查比例。"
    faults = [
        _fault(f"学校 {school.code}", "POOL-009", wanted, f"“{school.risk_class}”", remedy)
        for school in setup.drawable_schools
        if school.risk_class not in setup.ratios
    ]
    if setup.ratio or setup.number:
        faults.append(_fault("抽取数量", "POOL-009", "比例、数量、分级比例三者只填一项", "填了不止一项"))
    return faults


def _relation_faults(setup: DrawSetup) -> list[Fault]:
    people = {person.inspector_id for person in setup.inspectors}
    schools = {school.code for school in setup.schools}
    faults = []
    for relation in setup.relations:
        place = f"回避关系 {relation.inspector_id}—{relation.school_code}"
        remedy = "请核对编号；编号写错的回避关系不起作用。"
        if relation.inspector_id not in people:
            got = f"“{relation.inspector_id}”"
            faults.append(_fault(place, "POOL-005", "检查人员名录库中的编号", got, remedy))
        if relation.school_code not in schools:
            got = f"“{relation.school_code}”"
            faults.append(_fault(place, "POOL-005", "检查对象名录库中的学校标识码", got, remedy))
        if relation.reason not in RELATIONS:
            wanted = "、".join(f"{code}（{title}）" for code, title in RELATIONS.items())
            faults.append(_fault(place, "POOL-005", wanted, f"“{relation.reason}”"))
    return faults


def source_faults(sources: Sequence[PublicSource], as_of: datetime) -> list[Fault]:
    """Return what is wrong with public sources: none at all, of no known kind, or announced already."""
    faults = [] if sources else [_fault("公开来源", "POOL-007", "至少1个", "0个")]
    for source in sources:
        if source.kind not in KINDS:
            wanted = "、".join(f"{code}（{kind.title}）" for code, kind in KINDS.items())
            faults.append(_fault(source.name, "POOL-007", wanted, f"“{source.kind}”"))
        elif source.throws < 1:
            faults.append(_fault(source.name, "POOL-007", "至少掷1次", f"{source.throws}次"))
        if source.announced_at.tzinfo is None:
            faults.append(_fault(source.name, "POOL-008", "带时区的公布时间", str(source.announced_at)))
        elif source.announced_at <= as_of:
            instant = source.announced_at.isoformat(sep=" ", timespec="minutes")
            remedy = "请改用尚未公布的一期。"
            faults.append(_fault(source.name, "POOL-008", "承诺之后才公布", f"{instant}已公布", remedy))
        elif source.kind == "drand":
            faults += _beacon_faults(source, as_of)
    return faults


def _beacon_faults(source: PublicSource, as_of: datetime) -> list[Fault]:
    """A round is made at an instant that follows from its number: it must be to come, and the one announced."""
    named = named_round(source.name)
    if named is None:
        wanted = "写明信标网络（quicknet或者default）和一个轮次，如“quicknet 第22000000轮”"
        return [_fault(source.name, "POOL-010", wanted, f"“{source.name}”")]
    zone = source.announced_at.tzinfo
    made = f"{named.made_at.astimezone(zone).isoformat(sep=' ')}产生"
    if named.made_at <= as_of:
        return [_fault(source.name, "POOL-010", "承诺之后才产生的轮次", made, "请改用尚未产生的轮次。")]
    if abs(source.announced_at - named.made_at) > named.period:
        own = round_from(named.network, source.announced_at)
        wanted = f"公布时间{source.announced_at.isoformat(sep=' ')}的轮次（{own.title}）"
        return [_fault(source.name, "POOL-010", wanted, made, "请改正轮次或者公布时间。")]
    return []


def stratum_of(setup: DrawSetup, *, salt: str) -> dict[StratumKey, str]:
    """Return the opaque stratum code of each stratum key, strata too small having been merged.

    `salt` is that of the annex: it orders the codes.
    """
    counts = Counter(setup.key_of(school) for school in setup.drawable_schools)
    # A sealed stratum that gives all its schools would name them when the plan is published.
    fewest = max(setup.minimum_per_stratum, 1) + (setup.kind == "sealed")
    smallest = max(setup.merge_below, fewest)
    if not setup.has_own_ratios:
        return stratum_codes(merge_strata(counts, smallest=smallest, order=setup.merge_order), salt=salt)
    groups: list[tuple[StratumKey, ...]] = []
    for label in sorted({key[-1] for key in counts}):
        own = {key: count for key, count in counts.items() if key[-1] == label}
        order = [(*key, label) for key in setup.merge_order if (*key, label) in own]
        groups += merge_strata(own, smallest=smallest, order=order)
    return stratum_codes(groups, salt=salt)


def reasons_apart(setup: DrawSetup) -> dict[tuple[str, str], list[str]]:
    """Return why an inspector is not assignable to a drawable school, for each such pair (id, code)."""
    found: dict[tuple[str, str], set[str]] = {}
    drawable = {school.code: school for school in setup.drawable_schools}
    for relation in setup.relations:
        if relation.school_code in drawable:
            found.setdefault((relation.inspector_id, relation.school_code), set()).add(relation.reason)
    for person in setup.inspectors:
        if person.employer_code in drawable:
            found.setdefault((person.inspector_id, person.employer_code), set()).add(OWN_SCHOOL)
    if setup.mode == "cross":
        for pair, reason in _exchanged(setup).items():
            found.setdefault(pair, set()).add(reason)
    return {pair: sorted(codes) for pair, codes in sorted(found.items())}


def _exchanged(setup: DrawSetup) -> dict[tuple[str, str], str]:
    """Keep everybody from the own district, and from all but the one that the exchange assigns."""
    schools = setup.drawable_schools
    target = ring(
        setup.campaign_id,
        senders={person.district_code for person in setup.inspectors},
        receivers={school.district_code for school in schools},
    )
    found = {}
    for person in setup.inspectors:
        own = person.district_code
        for school in schools:
            if school.district_code == own:
                found[person.inspector_id, school.code] = OWN_DISTRICT
            elif own in target and school.district_code in target and target[own] != school.district_code:
                found[person.inspector_id, school.code] = OTHER_DISTRICT
    return found


def _fault(place: str, code: str, wanted: str, got: str, remedy: str = "请改正抽取方案。") -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
