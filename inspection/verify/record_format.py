"""What a draw record is made of and how two values are compared: the ground on which `verify` stands.

Here: the keys and shapes of the record format (`docs/record-format.md`), canonical JSON, digests, exact
comparison. Not here: the steps (`record`), teams (`seats`), the ledger (`published_ledger`). Standard library
only; the published file `verify.py` holds this module whole.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

Json = dict[str, Any]

_STEPS = """
format 记录格式, commitment 承诺摘要, pool 名录库与分层, sizes 抽取数量, entropy 随机性, values 公开数值, seed 种子,
tickets 抽签号, selection 抽中学校, teams 检查组, result 结果摘要, substitutions 递补, ledger 台账
"""
_STATES = (
    "committed 已承诺, drawn 公开抽取, sealed 密封抽取, unopened 密封抽取（内部记录）, opened 密封抽取已启封, "
    "unstaffed 不能成组、已由另一方案替换"
)
STEPS, STATES = (dict(item.split() for item in table.split(",")) for table in (_STEPS, _STATES))
MARKS = {"pass": "√", "fail": "×", "later": "—"}
BEFORE_SEED = {"format", "commitment", "pool", "sizes", "entropy", "ledger"}
FORMATS = ["school-inspection/draw-record/1", "school-inspection/draw-commitment/1"]
ALGORITHM = "consistent-sampler-1.0.10+largest-remainder+ordered-flow/1"
RESULT_KEYS = {"commitment_digest", "values", "seed", "tickets", "inclusion", "selection", "teams"}

_HEX, _SIGN = "[0-9a-f]{64}", "[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
_BLANKS = " \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
RATIO = r"0\.[0-9]*[1-9][0-9]*|1(\.0+)?"
WORDS = {
    "id": "[a-z0-9-]+",
    "hex": _HEX,
    "hex or empty": f"({_HEX})?",
    "secret": "([0-9a-f]{64,})?",
    "text": f"{_SIGN}*",
    "said": f"(?=.*[^{_BLANKS}]){_SIGN}+",
    "ratio": r"(0\.[0-9]+|1(\.0+)?)?",
    "own ratio": RATIO,
    "ticket": r"0\.[0-9]+",
    "fraction": "[0-9]+/[0-9]+",
    "instant": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}",
    "kind": "open|sealed",
    "kind of source": "lottery-ssq|lottery-dlt|index|dice|drand",
    "role": "leader|ordinary|expertise:[a-z0-9-]+",
    "reason": "already-on-team|not-assignable|not-leader|lacks-expertise|load-exhausted|needed-elsewhere",
    "relaxed rule": "expertise|load|not-assignable",
    "school replaced": "school",
    "inspector replaced": "inspector",
}
"""The spelling of each kind of text; all of them are NFC."""
WHOLE = {"whole": 2**53 - 1, "flag": 1}
"""The largest of each kind of whole number; the smallest is 0."""

# A shape is a word or number above, a list of one shape, an object (a key with "?" may be absent), or alternatives
# of which the `kind` of the value chooses.
_MEMBER = {"role": "role", "inspector": "id", "passed": [{"inspector": "id", "reason": "reason"}]}
_TEAM = {"school": "id", "members": [_MEMBER]}
_REPLACED = {"number": "whole", "reason": "said", "previous": "hex", "digest": "hex"}
_SCHOOL_REPLACED = _REPLACED | {
    "kind": "school replaced",
    "school": "id",
    "stratum": "id",
    "substitute": "id",
    "ticket": "ticket",
    "team": _TEAM,
}
_INSPECTOR_REPLACED = _REPLACED | {
    "kind": "inspector replaced",
    "inspector": "id",
    "seats": [{"school": "id", **_MEMBER}],
}
_COMMITMENT = {
    "format": "text",
    "algorithm": "text",
    "campaign": "id",
    "matters": ["id"],
    "mode": "id",
    "kind": "kind",
    "sizing": {"ratio": "ratio", "number": "whole", "minimum": "whole", "total": "whole"},
    "strata": [{"stratum": "id", "pool": "whole", "size": "whole", "ratio?": "own ratio"}],
    "pool": [{"school": "id", "stratum": "id", "requires": ["id"]}],
    "excluded": [{"school": "id", "reason": "said"}],
    "team_size": "whole",
    "team_leaders": "flag",
    "inspectors": [{"inspector": "id", "leader": "flag", "expertise": ["id"], "load": "whole"}],
    "not_assignable": [{"inspector": "id", "schools": ["id"]}],
    "sources": [
        {
            "source": "id",
            "kind": "kind of source",
            "name": "text",
            "announced_at": "instant",
            "throws": "whole",
            "bits": "whole",
        }
    ],
    "entropy": {"needed": "whole", "declared": "whole"},
    "annex_digest": "hex",
    "secret_digest": "hex or empty",
    "relaxed?": {"replaces": "hex", "rules": ["relaxed rule"], "decided_by": "id", "reason": "said"},
}
_COMMITTED = {"format": "text", "state": "id", "commitment": _COMMITMENT, "commitment_digest": "hex"}
_DRAWN = _COMMITTED | {
    "values": [{"source": "id", "value": "text", "evidence": "hex or empty"}],
    "ledger": {"commit?": "hex", "seed?": "hex"},
}
_SEALED = _DRAWN | {"result_hash": "hex", "substitution_hashes": ["hex"]}
_SELECTED = _DRAWN | {
    "secret": "secret",
    "seed": "text",
    "tickets": [{"school": "id", "ticket": "ticket"}],
    "inclusion": [{"stratum": "id", "probability": "fraction"}],
    "selection": [{"school": "id", "stratum": "id"}],
}
_UNSTAFFED = _SELECTED | {"shortage": [{"school": "id", "role": "role"}], "anew": _COMMITMENT}
_WHOLE = _SELECTED | {
    "teams": [_TEAM],
    "substitutions": [(_SCHOOL_REPLACED, _INSPECTOR_REPLACED)],
    "result_digest": "hex",
    "result_hash": "hex or empty",
}
_OTHERS = {"committed": _COMMITTED, "sealed": _SEALED, "unstaffed": _UNSTAFFED}
SHAPES = {state: _OTHERS.get(state, _WHOLE) for state in STATES}
BITS = {"lottery-ssq": 24, "lottery-dlt": 24, "index": 6, "drand": 256}
RED, FRONT, BACK = "(0[1-9]|[12][0-9]|3[0-3])", "(0[1-9]|[12][0-9]|3[0-5])", "(0[1-9]|1[0-2])"
VALUES = {
    "lottery-ssq": rf"{RED}( {RED}){{5}}\+(0[1-9]|1[0-6])",
    "lottery-dlt": rf"{FRONT}( {FRONT}){{4}}\+{BACK} {BACK}",
    "index": r"[1-9][0-9]{0,5}\.[0-9]{2}",
    "drand": "[0-9a-f]{64}",
    "dice": "[1-6]{THROWS}",
}


class Wrong(ValueError):  # noqa: N818 - what a step says when it fails, not an accident
    """A step fails; the text says precisely where."""


class Step(NamedTuple):
    """One step of the verification: `outcome` is "pass", "fail" or "later" (cannot be checked now)."""

    code: str
    title: str
    outcome: str
    message: str


def need(is_right: bool, message: str) -> None:
    """Fail with a message unless something is right."""
    if not is_right:
        raise Wrong(message)


def same(place: str, wanted: Any, stated: Any) -> None:
    """Compare, lists item by item, so that the message names the first that differs."""
    if wanted == stated:
        return
    if isinstance(wanted, list) and len(wanted) == len(stated):
        for number, (want, state) in enumerate(zip(wanted, stated, strict=True), 1):
            same(f"{place}第{number}项", want, state)
    raise Wrong(f"{place}应为{canonical(wanted)[:400]}，记录为{canonical(stated)[:400]}")


def fit(value: Any, shape: Any, place: str) -> None:
    """Refuse whatever has not the shape it must have; the message names the first place."""
    if isinstance(shape, tuple):
        kind = value.get("kind") if isinstance(value, dict) else None
        shape = next((one for one in shape if WORDS[one["kind"]] == kind), shape[0])
    if isinstance(shape, dict):
        _fit_keys(value, shape, place)
    elif isinstance(shape, list):
        need(isinstance(value, list), f"{place}应为列表")
        for number, item in enumerate(value, 1):
            fit(item, shape[0], f"{place}/{number}")
    else:
        need(_is_spelled(value, shape), f"{place}不合规定：{repr(value)[:80]}")


def _fit_keys(value: Any, shape: Json, place: str) -> None:
    need(isinstance(value, dict), f"{place}应为对象")
    odd = {key for key in shape if not key.endswith("?")} - value.keys()
    odd |= value.keys() - {key.rstrip("?") for key in shape}
    need(not odd, f"{place}缺少或多出：{'、'.join(sorted(odd))}")
    for key, inner in shape.items():
        name = key.rstrip("?")
        if name in value:
            fit(value[name], inner, f"{place}/{name}")


def _is_spelled(value: Any, word: str) -> bool:
    if word in WHOLE:
        return type(value) is int and 0 <= value <= WHOLE[word]
    is_text = isinstance(value, str) and re.fullmatch(WORDS[word], value) is not None
    return is_text and (value.isascii() or _is_composed(value))


def _is_composed(text: str) -> bool:
    """Whether a text is NFC, without half a surrogate pair."""
    return not re.search("[\ud800-\udfff]", text) and unicodedata.is_normalized("NFC", text)


def canonical(value: object) -> str:
    """Return a value as canonical JSON."""
    # Keys are ASCII, so Python's order is that of RFC 8785.
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(value: object) -> str:
    """Digest a text as it stands, anything else as canonical JSON."""
    return hashlib.sha256((value if isinstance(value, str) else canonical(value)).encode()).hexdigest()


def salted(secret: str, content_digest: str) -> str:
    """Return a digest as a sealed draw publishes it."""
    return sha256({"salt": sha256(f"result-salt:{secret}"), "digest": content_digest})


def column(lines: Iterable[Json], key: str, value: str) -> dict[str, Any]:
    """Return one field of some lines by another."""
    return {line[key]: line[value] for line in lines}


def share_of(ratio: str, count: int) -> int:
    """Round up a decimal share of a count, in whole numbers throughout."""
    need(re.fullmatch(RATIO, ratio) is not None, f"比例“{ratio}”应大于0、不超过1")
    whole, _, decimals = ratio.partition(".")
    return -(-int(whole + decimals) * count // int("1" + "0" * len(decimals)))


def unique(pairs: list[tuple[str, Any]]) -> Json:
    """Return an object as it was read, none of whose fields may come twice."""
    need(len(dict(pairs)) == len(pairs), "同一对象中有重复的项名")
    return dict(pairs)
