"""What a draw record is made of and how two values are compared: the ground on which `verify` stands.

Here: the fields and spellings of the record format (`docs/record-format.md`), canonical JSON, digests, exact
comparison. Not here: the steps (`verify`), teams (`verify_seats`). Standard library only; the published file
`verify.py` holds this module whole.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

Json = dict[str, Any]

_STEPS = """
format 记录格式, commitment 承诺摘要, pool 名录库与分层, sizes 抽取数量, entropy 随机性, values 公开数值, seed 种子,
tickets 抽签号, selection 抽中学校, teams 检查组, result 结果摘要, substitutions 递补, ledger 台账
"""
_STATES = (
    "committed 已承诺, drawn 公开抽取, sealed 密封抽取, unopened 密封抽取（内部记录）, opened 密封抽取已启封"
)
STEPS, STATES = (dict(item.split() for item in table.split(",")) for table in (_STEPS, _STATES))
MARKS = {"pass": "√", "fail": "×", "later": "—"}
BEFORE_SEED = {"format", "commitment", "pool", "sizes", "entropy", "ledger"}
FORMATS = ["school-inspection/draw-record/1", "school-inspection/draw-commitment/1"]
ALGORITHM = "consistent-sampler-1.0.10+largest-remainder+ordered-flow/1"
HEAD_KEYS = {"format", "state", "commitment", "commitment_digest"}
SEALED_KEYS = HEAD_KEYS | {"values", "result_hash", "substitution_hashes", "ledger"}
RESULT_KEYS = {"commitment_digest", "values", "seed", "tickets", "inclusion", "selection", "teams"}
FULL_KEYS = HEAD_KEYS | RESULT_KEYS | {"secret", "result_digest", "result_hash", "substitutions", "ledger"}
RELAXED_KEYS = {"replaces", "rules", "decided_by", "reason"}
RELAXED_RULES = {"expertise", "load", "not-assignable"}
BOTH_KEYS = {"number", "kind", "reason", "previous", "digest"}
REPLACED_KEYS = {
    "school": BOTH_KEYS | {"school", "stratum", "substitute", "ticket", "team"},
    "inspector": BOTH_KEYS | {"inspector", "seats"},
}
ID_KEYS = "campaign|matters|mode|schools?|stratum|requires|inspector|expertise"
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
    if isinstance(wanted, list) and len(wanted) == len(stated):
        for number, (want, state) in enumerate(zip(wanted, stated, strict=True), 1):
            same(f"{place}第{number}项", want, state)
    need(wanted == stated, f"{place}应为{canonical(wanted)[:400]}，记录为{canonical(stated)[:400]}")


def walk(value: Any, key: str, place: str) -> None:
    """Refuse decimals, nulls, odd keys, and ids that could be mistaken for others."""
    if isinstance(value, dict):
        for name, item in value.items():
            walk(item, name, f"{place}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            walk(item, key, f"{place}/{number}")
    else:
        spelling = "[a-z0-9-]+" if re.fullmatch(ID_KEYS, key) else "[^\x00-\x1f\ud800-\udfff]*"
        is_text = isinstance(value, str) and re.fullmatch(spelling, value) is not None
        is_right = (is_text or type(value) is int) and re.fullmatch("[a-z_]*", key) is not None
        need(is_right, f"{place}不合规定：{value!r}")


def canonical(value: object) -> str:
    """Return a value as canonical JSON."""
    # Keys are ASCII, so Python's order is that of RFC 8785.
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(value: object) -> str:
    """Digest a text as it stands, anything else as canonical JSON."""
    return hashlib.sha256((value if isinstance(value, str) else canonical(value)).encode()).hexdigest()


def column(lines: Iterable[Json], key: str, value: str) -> dict[str, Any]:
    """Return one field of some lines by another."""
    return {line[key]: line[value] for line in lines}


def share_of(ratio: str, count: int) -> int:
    """Round up a decimal share of a count, in whole numbers throughout."""
    need(re.fullmatch(r"0\.[0-9]*[1-9][0-9]*|1(\.0+)?", ratio) is not None, f"比例“{ratio}”应大于0、不超过1")
    whole, _, decimals = ratio.partition(".")
    return -(-int(whole + decimals) * count // int("1" + "0" * len(decimals)))


def unique(pairs: list[tuple[str, Any]]) -> Json:
    """Return an object as it was read, none of whose fields may come twice."""
    need(len(dict(pairs)) == len(pairs), "同一对象中有重复的项名")
    return dict(pairs)
