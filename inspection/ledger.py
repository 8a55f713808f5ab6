"""The ledger 台账: entries chained by hash, so that nothing said once can be unsaid.

An entry holds ids and digests only; names lie in erasable tables, times of recording outside the hash. Who may
append, and that the database refuses anything else, is the store's business. Standard library only.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspection.canonical import digest
from inspection.errors import Fault, ProtocolError, SourceError

GENESIS = "0" * 64
_SHORTEST_HEAD = 16

_KIND = re.compile(r"[a-z][a-z_-]*")
_FACT = re.compile(r"[A-Za-z0-9._:+-]{0,128}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry; `entry_hash` is the SHA-256 of the canonical {seq, kind, payload, prev_hash}."""

    seq: int
    kind: str
    payload: Mapping[str, Any]
    prev_hash: str
    entry_hash: str


def entry_hash(seq: int, kind: str, *, payload: Mapping[str, Any], prev_hash: str) -> str:
    """Return the hash of an entry."""
    return digest({"seq": seq, "kind": kind, "payload": dict(payload), "prev_hash": prev_hash})


def entry(kind: str, payload: Mapping[str, Any], *, after: Entry | None) -> Entry:
    """Return the entry that follows `after` (None: the first of a ledger).

    Raises:
        ValueError: the payload holds anything but ids and digests; that is a bug, not a fault of a person.
    """
    if not _KIND.fullmatch(kind) or not _is_facts(dict(payload)):
        raise ValueError(f"a ledger entry holds ids and digests only: {kind!r} {payload!r}")
    seq, prev_hash = (after.seq + 1, after.entry_hash) if after else (1, GENESIS)
    own_hash = entry_hash(seq, kind, payload=payload, prev_hash=prev_hash)
    return Entry(seq=seq, kind=kind, payload=dict(payload), prev_hash=prev_hash, entry_hash=own_hash)


def check_chain(entries: Iterable[Entry], *, published_head: str | None = None) -> tuple[Fault, ...]:
    """Return what is wrong with a chain: gaps, changed entries, cut links, a published head that is gone.

    `published_head` is the hash of any entry published earlier, not necessarily the last, or at least its first
    16 digits, as notices print it.
    """
    faults = []
    hashes = set()
    seq, prev_hash = 1, GENESIS
    for item in entries:
        faults += _entry_faults(item, seq=seq, prev_hash=prev_hash)
        hashes.add(item.entry_hash)
        seq, prev_hash = item.seq + 1, item.entry_hash
    if published_head is not None and not _holds(hashes, published_head):
        remedy = "台账在该条之后被改写、截短，或者不是同一本台账。"
        fault = _fault("台账", "LED-004", f"含有已公布的台账头{published_head}", "没有这一条", remedy)
        faults.append(fault)
    return tuple(faults)


def _holds(hashes: Iterable[str], head: str) -> bool:
    return len(head) >= _SHORTEST_HEAD and any(item.startswith(head) for item in hashes)


def document(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return the ledger as it is published."""
    return {"format": "school-inspection/ledger/1", "entries": [vars(item).copy() for item in entries]}


def read(text: str, *, place: str) -> tuple[Entry, ...]:
    """Return the entries of a published ledger.

    Raises:
        SourceError: the text is no ledger.
    """
    try:
        content = json.loads(text)
        entries = tuple(_entry(item) for item in content["entries"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        got = f"无法读取（{error.__class__.__name__}）"
        fault = _fault(place, "LED-005", "台账文件（JSON）", got, "请重新下载台账文件。")
        raise SourceError(f"{place}不是台账文件", [fault]) from error
    return entries


def _entry(item: Mapping[str, Any]) -> Entry:
    made = Entry(**item)
    texts = (made.kind, made.prev_hash, made.entry_hash)
    if not (all(isinstance(text, str) for text in texts) and isinstance(made.payload, dict)):
        raise ValueError("an entry has a wrong type")
    return made


def require_sound(entries: Iterable[Entry], *, published_head: str | None = None) -> None:
    """Raise unless the chain is whole (see `check_chain`).

    Raises:
        ProtocolError: every fault of the chain.
    """
    if faults := check_chain(entries, published_head=published_head):
        raise ProtocolError(f"台账核验未通过，共 {len(faults)} 处", faults)


def _entry_faults(item: Entry, *, seq: int, prev_hash: str) -> list[Fault]:
    place = f"台账第{item.seq}条"
    faults = []
    if item.seq != seq:
        faults.append(_fault(place, "LED-001", f"序号{seq}", f"序号{item.seq}", "中间有条目缺失或插入。"))
    if item.prev_hash != prev_hash:
        faults.append(
            _fault(place, "LED-002", f"承接{prev_hash}", f"承接{item.prev_hash}", "链条在此处断开。")
        )
    own_hash = _own_hash(item)
    if item.entry_hash != own_hash:
        faults.append(_fault(place, "LED-003", f"哈希值{own_hash}", item.entry_hash, "该条内容被改动。"))
    return faults


def _own_hash(item: Entry) -> str:
    try:
        return entry_hash(item.seq, item.kind, payload=item.payload, prev_hash=item.prev_hash)
    except TypeError:
        return "无法计算（含小数或空值）"


def _is_facts(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_facts(key) and _is_facts(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_facts, value))
    if isinstance(value, str):
        return bool(_FACT.fullmatch(value))
    return isinstance(value, int)


def _fault(place: str, code: str, wanted: str, got: str, remedy: str) -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
