"""The draw record: what was drawn under a commitment and a seed, whole enough for anybody to re-compute it.

Commitment in, record out; opening and sealing return new records and never change old ones. What happens when
a school or an inspector drops out is in `substitution`.
The format is described, with test vectors, in `docs/record-format.md`. Who may do which step when is enforced
by the store. Standard library only.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from inspection.canonical import digest
from inspection.draw import selection as rules
from inspection.draw.commitment import blocked, candidates, seats
from inspection.draw.seed import PublicSource, PublicValue, secret_digest, seed_text
from inspection.draw.team import Member, Team, assign, shortage
from inspection.errors import Fault, ProtocolError

RECORD_FORMAT = "school-inspection/draw-record/1"

COMMITTED = "committed"
DRAWN = "drawn"
SEALED = "sealed"
UNOPENED = "unopened"
OPENED = "opened"
UNSTAFFED = "unstaffed"

RESULT_KEYS = ("commitment_digest", "values", "seed", "tickets", "inclusion", "selection", "teams")

Record = dict[str, Any]


def committed(commitment: Mapping[str, Any]) -> Record:
    """Return the record of a commitment alone, as published before the seed."""
    return {
        "format": RECORD_FORMAT,
        "state": COMMITTED,
        "commitment": dict(commitment),
        "commitment_digest": digest(commitment),
    }


def sources(commitment: Mapping[str, Any]) -> tuple[PublicSource, ...]:
    """Return the public sources a commitment names."""
    return tuple(
        PublicSource(
            source_id=line["source"],
            kind=line["kind"],
            name=line["name"],
            announced_at=datetime.fromisoformat(line["announced_at"]),
            throws=line["throws"],
        )
        for line in commitment["sources"]
    )


def draw(
    commitment: Mapping[str, Any],
    values: Iterable[PublicValue],
    *,
    secret: str = "",
    ledger: Mapping[str, str] | None = None,
) -> Record:
    """Draw schools and teams.

    Args:
        commitment: the public commitment.
        values: the agreed public values (see `seed.public_values`), one for each source.
        secret: the secret of a sealed draw.
        ledger: entry hash in the ledger of each earlier step ("commit", "seed").

    Returns:
        The whole record. That of a sealed draw is in state "unopened" and stays inside the bureau until
        `open_draw`; what is published meanwhile is `sealed(record)`.

    Raises:
        ProtocolError: values or secret are not those the commitment asks for, or no teams are possible.
    """
    record = _selected_record(commitment, values, secret=secret, ledger=ledger)
    teams = assign(record["seed"], _seats_of(record), candidates(commitment), blocked=blocked(commitment))
    record |= {
        "state": UNOPENED if secret else DRAWN,
        "teams": [team_line(team) for team in teams],
        "substitutions": [],
    }
    record["result_digest"] = digest({key: record[key] for key in RESULT_KEYS})
    record["result_hash"] = _salted(secret, record["result_digest"]) if secret else ""
    return record


def unstaffed(
    commitment: Mapping[str, Any],
    values: Iterable[PublicValue],
    *,
    anew: Mapping[str, Any],
    secret: str = "",
    ledger: Mapping[str, str] | None = None,
) -> Record:
    """Return the record of a promise under which no teams can be made, with what proves it and what replaced it.

    Args:
        commitment: the promise that was cancelled.
        values: its agreed public values.
        anew: the promise that replaced it.
        secret: the secret of a sealed draw; the record is then public only once the campaign's draw is opened.
        ledger: entry hash in the ledger of each earlier step ("commit", "seed").

    Raises:
        ProtocolError: values or secret are not those the commitment asks for.
    """
    record = _selected_record(commitment, values, secret=secret, ledger=ledger)
    short = shortage(_seats_of(record), candidates(commitment), blocked=blocked(commitment))
    assert short, "a promise is replaced only when it has been proved that no teams can be made"
    return record | {
        "state": UNSTAFFED,
        "shortage": [{"school": school, "role": role} for school, role in short],
        "anew": dict(anew),
    }


def selection(
    commitment: Mapping[str, Any], values: Iterable[PublicValue], *, secret: str = ""
) -> tuple[str, ...]:
    """Return the schools that are drawn, in ticket order, whether or not teams can be made for them.

    Raises:
        ProtocolError: values or secret are not those the commitment asks for.
    """
    lines = _selected_record(commitment, values, secret=secret, ledger=None)["selection"]
    return tuple(line["school"] for line in lines)


def _selected_record(
    commitment: Mapping[str, Any],
    values: Iterable[PublicValue],
    *,
    secret: str,
    ledger: Mapping[str, str] | None,
) -> Record:
    """Return what a record holds of a draw up to its schools; teams and state are still missing."""
    agreed = sorted(values)
    _check_inputs(commitment, agreed, secret)
    seed = seed_text(digest(commitment), agreed, secret=secret)
    strata, numbers = _numbered(commitment, seed)
    return {
        **committed(commitment),
        "values": [value_line(value) for value in agreed],
        "secret": secret,
        "seed": seed,
        "tickets": [{"school": school, "ticket": number} for school, number in numbers.items()],
        "inclusion": _inclusion(commitment),
        "selection": [
            {"school": school, "stratum": strata[school]} for school in _selected(commitment, strata, numbers)
        ],
        "ledger": dict(ledger or {}),
    }


def _seats_of(record: Record) -> dict[str, tuple[str, ...]]:
    """Return the seats of every drawn school, in ticket order."""
    needs = seats(record["commitment"])
    return {line["school"]: needs[line["school"]] for line in record["selection"]}


def _numbered(commitment: Mapping[str, Any], seed: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return stratum and ticket of every school of the pool."""
    strata = {line["school"]: line["stratum"] for line in commitment["pool"]}
    ids = [rules.school_id(stratum, school) for school, stratum in strata.items()]
    return strata, dict(zip(strata, rules.tickets(seed, ids), strict=True))


def _selected(
    commitment: Mapping[str, Any], strata: Mapping[str, str], numbers: Mapping[str, str]
) -> tuple[str, ...]:
    sizes = {line["stratum"]: line["size"] for line in commitment["strata"]}
    return rules.select(numbers, strata, sizes)


def sealed(record: Mapping[str, Any]) -> Record:
    """Return what is published of a sealed draw before it is opened: no seed, no school, no team.

    Raises:
        ProtocolError: the record is not that of an unopened sealed draw.
    """
    require_state(record, {UNOPENED}, step="公布密封结果")
    kept = ("format", "commitment", "commitment_digest", "values", "result_hash", "ledger")
    hashes = [_salted(record["secret"], item["digest"]) for item in record["substitutions"]]
    return {"state": SEALED, **{key: record[key] for key in kept}, "substitution_hashes": hashes}


def open_draw(record: Mapping[str, Any], annex: Mapping[str, Any]) -> Record:
    """Return the opened record of a sealed draw, which is public.

    Raises:
        ProtocolError: the draw is not sealed and unopened, or the annex is not the one committed to.
    """
    require_state(record, {UNOPENED}, step="启封")
    stated, found = record["commitment"]["annex_digest"], digest(annex)
    if stated != found:
        remedy = "请取出承诺时存档的附件原件。"
        fault = _fault("附件", "REC-001", f"承诺时的附件（摘要{stated}）", f"摘要{found}", remedy)
        raise ProtocolError("附件与承诺不符，不能启封", [fault])
    return {**record, "state": OPENED}


def payload(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the ledger says of a step: "commit", "cancel", "seed", "draw", "open" or "substitute".

    Ids and digests only; of a sealed draw nothing that could be tested against a guess.
    """
    commitment = record["commitment"]
    named = {"campaign": commitment["campaign"], "commitment": record["commitment_digest"]}
    is_hidden = record["state"] in {SEALED, UNOPENED}
    anew = {"replaces": commitment["relaxed"]["replaces"]} if "relaxed" in commitment else {}
    facts: dict[str, dict[str, Any]] = {
        "commit": {"matters": commitment["matters"]} | anew,
        "cancel": {},
        "seed": {"values": digest(record.get("values", []))},
        "draw": {"result": record.get("result_hash") or record.get("result_digest", "")},
        "open": {"result": record.get("result_digest", "")},
    }
    if kind == "substitute":
        last = record["substitutions"][-1]["digest"]
        facts[kind] = {"substitution": _salted(record["secret"], last) if is_hidden else last}
    return named | facts[kind]


def _check_inputs(commitment: Mapping[str, Any], values: list[PublicValue], secret: str) -> None:
    named, given = [line["source"] for line in commitment["sources"]], [v.source_id for v in values]
    faults = []
    if named != given:
        faults.append(_fault("公开数值", "REC-003", "、".join(named), "、".join(given) or "无"))
    if (secret_digest(secret) if secret else "") != commitment["secret_digest"]:
        got = "另一个密钥" if secret else "没有密钥"
        wanted = "承诺时的密钥" if commitment["secret_digest"] else "公开抽取，不用密钥"
        faults.append(_fault("抽取密钥", "REC-004", wanted, got))
    if faults:
        raise ProtocolError("不能抽取", faults)


def require_state(record: Mapping[str, Any], states: set[str], *, step: str) -> None:
    """Refuse a step that the state of a record does not allow.

    Raises:
        ProtocolError: the record is in none of these states.
    """
    if record["state"] not in states:
        wanted = "或".join(_STATE_TITLES[state] for state in sorted(states))
        got = _STATE_TITLES[record["state"]]
        raise ProtocolError(f"现在不能{step}", [_fault("抽取记录", "REC-005", wanted, got)])


_STATE_TITLES = {
    COMMITTED: "“已承诺”",
    DRAWN: "“已公开抽取”",
    SEALED: "“密封公布件”",
    UNOPENED: "“已密封抽取、尚未启封”",
    OPENED: "“已启封”",
    UNSTAFFED: "“不能成组、已由另一方案替换”",
}


def _inclusion(commitment: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "stratum": line["stratum"],
            "probability": rules.inclusion_probability(line["size"], line["pool"]),
        }
        for line in commitment["strata"]
    ]


def value_line(value: PublicValue) -> dict[str, str]:
    """Return a public value as a record carries it."""
    return {"source": value.source_id, "value": value.value, "evidence": value.evidence}


def team_line(team: Team) -> dict[str, Any]:
    """Return a team as a record carries it."""
    return {"school": team.school, "members": [member_line(member) for member in team.members]}


def member_line(member: Member) -> dict[str, Any]:
    """Return who got a seat, and who was passed over for it, as a record carries it."""
    passed = [{"inspector": one.inspector, "reason": one.reason} for one in member.passed]
    return {"role": member.role, "inspector": member.inspector, "passed": passed}


def _salted(secret: str, content_digest: str) -> str:
    salt = hashlib.sha256(f"result-salt:{secret}".encode()).hexdigest()
    return digest({"salt": salt, "digest": content_digest})


def _fault(place: str, code: str, wanted: str, got: str, remedy: str = "请核对后重新提交。") -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
