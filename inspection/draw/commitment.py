"""The commitment: everything a draw depends on, frozen and hashed before anybody can know the seed.

Two documents: the public one (strings and integers, opaque strata, pseudonyms) and the annex, opened to the
discipline office and appeal bodies only (who is who, why a person is not assignable, risk classes). Who may
be in them is decided in `pool`; what happens after the seed is in `record`. Standard library only.
"""

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inspection.canonical import digest
from inspection.draw.pool import DrawSetup, PoolInspector, check, reasons_apart, stratum_of
from inspection.draw.seed import (
    CEILING_BITS,
    PUBLIC_FLOOR_BITS,
    PublicSource,
    needed_bits,
    secret_digest,
    source_bits,
)
from inspection.draw.selection import StratumKey, allocate, class_size, total_size
from inspection.draw.team import Candidate, roles, unstaffable
from inspection.errors import Fault, ProtocolError

COMMITMENT_FORMAT = "school-inspection/draw-commitment/1"
ANNEX_FORMAT = "school-inspection/draw-annex/1"
ALGORITHM = "consistent-sampler-1.0.10+largest-remainder+ordered-flow/1"


@dataclass(frozen=True)
class Commitment:
    """The public commitment, the annex, and their digests."""

    record: dict[str, Any]
    annex: dict[str, Any]
    digest: str = field(init=False)
    annex_digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest(self.record))
        object.__setattr__(self, "annex_digest", digest(self.annex))


def commit(setup: DrawSetup, *, salt: str, secret: str = "", as_of: datetime) -> Commitment:
    """Freeze a draw.

    Args:
        setup: what the office settled.
        salt: at least 256 secret bits in hexadecimal; pseudonyms hang on it, the annex holds it.
        secret: the secret of a sealed draw, likewise; empty for an open draw.
        as_of: the present instant: every public source must still be in the future.

    Raises:
        ProtocolError: what in the setup a person must mend, all faults of a kind at once.
    """
    check(setup, is_sealed=bool(secret), as_of=as_of)
    pseudonyms = _pseudonyms(setup.inspectors, salt)
    strata = stratum_of(setup, salt=salt)
    reasons = reasons_apart(setup)
    annex = {
        "format": ANNEX_FORMAT,
        "campaign": setup.campaign_id,
        "salt": salt,
        "key_parts": list(setup.key_parts),
        "strata": _stratum_keys(strata),
        "schools": [
            {"school": s.code, "district": s.district_code, "key": list(setup.key_of(s))}
            for s in setup.drawable_schools
        ],
        "inspectors": [{"id": id, "inspector": pseudonyms[id]} for id in sorted(pseudonyms)],
        "reasons": [{"id": id, "school": code, "reasons": why} for (id, code), why in reasons.items()],
        "risk": [{"school": s.code, "class": s.risk_class} for s in setup.sorted_schools if s.risk_class],
    }
    record = {
        "format": COMMITMENT_FORMAT,
        "algorithm": ALGORITHM,
        "campaign": setup.campaign_id,
        "matters": sorted(setup.matters),
        "mode": setup.mode,
        "kind": setup.kind,
        **_sizes(setup, strata),
        **_pool(setup, strata),
        "team_size": setup.team_size,
        "team_leaders": int(setup.has_leader),
        "inspectors": _inspectors(setup.inspectors, pseudonyms),
        "not_assignable": _not_assignable(reasons, pseudonyms),
        "sources": [source_line(source) for source in sorted(setup.sources, key=lambda item: item.source_id)],
        "annex_digest": digest(annex),
        "secret_digest": secret_digest(secret) if secret else "",
    }
    record["entropy"] = entropy(record, secret)
    check_staffing(record)
    if secret:
        _check_hidden(record["strata"], annex["strata"], has_label=setup.has_own_ratios)
    return Commitment(record, annex)


def pseudonym(salt: str, inspector_id: str) -> str:
    """Return an inspector's name in one draw: "i-" and 12 digits of HMAC-SHA256 under the annex salt."""
    code = hmac.new(bytes.fromhex(salt), inspector_id.encode(), hashlib.sha256).hexdigest()
    return f"i-{code[:12]}"


def one_line(text: str) -> str:
    """Return free text as a record carries it: NFC, on one line, no control characters."""
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def candidates(record: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return the inspectors of a commitment as the team rules see them."""
    return tuple(
        Candidate(line["inspector"], bool(line["leader"]), frozenset(line["expertise"]), line["load"])
        for line in record["inspectors"]
    )


def seats(record: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the seats of the team that each school of a commitment's pool would need."""
    size, leader = record["team_size"], bool(record["team_leaders"])
    return {line["school"]: roles(line["requires"], size=size, leader=leader) for line in record["pool"]}


def blocked(record: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return, for each inspector of a commitment who has any, the schools that are not assignable."""
    return {line["inspector"]: frozenset(line["schools"]) for line in record["not_assignable"]}


def _pseudonyms(inspectors: Iterable[PoolInspector], salt: str) -> dict[str, str]:
    if not re.fullmatch(r"([0-9a-f]{2}){32,}", salt):
        fault = _fault("附件盐值", "COM-001", "不少于64位的小写十六进制数（256比特）", f"{len(salt)}个字符")
        raise ProtocolError("附件盐值不合要求", [fault])
    names = {person.inspector_id: pseudonym(salt, person.inspector_id) for person in inspectors}
    if len(set(names.values())) < len(names):
        fault = _fault("附件盐值", "COM-001", "检查人员代号互不相同", "有代号相同", "请更换附件盐值。")
        raise ProtocolError("检查人员代号重复", [fault])
    return names


def _stratum_keys(strata: Mapping[StratumKey, str]) -> list[dict[str, Any]]:
    keys: dict[str, list[list[str]]] = {}
    for key, code in sorted(strata.items()):
        keys.setdefault(code, []).append(list(key))
    return [{"stratum": code, "keys": keys[code]} for code in sorted(keys)]


def _sizes(setup: DrawSetup, strata: Mapping[StratumKey, str]) -> dict[str, Any]:
    counts = Counter(strata[setup.key_of(school)] for school in setup.drawable_schools)
    if setup.has_own_ratios:
        return _own_sizes(setup, strata, counts)
    total = total_size(counts.total(), ratio=setup.ratio, number=setup.number)
    sizes = allocate(counts, total, minimum=setup.minimum_per_stratum)
    sizing = {
        "ratio": setup.ratio,
        "number": setup.number,
        "minimum": setup.minimum_per_stratum,
        "total": total,
    }
    lines = [{"stratum": code, "pool": counts[code], "size": sizes[code]} for code in sorted(counts)]
    return {"sizing": sizing, "strata": lines}


def _own_sizes(
    setup: DrawSetup, strata: Mapping[StratumKey, str], counts: Mapping[str, int]
) -> dict[str, Any]:
    """Size every stratum by a ratio of its own; which risk class it is stays in the annex."""
    ratios = {code: setup.ratio_of(key[-1]) for key, code in strata.items()}
    lines = [
        {
            "stratum": code,
            "pool": counts[code],
            "size": class_size(counts[code], ratio=ratios[code], minimum=setup.minimum_per_stratum),
            "ratio": ratios[code],
        }
        for code in sorted(counts)
    ]
    total = sum(int(str(line["size"])) for line in lines)
    sizing = {"ratio": "", "number": 0, "minimum": setup.minimum_per_stratum, "total": total}
    return {"sizing": sizing, "strata": lines}


def _check_hidden(lines: Iterable[Mapping[str, Any]], keys: Iterable[Any], *, has_label: bool) -> None:
    """Refuse a sealed draw that would name schools at once: those of a stratum that is drawn whole.

    The last part of a key is left out of the message where it tells a class: messages reach logs.
    """
    shown = {one["stratum"]: "／".join(one["keys"][0][: -1 if has_label else None]) for one in keys}
    faults = [
        _fault(
            f"层 {line['stratum']}" + (f"（{shown[line['stratum']]}）" if shown[line["stratum"]] else ""),
            "COM-006",
            "密封抽取的每一层，应抽学校少于名录内学校",
            f"名录内{line['pool']}所，应抽{line['size']}所",
            "整层抽取的学校在方案公布时即为人知。请降低该层的抽查比例，减少分层依据使小层合并，"
            "或者把这些学校另立批次公开抽取。",
        )
        for line in lines
        if line["size"] == line["pool"]
    ]
    if faults:
        raise ProtocolError("密封抽取不能有整层抽取的层", faults)


def _pool(setup: DrawSetup, strata: Mapping[StratumKey, str]) -> dict[str, Any]:
    pool = [
        {"school": s.code, "stratum": strata[setup.key_of(s)], "requires": sorted(set(s.requires))}
        for s in setup.drawable_schools
    ]
    excluded = [
        {"school": s.code, "reason": one_line(s.exclusion)} for s in setup.sorted_schools if s.exclusion
    ]
    return {"pool": pool, "excluded": excluded}


def _inspectors(inspectors: Iterable[PoolInspector], names: Mapping[str, str]) -> list[dict[str, Any]]:
    lines = [
        {
            "inspector": names[person.inspector_id],
            "leader": int(person.is_leader),
            "expertise": sorted(set(person.expertise)),
            "load": person.load,
        }
        for person in inspectors
    ]
    return sorted(lines, key=lambda line: str(line["inspector"]))


def _not_assignable(
    reasons: Mapping[tuple[str, str], list[str]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    schools: dict[str, list[str]] = {}
    for inspector_id, school in reasons:
        schools.setdefault(names[inspector_id], []).append(school)
    return [{"inspector": name, "schools": sorted(schools[name])} for name in sorted(schools)]


def source_line(source: PublicSource) -> dict[str, Any]:
    """Return a public source as a commitment carries it."""
    return {
        "source": source.source_id,
        "kind": source.kind,
        "name": one_line(source.name),
        "announced_at": source.announced_at.isoformat(timespec="seconds"),
        "throws": source.throws if source.kind == "dice" else 0,
        "bits": source_bits(source),
    }


def entropy(record: Mapping[str, Any], secret: str) -> dict[str, int]:
    """Count the chance that a commitment's sources hold, and refuse too little of it.

    Raises:
        ProtocolError: the sources hold less than the number of possible samples asks for.
    """
    needed = needed_bits((line["pool"], line["size"]) for line in record["strata"])
    public = sum(source["bits"] for source in record["sources"])
    declared = min(CEILING_BITS, public + 4 * len(secret))
    faults = []
    if declared < needed:
        wanted = f"合计不少于{needed}比特（可能样本数的对数加64，最高{CEILING_BITS}）"
        remedy = "请增加公开来源，如增加掷骰次数、增加彩票期数或改用drand信标。"
        faults.append(_fault("公开来源", "COM-002", wanted, f"{declared}比特", remedy))
    if public < PUBLIC_FLOOR_BITS:
        wanted = f"密钥之外的公开来源合计不少于{PUBLIC_FLOOR_BITS}比特"
        remedy = "请增加公开来源，使掌握密钥的人也无法左右结果。"
        faults.append(_fault("公开来源", "COM-003", wanted, f"{public}比特", remedy))
    if faults:
        raise ProtocolError("公开来源的随机性不足", faults)
    return {"needed": needed, "declared": declared}


def check_staffing(record: Mapping[str, Any]) -> None:
    """Refuse what cannot get teams whatever is drawn; what depends on the sample shows after the draw.

    Raises:
        ProtocolError: schools that nobody could make a team for, or fewer places than seats.
    """
    people, total, size = candidates(record), record["sizing"]["total"], record["team_size"]
    faults = [
        _fault(f"学校 {school}", "COM-004", f"能组成{size}人检查组", "符合条件的检查人员不足")
        for school in unstaffable(seats(record), people, blocked=blocked(record))
    ]
    demands = {"检查人员": (total * size, sum(person.load for person in people))}
    if record["team_leaders"]:
        demands["组长"] = total, sum(person.load for person in people if person.is_leader)
    faults += [
        _fault(title, "COM-005", f"可承担的学校数合计不少于{demand}", str(supply))
        for title, (demand, supply) in demands.items()
        if supply < demand
    ]
    if faults:
        raise ProtocolError("检查人员不足，不能保证组成检查组", faults)


def _fault(
    place: str, code: str, wanted: str, got: str, remedy: str = "请充实检查人员名录库或调整抽取方案。"
) -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
