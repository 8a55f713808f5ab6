"""Whatever is done to a ledger afterwards shows."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import digest
from inspection.errors import ProtocolError, SourceError
from inspection.ledger import GENESIS, Entry, check_chain, document, entry, read, require_sound


def chain(length: int = 5) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        facts = {"campaign": "2025-2026-2-basic", "digest": f"{number:064d}"}
        entries.append(entry("finding", facts, after=entries[-1] if entries else None))
    return entries


def test_an_entry_is_hashed_over_what_it_says_and_what_came_before() -> None:
    first, second = chain(2)
    assert (first.seq, first.prev_hash) == (1, GENESIS)
    assert (second.seq, second.prev_hash) == (2, first.entry_hash)
    assert second.entry_hash == digest(
        {"seq": 2, "kind": "finding", "payload": second.payload, "prev_hash": first.entry_hash}
    )


def test_a_hash_of_record() -> None:
    assert entry("commit", {"campaign": "c"}, after=None).entry_hash == (
        digest({"kind": "commit", "payload": {"campaign": "c"}, "prev_hash": "0" * 64, "seq": 1})
    )


@pytest.mark.parametrize(
    "payload", [{"name": "张三"}, {"note": "two words"}, {"rate": 0.5}, {"x": None}, {"校": "a"}]
)
def test_names_and_free_text_cannot_enter_the_ledger(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ids and digests only"):
        entry("commit", payload, after=None)


def test_a_sound_chain_has_no_faults_and_holds_any_of_its_heads() -> None:
    entries = chain()
    for one in entries:
        assert check_chain(entries, published_head=one.entry_hash) == ()
    assert check_chain([]) == ()


def changed(entries: list[Entry]) -> list[Entry]:
    return [*entries[:2], replace(entries[2], payload={"campaign": "other"}), *entries[3:]]


def rehashed(entries: list[Entry]) -> list[Entry]:
    forged = entry("finding", {"campaign": "other"}, after=entries[1])
    return [*entries[:2], forged, *entries[3:]]


def removed(entries: list[Entry]) -> list[Entry]:
    return entries[:2] + entries[3:]


def swapped(entries: list[Entry]) -> list[Entry]:
    return [entries[1], entries[0], *entries[2:]]


def renumbered(entries: list[Entry]) -> list[Entry]:
    return [*entries[:4], replace(entries[4], seq=9)]


def beheaded(entries: list[Entry]) -> list[Entry]:
    return entries[1:]


@pytest.mark.parametrize(
    ("attack", "codes"),
    [
        (changed, {"LED-003"}),
        (rehashed, {"LED-002"}),
        (removed, {"LED-001", "LED-002"}),
        (swapped, {"LED-001", "LED-002"}),
        (renumbered, {"LED-001", "LED-003"}),
        (beheaded, {"LED-001", "LED-002"}),
    ],
)
def test_an_attack_on_the_chain_shows(attack: Callable[[list[Entry]], list[Entry]], codes: set[str]) -> None:
    assert {fault.code for fault in check_chain(attack(chain()))} == codes


def rewritten(entries: list[Entry]) -> list[Entry]:
    forged = entries[:2]
    for old in entries[2:]:
        forged = [*forged, entry(old.kind, {"campaign": "other"}, after=forged[-1])]
    return forged


def truncated(entries: list[Entry]) -> list[Entry]:
    return entries[:-1]


@pytest.mark.parametrize("attack", [rewritten, truncated])
def test_what_the_chain_itself_cannot_show_a_published_head_shows(
    attack: Callable[[list[Entry]], list[Entry]],
) -> None:
    entries = chain()
    head = entries[-1].entry_hash
    assert check_chain(attack(entries)) == ()
    (fault,) = check_chain(attack(entries), published_head=head)
    assert fault.sentence == (
        f"台账：应为含有已公布的台账头{head}，实为没有这一条。"
        "台账在该条之后被改写、截短，或者不是同一本台账。（LED-004）"
    )


def test_a_broken_chain_is_described_entry_by_entry() -> None:
    first, second = chain(2)
    with pytest.raises(ProtocolError) as caught:
        require_sound([first, replace(second, payload={"campaign": "x"})])
    own = digest({"seq": 2, "kind": "finding", "payload": {"campaign": "x"}, "prev_hash": first.entry_hash})
    assert str(caught.value) == (
        "台账核验未通过，共 1 处\n"
        f"- 台账第2条：应为哈希值{own}，实为{second.entry_hash}。该条内容被改动。（LED-003）"
    )


def test_a_decimal_smuggled_into_an_entry_is_a_fault() -> None:
    (first,) = chain(1)
    (fault,) = check_chain([replace(first, payload={"rate": 0.5})])
    assert fault.wanted == "哈希值无法计算（含小数或空值）"


@given(st.integers(0, 6))
def test_a_published_ledger_reads_back(length: int) -> None:
    text = json.dumps(document(chain(length)))
    assert list(read(text, place="ledger.json")) == chain(length)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"entries": [1]}', '{"entries": [{"seq": 1}]}', "[" * 99_999]
)
def test_what_is_no_ledger_is_said_to_be_none(text: str) -> None:
    with pytest.raises(SourceError, match=r"ledger\.json不是台账文件"):
        read(text, place="ledger.json")


def test_an_entry_of_wrong_types_is_no_entry() -> None:
    (first,) = chain(1)
    text = json.dumps({"entries": [vars(first) | {"payload": "x"}]})
    with pytest.raises(SourceError, match="无法读取（ValueError）"):
        read(text, place="ledger.json")
