"""Writing again changes nothing; what may not change is refused."""

import pytest
from sqlalchemy import select

from inspection.errors import ProtocolError
from inspection.store.engine import reading, writing
from inspection.store.frames import frame_of, rows_of, table_digest
from inspection.store.tables import Indicator, PolicyVersion, Recusal
from inspection.store.writing import append, put, replace_slice

POLICY = {"digest": "d" * 64, "kind": "plan", "name": "p", "content": "first"}
RECUSAL = {"term_id": "t", "inspector_id": "i-1", "school_code": "s", "relation": "own_school"}


def test_appending_the_same_row_twice_keeps_one(store_url: str) -> None:
    for added in (1, 0):
        with writing(store_url) as session:
            assert append(session, PolicyVersion, [POLICY]) == added


def test_appending_other_content_under_the_same_key_is_refused(store_url: str) -> None:
    with writing(store_url) as session:
        append(session, PolicyVersion, [POLICY])
    with pytest.raises(ProtocolError) as caught, writing(store_url) as session:
        append(session, PolicyVersion, [POLICY | {"content": "second"}])
    assert str(caught.value) == (
        "已存档的记录不得更改\n"
        f"- {'d' * 64}：应为与存档内容一致，实为policy_version 中已有同一编号、不同内容的记录。"
        "存档记录只能追加；如确需更正，请按程序另行登记更正说明。（STO-001）"
    )


def test_put_brings_a_row_to_its_newest_content(store_url: str) -> None:
    from inspection.store.tables import Cycle

    for phase in ("pilot", "rollout"):
        with writing(store_url) as session:
            put(session, Cycle, [{"cycle_id": "2025-2028", "phase": phase}])
    with reading(store_url) as session:
        assert session.execute(select(Cycle.phase)).scalars().all() == ["rollout"]


def test_a_table_of_keys_alone_can_be_put_twice(store_url: str) -> None:
    for _ in range(2):
        with writing(store_url) as session:
            put(session, Recusal, [RECUSAL])
    with reading(store_url) as session:
        assert len(frame_of(session, Recusal, term_id="t")) == 1


def test_a_replaced_slice_holds_the_new_rows_alone_and_leaves_other_slices(store_url: str) -> None:
    other = RECUSAL | {"term_id": "u"}
    with writing(store_url) as session:
        replace_slice(session, Recusal, [RECUSAL], term_id="t")
        replace_slice(session, Recusal, [other], term_id="u")
    with writing(store_url) as session:
        assert replace_slice(session, Recusal, [], term_id="t")
        assert not replace_slice(session, Recusal, [other], term_id="u")
    with reading(store_url) as session:
        assert frame_of(session, Recusal).term_id.tolist() == ["u"]


def test_half_a_transaction_is_never_kept(store_url: str) -> None:
    with pytest.raises(ProtocolError), writing(store_url) as session:
        append(session, PolicyVersion, [POLICY]) and append(session, PolicyVersion, [POLICY | {"name": "q"}])
    with reading(store_url) as session:
        assert len(frame_of(session, PolicyVersion)) == 0


def test_missing_numbers_survive_the_way_into_the_store_and_back(store_url: str) -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "school_code": ["2137000001"],
            "stage": ["primary"],
            "indicator_id": ["sleep_hours"],
            "value": [float("nan")],
            "numerator": [float("nan")],
            "denominator": [12.5],
            "missing_reason": ["not-reported"],
            "data_set": ["indicators"],
        }
    )
    with writing(store_url) as session:
        replace_slice(session, Indicator, rows_of(frame, term_id="t"), term_id="t")
    with reading(store_url) as session:
        back = frame_of(session, Indicator, term_id="t")
    assert back.value.isna().all()
    assert back.denominator.tolist() == [12.5]


def test_equal_content_has_equal_digests_whatever_the_order(store_url: str) -> None:
    rows = [RECUSAL, RECUSAL | {"school_code": "r"}]
    digests = set()
    for batch in (rows, rows[::-1]):
        with writing(store_url) as session:
            replace_slice(session, Recusal, [], term_id="t")
            put(session, Recusal, batch)
            digests.add(table_digest(session, Recusal, term_id="t"))
    assert len(digests) == 1
