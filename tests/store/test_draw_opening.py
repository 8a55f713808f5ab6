"""A sealed draw is opened once, by its own annex, and stays the draw it was; on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from inspection.canonical import canonical
from inspection.errors import ProtocolError
from inspection.store import draw as draws
from inspection.store import ledger
from inspection.store.engine import reading, writing
from tests.rules.draw.example_draw import committed, drawn

CAMPAIGN = "2025-2026-2-basic"
AT = datetime(2026, 6, 9, tzinfo=UTC)


def keep(session: Session, kind: str) -> None:
    draws.commit(session, CAMPAIGN, committed(kind), at=AT)
    draws.keep_record(session, CAMPAIGN, drawn(kind), at=AT)


def test_a_sealed_record_is_kept_unopened_then_opened(store_url: str) -> None:
    with writing(store_url) as session:
        keep(session, "sealed")
        assert draws.get(session, CAMPAIGN).state == "unopened"
        assert not draws.is_open(session, CAMPAIGN)
        made = draws.open_record(session, CAMPAIGN, at=AT)
        assert (made["state"], draws.get(session, CAMPAIGN).state) == ("opened", "opened")
    with reading(store_url) as session:
        assert draws.record_of(session, CAMPAIGN) == made
        assert draws.is_open(session, CAMPAIGN)
        (said,) = [entry.payload for entry in ledger.entries(session) if entry.kind == "open"]
    assert said["result"] == made["result_digest"] == drawn("sealed")["result_digest"]
    assert draws_reason(store_url) == ""


def draws_reason(store_url: str) -> str:
    with reading(store_url) as session:
        return draws.opening_reason(session, CAMPAIGN)


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_drawing_and_opening_again_change_nothing(store_url: str, kind: str) -> None:
    with writing(store_url) as session:
        keep(session, kind)
        first = draws.open_record(session, CAMPAIGN, at=AT)
        before = ledger.head(session), draws.get(session, CAMPAIGN).record_digest
        keep(session, kind)
        assert draws.open_record(session, CAMPAIGN, at=AT) == first
        assert (ledger.head(session), draws.get(session, CAMPAIGN).record_digest) == before


def test_an_opened_draw_cannot_be_drawn_anew(store_url: str) -> None:
    with writing(store_url) as session:
        keep(session, "sealed")
        draws.open_record(session, CAMPAIGN, at=AT)
        other = drawn("sealed") | {"result_digest": "0" * 64}
        with pytest.raises(ProtocolError, match="已抽取的结果不得重抽"):
            draws.keep_record(session, CAMPAIGN, other, at=AT)


def test_another_annex_does_not_open_it(store_url: str) -> None:
    with writing(store_url) as session:
        keep(session, "sealed")
        draws.get(session, CAMPAIGN).annex = canonical(committed("sealed", relations=()).annex)
        with pytest.raises(ProtocolError, match="附件与承诺不符，不能启封"):
            draws.open_record(session, CAMPAIGN, at=AT)
        assert not draws.is_open(session, CAMPAIGN)


def test_a_reason_to_open_early_is_kept_and_the_ledger_holds_its_digest(store_url: str) -> None:
    with writing(store_url) as session:
        keep(session, "sealed")
        draws.open_record(session, CAMPAIGN, reason="纪检机构要求公开", at=AT)
    assert draws_reason(store_url) == "纪检机构要求公开"
    with writing(store_url) as session:
        (said,) = [entry.payload for entry in ledger.entries(session) if entry.kind == "open"]
        assert len(said["reason"]) == 64
        with pytest.raises(ProtocolError, match="台账已有同一事项的不同记录"):
            draws.open_record(session, CAMPAIGN, reason="另一个理由", at=AT)


def test_nothing_can_be_opened_before_it_is_drawn(store_url: str) -> None:
    with writing(store_url) as session:
        with pytest.raises(ProtocolError, match="还没有抽取方案"):
            draws.open_record(session, CAMPAIGN, at=AT)
        draws.commit(session, CAMPAIGN, committed("sealed"), at=AT)
        with pytest.raises(ProtocolError, match="还没有抽取，不能公开"):
            draws.open_record(session, CAMPAIGN, at=AT)
